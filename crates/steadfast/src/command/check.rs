//! `steadfast check`.

use std::path::Path;

use serde::Serialize;
use steadfast::data::Input;
use steadfast::data_report::{Examined, html};
use steadfast::error::{Error, Exit, Result};
use steadfast::run::plan_place;
use steadfast::study::events::PlacementFinding;
use steadfast::study::{Inputs, Study};

use super::check_args::CheckArguments;
use super::progress::Progress;
use super::{files, output};

/// Describes the data and says whether they keep their rules.
pub(crate) fn check(request: &CheckArguments, json: bool) -> Result<Exit> {
    if request.data.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
        return plan(request, json);
    }
    let outputs: Vec<&Path> = request.page.html.iter().map(|path| path.as_path()).collect();
    let inputs: Vec<&Path> = std::iter::once(request.data.as_path()).chain(request.dictionary.as_deref()).collect();
    files::check_outputs(&outputs, &inputs)?;
    let progress = Progress::new();
    progress.step("reading the data");
    let input = |path: &Path| Input::read(path, &path.display().to_string());
    let dictionary = request.dictionary.as_deref().map(input).transpose()?;
    let data = input(&request.data)?;
    progress.step("holding the data against their dictionary");
    let examined = Examined::of(data, dictionary.as_ref())?;
    let report = request.page.report(&examined, &progress);
    if let Some(path) = &request.page.html {
        progress.step("writing the report");
        files::write_all(&[(path, html(&report)?.into_bytes())])?;
    }
    drop(progress);
    if json {
        output::answer_json(&report)?
    } else {
        output::answer(&report.to_string())?
    }
    Ok(if report.valid { Exit::Ok } else { Exit::InvalidData })
}

/// What `--json` prints about a plan.
#[derive(Serialize)]
struct CheckedPlan {
    plan: String,
    title: String,
    analyses: usize,
    events: usize,
    remarks: Vec<String>,
    findings: Vec<PlacementFinding>,
}

/// Holds a plan against its data and placements, and estimates nothing.
fn plan(request: &CheckArguments, json: bool) -> Result<Exit> {
    if request.dictionary.is_some() || request.page.html.is_some() {
        let message =
            "a plan names its dictionary, and has no page before it is run: leave out --dictionary and --html";
        return Err(Error::usage("unsuitable_option", message));
    }
    let (root, file) = plan_place(&request.data)?;
    let inputs = Inputs::load(&root, &file)?;
    let progress = Progress::new();
    let (remarks, findings) = Study::examine(&inputs, &|step| progress.step(step))?;
    drop(progress);
    let (analyses, events) = (inputs.plan.analyses.len(), inputs.plan.events.len());
    let checked = CheckedPlan { plan: file, title: inputs.plan.title, analyses, events, remarks, findings };
    if json {
        output::answer_json(&checked)?;
        return Ok(Exit::Ok);
    }
    let said = checked.remarks.iter().cloned().chain(checked.findings.iter().map(ToString::to_string));
    let lines: String = said.map(|line| format!("{line}\n")).collect();
    let title = &checked.title;
    output::answer(&format!("{title}: {analyses} analyses, {events} of events; the plan fits its data\n{lines}"))?;
    Ok(Exit::Ok)
}
