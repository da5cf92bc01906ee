//! `steadfast cuts`.

use std::path::Path;

use steadfast::cuts::{Cut, Request, compare};
use steadfast::data::Input;
use steadfast::error::{Exit, Result};
use steadfast::io::{Dictionary, read_bytes};

use super::cuts_args::CutsArguments;
use super::output;
use super::progress::Progress;

/// Compares two cuts. A frozen column that changed is a mismatch, as of a bundle that does not agree with its inputs.
pub(crate) fn cuts(request: &CutsArguments, json: bool) -> Result<Exit> {
    let progress = Progress::new();
    let input = |path: &Path| Input::read(path, &path.display().to_string());
    let dictionary = input(&request.dictionary)?;
    let dictionary = Dictionary::parse(dictionary.text()?, &dictionary.name)?;
    let cut = |path: &Path| {
        progress.step(&format!("reading {}", path.display()));
        let data = input(path)?;
        Cut::new(&read_bytes(&data.name, data.bytes, dictionary.read_options())?, &dictionary)
    };
    let (old, new) = (cut(&request.old)?, cut(&request.new)?);
    progress.step("comparing");
    let asked = Request { rows: request.rows, frozen: request.fail_on_change.clone() };
    let comparison = compare(&old, &new, &dictionary, &asked)?;
    drop(progress);
    if json {
        output::answer_json(&comparison)?
    } else {
        output::answer(&comparison.to_string())?
    }
    Ok(if comparison.frozen_changed.is_empty() { Exit::Ok } else { Exit::Mismatch })
}
