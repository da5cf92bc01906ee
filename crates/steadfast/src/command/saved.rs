//! `steadfast predict`, `steadfast means` and `steadfast compare`: what needs a saved fit and not its data.

use std::path::Path;

use steadfast::core::lmm::{Given, SavedFit};
use steadfast::data::{self, Input};
use steadfast::error::{Exit, Result};
use steadfast::saved::{
    self, Comparison, InferenceSpec, MeansResult, Predictions, comparison_text, incomplete, means_text,
    predictions_text,
};

use super::fit::{MeansOptions, means};
use super::saved_args::{CompareArguments, GivenName, InferenceArguments, MeansArguments, PredictArguments};
use super::{files, output};

/// Predicts the rows of new data.
pub(crate) fn predict(request: &PredictArguments, json: bool) -> Result<Exit> {
    let outputs: Vec<&Path> = request.out.iter().map(|path| path.as_path()).collect();
    let mut inputs = vec![request.fit.as_path(), request.data.as_path()];
    inputs.extend(request.dictionary.as_deref());
    files::check_outputs(&outputs, &inputs)?;
    let (_, fit) = read(&request.fit)?;
    let dictionary = request.dictionary.as_deref().map(input).transpose()?;
    let data = data::frame(input(&request.data)?, dictionary.as_ref())?;
    output::remarks(&data.findings);
    let given = match request.given {
        GivenName::Groups => Given::Groups,
        GivenName::Covariates => Given::Covariates,
        GivenName::Outcomes => Given::ObservedOutcomes,
    };
    let weights = request.weights.as_deref();
    let result = Predictions::of(&fit, &data.frame, (given, weights), &inference(&request.inference))?;
    if let Some(path) = &request.out {
        files::write_all(&[(path, result.to_csv())])?;
    }
    if json {
        output::answer_json(&result)?;
    } else if request.out.is_none() {
        output::answer(&predictions_text(&result))?;
    } else if result.n_incomplete > 0 {
        output::remark(&format!("note: {}", incomplete(result.n_incomplete)));
    }
    Ok(Exit::Ok)
}

/// Adjusted means and their comparisons.
pub(crate) fn adjusted_means(request: &MeansArguments, json: bool) -> Result<Exit> {
    let asked = means(MeansOptions {
        of: &request.factors,
        at: &request.at,
        weights: request.mean_weights,
        comparisons: &request.compare,
        adjust: request.adjust.as_deref(),
        slices: request.slices,
    })?;
    let (_, fit) = read(&request.fit)?;
    let result = MeansResult::of(&fit, &asked, &inference(&request.inference))?;
    if json {
        output::answer_json(&result)?;
    } else {
        output::answer(&means_text(&result))?;
    }
    Ok(Exit::Ok)
}

/// Saved fits side by side.
pub(crate) fn compare(request: &CompareArguments, json: bool) -> Result<Exit> {
    let fits: Vec<(String, SavedFit)> = request.fits.iter().map(|path| read(path)).collect::<Result<_>>()?;
    let result = Comparison::of(&fits, request.convention.into())?;
    if json {
        output::answer_json(&result)?;
    } else {
        output::answer(&comparison_text(&result))?;
    }
    Ok(Exit::Ok)
}

fn inference(request: &InferenceArguments) -> InferenceSpec {
    InferenceSpec { df: request.df.clone(), convention: request.convention.into(), level: request.level }
}

fn input(path: &Path) -> Result<Input> {
    Input::read(path, &path.display().to_string())
}

/// A saved fit with the name of its file.
fn read(path: &Path) -> Result<(String, SavedFit)> {
    let input = input(path)?;
    saved::read(&input).map(|fit| (input.name, fit))
}
