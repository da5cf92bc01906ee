//! `steadfast fit` with `--family`.

use std::path::Path;

use clap::CommandFactory;
use steadfast::counts::{self, CountFitted, CountSpec};
use steadfast::error::{Error, Exit, Result};
use steadfast::events::is_of_events;

use super::args::Arguments;
use super::fit::{chosen, input};
use super::fit_args::FitArguments;
use super::progress::Progress;
use super::{counts_args, files, output};

/// Fits the model of `request` with the distribution `family`; of the arguments, those `given` were typed.
pub(crate) fn fit(request: &FitArguments, family: &str, given: &[String], json: bool) -> Result<Exit> {
    let command = Arguments::command();
    let fit = command.get_subcommands().find(|one| one.get_name() == "fit");
    let known = |id: &str| fit.is_some_and(|fit| fit.get_arguments().any(|one| one.get_id() == id));
    counts_args::refuse_others(given, known)?;
    if request.model.formula.parse().is_ok_and(|formula| is_of_events(&formula)) {
        let message = "`--family` is of counts, and the response is `Surv(…)`";
        return Err(Error::usage("option_does_not_apply", message));
    }
    let spec = spec(request, family, given)?;
    spec.check()?;
    let outputs: Vec<&Path> =
        [&request.residuals, &request.influence].into_iter().flatten().map(|path| path.as_path()).collect();
    files::check_outputs(&outputs, &request.model.inputs())?;
    let progress = Progress::new();
    progress.step("reading the data");
    let dictionary = request.model.dictionary.as_deref().map(input).transpose()?;
    let data = input(&request.model.data)?;
    let file = data.name.clone();
    let frame = chosen(data, dictionary.as_ref(), request.model.condition.as_deref())?;
    progress.step("fitting the model");
    let fitted = spec.fit(&frame).map_err(|error| error.in_file(&file))?;
    let result = fitted.result()?;
    write_files(request, &fitted)?;
    drop(progress);
    if json {
        output::answer_json(&result)?;
    } else {
        output::answer(&counts::summary(&result))?;
    }
    Ok(Exit::Ok)
}

/// The files that were asked for, each made before any is written.
fn write_files(request: &FitArguments, fitted: &CountFitted) -> Result<()> {
    let mut written: Vec<(&Path, Vec<u8>)> = Vec::new();
    if let Some(path) = &request.residuals {
        output::remark(
            "note: fitted values and residuals give the outcomes back: keep them where the data may be kept",
        );
        written.push((path, counts::residuals(fitted)?));
    }
    if let Some(path) = &request.influence {
        written.push((path, counts::influence(fitted)?));
    }
    files::write_all(&written)
}

fn spec(request: &FitArguments, family: &str, given: &[String]) -> Result<CountSpec> {
    let typed = |option: &str| given.iter().any(|id| id == option);
    let defaults = CountSpec::new(&request.model.formula);
    let of = &request.counts;
    Ok(CountSpec {
        family: family.to_owned(),
        exposure: of.exposure.clone(),
        zero: of.zero.clone(),
        weights: request.model.weights.clone(),
        vcov: typed("vcov").then(|| request.vcov.clone()),
        df: typed("df").then(|| request.df.clone()),
        rates: of.rates.clone(),
        population: of.population.as_deref().map_or(Ok(defaults.population), counts::population)?,
        covariates: of.covariates.as_deref().map_or(Ok(defaults.covariates), counts::covariates)?,
        seed: of.quantile_seed.unwrap_or(defaults.seed),
        level: request.model.level,
        ..defaults
    })
}
