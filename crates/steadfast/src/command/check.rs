//! `steadfast check`.

use std::path::Path;

use steadfast::data::Input;
use steadfast::data_report::{Examined, html};
use steadfast::error::{Exit, Result};

use super::check_args::CheckArguments;
use super::progress::Progress;
use super::{files, output};

/// Describes the data and says whether they keep their rules.
pub(crate) fn check(request: &CheckArguments, json: bool) -> Result<Exit> {
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
