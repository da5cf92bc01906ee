//! Saved fits as files, and what is asked of them: means, predictions, comparisons.

mod comparison;
mod layout;
mod means;
mod predictions;
mod text;

use serde::Deserialize;
use serde_json::Value;
use steadfast_core::formula::Formula;
use steadfast_core::inference::{DfMethod, Inference, inference_method};
use steadfast_core::lmm::{FORMAT, SavedFit, VERSION};

pub use comparison::{ComparedModel, Comparison, Tested};
pub use means::MeansResult;
pub use predictions::{PredictedRow, Predictions};
pub use text::{comparison_text, incomplete, means_text, predictions_text};

use crate::data::Input;
use crate::error::{Error, Result};
use crate::model::{Convention, DEFAULT_DF, DEFAULT_VCOV};

/// The JSON of a saved fit.
///
/// # Errors
/// `no_json` when it cannot be written so.
pub fn to_json(fit: &SavedFit) -> Result<String> {
    layout::to_json(fit).map_err(|error| Error::usage("no_json", format!("the fit is no JSON: {error}")))
}

/// What every version of the format begins with.
#[derive(Deserialize)]
struct Header {
    format: Option<Value>,
    version: Option<Value>,
}

/// The fit that `input` holds.
///
/// # Errors
/// `not_text`; `not_a_saved_fit`; `fit_version` for a version that this program does not read; `damaged_fit` with the line.
pub fn read(input: &Input) -> Result<SavedFit> {
    let (text, name) = (input.text()?, &input.name);
    let foreign = || {
        let message = format!("`{name}` is no saved fit: it has no `\"format\": \"{FORMAT}\"`");
        Error::usage("not_a_saved_fit", message)
    };
    let damaged = |error: serde_json::Error| {
        // The place only: the parser's own words may hold the name of a group.
        let place = format!("line {}, column {}", error.line(), error.column());
        Error::data("damaged_fit", format!("`{name}` is a saved fit that is cut or was changed: see {place}"))
    };
    let known = text.contains(FORMAT);
    let header: Header = serde_json::from_str(text).map_err(|error| if known { damaged(error) } else { foreign() })?;
    if header.format.as_ref().and_then(Value::as_str) != Some(FORMAT) {
        return Err(foreign());
    }
    if header.version.as_ref().and_then(Value::as_u64) != Some(u64::from(VERSION)) {
        let found = header.version.and_then(|version| version.as_u64());
        let found = found.map_or_else(|| "no version".to_owned(), |version| format!("version {version}"));
        let message =
            format!("`{name}` has {found} of the format `{FORMAT}`, and this program reads version {VERSION}");
        return Err(Error::usage("fit_version", message));
    }
    serde_json::from_str(text).map_err(damaged)
}

/// How inference about a saved fit is made.
#[derive(Debug, Clone, PartialEq)]
pub struct InferenceSpec {
    /// The name of the df method, as the convention understands it.
    pub df: String,
    /// Whose conventions are in force where engines differ.
    pub convention: Convention,
    /// The confidence level.
    pub level: f64,
}

impl Default for InferenceSpec {
    fn default() -> Self {
        Self { df: DEFAULT_DF.to_owned(), convention: Convention::default(), level: 0.95 }
    }
}

impl InferenceSpec {
    /// The method for a model of `formula`, and its inference about `fit`.
    ///
    /// # Errors
    /// `unknown_df_method`; when the method does not apply to the fit.
    pub fn of(&self, fit: &SavedFit) -> Result<(Box<dyn DfMethod>, Inference)> {
        let formula: Formula = fit.formula().parse()?;
        let method = inference_method(self.convention.df(&self.df, &formula), DEFAULT_VCOV)?;
        let inference = fit.inference(method.as_ref())?.with_level(self.level)?;
        Ok((method, inference))
    }
}
