//! First-order autoregression over equally spaced levels.

use super::{Domain, Family, Number, Side, Sites};

/// σ² ρ^|i−j|; φ = (σ², ρ), ρ = tanh θ₂.
#[derive(Debug, Clone, Copy)]
pub struct Ar1 {
    /// The part of the model.
    pub side: Side,
    /// The number of levels.
    pub m: usize,
}

impl Family for Ar1 {
    const NAME: &'static str = "ar1";
    fn domain(&self) -> Domain {
        Domain::Levels(self.m)
    }
    fn n_parameters(&self) -> usize {
        2
    }
    fn natural_names(&self, _levels: &[String]) -> Vec<String> {
        vec!["variance".to_owned(), "rho".to_owned()]
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        vec![self.side.variance(theta[0]), theta[1].hyperbolic_tangent()]
    }
    fn start(&self, variance: f64) -> Vec<f64> {
        // ρ near 0.46.
        vec![self.side.theta(variance), 0.5]
    }
    fn standard_deviations(&self) -> Vec<usize> {
        vec![0]
    }
    fn rescaled(&self, natural: &[f64], factor: f64) -> Vec<f64> {
        vec![natural[0] * factor, natural[1]]
    }
    fn covariance<T: Number>(&self, sites: Sites<'_>, natural: &[T], out: &mut [T]) {
        let by_lag: Vec<T> =
            std::iter::successors(Some(natural[0]), |last| Some(*last * natural[1])).take(sites.n).collect();
        super::scale::by_lag(&by_lag, out);
    }
}
