//! How large a frailty is, in words that do not depend on its distribution.

use super::fit::FrailtyFit;
use super::predict::normal_mean;
use crate::error::{Error, Result};
use crate::special::{ChiSquared, FisherF, Normal};

/// The size of one shared frailty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrailtySize {
    /// The median of the hazard ratio between the members of two clusters drawn at random, the larger over the smaller, that have
    /// the same covariates: 1 without a frailty.
    pub median_hazard_ratio: f64,
    /// The hazard of a cluster at the 97.5th percentile over that of one at the 2.5th.
    pub range_ratio: f64,
    /// Kendall's τ of the times of two members of a cluster: θ/(θ + 2) for a gamma frailty.
    pub kendall_tau: f64,
}

impl FrailtyFit {
    /// The size of the one shared frailty.
    ///
    /// Log-normal: exp(√2 σ z₀.₇₅); gamma: the median of the ratio of two gamma variables with shape 1/θ, which is F with 2/θ and 2/θ
    /// degrees of freedom, at 0.75. τ of a log-normal frailty is 4 ∫ s L(s) L''(s) ds − 1, L the Laplace transform.
    ///
    /// # Errors
    /// `several_parameters` for a model with several groups or slopes.
    ///
    /// # Source
    /// Larsen and Merlo 2005, American Journal of Epidemiology 161:81; Hougaard 2000, Analysis of Multivariate Survival Data, ch. 7.
    pub fn size(&self) -> Result<FrailtySize> {
        if self.model.n_parameters() != 1 || self.model.terms.len() != 1 || !self.model.terms[0].is_intercept() {
            return Err(Error::usage("several_parameters", "the size is of one shared frailty"));
        }
        let theta = self.theta();
        if theta <= 0.0 {
            return Ok(FrailtySize { median_hazard_ratio: 1.0, range_ratio: 1.0, kendall_tau: 0.0 });
        }
        if self.model.is_gamma() {
            let (f, u) = (FisherF::new(2.0 / theta, 2.0 / theta)?, ChiSquared::new(2.0 / theta)?);
            let range_ratio = u.upper_quantile(0.025)? / u.quantile(0.025)?;
            let median_hazard_ratio = f.upper_quantile(0.25)?;
            return Ok(FrailtySize { median_hazard_ratio, range_ratio, kendall_tau: theta / (theta + 2.0) });
        }
        let sigma = libm::sqrt(theta);
        let of = |quantile: f64, scale: f64| libm::exp(scale * sigma * quantile);
        Ok(FrailtySize {
            median_hazard_ratio: of(Normal.upper_quantile(0.25)?, core::f64::consts::SQRT_2),
            range_ratio: of(Normal.upper_quantile(0.025)?, 2.0),
            kendall_tau: kendall(sigma),
        })
    }
}

/// τ = 4 ∫ s L(s) L''(s) ds − 1. With frailties U, V the integral is E V²·1/(U + V)²: over the half-difference of their logarithms it is
/// E [1/(1 + exp(√2 σ z))²], so that τ = 4 E expit(√2 σ Z)² − 1.
fn kendall(sigma: f64) -> f64 {
    let mean = normal_mean(|z| {
        let share = 1.0 / (1.0 + libm::exp(-core::f64::consts::SQRT_2 * sigma * z));
        share * share
    });
    4.0 * mean - 1.0
}
