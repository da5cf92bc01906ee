//! Exchangeable levels: one variance and one covariance.

use nalgebra::DMatrix;

use super::{Side, Structure, theta_of, variance_of};

/// (v − c) I + c J; φ = (v, c). θ moves the two eigenvalues v − c and v + (m − 1) c, so that the whole admissible
/// range −1/(m − 1) < ρ < 1 is reached.
#[derive(Debug, Clone, Copy)]
pub struct CompoundSymmetry {
    /// The part of the model.
    pub side: Side,
}

/// (v, c) from the eigenvalues (or from their derivatives: the map is linear).
fn from_eigenvalues(m: usize, within: f64, between: f64) -> [f64; 2] {
    let c = (between - within) / m as f64;
    [within + c, c]
}

impl Structure for CompoundSymmetry {
    fn name(&self) -> &'static str {
        "cs"
    }
    fn n_parameters(&self, m: usize) -> usize {
        m.min(2)
    }
    fn natural_names(&self, levels: &[String]) -> Vec<String> {
        ["variance", "covariance"].iter().take(self.n_parameters(levels.len())).map(|s| (*s).to_owned()).collect()
    }
    fn natural(&self, m: usize, theta: &[f64]) -> Vec<f64> {
        let eigenvalue = |t: f64| variance_of(self.side, t).0;
        match theta {
            [within, between] => from_eigenvalues(m, eigenvalue(*within), eigenvalue(*between)).to_vec(),
            _ => vec![eigenvalue(theta[0])],
        }
    }
    fn jacobian(&self, m: usize, theta: &[f64]) -> DMatrix<f64> {
        let slope = |t: f64| variance_of(self.side, t).1;
        match theta {
            [within, between] => {
                let (w, b) = (from_eigenvalues(m, slope(*within), 0.0), from_eigenvalues(m, 0.0, slope(*between)));
                DMatrix::from_row_slice(2, 2, &[w[0], b[0], w[1], b[1]])
            }
            _ => DMatrix::from_element(1, 1, slope(theta[0])),
        }
    }
    fn curvature(&self, m: usize, theta: &[f64], weights: &[f64]) -> DMatrix<f64> {
        let bend = |t: f64| variance_of(self.side, t).2;
        match theta {
            [within, between] => {
                let (w, b) = (from_eigenvalues(m, bend(*within), 0.0), from_eigenvalues(m, 0.0, bend(*between)));
                let along = |d: [f64; 2]| weights[0] * d[0] + weights[1] * d[1];
                DMatrix::from_row_slice(2, 2, &[along(w), 0.0, 0.0, along(b)])
            }
            _ => DMatrix::from_element(1, 1, weights[0] * bend(theta[0])),
        }
    }
    fn start(&self, m: usize, variance: f64) -> Vec<f64> {
        // A correlation of one half: typical of repeated measures, and inside the range for every m.
        let (within, between) = (0.5 * variance, 0.5 * variance * (m as f64 + 1.0));
        [within, between].iter().take(self.n_parameters(m)).map(|v| theta_of(self.side, *v)).collect()
    }
    fn standard_deviations(&self, m: usize) -> Vec<usize> {
        (0..self.n_parameters(m)).collect()
    }
    fn rescaled(&self, _m: usize, natural: &[f64], factor: f64) -> Vec<f64> {
        natural.iter().map(|v| v * factor).collect()
    }
    fn covariance(&self, m: usize, natural: &[f64], out: &mut [f64]) {
        out.fill(natural.get(1).copied().unwrap_or(0.0));
        for i in 0..m {
            out[i * m + i] = natural[0];
        }
    }
    fn derivative(&self, m: usize, _natural: &[f64], a: usize, out: &mut [f64]) {
        out.fill(if a == 0 { 0.0 } else { 1.0 });
        for i in 0..m {
            out[i * m + i] = if a == 0 { 1.0 } else { 0.0 };
        }
    }
}
