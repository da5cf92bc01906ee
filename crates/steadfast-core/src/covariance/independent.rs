//! One variance for all levels, and no covariance: also the residuals of a model without a residual structure.

use super::{Domain, Family, Number, Side, Sites};

/// σ² I; φ = σ².
#[derive(Debug, Clone, Copy)]
pub struct Independent {
    /// The part of the model.
    pub side: Side,
    /// The number of levels.
    pub m: usize,
}

impl Family for Independent {
    fn name(&self) -> &'static str {
        "iid"
    }
    fn domain(&self) -> Domain {
        Domain::Levels(self.m)
    }
    fn n_parameters(&self) -> usize {
        1
    }
    fn natural_names(&self, _levels: &[String]) -> Vec<String> {
        vec!["variance".to_owned()]
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        vec![self.side.variance(theta[0])]
    }
    fn start(&self, variance: f64) -> Vec<f64> {
        vec![self.side.theta(variance)]
    }
    fn standard_deviations(&self) -> Vec<usize> {
        vec![0]
    }
    fn rescaled(&self, natural: &[f64], factor: f64) -> Vec<f64> {
        vec![natural[0] * factor]
    }
    fn covariance<T: Number>(&self, sites: Sites<'_>, natural: &[T], out: &mut [T]) {
        out.fill(T::constant(0.0));
        (0..sites.n).for_each(|i| out[i * sites.n + i] = natural[0]);
    }
    fn is_linear(&self) -> bool {
        true
    }
}
