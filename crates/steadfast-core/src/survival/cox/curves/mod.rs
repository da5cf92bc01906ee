//! What a Cox model says of the survival of a child: curves for new rows, and for a sample of whom each row is set to an arm.
//!
//! With r = exp(x'β̂ + offset) the cumulative hazard of a row is r Λ₀(t), Λ₀ being its stratum's, and its survival exp(−r Λ₀(t)).
//! Everything asked is a smooth function of the increments of Λ₀ and of β̂, so that its error follows from theirs
//! ([`CurveVariance`]); a restricted mean is ∫ S from the origin to τ, a standardised curve Σ ω_i S_i over the rows of a sample.
//!
//! Cost: n p log n for the fit's rows, once; then p² a time of a curve, n + (times) × p an integral. A standardised survival takes
//! (rows of the sample) × p, its restricted mean (rows of the sample) × (event times).
//!
//! ```
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::survival::{Cox, CoxCurves, CurveVariance, Population};
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 8.0, 9.0, 12.0, 5.0, 7.0, 11.0, 14.0]),
//!     Column::integer("home", vec![1, 1, 0, 1, 1, 0, 1, 1]),
//!     Column::factor("arm", ["NIM", "NIM", "NIM", "NIM", "SAU", "SAU", "SAU", "SAU"]),
//!     Column::float("age", vec![1.0, 4.0, 2.0, 3.0, 2.0, 5.0, 1.0, 4.0]),
//! ])?;
//! let fit = Cox::new("Surv(months, home) ~ arm + age".parse()?).fit(&frame)?;
//!
//! // A child of three in the new service: still in care at nine months?
//! let child = Frame::new(vec![Column::factor("arm", ["NIM"]), Column::float("age", vec![3.0])])?;
//! let curves = CoxCurves::new().of(&fit, &child)?;
//! let nine = curves.at(0, 9.0)?;
//! assert!(nine.survival > 0.0 && nine.limits.is_some());
//!
//! // All children of the trial in one service and in the other: the difference in risk, and in months, at nine months.
//! let curves = CoxCurves::new().variance(CurveVariance::Jackknife);
//! let arms = curves.standardised(&fit, Population::Fitted(&frame), "arm")?;
//! let risk = arms.risk_difference("NIM", "SAU", 9.0)?;
//! assert_eq!(risk.term, "risk: NIM - SAU");
//! assert!(arms.restricted_mean_difference("NIM", "SAU", 9.0)?.std_error > 0.0);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod baseline;
mod functional;
mod points;
mod predicted;
mod prediction_error;
mod standardised;
mod sweep;

pub use baseline::Baseline;
pub use functional::CurveVariance;
pub use predicted::{Predicted, PredictedCurves};
pub use prediction_error::{BrierScore, PredictionError};
pub use standardised::Standardised;

use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::report::Row;
use crate::special::Normal;
use crate::survival::limits::Transformation;
use crate::survival::{CoxFit, Population, cox::curves::functional::Uncertainty};

/// How curves are made from a Cox model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CoxCurves {
    baseline: Baseline,
    variance: CurveVariance,
    transformation: Transformation,
    level: f64,
    from: Option<f64>,
}

impl Default for CoxCurves {
    fn default() -> Self {
        Self::new()
    }
}

impl CoxCurves {
    /// Curves whose hazard treats ties as the fit did, with model-based errors and limits of level 0.95 on the scale ln(−ln S), from 0.
    pub fn new() -> Self {
        Self {
            baseline: Baseline::default(),
            variance: CurveVariance::default(),
            transformation: Transformation::default(),
            level: 0.95,
            from: None,
        }
    }

    /// Another estimate of the baseline.
    pub fn baseline(mut self, baseline: Baseline) -> Self {
        self.baseline = baseline;
        self
    }

    /// Other standard errors.
    pub fn variance(mut self, variance: CurveVariance) -> Self {
        self.variance = variance;
        self
    }

    /// Limits of survival on another scale; R's default is [`Transformation::Log`].
    pub fn transformation(mut self, transformation: Transformation) -> Self {
        self.transformation = transformation;
        self
    }

    /// Limits of another confidence level, between 0 and 1.
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// Curves of those who are without event at `time`: events until then do not count, and mean times begin there.
    pub fn from(mut self, time: f64) -> Self {
        self.from = Some(time);
        self
    }

    /// The curves of the rows of `frame`, which has the columns of the formula's right side. Where it lacks a column of the strata,
    /// each row has a curve in every stratum.
    ///
    /// # Errors
    /// `unknown_column`; `missing_value`, `not_finite`, `unknown_level` with column and row; `not_estimable` where a row's hazard
    /// depends on coefficients that were left out; `bad_level`; `bad_time`.
    pub fn of<'f>(&self, fit: &'f CoxFit, frame: &Frame) -> Result<PredictedCurves<'f>> {
        PredictedCurves::new(self.uncertainty(fit)?, points::Points::everywhere(fit, frame)?)
    }

    /// The survival of a population of whom every row is set to each level of `factor`, the rest of its columns as they are.
    ///
    /// # Errors
    /// As [`CoxCurves::of`]; `not_the_sample` when [`Population::Fitted`] is not the frame of the fit.
    pub fn standardised<'f>(
        &self,
        fit: &'f CoxFit,
        population: Population<'_>,
        factor: &str,
    ) -> Result<Standardised<'f>> {
        Standardised::new(self.uncertainty(fit)?, fit, population, factor)
    }

    fn uncertainty<'f>(&self, fit: &'f CoxFit) -> Result<Uncertainty<'f>> {
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(Error::usage("bad_level", "a confidence level lies between 0 and 1"));
        }
        if self.from.is_some_and(|time| !time.is_finite()) {
            return Err(bad_time());
        }
        let scale =
            Scale { z: Normal.quantile(0.5 + 0.5 * self.level)?, transformation: self.transformation, from: self.from };
        Uncertainty::new(fit, self.baseline, self.variance, scale)
    }
}

/// How estimates become limits, and where curves begin.
#[derive(Debug, Clone, Copy)]
struct Scale {
    z: f64,
    transformation: Transformation,
    from: Option<f64>,
}

impl Scale {
    /// Where mean times begin.
    fn origin(&self) -> f64 {
        self.from.unwrap_or(0.0)
    }

    fn row(&self, term: String, estimate: f64, variance: f64) -> Row {
        let std_error = libm::sqrt(variance.max(0.0));
        let statistic = if std_error > 0.0 { estimate / std_error } else { 0.0 };
        let half = self.z * std_error;
        Row {
            term,
            estimate,
            std_error,
            df: None,
            statistic,
            p_value: Normal.two_sided(statistic),
            conf_low: estimate - half,
            conf_high: estimate + half,
        }
    }
}

fn bad_time() -> Error {
    Error::usage("bad_time", "the time is not a finite number")
}

#[cfg(test)]
mod tests;
