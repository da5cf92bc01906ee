//! `steadfast self-test`.

use std::path::PathBuf;

use steadfast::error::{Exit, Result};
use steadfast::reference::{EXTERNAL_DIR, run};

use super::fit::threads;
use super::output;
use super::progress::Progress;

/// Computes the reference table here and prints the digits that agree.
pub(crate) fn self_test(all: bool, json: bool) -> Result<Exit> {
    let progress = Progress::new();
    progress.step("computing the reference table");
    let external = std::env::var_os(EXTERNAL_DIR).map(PathBuf::from);
    let report = run(threads(None), external.as_deref());
    drop(progress);
    if json {
        output::answer_json(&report)?;
    } else {
        output::answer(&if all { report.to_string() } else { report.summary() })?;
    }
    Ok(if report.passed() { Exit::Ok } else { Exit::Mismatch })
}
