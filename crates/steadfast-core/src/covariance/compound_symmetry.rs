//! Exchangeable levels: one variance and one covariance.

use super::patterns::lowest;
use super::{Domain, Family, Number, Side, Sites, mmrm};

/// (v − c) I + c J; φ = (v, c). θ moves the two eigenvalues v − c and v + (m − 1) c, so that the whole admissible
/// range −1/(m − 1) < ρ < 1 is reached.
#[derive(Debug, Clone, Copy)]
pub struct CompoundSymmetry {
    /// The part of the model.
    pub side: Side,
    /// The number of levels.
    pub m: usize,
}

impl Family for CompoundSymmetry {
    fn name(&self) -> &'static str {
        "cs"
    }
    fn domain(&self) -> Domain {
        Domain::Levels(self.m)
    }
    fn n_parameters(&self) -> usize {
        self.m.min(2)
    }
    fn natural_names(&self, _levels: &[String]) -> Vec<String> {
        ["variance", "covariance"].iter().take(self.m).map(|s| (*s).to_owned()).collect()
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        let within = self.side.variance(theta[0]);
        match theta.get(1) {
            Some(between) => {
                let c = (self.side.variance(*between) - within) / T::constant(self.m as f64);
                vec![within + c, c]
            }
            None => vec![within],
        }
    }
    fn start(&self, variance: f64) -> Vec<f64> {
        // A correlation of one half: typical of repeated measures, and inside the range for every m.
        let eigenvalues = [0.5 * variance, 0.5 * variance * (self.m as f64 + 1.0)];
        match self.m {
            1 => vec![self.side.theta(variance)],
            _ => eigenvalues.iter().map(|v| self.side.theta(*v)).collect(),
        }
    }
    fn standard_deviations(&self) -> Vec<usize> {
        (0..Family::n_parameters(self)).collect()
    }
    fn rescaled(&self, natural: &[f64], factor: f64) -> Vec<f64> {
        natural.iter().map(|v| v * factor).collect()
    }
    fn covariance<T: Number>(&self, sites: Sites<'_>, natural: &[T], out: &mut [T]) {
        out.fill(natural.get(1).copied().unwrap_or(T::constant(0.0)));
        (0..sites.n).for_each(|i| out[i * sites.n + i] = natural[0]);
    }
    fn is_linear(&self) -> bool {
        true
    }
    fn mmrm_natural<T: Number>(&self, theta: &[T]) -> Option<Vec<T>> {
        let variance = Side::Residual.variance(theta[0]);
        let covariance = theta[1..].iter().map(|t| variance * mmrm::exchangeable(*t, lowest(self.m)));
        Some(std::iter::once(variance).chain(covariance).collect())
    }
    fn mmrm_theta(&self, natural: &[f64]) -> Option<Vec<f64>> {
        let mut theta = mmrm::log_deviations(&natural[..1])?;
        for covariance in &natural[1..] {
            theta.push(mmrm::from_exchangeable(covariance / natural[0], lowest(self.m))?);
        }
        (self.side == Side::Residual).then_some(theta)
    }
}
