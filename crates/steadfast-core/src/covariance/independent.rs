//! One variance: the residuals of a model without a residual structure.

use nalgebra::DMatrix;

use super::{Side, Structure, theta_of, variance_of};

/// σ² at a single level; φ = σ², θ = log σ.
#[derive(Debug, Clone, Copy)]
pub struct Independent;

impl Structure for Independent {
    fn name(&self) -> &'static str {
        "independent"
    }
    fn n_parameters(&self, _m: usize) -> usize {
        1
    }
    fn natural_names(&self, _levels: &[String]) -> Vec<String> {
        vec!["variance".to_owned()]
    }
    fn natural(&self, _m: usize, theta: &[f64]) -> Vec<f64> {
        vec![variance_of(Side::Residual, theta[0]).0]
    }
    fn jacobian(&self, _m: usize, theta: &[f64]) -> DMatrix<f64> {
        DMatrix::from_element(1, 1, variance_of(Side::Residual, theta[0]).1)
    }
    fn curvature(&self, _m: usize, theta: &[f64], weights: &[f64]) -> DMatrix<f64> {
        DMatrix::from_element(1, 1, weights[0] * variance_of(Side::Residual, theta[0]).2)
    }
    fn start(&self, _m: usize, variance: f64) -> Vec<f64> {
        vec![theta_of(Side::Residual, variance)]
    }
    fn standard_deviations(&self, _m: usize) -> Vec<usize> {
        vec![0]
    }
    fn rescaled(&self, _m: usize, natural: &[f64], factor: f64) -> Vec<f64> {
        vec![natural[0] * factor]
    }
    fn covariance(&self, _m: usize, natural: &[f64], out: &mut [f64]) {
        out[0] = natural[0];
    }
    fn derivative(&self, _m: usize, _natural: &[f64], _a: usize, out: &mut [f64]) {
        out[0] = 1.0;
    }
}
