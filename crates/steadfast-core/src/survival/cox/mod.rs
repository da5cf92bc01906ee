//! Cox's proportional hazards regression over (start, stop] rows.
//!
//! ```
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::survival::{Cox, Variance};
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 8.0, 9.0, 12.0, 5.0, 7.0, 11.0, 14.0]),
//!     Column::integer("home", vec![1, 1, 0, 1, 1, 0, 1, 1]),
//!     Column::factor("arm", ["NIM", "NIM", "NIM", "NIM", "SAU", "SAU", "SAU", "SAU"]),
//! ])?;
//! let fit = Cox::new("Surv(months, home) ~ arm".parse()?).fit(&frame)?;
//! let row = &fit.inference(Variance::Model)?.coefficients()?[0];
//! assert_eq!(row.term, "armSAU");
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod concordance;
mod contrasts;
mod curves;
mod fit;
pub(super) mod problem;
mod process;
mod proportional;
mod variance;

pub use concordance::{Concordance, ConcordanceIndex, PairCounts, TimeWeight};
pub use curves::{Baseline, CoxCurves, CurveVariance, Predicted, PredictedCurves, Standardised};
pub use curves::{BrierScore, PredictionError};
pub use fit::{CoxFit, CoxResiduals, Schoenfeld};
pub use proportional::{Proportional, ScaledSchoenfeld, TimeTransform};
pub use variance::{DegreesOfFreedom, Variance};

use crate::error::{Error, Result};
use crate::formula::Formula;
use crate::frame::Frame;
use crate::likelihood::{PartialLikelihood, Ties};
use crate::survival::risk_data::{RiskData, Variables};
use crate::survival::time_functions::TimeFunction;
use problem::Problem;

/// The specification of a Cox model.
///
/// The response is `Surv(stop, event)` or `Surv(start, stop, event)`; `strata(x)` on the right side gives each level of x a
/// hazard of its own, `cluster(x)` says whose rows depend on each other, `offset(x)` is a term with coefficient 1.
/// `tt(x, log(stop))` is x times a function of the time that passes, called as the column of times; `tt(x, cut = c(6, 12))` has a
/// coefficient for each band of time. Their coefficients come after the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Cox {
    variables: Variables,
    ties: Ties,
}

impl Cox {
    /// The model with Efron's ties.
    pub fn new(formula: Formula) -> Self {
        let variables = Variables { varying: true, ..Variables::new(formula) };
        Self { variables, ties: Ties::default() }
    }

    /// Events at one time are treated as `ties` says.
    pub fn ties(mut self, ties: Ties) -> Self {
        self.ties = ties;
        self
    }

    /// Rows are weighted by `column`.
    pub fn weights(mut self, column: impl Into<String>) -> Self {
        self.variables.weights = Some(column.into());
        self
    }

    /// Rows with the same value in `column` are one person, whose rows must not contradict each other.
    pub fn subject(mut self, column: impl Into<String>) -> Self {
        self.variables.subject = Some(column.into());
        self
    }

    /// The level of the event column that says that observation ended; without it, the first level, or 0.
    pub fn censored(mut self, level: impl Into<String>) -> Self {
        self.variables.censored = Some(level.into());
        self
    }

    /// The hazard of `level` of the event column: other events end observation, as in a cause-specific analysis.
    pub fn cause(mut self, level: impl Into<String>) -> Self {
        self.variables.cause = Some(level.into());
        self
    }

    /// The fit to the rows of `frame` that are complete in all variables.
    ///
    /// # Errors
    /// `no_survival_response` when the response is not `Surv(…)`; those of `EventHistory::from_frame` and of `Design::build`;
    /// `unknown_cause`, `several_causes` when the events are of several kinds and none is chosen; `no_events`;
    /// `unidentified` when the rows at risk do not tell coefficients apart; `infinite_coefficient` when the likelihood grows
    /// without limit along some coefficients; `not_converged`; `weights_not_allowed` with discrete and marginal ties.
    pub fn fit(&self, frame: &Frame) -> Result<CoxFit> {
        let mut data = RiskData::new(&self.variables, frame)?;
        let plain = |weight: f64| weight <= 0.0 || weight.to_bits() == 1.0_f64.to_bits();
        if !self.ties.has_hazard() && !data.rows.iter().all(|row| plain(row.weight)) {
            let message =
                format!("a row with a weight stands in no set or order of events: {} ties take none", self.ties.name());
            return Err(Error::usage("weights_not_allowed", message));
        }
        let likelihood = self.likelihood(&data)?;
        if likelihood.n_events() == 0 {
            return Err(Error::data("no_events", "no event happens to anybody at risk"));
        }
        let solved = Problem::new(&likelihood).solve(&data.names)?;
        // The engine's functions of time have units too.
        let from = data.p() - data.functions.len();
        let units: Vec<f64> = data.functions.iter().map(TimeFunction::unit).collect();
        data.scale[from..].iter_mut().zip(&units).for_each(|(scale, unit)| *scale *= unit);
        Ok(CoxFit::new(self.variables.formula.to_string(), self.ties, data, likelihood, solved))
    }

    fn likelihood(&self, data: &RiskData) -> Result<PartialLikelihood> {
        let (p, functions) = (data.p(), &data.functions);
        if functions.is_empty() {
            return Ok(PartialLikelihood::new(&data.rows, &data.x, p, self.ties));
        }
        self.ties.require_hazard("coefficients that are functions of time")?;
        let units: Vec<f64> = functions.iter().map(TimeFunction::unit).collect();
        let function = |j: usize, time: f64| functions[j].at(time) * units[j];
        Ok(PartialLikelihood::varying(&data.rows, (&data.x, p), self.ties, functions.len(), function))
    }
}

#[cfg(test)]
mod tests;
