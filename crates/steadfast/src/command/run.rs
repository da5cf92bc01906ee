//! `steadfast run`.

use std::path::Path;

use serde::Serialize;
use steadfast::bundle::{Replace, check_target};
use steadfast::error::{Exit, Result};
use steadfast::interrupt::Interrupt;
use steadfast::run::{default_target, plan_place, remarked};
use steadfast::study::Inputs;
use steadfast::study::events::PlacementFinding;

use super::args::RunArguments;
use super::fit::threads;
use super::output;
use super::progress::Progress;

/// What `--json` prints.
#[derive(Serialize)]
struct Written {
    bundle: String,
    files: Vec<String>,
    /// Warnings and notes about placements, and about terminal states that the plan censors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<PlacementFinding>,
}

/// Carries out the plan and writes its bundle.
pub(crate) fn run(request: &RunArguments, json: bool, interrupt: &Interrupt) -> Result<Exit> {
    let (root, file) = plan_place(&request.plan)?;
    let target = request.out.clone().unwrap_or_else(|| default_target(&request.plan));
    let replace = if request.force { Replace::Anything } else { Replace::Bundles };
    check_target(&target, replace)?;
    let inputs = Inputs::load(&root, &file)?;
    let progress = Progress::new();
    let (bundle, findings) = remarked(&inputs, &root, &target, threads(request.threads), &|step| progress.step(step))?;
    bundle.write(&target, replace, interrupt)?;
    drop(progress);
    if !json {
        findings.iter().for_each(|finding| output::remark(&finding.to_string()));
    }
    report(&target, bundle.hashes().into_keys().collect(), findings, json)?;
    Ok(Exit::Ok)
}

fn report(target: &Path, files: Vec<String>, findings: Vec<PlacementFinding>, json: bool) -> Result<()> {
    let bundle = target.display().to_string();
    if json {
        output::answer_json(&Written { bundle, files, findings })
    } else {
        output::answer(&format!("{bundle}\n{}", files.iter().map(|file| format!("  {file}\n")).collect::<String>()))
    }
}
