//! Independent effects with a variance each.

use nalgebra::DMatrix;

use super::{Side, Structure, theta_of, variance_of};

/// diag(σ₁², …, σₘ²); φ holds the variances.
#[derive(Debug, Clone, Copy)]
pub struct Diagonal {
    /// The part of the model.
    pub side: Side,
}

impl Structure for Diagonal {
    fn name(&self) -> &'static str {
        "diag"
    }
    fn n_parameters(&self, m: usize) -> usize {
        m
    }
    fn natural_names(&self, levels: &[String]) -> Vec<String> {
        levels.iter().map(|level| format!("var({level})")).collect()
    }
    fn natural(&self, _m: usize, theta: &[f64]) -> Vec<f64> {
        theta.iter().map(|t| variance_of(self.side, *t).0).collect()
    }
    fn jacobian(&self, m: usize, theta: &[f64]) -> DMatrix<f64> {
        DMatrix::from_fn(m, m, |a, b| if a == b { variance_of(self.side, theta[a]).1 } else { 0.0 })
    }
    fn curvature(&self, m: usize, theta: &[f64], weights: &[f64]) -> DMatrix<f64> {
        DMatrix::from_fn(m, m, |a, b| if a == b { weights[a] * variance_of(self.side, theta[a]).2 } else { 0.0 })
    }
    fn start(&self, m: usize, variance: f64) -> Vec<f64> {
        vec![theta_of(self.side, variance); m]
    }
    fn standard_deviations(&self, m: usize) -> Vec<usize> {
        (0..m).collect()
    }
    fn rescaled(&self, _m: usize, natural: &[f64], factor: f64) -> Vec<f64> {
        natural.iter().map(|v| v * factor).collect()
    }
    fn covariance(&self, m: usize, natural: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for (i, v) in natural.iter().enumerate() {
            out[i * m + i] = *v;
        }
    }
    fn derivative(&self, m: usize, _natural: &[f64], a: usize, out: &mut [f64]) {
        out.fill(0.0);
        out[a * m + a] = 1.0;
    }
}
