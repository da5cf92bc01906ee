//! A variance for each level and a correlation pattern: `csh`, `ar1h`, `toeph`, `adh`.

use super::patterns::Pattern;
use super::{Domain, Family, Number, Side, Sites, mmrm};

/// σ_i σ_j C_ij; φ = (σ₁², …, σₘ², the parameters of C), with σ_i in the place of σ_i² for random effects.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heterogeneous<C> {
    /// The name in formulae.
    pub(super) name: &'static str,
    /// The part of the model.
    pub(super) side: Side,
    /// C.
    pub(super) pattern: C,
}

impl<C: Pattern> Heterogeneous<C> {
    /// Parameters as those of the levels and those of the pattern.
    fn split<'a, T>(&self, all: &'a [T]) -> (&'a [T], &'a [T]) {
        all.split_at(self.pattern.order())
    }
}

impl<C: Pattern> Family for Heterogeneous<C> {
    fn name(&self) -> &'static str {
        self.name
    }
    fn domain(&self) -> Domain {
        Domain::Levels(self.pattern.order())
    }
    fn n_parameters(&self) -> usize {
        self.pattern.order() + self.pattern.n_parameters()
    }
    fn natural_names(&self, levels: &[String]) -> Vec<String> {
        let own = levels.iter().map(|level| self.side.level_name(level));
        own.chain(self.pattern.natural_names(levels)).collect()
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        let (levels, pattern) = self.split(theta);
        let mut natural: Vec<T> = levels.iter().map(|t| self.side.level(*t)).collect();
        natural.extend(self.pattern.natural(pattern));
        natural
    }
    fn start(&self, variance: f64) -> Vec<f64> {
        let mut start = vec![self.side.level_theta(variance); self.pattern.order()];
        start.extend(self.pattern.start());
        start
    }
    fn standard_deviations(&self) -> Vec<usize> {
        (0..self.pattern.order()).collect()
    }
    fn rescaled(&self, natural: &[f64], factor: f64) -> Vec<f64> {
        let (levels, pattern) = self.split(natural);
        let mut rescaled: Vec<f64> = levels.iter().map(|v| self.side.rescaled_level(*v, factor)).collect();
        rescaled.extend_from_slice(pattern);
        rescaled
    }
    fn covariance<T: Number>(&self, sites: Sites<'_>, natural: &[T], out: &mut [T]) {
        let (levels, pattern) = self.split(natural);
        self.pattern.matrix(pattern, out);
        let deviations: Vec<T> = levels.iter().map(|v| self.side.deviation(*v)).collect();
        for (i, first) in deviations.iter().enumerate() {
            for (j, second) in deviations.iter().enumerate() {
                let entry = &mut out[i * sites.n + j];
                *entry = *entry * (*first * *second);
            }
        }
    }
    fn mmrm_natural<T: Number>(&self, theta: &[T]) -> Option<Vec<T>> {
        let (levels, pattern) = self.split(theta);
        let mut natural: Vec<T> = levels.iter().map(|t| Side::Residual.variance(*t)).collect();
        natural.extend(self.pattern.mmrm_natural(pattern)?);
        Some(natural)
    }
    fn mmrm_theta(&self, natural: &[f64]) -> Option<Vec<f64>> {
        let (levels, pattern) = self.split(natural);
        let mut theta = mmrm::log_deviations(levels)?;
        theta.extend(self.pattern.mmrm_theta(pattern)?);
        (self.side == Side::Residual).then_some(theta)
    }
}
