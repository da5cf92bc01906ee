//! Counts of events that come independently of each other.

use super::{Distribution, Terms};
use crate::error::Result;
use crate::special::{Tails, regularized_gamma};

/// f(y) = μʸ e^(−μ)/y!, with variance μ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Poisson;

impl Distribution for Poisson {
    fn name(&self) -> &'static str {
        "poisson"
    }
    fn description(&self) -> &'static str {
        "Poisson (variance μ)"
    }
    fn has_dispersion(&self) -> bool {
        false
    }
    fn is_exponential(&self) -> bool {
        true
    }
    fn terms(&self, y: f64, eta: f64, _alpha: f64) -> Terms {
        let mu = libm::exp(eta);
        Terms { value: above_saturated(y, eta) - mu, eta: y - mu, eta_eta: -mu, ..Terms::default() }
    }
    fn variance(&self, mu: f64, _alpha: f64) -> f64 {
        mu
    }
    fn cumulative(&self, y: f64, mu: f64, _alpha: f64) -> Result<Tails> {
        let gamma = regularized_gamma(y + 1.0, mu)?;
        Ok(Tails { lower: gamma.upper, upper: gamma.lower })
    }
}

/// y (η − ln y) + y: what is left of y η when the saturated y ln y − y is taken away.
pub(super) fn above_saturated(y: f64, eta: f64) -> f64 {
    if y > 0.0 { y * (eta - libm::log(y)) + y } else { 0.0 }
}
