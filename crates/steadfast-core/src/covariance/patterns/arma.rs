//! Autoregression with measurement error or a moving average: ARMA(1, 1) over equally spaced levels.

use super::{Pattern, symmetric};
use crate::covariance::{Number, Side};

/// γ ρ^{d−1} at lag d ≥ 1; φ = (γ, ρ), in SAS's terms. Two levels have γ alone.
///
/// The spectrum 1 + 2γ (cos ω − ρ)/(1 − 2ρ cos ω + ρ²), made free of its denominator, is linear in cos ω; it is
/// positive at every frequency if it is so at ω = 0 and ω = π, where it is (1 − ρ + 2γ)/(1 − ρ) and
/// (1 + ρ − 2γ)/(1 + ρ). Hence the matrix is positive definite for every number of levels exactly when |ρ| < 1 and
/// −(1 − ρ)/2 < γ < (1 + ρ)/2, and γ = (ρ + u)/2 with |u| < 1 reaches every such γ. A given number of levels admits
/// a little more, such as an exchangeable negative correlation, which is not reached.
#[derive(Debug, Clone, Copy)]
pub(in crate::covariance) struct Arma {
    /// The part of the model.
    pub(in crate::covariance) side: Side,
    /// The number of levels.
    pub(in crate::covariance) m: usize,
}

impl Pattern for Arma {
    fn order(&self) -> usize {
        self.m
    }
    fn n_parameters(&self) -> usize {
        self.m.min(3) - 1
    }
    fn natural_names(&self, _levels: &[String]) -> Vec<String> {
        ["gamma", "rho"].iter().take(self.n_parameters()).map(|name| (*name).to_owned()).collect()
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        match theta {
            [u, rho] => {
                let rho = self.side.correlation(*rho);
                vec![T::constant(0.5) * (rho + self.side.correlation(*u)), rho]
            }
            _ => theta.iter().map(|t| self.side.correlation(*t)).collect(),
        }
    }
    fn start(&self) -> Vec<f64> {
        // γ = ρ near one half: an autoregression without measurement error.
        vec![0.5; self.n_parameters()]
    }
    fn matrix<T: Number>(&self, natural: &[T], out: &mut [T]) {
        symmetric(self.m, out, |i, j| match natural {
            [gamma, rho] => *gamma * rho.power(i - j - 1),
            _ => natural[0],
        });
    }
}
