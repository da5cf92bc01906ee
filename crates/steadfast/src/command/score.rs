//! `steadfast score`.

use std::path::Path;

use steadfast::core::frame::Frame;
use steadfast::core::psychometrics::OmegaOptions;
use steadfast::data;
use steadfast::error::{Error, Exit, Result};
use steadfast::io::{WriteOptions, write_csv_to, write_parquet};
use steadfast::scoring::{ScoreResult, score_text};

use super::fit::{input, threads};
use super::progress::Progress;
use super::score_args::ScoreArguments;
use super::{files, output};

/// Scores the data and says how many could be scored.
pub(crate) fn score(request: &ScoreArguments, json: bool) -> Result<Exit> {
    files::check_outputs(&[&request.out], &[&request.data, &request.dictionary])?;
    let kind = Kind::of(&request.out)?;
    let progress = Progress::new();
    progress.step("reading the data");
    let scored = data::scored(input(&request.data)?, &data::described(&input(&request.dictionary)?)?)?;
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
    files::write_all(&[(&request.out, kind.bytes(scored.frame())?)])?;
    drop(progress);
    output::remarks(scored.findings());
    if json {
        output::answer_json(&result)?;
    } else {
        output::answer(&score_text(&result))?;
    }
    Ok(Exit::Ok)
}

/// In what the scores are written.
enum Kind {
    Csv,
    Parquet,
}

impl Kind {
    fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        match extension.as_str() {
            "csv" => Ok(Self::Csv),
            "parquet" => Ok(Self::Parquet),
            _ => {
                let message = format!("`{}`: scores are written as .csv or .parquet", path.display());
                Err(Error::usage("unknown_format", message))
            }
        }
    }

    fn bytes(&self, frame: &Frame) -> Result<Vec<u8>> {
        match self {
            Self::Csv => {
                let mut bytes = Vec::new();
                write_csv_to(frame, &mut bytes, &WriteOptions::new())?;
                Ok(bytes)
            }
            Self::Parquet => {
                let unwritable = |error| Error::file("unwritable_file", Path::new("scores.parquet"), error);
                let folder = tempfile::tempdir().map_err(unwritable)?;
                let path = folder.path().join("scores.parquet");
                write_parquet(frame, &path)?;
                std::fs::read(&path).map_err(unwritable)
            }
        }
    }
}
