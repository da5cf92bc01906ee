//! Rates of counts: how often something happens in the time that each child was looked at.
//!
//! ln E(y) = ln(exposure) + offset + x'β. The spread is a member of [`crate::family`]; `cluster()` names rows that depend on each
//! other, whose dependence robust variances allow for (independence as the working correlation, as in GEE); a second formula lets
//! some children be unable to have the event at all. Effects are ratios (β), and differences or ratios of standardised rates.
//!
//! ```
//! use steadfast_core::counts::{CountModel, Standardisation, Variance};
//! use steadfast_core::frame::{Column, Frame};
//!
//! let frame = Frame::new(vec![
//!     Column::integer("moves", vec![3, 1, 2, 6, 0, 1, 1, 0]),
//!     Column::float("years", vec![2.0, 1.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0]),
//!     Column::factor("arm", ["SAU", "SAU", "SAU", "SAU", "NIM", "NIM", "NIM", "NIM"]),
//! ])?;
//! let formula = "moves ~ factor(arm, ref = \"SAU\")".parse()?;
//! let fit = CountModel::new(formula).exposure("years").fit(&frame)?;
//!
//! // 12 moves in 6 years against 2 in 6: a rate ratio of 1/6.
//! let ln_ratio = &fit.inference(Variance::default())?.coefficients()?[1];
//! assert!((ln_ratio.estimate - (1.0_f64 / 6.0).ln()).abs() < 1e-12);
//! let rates = fit.standardise(&Standardisation::over("arm"))?;
//! let difference = rates.difference("NIM", "SAU", Variance::default())?;
//! assert!((difference.estimate - (2.0 / 6.0 - 12.0 / 6.0)).abs() < 1e-12);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod answers;
mod cells;
mod data;
mod dispersion;
mod fit;
mod inference;
mod inflation;
mod influence;
mod likelihood;
mod marginal;
mod overdispersion;
mod residuals;
mod rootogram;
mod separation;
mod solve;
mod standardise;
mod start;

pub use dispersion::BoundaryTest;
pub use fit::{CountFit, CountPosition};
pub use inference::{Correction, FewClusters, Variance};
pub use influence::ClusterInfluence;
pub use overdispersion::ScoreTest;
pub use residuals::CountResidual;
pub use rootogram::{Frequency, Rootogram};
pub use standardise::{Covariates, Population, Ratio, Standardisation, StandardisedRate, StandardisedRates};

use crate::error::Result;
use crate::family::{Distribution, Poisson};
use crate::formula::Formula;
use crate::frame::Frame;
use data::CountData;

/// The specification of a model of counts.
///
/// The response is a column of whole numbers of at least 0; `cluster(x)` says whose rows depend on each other, `offset(x)` is a term
/// with coefficient 1 on the logarithmic scale.
#[derive(Debug, Clone)]
pub struct CountModel {
    formula: Formula,
    distribution: &'static dyn Distribution,
    exposure: Option<String>,
    weights: Option<String>,
    zero: Option<Formula>,
}

impl CountModel {
    /// The Poisson model.
    pub fn new(formula: Formula) -> Self {
        Self { formula, distribution: &Poisson, exposure: None, weights: None, zero: None }
    }

    /// Counts follow `distribution`; see [`crate::family::distribution`] for one that is chosen by name.
    pub fn distribution(mut self, distribution: &'static dyn Distribution) -> Self {
        self.distribution = distribution;
        self
    }

    /// The time that each row was looked at stands in `column`: rates are per unit of it.
    pub fn exposure(mut self, column: impl Into<String>) -> Self {
        self.exposure = Some(column.into());
        self
    }

    /// The log-likelihood of each row is multiplied by `column`.
    pub fn weights(mut self, column: impl Into<String>) -> Self {
        self.weights = Some(column.into());
        self
    }

    /// Some rows are zeros whatever their rate: logit of that probability is the right side of `formula`, such as `~ arm`.
    ///
    /// # Source
    /// Lambert 1992, Technometrics 34, 1 (Poisson); Greene 1994 (negative binomial).
    pub fn zero(mut self, formula: Formula) -> Self {
        self.zero = Some(formula);
        self
    }

    /// The maximum of the likelihood over the rows of `frame` that are complete in all variables.
    ///
    /// # Errors
    /// `not_a_count`, `exposure_not_positive` with column and row; those of `Design::build`; `unsupported_term`; `all_zero` when
    /// nothing happened to anybody; `infinite_coefficient` when the likelihood grows without limit along some coefficients, such
    /// as that of a level without events; `not_converged`.
    pub fn fit(&self, frame: &Frame) -> Result<CountFit> {
        let data = CountData::new(self, frame)?;
        CountFit::new(self, data)
    }
}

#[cfg(test)]
mod tests;
