//! First-order ante-dependence: each level depends on the one before it, each step with a correlation of its own.

use super::{Pattern, symmetric};
use crate::covariance::{Number, Side, mmrm};

/// corr(i, j) = ρ_j ρ_{j+1} ⋯ ρ_{i−1} for j < i; φ = (ρ₁, …, ρ_{m−1}), each between −1 and 1.
///
/// # Source
/// Gabriel 1962, Ante-dependence analysis of an ordered set of variables.
#[derive(Debug, Clone, Copy)]
pub(in crate::covariance) struct Antedependence {
    /// The part of the model.
    pub(in crate::covariance) side: Side,
    /// The number of levels.
    pub(in crate::covariance) m: usize,
}

impl Pattern for Antedependence {
    fn order(&self) -> usize {
        self.m
    }
    fn n_parameters(&self) -> usize {
        self.m - 1
    }
    fn natural_names(&self, levels: &[String]) -> Vec<String> {
        levels.windows(2).map(|pair| format!("cor({}, {})", pair[1], pair[0])).collect()
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        theta.iter().map(|t| self.side.correlation(*t)).collect()
    }
    fn start(&self) -> Vec<f64> {
        vec![0.5; self.n_parameters()]
    }
    fn matrix<T: Number>(&self, natural: &[T], out: &mut [T]) {
        symmetric(self.m, out, |i, j| natural[j..i].iter().fold(T::constant(1.0), |product, rho| product * *rho));
    }
    fn mmrm_natural<T: Number>(&self, theta: &[T]) -> Option<Vec<T>> {
        Some(mmrm::correlations(theta))
    }
    fn mmrm_theta(&self, natural: &[f64]) -> Option<Vec<f64>> {
        mmrm::from_correlations(natural)
    }
}
