//! The χ² distribution.

use super::incomplete_gamma::GammaPoint;
use super::inversion::{probability, ratio_with_tails};
use super::tail::{Tails, degrees_of_freedom};
use crate::error::Result;

/// The χ² distribution with ν > 0 degrees of freedom, whole or not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquared {
    dof: f64,
}

impl ChiSquared {
    /// χ² with `dof` degrees of freedom.
    ///
    /// # Errors
    /// `degrees_of_freedom` unless `dof` is a finite number above 0: χ² has no limit at infinity.
    pub fn new(dof: f64) -> Result<Self> {
        degrees_of_freedom(dof, f64::MAX).map(|dof| Self { dof })
    }

    /// The degrees of freedom ν.
    pub fn dof(&self) -> f64 {
        self.dof
    }

    /// P(X ≤ x) for any x but NaN.
    pub fn cdf(&self, x: f64) -> f64 {
        self.tails(x).lower
    }

    /// P(X > x) for any x but NaN.
    pub fn sf(&self, x: f64) -> f64 {
        self.tails(x).upper
    }

    /// The x with P(X ≤ x) = p.
    ///
    /// # Errors
    /// `not_a_probability` unless 0 ≤ p ≤ 1.
    pub fn quantile(&self, p: f64) -> Result<f64> {
        probability(p).map(|tails| self.point(tails))
    }

    /// The x with P(X > x) = q.
    ///
    /// # Errors
    /// `not_a_probability` unless 0 ≤ q ≤ 1.
    pub fn upper_quantile(&self, q: f64) -> Result<f64> {
        probability(q).map(|tails| self.point(tails.exchanged()))
    }

    fn tails(&self, x: f64) -> Tails {
        if x <= 0.0 { Tails::ALL_ABOVE } else { GammaPoint::at(0.5 * self.dof, 0.5 * x).tails() }
    }

    fn point(&self, wanted: Tails) -> f64 {
        self.dof * mean_ratio(self.dof, wanted)
    }
}

/// The ratio X/ν at which a χ² variable with ν finite degrees of freedom has the tails `wanted`.
pub(super) fn mean_ratio(dof: f64, wanted: Tails) -> f64 {
    let shape = 0.5 * dof;
    let at = |ratio| GammaPoint::at_ratio(shape, ratio);
    ratio_with_tails(wanted, at(1.0).tails(), |ratio, side| at(ratio).outer(side))
}
