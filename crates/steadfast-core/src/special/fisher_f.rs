//! Fisher's F distribution.

use super::chi_squared::mean_ratio;
use super::incomplete_beta::BetaPoint;
use super::incomplete_gamma::GammaPoint;
use super::inversion::{probability, ratio_with_tails};
use super::tail::{Tails, degrees_of_freedom};
use crate::error::Result;

/// The F distribution with ν₁ and ν₂ > 0 degrees of freedom, whole or not, either of which may be infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FisherF {
    numerator: f64,
    denominator: f64,
}

impl FisherF {
    /// F with `numerator` and `denominator` degrees of freedom. With ν₂ = ∞ it is χ²(ν₁)/ν₁, with ν₁ = ∞ it is
    /// ν₂/χ²(ν₂), with both it is the constant 1.
    ///
    /// # Errors
    /// `degrees_of_freedom` unless both are above 0.
    pub fn new(numerator: f64, denominator: f64) -> Result<Self> {
        Ok(Self {
            numerator: degrees_of_freedom(numerator, f64::INFINITY)?,
            denominator: degrees_of_freedom(denominator, f64::INFINITY)?,
        })
    }

    /// ν₁.
    pub fn numerator(&self) -> f64 {
        self.numerator
    }

    /// ν₂.
    pub fn denominator(&self) -> f64 {
        self.denominator
    }

    /// P(X ≤ x) for any x but NaN.
    pub fn cdf(&self, x: f64) -> f64 {
        self.tails(x).lower
    }

    /// P(X > x) for any x but NaN: the p-value of an F statistic.
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
            return Tails::ALL_ABOVE;
        }
        if x == f64::INFINITY {
            return Tails::ALL_BELOW;
        }
        match (self.numerator.is_finite(), self.denominator.is_finite()) {
            (true, true) => self.ratio(x).tails(),
            (true, false) => GammaPoint::at_ratio(0.5 * self.numerator, x).tails(),
            (false, true) => GammaPoint::at_inverse_ratio(0.5 * self.denominator, x).tails().exchanged(),
            (false, false) if x < 1.0 => Tails::ALL_ABOVE,
            (false, false) => Tails::ALL_BELOW,
        }
    }

    pub(super) fn point(&self, wanted: Tails) -> f64 {
        match (self.numerator.is_finite(), self.denominator.is_finite()) {
            (true, true) => ratio_with_tails(wanted, self.ratio(1.0).tails(), |x, side| self.ratio(x).outer(side)),
            (true, false) => mean_ratio(self.numerator, wanted),
            (false, true) => 1.0 / mean_ratio(self.denominator, wanted.exchanged()),
            (false, false) => 1.0,
        }
    }

    fn ratio(&self, x: f64) -> BetaPoint {
        BetaPoint::at_ratio(0.5 * self.numerator, 0.5 * self.denominator, x)
    }
}
