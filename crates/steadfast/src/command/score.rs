//! `steadfast score`.

use std::path::Path;

use serde::Serialize;
use steadfast::core::findings::Findings;
use steadfast::core::psychometrics::OmegaOptions;
use steadfast::data;
use steadfast::data_report::Examined;
use steadfast::error::{Error, Exit, Result};
use steadfast::io::{OutputFormat, write_bytes};
use steadfast::scoring::{ScoreResult, score_text};

use super::convert::losses;
use super::fit::{input, threads};
use super::progress::Progress;
use super::score_args::ScoreArguments;
use super::{files, output};

/// What `--json` prints.
#[derive(Serialize)]
struct Answer<'a> {
    output: String,
    format: &'static str,
    /// What the data made worth knowing.
    findings: &'a Findings,
    /// What the output does not hold.
    losses: &'a Findings,
    #[serde(flatten)]
    result: &'a ScoreResult,
}

/// Scores the data and says how many could be scored.
pub(crate) fn score(request: &ScoreArguments, json: bool) -> Result<Exit> {
    let outputs: Vec<&Path> =
        std::iter::once(&request.out).chain(&request.page.html).map(|path| path.as_path()).collect();
    files::check_outputs(&outputs, &[&request.data, &request.dictionary])?;
    let format = OutputFormat::of_path(&request.out)?;
    let progress = Progress::new();
    progress.step("reading the data");
    let (dictionary, named) = data::described_with_files(&input(&request.dictionary)?)?;
    let named: Vec<&Path> = named.values().map(|input| Path::new(&input.name)).collect();
    files::check_outputs(&outputs, &named)?;
    let scored = data::scored(input(&request.data)?, &dictionary)?;
    if scored.requests().is_empty() {
        let message = format!("`{}` has no section [[instruments]]", request.dictionary.display());
        return Err(Error::usage("no_instruments", message));
    }
    progress.step("computing reliability");
    let options = OmegaOptions {
        level: request.level,
        replicates: request.replicates,
        seed: request.seed,
        threads: threads(request.threads),
    };
    let result = ScoreResult::of(&scored, request.reliability.then_some(&options))?;
    progress.step("writing the scores");
    let written = write_bytes(scored.frame(), format)?;
    let losses = losses(&request.out, &written);
    let examined = || {
        let (data, dictionary_file) = (request.data.display().to_string(), request.dictionary.display().to_string());
        let described = Some((dictionary_file, dictionary.clone()));
        Examined::of_frame(data, described, scored.frame().clone(), scored.findings().clone())
    };
    let page = request.page.page(examined, &progress)?;
    let mut staged = vec![(request.out.as_path(), written.into_bytes())];
    staged.extend(page.iter().map(|(path, bytes)| (path.as_path(), bytes.clone())));
    files::write_all(&staged)?;
    drop(progress);
    output::remarks(scored.findings());
    output::remarks(&losses);
    if json {
        let (output, format, findings) = (request.out.display().to_string(), format.name(), scored.findings());
        output::answer_json(&Answer { output, format, findings, losses: &losses, result: &result })?;
    } else {
        output::answer(&score_text(&result))?;
    }
    Ok(Exit::Ok)
}
