//! A run: a plan in, a bundle out.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use steadfast_core::parallel::Threads;

use crate::bundle::{Bundle, PROVENANCE_FILE, Provenance, Times, relative};
use crate::error::{Error, Result};
use crate::figures;
use crate::plan::Plan;
use crate::report::{self, Figure};
use crate::results::number::to_json;
use crate::study::events::PlacementFinding;
use crate::study::{Inputs, Study};
use crate::tables::tables;

/// The file of the numbers.
pub const RESULTS_FILE: &str = "results.json";

/// The folder and the file name of the plan at `path`.
///
/// # Errors
/// `no_plan` when the path names no file.
pub fn plan_place(path: &Path) -> Result<(PathBuf, String)> {
    let name = path.file_name().ok_or_else(|| Error::usage("no_plan", format!("`{}` is no file", path.display())))?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    };
    Ok((folder, name.to_string_lossy().into_owned()))
}

/// The folder of the bundle where the user names none: beside the plan, named after it without its extension.
pub fn default_target(plan: &Path) -> PathBuf {
    let stem = plan.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    plan.with_file_name(stem)
}

/// The bundle of the plan of `inputs`, which lie in `root`, for the folder `target`; nothing is written.
///
/// # Errors
/// As [`Study::run`].
pub fn bundle(inputs: &Inputs, root: &Path, target: &Path, threads: Threads, step: &dyn Fn(&str)) -> Result<Bundle> {
    Ok(remarked(inputs, root, target, threads, step)?.0)
}

/// As [`bundle`], with the warnings and notes about placements, among them one for every terminal state that the plan censors.
///
/// # Errors
/// As [`Study::run`].
pub fn remarked(
    inputs: &Inputs,
    root: &Path,
    target: &Path,
    threads: Threads,
    step: &dyn Fn(&str),
) -> Result<(Bundle, Vec<PlacementFinding>)> {
    let started = SystemTime::now();
    let study = Study::run(inputs, threads, step)?;
    step("writing the bundle");
    let figures = draw(&inputs.plan, &study);
    let mut bundle = Bundle::new();
    bundle.insert(RESULTS_FILE, json(&study.results)?);
    for (name, table) in tables(&study.results) {
        bundle.insert(name, table);
    }
    bundle.insert("report.html", report::html(inputs, &study, &figures)?);
    for figure in figures {
        bundle.insert(figure.file, figure.svg);
    }
    bundle.insert("plan.toml", inputs.plan_source.bytes.clone());
    bundle.insert("dictionary.toml", inputs.dictionary.bytes.clone());
    let (root, times) = (relative(target, root), Times::since(started));
    let mut provenance = Provenance::new(root, inputs.files(), inputs.plan.seed, times);
    provenance.files = bundle.hashes();
    bundle.insert(PROVENANCE_FILE, json(&provenance)?);
    Ok((bundle, study.results.placements.map(|found| found.findings).unwrap_or_default()))
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    to_json(value).map_err(|error| Error::usage("no_json", format!("the results are no JSON: {error}")))
}

fn draw(plan: &Plan, study: &Study) -> Vec<Figure> {
    let (outcome, visit) = (study.label(&plan.design.outcome), study.label(&plan.design.visit));
    let results = &study.results;
    let mut figures = vec![Figure {
        file: "figures/observed_means.svg".to_owned(),
        caption: format!(
            "{outcome}: observed means by {} with 95 % intervals, before any model.",
            study.label(&plan.design.arm)
        ),
        svg: figures::observed_means(&results.observed, &study.visits, visit, outcome),
    }];
    figures.extend(figures::differences(&results.analyses, &plan.design.visit, &study.visits, visit).map(|svg| {
        Figure {
            file: "figures/differences.svg".to_owned(),
            caption: format!("{outcome}: differences between adjusted means, primary analyses, with their intervals."),
            svg,
        }
    }));
    figures.extend(study.event_figures.iter().map(|figure| Figure {
        file: figure.file.clone(),
        caption: figure.caption.clone(),
        svg: figure.svg.clone(),
    }));
    figures
}
