//! `steadfast fit`.

use std::num::NonZeroUsize;
use std::path::Path;

use steadfast::core::lmm::Criterion;
use steadfast::core::parallel::Threads;
use steadfast::data::{self, Input};
use steadfast::error::{Exit, Result};
use steadfast::filter::Filter;
use steadfast::model::ModelSpec;
use steadfast::results::summary;

use super::args::FitArguments;
use super::output;
use super::progress::Progress;

/// Fits the model and prints its summary.
pub(crate) fn fit(request: &FitArguments, json: bool) -> Result<Exit> {
    let progress = Progress::new();
    progress.step("reading the data");
    let filter = request.condition.as_deref().map(str::parse::<Filter>).transpose()?;
    let dictionary = request.dictionary.as_deref().map(input).transpose()?;
    let data = data::frame(input(&request.data)?, dictionary.as_ref())?;
    output::remarks(&data.findings);
    let mut frame = data.frame;
    if let Some(filter) = filter {
        let selection = filter.select(&frame)?;
        if selection.undecided > 0 {
            let message = "rows are left out because an absent value leaves the condition undecided";
            output::remark(&format!("note: {} {message}", selection.undecided));
        }
        frame = frame.select(&selection.rows);
    }
    progress.step("fitting the model");
    let result = spec(request).fit(&frame)?.result()?;
    drop(progress);
    if json {
        output::answer_json(&result)?;
    } else {
        output::answer(&summary(&result))?;
    }
    Ok(Exit::Ok)
}

fn input(path: &Path) -> Result<Input> {
    Input::read(path, &path.display().to_string())
}

fn spec(request: &FitArguments) -> ModelSpec {
    ModelSpec {
        criterion: if request.ml { Criterion::Ml } else { Criterion::Reml },
        df: request.df.clone(),
        level: request.level,
        weights: request.weights.clone(),
        means: request.means.clone(),
        intervals: request.intervals,
        threads: threads(request.threads),
        ..ModelSpec::new(&request.formula)
    }
}

/// The number of threads asked for, or one for each processor.
pub(crate) fn threads(asked: Option<usize>) -> Threads {
    let processors = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    Threads::new(asked.unwrap_or_else(processors))
}
