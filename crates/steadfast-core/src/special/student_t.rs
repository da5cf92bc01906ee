//! Student's t distribution.

use super::fisher_f::FisherF;
use super::incomplete_beta::BetaPoint;
use super::inversion::probability;
use super::normal::Normal;
use super::stirling::ln_gamma;
use super::tail::{Tails, degrees_of_freedom};
use crate::error::Result;

/// From this |t| on, t² leaves the range of `f64`, and the tail is its leading power ν^(ν/2) t^(−ν) to every digit.
const POWER_TAIL: f64 = 1e140;

/// ½ ln π = ln Γ(½).
const LN_GAMMA_HALF: f64 = 0.572_364_942_924_700_1;

/// The t distribution with ν > 0 degrees of freedom, whole or not; with ν = ∞ the normal distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudentT {
    dof: f64,
}

impl StudentT {
    /// t with `dof` degrees of freedom, which may be infinite.
    ///
    /// # Errors
    /// `degrees_of_freedom` unless `dof` is above 0.
    pub fn new(dof: f64) -> Result<Self> {
        degrees_of_freedom(dof, f64::INFINITY).map(|dof| Self { dof })
    }

    /// The degrees of freedom ν.
    pub fn dof(&self) -> f64 {
        self.dof
    }

    /// P(T ≤ t) for any t but NaN.
    pub fn cdf(&self, t: f64) -> f64 {
        self.sf(-t)
    }

    /// P(T > t) for any t but NaN.
    pub fn sf(&self, t: f64) -> f64 {
        if self.dof == f64::INFINITY {
            return Normal.sf(t);
        }
        let tails = self.absolute(t.abs());
        if t > 0.0 { 0.5 * tails.upper } else { 0.5 + 0.5 * tails.lower }
    }

    /// P(|T| > |t|), the two-sided p-value, for any t but NaN.
    pub fn two_sided(&self, t: f64) -> f64 {
        if self.dof == f64::INFINITY { Normal.two_sided(t) } else { self.absolute(t.abs()).upper }
    }

    /// The t with P(T ≤ t) = p.
    ///
    /// # Errors
    /// `not_a_probability` unless 0 ≤ p ≤ 1.
    pub fn quantile(&self, p: f64) -> Result<f64> {
        probability(p).map(|tails| self.point(tails))
    }

    /// The t with P(T > t) = q.
    ///
    /// # Errors
    /// `not_a_probability` unless 0 ≤ q ≤ 1.
    pub fn upper_quantile(&self, q: f64) -> Result<f64> {
        probability(q).map(|tails| self.point(tails.exchanged()))
    }

    /// P(|T| ≤ t) and P(|T| > t), t ≥ 0, finite ν: T² is F with 1 and ν degrees of freedom.
    fn absolute(&self, t: f64) -> Tails {
        if t == 0.0 {
            Tails::ALL_ABOVE
        } else if t == f64::INFINITY {
            Tails::ALL_BELOW
        } else if t > POWER_TAIL {
            let a = 0.5 * self.dof;
            let upper = libm::exp(a * (libm::log(self.dof) - 2.0 * libm::log(t)) - self.ln_power_constant());
            Tails { lower: 1.0 - upper, upper }
        } else {
            BetaPoint::at_ratio(0.5, 0.5 * self.dof, t * t).tails()
        }
    }

    /// ln(a B(a, ½)), a = ν/2.
    fn ln_power_constant(&self) -> f64 {
        let a = 0.5 * self.dof;
        ln_gamma(1.0 + a) + LN_GAMMA_HALF - ln_gamma(a + 0.5)
    }

    fn point(&self, wanted: Tails) -> f64 {
        if wanted.lower < wanted.upper {
            return -self.positive_point(wanted.lower);
        }
        self.positive_point(wanted.upper)
    }

    /// The t ≥ 0 with P(T > t) = q, q ≤ ½.
    fn positive_point(&self, q: f64) -> f64 {
        if q <= 0.0 {
            return f64::INFINITY;
        }
        if self.dof == f64::INFINITY {
            return Normal.positive_point(q);
        }
        let wanted = Tails { lower: 1.0 - 2.0 * q, upper: 2.0 * q };
        let power_tail = 0.5 * libm::log(self.dof) - (libm::log(wanted.upper) + self.ln_power_constant()) / self.dof;
        if power_tail > libm::log(POWER_TAIL) {
            return libm::exp(power_tail);
        }
        FisherF::new(1.0, self.dof).map_or(f64::INFINITY, |square| square.point(wanted)).sqrt()
    }
}
