//! `steadfast fit --max-memory`: the data are read in pieces.

use std::path::Path;
use std::sync::Mutex;

use steadfast::error::{Error, Exit, Result};
use steadfast::io::Dictionary;
use steadfast::model::ModelSpec;
use steadfast::results::summary;
use steadfast::saved;
use steadfast::streamed::{Limits, Streamed};

use super::fit::input;
use super::fit_args::FitArguments;
use super::progress::Progress;
use super::{files, output};

/// Fits the model of `spec` within `memory` bytes and prints its summary.
pub(crate) fn fit(request: &FitArguments, spec: &ModelSpec, memory: u64, json: bool) -> Result<Exit> {
    check(request, spec)?;
    let outputs: Vec<&Path> = request.save.as_deref().into_iter().collect();
    files::check_outputs(&outputs, &request.model.inputs())?;
    let path = request.model.dictionary.as_deref().ok_or_else(|| {
        Error::usage(
            "needs_dictionary",
            "data that are read in pieces need a --dictionary, which says what the columns are",
        )
    })?;
    let dictionary = input(path)?;
    let dictionary = Dictionary::parse(dictionary.text()?, &dictionary.name)?;
    let folder = request.stream.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
    announce(&request.model.data, &folder);
    let progress = Shown::new();
    let temporary = || tempfile::tempfile_in(&folder);
    let step = |what: &str, done: u64, of: u64| progress.show(what, done, of);
    let limits = Limits { memory, temporary: &temporary, step: &step };
    let data = (request.model.data.as_path(), &dictionary);
    let rows = Streamed::open(spec, data, request.model.condition.as_deref(), &limits)?;
    output::remarks(rows.findings());
    let fit = rows.fit(spec)?;
    if rows.undecided() > 0 {
        let message = "rows are left out because an absent value leaves the condition undecided";
        output::remark(&format!("note: {} {message}", rows.undecided()));
    }
    let result = spec.result_without_rows(&fit)?;
    if let Some(path) = &request.save {
        files::write_all(&[(path.as_path(), saved::to_json(&fit)?.into_bytes())])?;
    }
    drop(progress);
    if json {
        output::answer_json(&result)?;
    } else {
        output::answer(&summary(&result))?;
    }
    Ok(Exit::Ok)
}

/// Refuses what needs the rows, before any are read.
fn check(request: &FitArguments, spec: &ModelSpec) -> Result<()> {
    spec.check_without_rows()?;
    let files = [
        ("--residuals", &request.residuals),
        ("--random-effects", &request.random_effects),
        ("--influence", &request.influence),
        ("--predictions", &request.predictions),
        ("--figures", &request.figures),
    ];
    match files.iter().find(|(_, path)| path.is_some()) {
        None => Ok(()),
        Some((option, _)) => {
            let message = format!("{option} needs the rows in memory: leave out --max-memory");
            Err(Error::usage("needs_rows", message))
        }
    }
}

/// Says what the work will take on disk.
fn announce(data: &Path, folder: &Path) {
    if let Ok(metadata) = std::fs::metadata(data) {
        output::remark(&format!(
            "note: the rows wait in a temporary file in `{}`, about as large as the data are as text (the file has {} MB)",
            folder.display(),
            metadata.len().div_ceil(1_000_000)
        ));
    }
}

/// The bar of the work that is being done now.
struct Shown(Mutex<Option<(String, Progress)>>);

impl Shown {
    fn new() -> Self {
        Self(Mutex::new(None))
    }

    fn show(&self, what: &str, done: u64, of: u64) {
        let Ok(mut shown) = self.0.lock() else { return };
        if shown.as_ref().is_none_or(|(known, ..)| known != what) {
            *shown = None;
            let progress = Progress::of(of);
            progress.step(what);
            *shown = Some((what.to_owned(), progress));
        }
        if let Some((_, progress)) = shown.as_ref() {
            progress.to(done);
        }
    }
}
