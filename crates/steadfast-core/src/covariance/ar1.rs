//! First-order autoregression over equally spaced levels.

use nalgebra::DMatrix;

use super::{Side, Structure, theta_of, variance_of};

/// σ² ρ^|i−j|; φ = (σ², ρ), ρ = tanh θ₂.
#[derive(Debug, Clone, Copy)]
pub struct Ar1 {
    /// The part of the model.
    pub side: Side,
}

/// ρ^d by repeated multiplication: the same bits everywhere, and 0⁰ = 1.
fn power(rho: f64, d: usize) -> f64 {
    (0..d).fold(1.0, |product, _| product * rho)
}

fn fill(m: usize, out: &mut [f64], entry: impl Fn(usize) -> f64) {
    let by_lag: Vec<f64> = (0..m).map(entry).collect();
    for i in 0..m {
        for j in 0..m {
            out[i * m + j] = by_lag[i.abs_diff(j)];
        }
    }
}

impl Structure for Ar1 {
    fn name(&self) -> &'static str {
        "ar1"
    }
    fn n_parameters(&self, _m: usize) -> usize {
        2
    }
    fn natural_names(&self, _levels: &[String]) -> Vec<String> {
        vec!["variance".to_owned(), "rho".to_owned()]
    }
    fn natural(&self, _m: usize, theta: &[f64]) -> Vec<f64> {
        vec![variance_of(self.side, theta[0]).0, libm::tanh(theta[1])]
    }
    fn jacobian(&self, _m: usize, theta: &[f64]) -> DMatrix<f64> {
        let rho = libm::tanh(theta[1]);
        DMatrix::from_row_slice(2, 2, &[variance_of(self.side, theta[0]).1, 0.0, 0.0, 1.0 - rho * rho])
    }
    fn curvature(&self, _m: usize, theta: &[f64], weights: &[f64]) -> DMatrix<f64> {
        let rho = libm::tanh(theta[1]);
        let bend = -2.0 * rho * (1.0 - rho * rho);
        let variance = variance_of(self.side, theta[0]).2;
        DMatrix::from_row_slice(2, 2, &[weights[0] * variance, 0.0, 0.0, weights[1] * bend])
    }
    fn start(&self, _m: usize, variance: f64) -> Vec<f64> {
        // ρ near 0.46.
        vec![theta_of(self.side, variance), 0.5]
    }
    fn standard_deviations(&self, _m: usize) -> Vec<usize> {
        vec![0]
    }
    fn rescaled(&self, _m: usize, natural: &[f64], factor: f64) -> Vec<f64> {
        vec![natural[0] * factor, natural[1]]
    }
    fn covariance(&self, m: usize, natural: &[f64], out: &mut [f64]) {
        fill(m, out, |d| natural[0] * power(natural[1], d));
    }
    fn derivative(&self, m: usize, natural: &[f64], a: usize, out: &mut [f64]) {
        let (variance, rho) = (natural[0], natural[1]);
        match a {
            0 => fill(m, out, |d| power(rho, d)),
            _ => fill(m, out, |d| if d == 0 { 0.0 } else { variance * d as f64 * power(rho, d - 1) }),
        }
    }
    fn second_derivative(&self, m: usize, natural: &[f64], a: usize, b: usize, out: &mut [f64]) -> bool {
        let (variance, rho) = (natural[0], natural[1]);
        match a + b {
            0 => return false,
            1 => fill(m, out, |d| if d == 0 { 0.0 } else { d as f64 * power(rho, d - 1) }),
            _ => fill(m, out, |d| if d < 2 { 0.0 } else { variance * (d * (d - 1)) as f64 * power(rho, d - 2) }),
        }
        true
    }
}
