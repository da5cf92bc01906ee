//! The beta distribution.

use super::incomplete_beta::BetaPoint;
use super::inversion::{probability, ratio_with_tails};
use super::tail::{Tails, within_range};
use crate::error::{Error, Result};

/// The beta distribution with shapes a and b > 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beta {
    a: f64,
    b: f64,
}

impl Beta {
    /// Beta with shapes `a` and `b`.
    ///
    /// # Errors
    /// `shape` unless both are finite and above 0.
    pub fn new(a: f64, b: f64) -> Result<Self> {
        if a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite() {
            Ok(Self { a: within_range(a), b: within_range(b) })
        } else {
            Err(Error::usage("shape", "the shapes of a beta distribution must be finite numbers above 0"))
        }
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
        if x <= 0.0 {
            Tails::ALL_ABOVE
        } else if x >= 1.0 {
            Tails::ALL_BELOW
        } else {
            BetaPoint::at(self.a, self.b, x).tails()
        }
    }

    fn point(&self, wanted: Tails) -> f64 {
        let at = |ratio| BetaPoint::at_ratio(self.a, self.b, ratio);
        let ratio = ratio_with_tails(wanted, at(1.0).tails(), |ratio, side| at(ratio).outer(side));
        // x = a r/(a r + b), written so that neither end of the range overflows.
        if ratio == f64::INFINITY { 1.0 } else { 1.0 / (1.0 + self.b / self.a / ratio) }
    }
}
