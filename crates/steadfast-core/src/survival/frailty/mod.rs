//! Cox regression with random effects: hazards that families, sites or any other groups share.
//!
//! The hazard of a row is λ₀(t) exp(x'β + z'b). A shared frailty is u = exp(b): gamma with mean 1 and variance θ, whose marginal
//! likelihood has a closed form, or log-normal, b ~ N(0, σ²). Normal effects may be nested (`frailty(site, family)`), and have slopes
//! and any covariance structure: `(1 + arm | centre)`, `diag(1 + arm | centre)`.
//!
//! Rows with a start count from there on, *conditional on the frailty*: as in coxph, coxme and, by default, emfrail, the frailties of
//! those under observation are taken as of the population, not of the survivors to that time. That is right for recurrent events and
//! for covariates that change; where whole clusters enter late because others had died out, the variance is underestimated.
//!
//! ```
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::survival::{Frailty, FrailtyDistribution, FrailtyVariance};
//!
//! let numbers = |values: [i64; 8]| values.to_vec();
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 4.0, 9.0, 12.0, 5.0, 6.0, 11.0, 14.0]),
//!     Column::integer("home", numbers([1, 1, 0, 1, 1, 1, 1, 0])),
//!     Column::integer("older", numbers([0, 1, 0, 1, 1, 0, 1, 0])),
//!     Column::integer("family", numbers([1, 1, 2, 2, 3, 3, 4, 4])),
//! ])?;
//! let fit = Frailty::new("Surv(months, home) ~ older + frailty(family)".parse()?)
//!     .distribution(FrailtyDistribution::Gamma)
//!     .fit(&frame)?;
//! assert!(fit.theta() >= 0.0);
//! assert_eq!(fit.inference(FrailtyVariance::Total)?.coefficients()?[0].term, "older");
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod certificate;
mod components;
mod contrasts;
mod fit;
mod gamma;
mod groups;
mod model;
mod null;
mod predict;
mod profile;
mod score_test;
mod search;
mod size;

pub use certificate::{FrailtyApproximation, FrailtyCertificate};
pub use components::Component;
pub use fit::{FrailtyFit, FrailtyVariance};
pub use groups::GroupEffect;
pub use predict::{Cluster, SurvivalCurve};
pub use score_test::HomogeneityTest;
pub use size::FrailtySize;

use crate::error::{Error, Result};
use crate::formula::Formula;
use crate::frame::Frame;
use crate::likelihood::Ties;
use crate::survival::risk_data::{RiskData, Variables};
use model::Model;

/// How frailties are distributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FrailtyDistribution {
    /// u gamma with mean 1 and variance θ, of one group: the likelihood is exact.
    #[default]
    Gamma,
    /// ln u normal, with any number of groups and slopes: the integral over the effects by Laplace's method.
    LogNormal,
}

/// By what the distribution's parameters are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FrailtyCriterion {
    /// The marginal likelihood: for a gamma frailty in closed form, for normal effects the integrated partial likelihood
    /// ln L(β̂, b̂) − ½ b̂'Σ⁻¹b̂ − ½ ln|Σ| − ½ ln|H_bb|, as in coxme.
    #[default]
    Integrated,
    /// The same for one term, H_bb without what groups share: coxme's default for 50 groups or more (its `sparse`).
    IntegratedDiagonal,
    /// For one normal frailty: Σ b̂² = σ² (q − tr(H⁻¹)_bb/σ²), the joint H over β and b, as coxph's `frailty(dist = "gaussian")` with
    /// `sparse = FALSE`.
    Reml,
    /// The same with the block of b in H taken for diagonal: coxph's default above five groups.
    RemlDiagonal,
}

/// The specification of a Cox model with random effects.
///
/// The response is `Surv(stop, event)` or `Surv(start, stop, event)`. On the right side stand `frailty(family)`, nested
/// `frailty(site, family)`, or bars such as `(1 + arm | centre)`; `strata(x)` and `offset(x)` mean what they mean to a Cox model.
#[derive(Debug, Clone, PartialEq)]
pub struct Frailty {
    variables: Variables,
    ties: Ties,
    distribution: FrailtyDistribution,
    criterion: FrailtyCriterion,
    known: Option<f64>,
}

impl Frailty {
    /// The model with a gamma frailty and Efron's ties.
    pub fn new(formula: Formula) -> Self {
        Self {
            variables: Variables::new(formula),
            ties: Ties::Efron,
            distribution: FrailtyDistribution::default(),
            criterion: FrailtyCriterion::default(),
            known: None,
        }
    }

    /// Frailties are distributed as `distribution` says.
    pub fn distribution(mut self, distribution: FrailtyDistribution) -> Self {
        self.distribution = distribution;
        self
    }

    /// The variance is chosen by `criterion`.
    pub fn criterion(mut self, criterion: FrailtyCriterion) -> Self {
        self.criterion = criterion;
        self
    }

    /// The variance is `theta` and is not estimated: that of u for a gamma frailty, of ln u for a log-normal one.
    pub fn known_variance(mut self, theta: f64) -> Self {
        self.known = Some(theta);
        self
    }

    /// Events at one time are treated as `ties` says: Breslow's or Efron's way.
    pub fn ties(mut self, ties: Ties) -> Self {
        self.ties = ties;
        self
    }

    /// Rows are weighted by `column`: weights of rows, also in the likelihood of a cluster.
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

    /// The hazard of `level` of the event column: other events end observation.
    pub fn cause(mut self, level: impl Into<String>) -> Self {
        self.variables.cause = Some(level.into());
        self
    }

    /// The fit to the rows of `frame` that are complete in all variables.
    ///
    /// # Errors
    /// Those of [`Cox::fit`](super::Cox::fit); `no_random_effects`; `exact_ties` for ties that have no hazard of their own;
    /// `gamma_groups` when a gamma frailty has more than one group or a slope, `reml_groups` the same; `bad_variance` when the known
    /// variance is not zero or a positive number; `too_many_effects`; `not_converged`.
    pub fn fit(&self, frame: &Frame) -> Result<FrailtyFit> {
        if !matches!(self.ties, Ties::Efron | Ties::Breslow) {
            return Err(Error::usage("exact_ties", "a frailty model takes Efron's or Breslow's ties"));
        }
        if self.known.is_some_and(|theta| !(theta >= 0.0 && theta.is_finite())) {
            return Err(Error::usage("bad_variance", "a known variance is zero or a positive number"));
        }
        let data = RiskData::with_random_effects(&self.variables, frame)?;
        let model = Model::new(&data, self.ties, self.distribution, self.criterion)?;
        FrailtyFit::new(self.variables.formula.to_string(), self, data, model)
    }
}

#[cfg(test)]
mod tests;
