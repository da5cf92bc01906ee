//! Counts whose rates differ between rows as gamma variables do: variance μ + αμ².

use super::log_ratio::log_ratio;
use super::poisson::Poisson;
use super::rising::rising;
use super::spread::above;
use super::{Distribution, Terms};
use crate::error::Result;
use crate::special::{Tails, regularized_beta};

/// f(y) = Γ(y + 1/α)/{Γ(1/α) y!} · (αμ)ʸ (1 + αμ)^(−y − 1/α), with variance μ + αμ².
///
/// α is 1/θ of R's `MASS::glm.nb`. Γ(y + 1/α)/Γ(1/α) αʸ is the product of 1 + αj over j < y, so that nothing is lost as α → 0.
///
/// # Source
/// Cameron and Trivedi 2013, Regression Analysis of Count Data, section 3.3.1; Lawless 1987, Canadian Journal of Statistics 15, 209.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NegativeBinomial2;

impl Distribution for NegativeBinomial2 {
    fn name(&self) -> &'static str {
        "nb2"
    }
    fn description(&self) -> &'static str {
        "negative binomial NB2 (variance μ + αμ²)"
    }
    fn has_dispersion(&self) -> bool {
        true
    }
    fn is_exponential(&self) -> bool {
        true
    }
    fn terms(&self, y: f64, eta: f64, alpha: f64) -> Terms {
        let mu = libm::exp(eta);
        let u = alpha * mu;
        let inflated = 1.0 + u;
        let [sum, sum_slope, sum_bend] = rising(y, alpha);
        let [_, ratio_slope, ratio_bend] = log_ratio(u);
        Terms {
            value: above(y, eta, alpha, sum),
            eta: (y - mu) / inflated,
            eta_eta: -mu * (1.0 + alpha * y) / (inflated * inflated),
            alpha: sum_slope - y * mu / inflated - mu * mu * ratio_slope,
            eta_alpha: -mu * (y - mu) / (inflated * inflated),
            alpha_alpha: sum_bend + y * (mu / inflated) * (mu / inflated) - mu * mu * mu * ratio_bend,
        }
    }
    fn variance(&self, mu: f64, alpha: f64) -> f64 {
        mu + alpha * mu * mu
    }
    fn cumulative(&self, y: f64, mu: f64, alpha: f64) -> Result<Tails> {
        if alpha * mu < NEARLY_POISSON {
            return Poisson.cumulative(y, mu, 0.0);
        }
        regularized_beta(1.0 / alpha, y + 1.0, 1.0 / (1.0 + alpha * mu))
    }
}

/// Where the variance exceeds the mean by less than this share, probabilities are Poisson's to eleven digits.
pub(super) const NEARLY_POISSON: f64 = 1e-11;
