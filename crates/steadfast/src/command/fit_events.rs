//! `steadfast fit` where the response is `Surv(…)`.

use std::path::Path;

use steadfast::error::{Error, Exit, Result};
use steadfast::events::{self, AbsoluteSpec, EventFitted, EventSpec, RecurrentSpec};
use steadfast::model::TestType;

use super::fit::{MeansOptions, chosen, input, means};
use super::fit_args::FitArguments;
use super::progress::Progress;
use super::{events_args, files, output};

/// Fits the model of `request`, of which the arguments `given` were typed, and prints its summary.
pub(crate) fn fit(request: &FitArguments, given: &[String], json: bool) -> Result<Exit> {
    events_args::refuse_mixed(given)?;
    refuse_lone_times(request)?;
    let spec = spec(request, given)?;
    spec.check()?;
    let (of, asked) = (request, &request.events);
    let outputs = [&of.residuals, &of.predictions, &of.random_effects, &asked.schoenfeld, &asked.baseline];
    let outputs: Vec<&Path> = outputs.into_iter().flatten().map(|path| path.as_path()).collect();
    files::check_outputs(&outputs, &request.model.inputs())?;
    let progress = Progress::new();
    progress.step("reading the data");
    let dictionary = request.model.dictionary.as_deref().map(input).transpose()?;
    let data = input(&request.model.data)?;
    let file = data.name.clone();
    let frame = chosen(data, dictionary.as_ref(), request.model.condition.as_deref())?;
    progress.step("fitting the model");
    let fitted = spec.fit(&frame).map_err(|error| error.in_file(&file))?;
    let mut result = fitted.result()?;
    result.findings = result.findings.in_file(&file);
    write_files(request, &fitted)?;
    drop(progress);
    output::remarks(&result.findings);
    if json {
        output::answer_json(&result)?;
    } else {
        output::answer(&events::summary(&result))?;
    }
    Ok(Exit::Ok)
}

/// Refuses times of which nothing is asked, and predictions without times.
fn refuse_lone_times(request: &FitArguments) -> Result<()> {
    let (times, asked) = (&request.events.times, &request.events);
    if request.predictions.is_some() && times.is_empty() {
        return Err(Error::usage("needs_times", "predictions of events are at times: --times 6,12,24"));
    }
    if request.predictions.is_none() && asked.standardise.is_none() && !times.is_empty() {
        let message = "`--times` are those of `--standardise` and of `--predictions`: say what to report at them";
        return Err(Error::usage("option_does_not_apply", message));
    }
    Ok(())
}

/// The files that were asked for, each made before any is written.
fn write_files(request: &FitArguments, fitted: &EventFitted) -> Result<()> {
    let mut written: Vec<(&Path, Vec<u8>)> = Vec::new();
    if request.residuals.is_some() || request.events.schoenfeld.is_some() {
        output::remark(
            "note: residuals are of persons and give their times back: keep them where the data may be kept",
        );
    }
    if let Some(path) = &request.residuals {
        written.push((path, events::residuals(fitted)?));
    }
    if let Some(path) = &request.events.schoenfeld {
        written.push((path, events::schoenfeld(fitted)?));
    }
    if let Some(path) = &request.events.baseline {
        written.push((path, events::baseline(fitted)?));
    }
    if let Some(path) = &request.predictions {
        written.push((path, events::predictions(fitted, &request.events.times)?));
    }
    if let Some(path) = &request.random_effects {
        let bytes = events::frailty_effects(fitted)?;
        output::remark("note: frailties are of groups, which may be people: keep them where the data may be kept");
        written.push((path, bytes));
    }
    files::write_all(&written)
}

fn spec(request: &FitArguments, given: &[String]) -> Result<EventSpec> {
    let typed = |option: &str| given.iter().any(|id| id == option);
    let defaults = EventSpec::new(&request.model.formula);
    let contrasts = request.means.as_deref().map(|of| means(MeansOptions::of(request, of))).transpose()?;
    let recurrent = request.events.layout.as_deref().map(|name| -> Result<RecurrentSpec> {
        let (terminal, most) = (request.events.terminal.clone(), request.events.most);
        Ok(RecurrentSpec { layout: events::layout(name)?, terminal, most })
    });
    Ok(EventSpec {
        frailty: request.events.frailty.as_deref().map(events::frailty).transpose()?,
        subdistribution: request.events.subdistribution,
        recurrent: recurrent.transpose()?,
        ties: request.events.ties.as_deref().map_or(Ok(defaults.ties), events::ties)?,
        cause: request.events.cause.clone(),
        censored: request.events.censored.clone(),
        subject: request.events.subject.clone(),
        weights: request.model.weights.clone(),
        vcov: typed("vcov").then(|| request.vcov.clone()),
        df: if typed("df") { request.df.clone() } else { defaults.df.clone() },
        tests: TestType::try_from(request.test_type).map_err(|message| Error::usage("test_type", message))?,
        contrasts,
        absolute: request
            .events
            .standardise
            .as_ref()
            .map(|factor| AbsoluteSpec { factor: factor.clone(), times: request.events.times.clone() }),
        diagnostics: request.events.diagnostics,
        level: request.model.level,
        ..defaults
    })
}
