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

mod fit;
pub(super) mod problem;
mod variance;

pub use fit::{CoxFit, CoxResiduals, Schoenfeld};
pub use variance::{DegreesOfFreedom, Variance};

use crate::error::{Error, Result};
use crate::formula::Formula;
use crate::frame::Frame;
use crate::likelihood::{PartialLikelihood, Ties};
use crate::survival::risk_data::{RiskData, Variables};
use problem::Problem;

/// The specification of a Cox model.
///
/// The response is `Surv(stop, event)` or `Surv(start, stop, event)`; `strata(x)` on the right side gives each level of x a
/// hazard of its own, `cluster(x)` says whose rows depend on each other, `offset(x)` is a term with coefficient 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Cox {
    variables: Variables,
    ties: Ties,
}

impl Cox {
    /// The model with Efron's ties.
    pub fn new(formula: Formula) -> Self {
        Self { variables: Variables::new(formula), ties: Ties::default() }
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
        let data = RiskData::new(&self.variables, frame)?;
        if !self.ties.has_hazard() && data.rows.iter().any(|row| row.weight != 0.0 && row.weight != 1.0) {
            let message =
                format!("a row with a weight stands in no set or order of events: {} ties take none", self.ties.name());
            return Err(Error::usage("weights_not_allowed", message));
        }
        let likelihood = PartialLikelihood::new(&data.rows, &data.x, data.p(), self.ties);
        if likelihood.n_events() == 0 {
            return Err(Error::data("no_events", "no event happens to anybody at risk"));
        }
        let solved = Problem::new(&likelihood).solve(&data.names)?;
        Ok(CoxFit::new(self.variables.formula.to_string(), self.ties, data, likelihood, solved))
    }
}

#[cfg(test)]
mod tests;
