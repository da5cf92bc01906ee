//! `steadfast bootstrap` and `steadfast resume`.

use std::path::{Path, PathBuf};

use steadfast::bootstrap::{Log, Opened, Request, Source, Watch, run};
use steadfast::core::lmm::{BootstrapInterval, LmmFit, Replicate};
use steadfast::core::parallel::Threads;
use steadfast::data::Input;
use steadfast::error::{Error, Exit, Result};
use steadfast::interrupt::Interrupt;
use steadfast::results::BootstrapResult;

use super::fit::{chosen, input, threads};
use super::one_model_args::{BootstrapArguments, IntervalName, ResumeArguments};
use super::output;
use super::profile::model;
use super::progress::Progress;

/// Bootstraps the model.
pub(crate) fn bootstrap(request: &BootstrapArguments, json: bool, interrupt: &Interrupt) -> Result<Exit> {
    let of = &request.model;
    if !(of.level > 0.0 && of.level < 1.0) {
        return Err(Error::usage("confidence_level", "a confidence level lies between 0 and 1"));
    }
    let folder = request.log.as_deref().map(folder_of).unwrap_or_default();
    let data = input(&of.data)?;
    let dictionary = of.dictionary.as_deref().map(|path| input(path).map(|input| (path, input))).transpose()?;
    let source = Source::new(&data, &of.data, &folder);
    let dictionary_source = dictionary.as_ref().map(|(path, input)| Source::new(input, path, &folder));
    let mut asked = Request::new(model(of), source, dictionary_source, request.seed, request.n);
    asked.level = of.level;
    asked.interval = match request.interval {
        IntervalName::Percentile => BootstrapInterval::Percentile,
        IntervalName::Basic => BootstrapInterval::Basic,
        IntervalName::Normal => BootstrapInterval::Normal,
        IntervalName::Studentised => BootstrapInterval::Studentised,
    };
    let threads = threads(of.threads);
    let fit = fitted(&asked, data, dictionary.as_ref().map(|(_, input)| input), threads)?;
    let log = request.log.as_deref().map(|path| begun(path, &asked, interrupt)).transpose()?;
    answer(&asked, &fit, Vec::new(), Watch { log, interrupt, threads }, json)
}

/// Finishes the bootstrap of a log.
pub(crate) fn resume(request: &ResumeArguments, json: bool, interrupt: &Interrupt) -> Result<Exit> {
    let Opened { log, request: asked, replicates } = Log::open(&request.log)?;
    let folder = folder_of(&request.log);
    let data = asked.data.read(&folder)?;
    let dictionary = asked.dictionary.as_ref().map(|source| source.read(&folder)).transpose()?;
    let threads = threads(request.threads);
    let fit = fitted(&asked, data, dictionary.as_ref(), threads)?;
    say_how_to_go_on(interrupt, &request.log);
    answer(&asked, &fit, replicates, Watch { log: Some(log), interrupt, threads }, json)
}

fn fitted(asked: &Request, data: Input, dictionary: Option<&Input>, threads: Threads) -> Result<LmmFit> {
    let progress = Progress::new();
    progress.step("fitting the model");
    let frame = chosen(data, dictionary, asked.model.condition.as_deref())?;
    asked.model.fit(&frame, threads)
}

fn answer(asked: &Request, fit: &LmmFit, known: Vec<Replicate>, watch: Watch<'_>, json: bool) -> Result<Exit> {
    let progress = Progress::of(asked.n);
    let bootstrap = run(asked, fit, known, watch, &|parts| progress.advance(parts))?;
    drop(progress);
    let result = BootstrapResult::new(asked, fit, &bootstrap)?;
    if json {
        output::answer_json(&result)?;
    } else {
        output::answer(&result.text())?;
    }
    Ok(Exit::Ok)
}

/// A new log, whose first line is there whoever wishes to stop.
fn begun(path: &Path, asked: &Request, interrupt: &Interrupt) -> Result<Log> {
    let _writing = interrupt.writing();
    let log = Log::create(path, asked)?;
    say_how_to_go_on(interrupt, path);
    Ok(log)
}

fn say_how_to_go_on(interrupt: &Interrupt, log: &Path) {
    interrupt.set_farewell(&format!("; go on with `steadfast resume {}`", log.display()));
}

/// The folder that `path` lies in.
fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf()
}
