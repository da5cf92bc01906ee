//! A bundle held against its own plan: run again, compared number by number.

mod agreement;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use steadfast_core::parallel::Threads;

pub use agreement::{Agreement, Difference, IDENTICAL, agreement, compare};

use crate::bundle::{InputFile, Provenance};
use crate::data::Input;
use crate::error::{Error, Result};
use crate::run::{self, RESULTS_FILE};
use crate::study::Inputs;

/// What verification found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verification {
    /// Inputs whose content is not what it was.
    pub changed_inputs: Vec<ChangedInput>,
    /// Files of the bundle whose content is not what the run wrote.
    pub changed_files: Vec<String>,
    /// Why the plan could not be run again, where it could not.
    pub failure: Option<String>,
    /// Every number of the bundle, with the digits to which the new run agrees.
    pub numbers: Vec<Agreement>,
    /// What is there on one side only, or differs and is no number.
    pub differences: Vec<Difference>,
}

/// An input that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedInput {
    /// What it is: `plan`, `data`, `dictionary` or `dictionary_file`.
    pub role: String,
    /// Its path, relative to the plan's folder.
    pub file: String,
    /// Its SHA-256 when the bundle was made.
    pub expected: String,
    /// Its SHA-256 now; `null` where it cannot be read.
    pub found: Option<String>,
}

impl Verification {
    /// Whether everything agrees to at least `digits` digits.
    pub fn passed(&self, digits: f64) -> bool {
        let unchanged = self.changed_inputs.is_empty() && self.changed_files.is_empty();
        unchanged && self.failure.is_none() && self.differences.is_empty() && self.disagreeing(digits).next().is_none()
    }

    /// The numbers that agree to fewer than `digits` digits.
    pub fn disagreeing(&self, digits: f64) -> impl Iterator<Item = &Agreement> {
        self.numbers.iter().filter(move |number| number.digits < digits)
    }

    /// The number with the fewest digits.
    pub fn worst(&self) -> Option<&Agreement> {
        self.numbers.iter().min_by(|a, b| a.digits.total_cmp(&b.digits))
    }
}

/// Runs the plan of the bundle in `folder` again, with its files in `root` or where the bundle says they are.
///
/// # Errors
/// `not_a_bundle`; `no_inputs` when the data are not there; data or models that fail although no input changed.
pub fn verify(folder: &Path, root: Option<&Path>, threads: Threads, step: &dyn Fn(&str)) -> Result<Verification> {
    let provenance = Provenance::load(folder)?;
    let root = root.map_or_else(|| folder.join(&provenance.root), Path::to_path_buf);
    step("comparing the inputs");
    let mut verification = Verification {
        changed_inputs: changed_inputs(&provenance, folder, &root),
        changed_files: provenance.changed_files(folder),
        failure: None,
        numbers: Vec::new(),
        differences: Vec::new(),
    };
    let recorded = match recorded_results(folder) {
        Ok(recorded) => recorded,
        Err(error) => {
            verification.failure = Some(error.to_string());
            return Ok(verification);
        }
    };
    match again(&provenance, folder, &root, threads, step) {
        Ok((now, files)) => {
            (verification.numbers, verification.differences) = compare(&recorded, &now);
            if verification.changed_inputs.is_empty() {
                verification.changed_files.extend(doctored(&provenance, &files, &verification.changed_files));
            }
        }
        // A changed input explains a run that fails; without one, the failure itself is the answer.
        Err(error) if !verification.changed_inputs.is_empty() => verification.failure = Some(error.to_string()),
        Err(error) => return Err(error),
    }
    Ok(verification)
}

/// The files that the same version of the program, from the same inputs, writes otherwise than the bundle has them:
/// their hashes in the provenance may have been changed with them. `results.json` is compared number by number instead.
fn doctored(provenance: &Provenance, now: &BTreeMap<String, String>, known: &[String]) -> Vec<String> {
    if provenance.steadfast != Provenance::version() {
        return Vec::new();
    }
    let other = |name: &&String| provenance.files.get(*name) != now.get(*name);
    let names = provenance.files.keys().filter(other);
    names.filter(|name| *name != RESULTS_FILE && !known.contains(name)).cloned().collect()
}

fn recorded_results(folder: &Path) -> Result<serde_json::Value> {
    let path = folder.join(RESULTS_FILE);
    let bytes = std::fs::read(&path).map_err(|error| Error::file("unreadable_file", &path, error))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Error::usage("not_a_bundle", format!("`{}`: {error}", path.display())))
}

/// Where an input is: in `root`, or in the bundle, which holds a copy of the plan.
fn place(input: &InputFile, folder: &Path, root: &Path) -> PathBuf {
    let there = root.join(&input.file);
    if input.role == "plan" && !there.exists() { folder.join("plan.toml") } else { there }
}

fn changed_inputs(provenance: &Provenance, folder: &Path, root: &Path) -> Vec<ChangedInput> {
    let changed = |input: &InputFile| {
        let found = Input::read(&place(input, folder, root), &input.file).ok().map(|found| found.sha256);
        (found.as_ref() != Some(&input.sha256)).then(|| ChangedInput {
            role: input.role.clone(),
            file: input.file.clone(),
            expected: input.sha256.clone(),
            found,
        })
    };
    provenance.inputs.iter().filter_map(changed).collect()
}

/// The results of the plan as it is now, and the hashes of all files of its bundle.
fn again(
    provenance: &Provenance,
    folder: &Path,
    root: &Path,
    threads: Threads,
    step: &dyn Fn(&str),
) -> Result<(serde_json::Value, BTreeMap<String, String>)> {
    let plan = provenance.inputs.iter().find(|input| input.role == "plan");
    let plan = plan.ok_or_else(|| Error::usage("not_a_bundle", "the provenance names no plan"))?;
    let path = place(plan, folder, root);
    let source = Input::read(&path, &path.display().to_string())?;
    let inputs = Inputs::of(source, root, &plan.file).map_err(|error| match error.code() {
        "unreadable_file" => Error::usage("no_inputs", format!("{error}; say with --root where the plan's files are")),
        _ => error,
    })?;
    let bundle = run::bundle(&inputs, root, folder, threads, step)?;
    let no_json = |error: serde_json::Error| Error::usage("no_json", format!("the results are no JSON: {error}"));
    let results = bundle.content(RESULTS_FILE).unwrap_or_default();
    Ok((serde_json::from_slice(results).map_err(no_json)?, bundle.hashes()))
}
