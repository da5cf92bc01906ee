//! `steadfast profile`.

use std::path::Path;

use steadfast::core::lmm::Criterion;
use steadfast::error::{Exit, Result};
use steadfast::one_model::OneModel;
use steadfast::results::{ProfileResult, traces};

use super::fit::{chosen, input, threads};
use super::one_model_args::{ModelArguments, ProfileArguments};
use super::progress::Progress;
use super::{files, output};

/// Profiles the likelihood of every parameter.
pub(crate) fn profile(request: &ProfileArguments, json: bool) -> Result<Exit> {
    let of = &request.model;
    let outputs: Vec<&Path> = request.traces.as_deref().into_iter().collect();
    files::check_outputs(&outputs, &of.inputs())?;
    let progress = Progress::new();
    progress.step("reading the data");
    let dictionary = of.dictionary.as_deref().map(input).transpose()?;
    let frame = chosen(input(&of.data)?, dictionary.as_ref(), of.condition.as_deref())?;
    progress.step("fitting the model");
    let fit = model(of).fit(&frame, threads(of.threads))?;
    progress.step("profiling the likelihood");
    let profile = fit.profile(of.level)?;
    if let Some(path) = &request.traces {
        files::write_all(&[(path.as_path(), traces(&profile))])?;
    }
    drop(progress);
    let result = ProfileResult::new(&fit, &profile);
    if json {
        output::answer_json(&result)?;
    } else {
        output::answer(&result.text())?;
    }
    Ok(Exit::Ok)
}

/// The model asked for.
pub(super) fn model(of: &ModelArguments) -> OneModel {
    OneModel {
        formula: of.formula.clone(),
        criterion: if of.ml { Criterion::Ml } else { Criterion::Reml },
        weights: of.weights.clone(),
        condition: of.condition.clone(),
    }
}
