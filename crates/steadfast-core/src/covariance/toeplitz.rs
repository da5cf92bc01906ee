//! A variance and a covariance for each lag: `toep`.

use super::patterns::{Lags, Pattern};
use super::{Domain, Family, Number, Side, Sites, mmrm};

/// σ_|i−j|, zero from lag `bands` on; φ = (σ₀, σ₁, …). Every positive definite matrix of this form is reached (see
/// [`Lags`]).
#[derive(Debug, Clone, Copy)]
pub(super) struct Toeplitz {
    /// The correlations by lag.
    pub(super) lags: Lags,
}

/// (variance, variance × each correlation).
fn covariances<T: Number>(variance: T, correlations: &[T]) -> Vec<T> {
    let mut all = vec![variance];
    all.extend(correlations.iter().map(|rho| variance * *rho));
    all
}

impl Family for Toeplitz {
    fn name(&self) -> &'static str {
        "toep"
    }
    fn domain(&self) -> Domain {
        Domain::Levels(self.lags.m)
    }
    fn n_parameters(&self) -> usize {
        self.lags.bands
    }
    fn natural_names(&self, _levels: &[String]) -> Vec<String> {
        let by_lag = (1..self.lags.bands).map(|lag| format!("cov(lag {lag})"));
        std::iter::once("variance".to_owned()).chain(by_lag).collect()
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        covariances(self.lags.side.variance(theta[0]), &self.lags.natural(&theta[1..]))
    }
    fn start(&self, variance: f64) -> Vec<f64> {
        let mut start = vec![self.lags.side.theta(variance)];
        start.extend(self.lags.start());
        start
    }
    fn standard_deviations(&self) -> Vec<usize> {
        vec![0]
    }
    fn rescaled(&self, natural: &[f64], factor: f64) -> Vec<f64> {
        natural.iter().map(|v| v * factor).collect()
    }
    fn covariance<T: Number>(&self, sites: Sites<'_>, natural: &[T], out: &mut [T]) {
        for i in 0..sites.n {
            for j in 0..sites.n {
                out[i * sites.n + j] = natural.get(i.abs_diff(j)).copied().unwrap_or(T::constant(0.0));
            }
        }
    }
    fn is_linear(&self) -> bool {
        true
    }
    fn mmrm_natural<T: Number>(&self, theta: &[T]) -> Option<Vec<T>> {
        Some(covariances(Side::Residual.variance(theta[0]), &self.lags.mmrm_natural(&theta[1..])?))
    }
    fn mmrm_theta(&self, natural: &[f64]) -> Option<Vec<f64>> {
        let mut theta = mmrm::log_deviations(&natural[..1])?;
        let correlations: Vec<f64> = natural[1..].iter().map(|c| c / natural[0]).collect();
        theta.extend(self.lags.mmrm_theta(&correlations)?);
        (self.lags.side == Side::Residual).then_some(theta)
    }
}
