//! A profile as a curve that can be evaluated point by point.

use crate::error::{Error, Result};

/// A point of a profile.
///
/// The search moves `target`, in which everything is monotone; a curve that reaches the parameter exactly has `value` =
/// `target`.
#[derive(Debug, Clone)]
pub(super) struct Point {
    /// What was asked for.
    pub(super) target: f64,
    /// The parameter, on the scale of the search.
    pub(super) value: f64,
    /// −2 log-likelihood, at its lowest given the parameter.
    pub(super) deviance: f64,
    /// |ζ|: the square root of its rise above the optimum.
    pub(super) root: f64,
    /// The scale of the engine's outcome.
    pub(super) scale: f64,
    /// θ, in units of that scale.
    pub(super) theta: Vec<f64>,
}

/// A profile.
pub(super) trait Curve {
    /// The optimum.
    fn best(&self) -> Point;
    /// The standard error of the parameter: the step of the search.
    fn step(&self) -> f64;
    /// The range of the parameter.
    fn range(&self) -> (f64, f64);
    /// The parameter as it is reported.
    fn reported(&self, value: f64) -> f64;
    /// The point for `target`, searched from the neighbour `from`.
    fn at(&mut self, target: f64, from: &Point) -> Result<Point>;
    /// All parameters at a point, as they are reported: the fixed effects, then the covariances.
    fn parameters(&mut self, at: &Point) -> Vec<Option<f64>>;
}

/// A deviance this far below the optimum shows another optimum; less is what optimisers leave.
const OTHER_OPTIMUM: f64 = 1e-6;

/// |ζ| of a deviance above `minimum`.
///
/// # Errors
/// `local_optimum` when the deviance lies below.
pub(super) fn root(deviance: f64, minimum: f64) -> Result<f64> {
    if deviance < minimum - OTHER_OPTIMUM * minimum.abs().max(1.0).sqrt() {
        let message = "the profile reaches a higher likelihood than the fit, whose optimum is a local one";
        return Err(Error::data("local_optimum", message));
    }
    Ok((deviance - minimum).max(0.0).sqrt())
}
