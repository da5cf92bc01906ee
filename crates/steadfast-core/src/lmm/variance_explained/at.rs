//! The parts of the variance at stated covariates, where random slopes make them differ.

use serde::{Deserialize, Serialize};

use super::TermVariance;
use crate::design::new_data::NewData;
use crate::error::Result;
use crate::frame::Frame;
use crate::lmm::fit::LmmFit;
use crate::lmm::predict::{NewCovariance, OutcomeCovariance};

/// The variance of an outcome with the covariates of one row, divided into its parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VarianceAt {
    /// The row of the new frame, the first being 0.
    pub row: u32,
    /// The random terms, in the order of the formula.
    pub random: Vec<TermVariance>,
    /// The residual variance of a row of weight 1.
    pub residual: f64,
    /// Σ random / (Σ random + residual).
    pub icc: f64,
}

impl LmmFit {
    /// The parts of the variance at the rows of `frame`: z'Gz of each random term and the residual variance, with the
    /// intraclass correlations there. Outcomes and groups are not read.
    ///
    /// # Errors
    /// `unknown_column`; `missing_value`, `not_finite` or `unknown_level` with the row.
    ///
    /// # Source
    /// Goldstein, Browne and Rasbash 2002, Understanding Statistics 1, 223 (variance partition at a covariate's value).
    pub fn variance_at(&self, frame: &Frame) -> Result<Vec<VarianceAt>> {
        let outcome = OutcomeCovariance::of(self);
        let data = NewData::new(self.recipe(), outcome.places(), frame)?;
        // A variance function of the mean reads the population mean.
        let mean_matters = self.design.variance.as_ref().is_some_and(|term| term.reads_mean());
        let means = if mean_matters { self.means_at(&data)? } else { vec![0.0; frame.n_rows()] };
        let covariance = NewCovariance::new(&outcome, &data, &means, None)?;
        let parts = |row: usize| {
            let variances = covariance.term_variances(row);
            let residual = covariance.residual_variance(row);
            let random = variances.iter().fold(0.0, |sum, variance| sum + variance);
            let icc = random / (random + residual);
            VarianceAt { row: row as u32, random: self.shares(variances, residual), residual, icc }
        };
        Ok((0..frame.n_rows()).map(parts).collect())
    }
}
