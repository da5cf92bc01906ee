//! Profile likelihood: intervals that need no normal approximation, correct where the estimate or a limit lies on the
//! boundary, and the profiles themselves.
//!
//! ζ of a parameter's value is the signed square root of the rise of −2 log-likelihood above its optimum when all other
//! parameters are chosen anew (Bates, Mächler, Bolker and Walker 2015, section 5.1). A straight ζ is a parabolic deviance; limits
//! lie where |ζ| is the quantile of the normal distribution.

mod covariance;
mod curve;
mod fixed;
mod search;
mod trace;

pub use trace::{LostLimit, Trace, TracePoint};

use nalgebra::{DMatrix, DVector};

use super::components::{Function, Reading};
use super::fit::LmmFit;
use super::problem::Problem;
use crate::error::{Error, Result};
use crate::inference::{Information, Marginal};
use crate::likelihood::Criterion;
use crate::parallel::in_order;
use crate::report::Interval;
use crate::special;
use covariance::CovarianceCurve;
use fixed::{ByMl, FixedCurve};

/// Profile-likelihood intervals, and the parameters that have none.
#[derive(Debug, Clone)]
pub struct Profiles {
    /// An interval for each parameter whose profile could be followed.
    pub intervals: Vec<Interval>,
    /// The others, with what stood in the way.
    pub without: Vec<(String, Error)>,
}

/// The profiles of all parameters of a fit.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Profile {
    /// The names of all parameters: the fixed effects, then those of the covariances.
    pub terms: Vec<String>,
    /// The confidence level of the limits.
    pub level: f64,
    /// The profile of each parameter that has one.
    pub traces: Vec<Trace>,
    /// The limits that were not found, and the parameters without any.
    pub without: Vec<LostLimit>,
}

/// √ of the χ²₁ quantile of `level`.
fn cut(level: f64) -> Result<f64> {
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::usage("confidence_level", "a confidence level lies between 0 and 1"));
    }
    special::Normal.upper_quantile(0.5 - 0.5 * level)
}

