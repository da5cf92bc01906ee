//! One variance for all levels, and no covariance: also the residuals of a model without a residual structure.

use nalgebra::DMatrix;

use super::{Side, Structure, theta_of, variance_of};

/// σ² I; φ = σ².
#[derive(Debug, Clone, Copy)]
pub struct Independent {
    /// The part of the model.
    pub side: Side,
}

fn scaled_identity(m: usize, value: f64, out: &mut [f64]) {
    out.fill(0.0);
    for i in 0..m {
        out[i * m + i] = value;
    }
}

impl Structure for Independent {
    fn name(&self) -> &'static str {
        "iid"
    }
    fn n_parameters(&self, _m: usize) -> usize {
        1
    }
    fn natural_names(&self, _levels: &[String]) -> Vec<String> {
        vec!["variance".to_owned()]
    }
    fn natural(&self, _m: usize, theta: &[f64]) -> Vec<f64> {
        vec![variance_of(self.side, theta[0]).0]
    }
    fn jacobian(&self, _m: usize, theta: &[f64]) -> DMatrix<f64> {
        DMatrix::from_element(1, 1, variance_of(self.side, theta[0]).1)
    }
    fn curvature(&self, _m: usize, theta: &[f64], weights: &[f64]) -> DMatrix<f64> {
        DMatrix::from_element(1, 1, weights[0] * variance_of(self.side, theta[0]).2)
    }
    fn start(&self, _m: usize, variance: f64) -> Vec<f64> {
        vec![theta_of(self.side, variance)]
    }
    fn standard_deviations(&self, _m: usize) -> Vec<usize> {
        vec![0]
    }
    fn rescaled(&self, _m: usize, natural: &[f64], factor: f64) -> Vec<f64> {
        vec![natural[0] * factor]
    }
    fn covariance(&self, m: usize, natural: &[f64], out: &mut [f64]) {
        scaled_identity(m, natural[0], out);
    }
    fn derivative(&self, m: usize, _natural: &[f64], _a: usize, out: &mut [f64]) {
        scaled_identity(m, 1.0, out);
    }
}
