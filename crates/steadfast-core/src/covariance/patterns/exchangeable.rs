//! One correlation between any two levels.

use super::{Pattern, symmetric};
use crate::covariance::{Number, Side, mmrm};

/// ρ off the diagonal; φ = ρ, the whole admissible range −1/(m − 1) < ρ < 1.
#[derive(Debug, Clone, Copy)]
pub(in crate::covariance) struct Exchangeable {
    /// The part of the model.
    pub(in crate::covariance) side: Side,
    /// The number of levels.
    pub(in crate::covariance) m: usize,
}

impl Exchangeable {
    /// The middle and half the length of the admissible range.
    fn range(&self) -> (f64, f64) {
        let low = lowest(self.m);
        (0.5 * (1.0 + low), 0.5 * (1.0 - low))
    }
}

/// −1/(m − 1), the smallest correlation that m levels can have with each other.
pub(in crate::covariance) fn lowest(m: usize) -> f64 {
    -1.0 / (m as f64 - 1.0)
}

impl Pattern for Exchangeable {
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
        let (middle, half) = self.range();
        theta.iter().map(|t| T::constant(middle) + T::constant(half) * self.side.correlation(*t)).collect()
    }
    fn start(&self) -> Vec<f64> {
        // A correlation of one half: typical of repeated measures, and inside the range for every m.
        let (middle, half) = self.range();
        vec![self.side.correlation_theta((0.5 - middle) / half); self.n_parameters()]
    }
    fn matrix<T: Number>(&self, natural: &[T], out: &mut [T]) {
        symmetric(self.m, out, |_, _| natural[0]);
    }
    fn mmrm_natural<T: Number>(&self, theta: &[T]) -> Option<Vec<T>> {
        Some(theta.iter().map(|t| mmrm::exchangeable(*t, lowest(self.m))).collect())
    }
    fn mmrm_theta(&self, natural: &[f64]) -> Option<Vec<f64>> {
        natural.iter().map(|rho| mmrm::from_exchangeable(*rho, lowest(self.m))).collect()
    }
}
