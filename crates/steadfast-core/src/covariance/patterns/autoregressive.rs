//! First-order autoregression over equally spaced levels.

use super::{Pattern, symmetric};
use crate::covariance::{Number, Side, mmrm};

/// ρ^|i−j|; φ = ρ.
#[derive(Debug, Clone, Copy)]
pub(in crate::covariance) struct Autoregressive {
    /// The part of the model.
    pub(in crate::covariance) side: Side,
    /// The number of levels.
    pub(in crate::covariance) m: usize,
}

impl Pattern for Autoregressive {
    fn order(&self) -> usize {
        self.m
    }
    fn n_parameters(&self) -> usize {
        self.m.min(2) - 1
    }
    fn natural_names(&self, _levels: &[String]) -> Vec<String> {
        vec!["rho".to_owned(); self.n_parameters()]
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        theta.iter().map(|t| self.side.correlation(*t)).collect()
    }
    fn start(&self) -> Vec<f64> {
        // ρ near one half: typical of repeated measures.
        vec![0.5; self.n_parameters()]
    }
    fn matrix<T: Number>(&self, natural: &[T], out: &mut [T]) {
        symmetric(self.m, out, |i, j| natural[0].power(i - j));
    }
    fn mmrm_natural<T: Number>(&self, theta: &[T]) -> Option<Vec<T>> {
        Some(mmrm::correlations(theta))
    }
    fn mmrm_theta(&self, natural: &[f64]) -> Option<Vec<f64>> {
        mmrm::from_correlations(natural)
    }
}
