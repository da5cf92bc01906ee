//! Adjusted means and their differences from a saved fit.

use serde::Serialize;
use steadfast_core::lmm::{Criterion, SavedFit};
use steadfast_core::report::FTest;

use super::InferenceSpec;
use crate::error::Result;
use crate::model::{Convention, Means, MeansSpec};
use crate::results::{Adjustment, CellRow};

/// What was asked about means: the keys of a fitted model that belong to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeansResult {
    /// The formula in its canonical form.
    pub formula: String,
    /// REML or ML.
    pub criterion: Criterion,
    /// Whose conventions were in force where engines differ.
    pub convention: Convention,
    /// How degrees of freedom were made.
    pub df_method: String,
    /// One sentence with every convention of that method.
    pub df_conventions: String,
    /// How the covariance of the estimates was made.
    pub vcov_method: String,
    /// The confidence level.
    pub level: f64,
    /// Adjusted means.
    pub means: Vec<CellRow>,
    /// Differences between them.
    pub differences: Vec<CellRow>,
    /// The differences adjusted for their number, where asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjusted: Option<Adjustment>,
    /// Joint tests at each level, where asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slices: Option<Vec<FTest>>,
    /// What the data do not determine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_estimable: Vec<String>,
    /// What a reader of the numbers should know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cautions: Vec<String>,
}

impl MeansResult {
    /// The means of `asked` in `fit`.
    ///
    /// # Errors
    /// As for a fit; `needs_rows` for counterfactual weights.
    pub fn of(fit: &SavedFit, asked: &MeansSpec, how: &InferenceSpec) -> Result<Self> {
        asked.check()?;
        let (method, inference) = how.of(fit)?;
        let found = Means::of(fit, &inference, asked)?;
        Ok(Self {
            formula: fit.formula().to_owned(),
            criterion: fit.criterion(),
            convention: how.convention,
            df_method: inference.method().to_owned(),
            df_conventions: method.description(),
            vcov_method: inference.vcov_method().to_owned(),
            level: how.level,
            means: found.means.unwrap_or_default(),
            differences: found.differences.unwrap_or_default(),
            adjusted: found.adjusted,
            slices: found.slices,
            not_estimable: found.not_estimable,
            cautions: [found.remarks, inference.cautions().to_vec()].concat(),
        })
    }
}
