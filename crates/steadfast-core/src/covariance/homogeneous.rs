//! One variance times a correlation pattern: `ar1`, `ad`, `arma11`.

use super::patterns::Pattern;
use super::{Domain, Family, Number, Side, Sites, mmrm};

/// σ² C; φ = (σ², the parameters of C).
#[derive(Debug, Clone, Copy)]
pub(super) struct Homogeneous<C> {
    /// The name in formulae.
    pub(super) name: &'static str,
    /// The part of the model.
    pub(super) side: Side,
    /// C.
    pub(super) pattern: C,
}

impl<C: Pattern> Family for Homogeneous<C> {
    fn name(&self) -> &'static str {
        self.name
    }
    fn domain(&self) -> Domain {
        Domain::Levels(self.pattern.order())
    }
    fn n_parameters(&self) -> usize {
        1 + self.pattern.n_parameters()
    }
    fn natural_names(&self, levels: &[String]) -> Vec<String> {
        let mut names = vec!["variance".to_owned()];
        names.extend(self.pattern.natural_names(levels));
        names
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        let mut natural = vec![self.side.variance(theta[0])];
        natural.extend(self.pattern.natural(&theta[1..]));
        natural
    }
    fn start(&self, variance: f64) -> Vec<f64> {
        let mut start = vec![self.side.theta(variance)];
        start.extend(self.pattern.start());
        start
    }
    fn standard_deviations(&self) -> Vec<usize> {
        vec![0]
    }
    fn rescaled(&self, natural: &[f64], factor: f64) -> Vec<f64> {
        let mut rescaled = natural.to_vec();
        rescaled[0] *= factor;
        rescaled
    }
    fn covariance<T: Number>(&self, _sites: Sites<'_>, natural: &[T], out: &mut [T]) {
        self.pattern.matrix(&natural[1..], out);
        out.iter_mut().for_each(|entry| *entry = natural[0] * *entry);
    }
    fn mmrm_natural<T: Number>(&self, theta: &[T]) -> Option<Vec<T>> {
        let mut natural = vec![Side::Residual.variance(theta[0])];
        natural.extend(self.pattern.mmrm_natural(&theta[1..])?);
        Some(natural)
    }
    fn mmrm_theta(&self, natural: &[f64]) -> Option<Vec<f64>> {
        let mut theta = mmrm::log_deviations(&natural[..1])?;
        theta.extend(self.pattern.mmrm_theta(&natural[1..])?);
        (self.side == Side::Residual).then_some(theta)
    }
}