impl LmmFit {
    /// The profiles of every fixed effect and of every standard deviation, correlation and intraclass correlation, with
    /// limits at confidence `level`.
    ///
    /// Restricted likelihoods do not compare between fixed effects: those are profiled by ML, from a refit by ML where the
    /// fit is REML, and their estimates are ML's. Covariances are profiled by the criterion of the fit.
    ///
    /// A limit is where |ζ| is the normal quantile, or the boundary of the range where it is smaller there. What cannot be followed is
    /// named in the result, with the reason; the others are there.
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::{Criterion, Lmm}};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 6.0, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let fit = Lmm::new("y ~ 1 + (1 | g)".parse()?).criterion(Criterion::Ml).fit(&frame)?;
    /// let profile = fit.profile(0.95)?;
    /// let mean = &profile.traces[0];
    /// // Of three groups of two: ζ² = 3 log(1 + 6 (3.5 − μ)² / 16).
    /// let distance = (16.0 / 6.0 * ((3.841458820694124_f64 / 3.0).exp() - 1.0)).sqrt();
    /// assert!((mean.conf_high.unwrap() - 3.5 - distance).abs() < 1e-7);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// `confidence_level`.
    ///
    /// # Source
    /// Bates, Mächler, Bolker and Walker 2015, Journal of Statistical Software 67(1), section 5.1.
    pub fn profile(&self, level: f64) -> Result<Profile> {
        let cut = cut(level)?;
        let reading = Reading::of(self);
        let (by_ml, spread) = (ByMl::of(&reading), self.rough_covariance());
        let p = self.names.len();
        let found = in_order(self.engine.threads(), p + reading.functions.len(), |at| {
            let mut lost = Vec::new();
            let traced = if at < p {
                let curve = by_ml.as_ref().map_err(Clone::clone).and_then(|by_ml| FixedCurve::new(&reading, at, by_ml));
                curve.map(|mut curve| trace::trace(&self.names[at], Criterion::Ml, &mut curve, cut, &mut lost))
            } else {
                let (term, function) = &reading.functions[at - p];
                let curve = spread.as_ref().map_err(Clone::clone);
                let curve = curve.and_then(|spread| self.covariance_curve(&reading, function, spread));
                curve.map(|mut curve| trace::trace(term, self.criterion, &mut curve, cut, &mut lost))
            };
            (traced, lost)
        });
        let terms: Vec<String> = reading.terms();
        let mut profile = Profile { terms, level, traces: Vec::new(), without: Vec::new() };
        for (at, (traced, lost)) in found.into_iter().enumerate() {
            match traced {
                Ok(trace) => profile.traces.push(trace),
                Err(error) => profile.without.push(LostLimit { term: profile.terms[at].clone(), error }),
            }
            profile.without.extend(lost);
        }
        Ok(profile)
    }

    /// Profile-likelihood intervals for the standard deviations and correlations of the random effects, the residual
    /// standard deviation (or the correlation of a compound-symmetric residual), and the intraclass correlation of
    /// each random intercept.
    ///
    /// A limit is where −2 log-likelihood has risen by the χ²₁ quantile of `level`, or the boundary of the range
    /// where it has not risen so far there.
    ///
    /// A parameter whose profile cannot be followed is named in the result, with the reason; the others have theirs.
    ///
    /// # Errors
    /// `confidence_level`; `singular_information` when the data do not determine the parameters.
    pub fn variance_components(&self, level: f64) -> Result<Profiles> {
        let cut = cut(level)?;
        let covariance = self.natural_covariance(Information::Expected)?;
        let reading = Reading::of(self);
        let mut profiles = Profiles { intervals: Vec::new(), without: Vec::new() };
        for (term, function) in self.functions() {
            // A correlation has no meaning where a variance is zero.
            let Ok(mut curve) = self.covariance_curve(&reading, &function, &covariance) else { continue };
            let estimate = function.reported(curve.estimate);
            let mut side = |sign: f64| {
                let walk = search::walk(&mut curve, sign, cut, cut);
                search::limit(&mut curve, &walk, cut)
            };
            match side(-1.0).and_then(|low| Ok((low, side(1.0)?))) {
                Ok((low, high)) => {
                    let conf_low = function.reported(low.unwrap_or(function.range().0));
                    let conf_high = high.map(|h| function.reported(h));
                    profiles.intervals.push(Interval { term, estimate, conf_low, conf_high, level });
                }
                Err(error) => profiles.without.push((term, error)),
            }
        }
        Ok(profiles)
    }

    /// The covariance of φ̂ from the expected information; from the curvature of the last iteration where that costs too
    /// much. It is the unit of the steps and moves no limit.
    fn rough_covariance(&self) -> Result<DMatrix<f64>> {
        self.natural_covariance(Information::Expected).or_else(|error| {
            let in_theta = (0.5 * &self.hessian).try_inverse().ok_or(error)?;
            let jacobian = self.engine.jacobian(&self.theta);
            Ok(&jacobian * in_theta * jacobian.transpose())
        })
    }

    /// The profile of `function`, where it and its standard error have a value.
    fn covariance_curve<'a>(
        &'a self,
        reading: &'a Reading<'a>,
        function: &'a Function,
        covariance: &DMatrix<f64>,
    ) -> Result<CovarianceCurve<'a>> {
        let (estimate, slope, _) = function.at(&DVector::from_vec(self.engine.natural(&self.theta)));
        let step = slope.dot(&(covariance * &slope)).sqrt();
        if !(estimate.is_finite() && step.is_finite() && step > 0.0) {
            let message = "a variance is estimated as zero, where this parameter has no meaning";
            return Err(Error::data("no_profile", message));
        }
        let problem = Problem { engine: &self.engine, criterion: self.criterion };
        Ok(CovarianceCurve { reading, problem, function, estimate, step })
    }
}

#[cfg(test)]
mod tests;
