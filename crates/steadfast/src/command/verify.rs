//! `steadfast verify`.

use std::fmt::Write as _;

use serde::Serialize;
use steadfast::error::{Exit, Result};
use steadfast::verify::{Agreement, Verification, verify as run_again};

use super::args::VerifyArguments;
use super::fit::threads;
use super::output;
use super::progress::Progress;

/// What `--json` prints.
#[derive(Serialize)]
struct Answer<'a> {
    passed: bool,
    digits_required: f64,
    worst: Option<&'a Agreement>,
    #[serde(flatten)]
    verification: &'a Verification,
}

/// Runs a bundle's plan again and says to how many digits the results agree.
pub(crate) fn verify(request: &VerifyArguments, json: bool) -> Result<Exit> {
    let progress = Progress::new();
    let step = |message: &str| progress.step(message);
    let verification = run_again(&request.bundle, request.root.as_deref(), threads(request.threads), &step)?;
    drop(progress);
    let passed = verification.passed(request.digits);
    if json {
        let (digits_required, worst) = (request.digits, verification.worst());
        output::answer_json(&Answer { passed, digits_required, worst, verification: &verification })?;
    } else {
        output::answer(&text(&verification, request))?;
    }
    Ok(if passed { Exit::Ok } else { Exit::Mismatch })
}

fn text(verification: &Verification, request: &VerifyArguments) -> String {
    let mut text = String::new();
    for input in &verification.changed_inputs {
        let what = if input.found.is_some() { "changed" } else { "not there" };
        let _ = writeln!(text, "input {what}: {} ({})", input.file, input.role);
    }
    for file in &verification.changed_files {
        let _ = writeln!(text, "file of the bundle changed: {file}");
    }
    if let Some(failure) = &verification.failure {
        let _ = writeln!(text, "the plan cannot be run again: {failure}");
    }
    for difference in &verification.differences {
        let _ = writeln!(text, "differs: {} {}", difference.name, difference.what);
    }
    for number in verification.disagreeing(request.digits) {
        let _ = writeln!(text, "differs: {}", line(number));
    }
    if request.all {
        verification.numbers.iter().for_each(|number| {
            let _ = writeln!(text, "{}", line(number));
        });
    }
    text.push_str(&sum(verification, request.digits));
    text
}

fn line(number: &Agreement) -> String {
    format!("{} ({:.1} digits: {:e} recorded, {:e} found)", number.name, number.digits, number.recorded, number.found)
}

fn sum(verification: &Verification, digits: f64) -> String {
    let numbers = verification.numbers.len();
    let identical = verification.numbers.iter().filter(|number| number.digits >= steadfast::verify::IDENTICAL).count();
    let bad = verification.disagreeing(digits).count();
    let mut text = format!("{numbers} numbers: {identical} identical, {bad} to fewer than {digits} digits\n");
    if let Some(worst) = verification.worst().filter(|worst| worst.digits < steadfast::verify::IDENTICAL) {
        let _ = writeln!(text, "worst: {}", line(worst));
    }
    text
}
