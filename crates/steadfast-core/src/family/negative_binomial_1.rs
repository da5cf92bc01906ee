//! Counts whose variance is a multiple of their mean: variance (1 + α) μ.

use super::log_ratio::log_ratio;
use super::negative_binomial_2::NEARLY_POISSON;
use super::poisson::Poisson;
use super::rising::rising;
use super::spread::above;
use super::{Distribution, Terms};
use crate::error::Result;
use crate::special::{Tails, regularized_beta};

/// The negative binomial of size μ/α: f(y) = Γ(y + μ/α)/{Γ(μ/α) y!} · αʸ (1 + α)^(−y − μ/α), with variance (1 + α) μ.
///
/// α is the dispersion of `glmmTMB`'s family `nbinom1`.
///
/// # Source
/// Cameron and Trivedi 2013, Regression Analysis of Count Data, section 3.3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NegativeBinomial1;

impl Distribution for NegativeBinomial1 {
    fn name(&self) -> &'static str {
        "nb1"
    }
    fn description(&self) -> &'static str {
        "negative binomial NB1 (variance (1 + α) μ)"
    }
    fn has_dispersion(&self) -> bool {
        true
    }
    fn is_exponential(&self) -> bool {
        false
    }
    fn terms(&self, y: f64, eta: f64, alpha: f64) -> Terms {
        let mu = libm::exp(eta);
        // Γ(y + μ/α)/Γ(μ/α) αʸ = μʸ Π (1 + κj) with κ = α/μ.
        let kappa = alpha / mu;
        let [sum, sum_slope, sum_bend] = rising(y, kappa);
        let [ratio, ratio_slope, ratio_bend] = log_ratio(alpha);
        let inflated = 1.0 + alpha;
        let (along, across) = (kappa * sum_slope, kappa * (kappa * sum_bend));
        Terms {
            value: above(y, eta, kappa, sum),
            eta: y - along - mu * ratio,
            eta_eta: along + across - mu * ratio,
            alpha: sum_slope / mu - y / inflated - mu * ratio_slope,
            eta_alpha: -(sum_slope + kappa * sum_bend) / mu - mu * ratio_slope,
            alpha_alpha: sum_bend / mu / mu + y / (inflated * inflated) - mu * ratio_bend,
        }
    }
    fn variance(&self, mu: f64, alpha: f64) -> f64 {
        mu * (1.0 + alpha)
    }
    fn cumulative(&self, y: f64, mu: f64, alpha: f64) -> Result<Tails> {
        if alpha < NEARLY_POISSON {
            return Poisson.cumulative(y, mu, 0.0);
        }
        regularized_beta(mu / alpha, y + 1.0, 1.0 / (1.0 + alpha))
    }
}
