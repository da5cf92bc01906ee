//! Every variance and covariance free.

use nalgebra::DMatrix;

use super::triangular::{self, at, full, gram, places};
use super::{Domain, Number, Side, Sites, Structure, mmrm};

/// Σ = L L'; φ holds σ₁₁, σ₂₁, σ₂₂, σ₃₁, … and θ the same entries of L, its diagonal as it is for random effects
/// and as logarithms for residuals.
#[derive(Debug, Clone, Copy)]
pub struct Unstructured {
    /// The part of the model.
    pub side: Side,
    /// The number of levels.
    pub m: usize,
}

impl Unstructured {
    /// L, packed by rows.
    fn factor(&self, theta: &[f64]) -> Vec<f64> {
        let mut l = theta.to_vec();
        if self.side == Side::Residual {
            for i in 0..self.m {
                l[at(i, i)] = libm::exp(theta[at(i, i)]);
            }
        }
        l
    }

    /// ∂L_b/∂θ_b.
    fn slope(&self, l: &[f64], (i, j): (usize, usize)) -> f64 {
        if self.side == Side::Residual && i == j { l[at(i, j)] } else { 1.0 }
    }
}

/// ∂σ_ij/∂L_ac.
fn entry_slope(l: &[f64], (i, j): (usize, usize), (a, c): (usize, usize)) -> f64 {
    let mut slope = 0.0;
    if a == i && c <= j {
        slope += l[at(j, c)];
    }
    if a == j && c <= i {
        slope += l[at(i, c)];
    }
    slope
}

/// σ₁₁, σ₂₁, … of D L L' D: θ holds the logarithms of D, then L below its unit diagonal by rows.
fn mmrm_natural<T: Number>(theta: &[T], m: usize) -> Vec<T> {
    let (logs, mut below) = (&theta[..m], theta[m..].iter());
    let row = |(i, j): (usize, usize)| {
        let scale = logs[i].exponential();
        if i == j { scale } else { below.next().map_or(scale, |entry| scale * *entry) }
    };
    gram(&places(m).map(row).collect::<Vec<T>>(), m)
}

impl Structure for Unstructured {
    fn name(&self) -> &'static str {
        "us"
    }
    fn domain(&self) -> Domain {
        Domain::Levels(self.m)
    }
    fn n_parameters(&self) -> usize {
        self.m * (self.m + 1) / 2
    }
    fn natural_names(&self, levels: &[String]) -> Vec<String> {
        let name = |(i, j): (usize, usize)| {
            if i == j { format!("var({})", levels[i]) } else { format!("cov({}, {})", levels[i], levels[j]) }
        };
        places(levels.len()).map(name).collect()
    }
    fn natural(&self, theta: &[f64]) -> Vec<f64> {
        gram(&self.factor(theta), self.m)
    }
    fn jacobian(&self, theta: &[f64]) -> DMatrix<f64> {
        let l = self.factor(theta);
        let k = self.n_parameters();
        let mut jacobian = DMatrix::zeros(k, k);
        for (row, sigma) in places(self.m).enumerate() {
            for (column, entry) in places(self.m).enumerate() {
                jacobian[(row, column)] = entry_slope(&l, sigma, entry) * self.slope(&l, entry);
            }
        }
        jacobian
    }
    fn curvature(&self, theta: &[f64], weights: &[f64]) -> DMatrix<f64> {
        let l = self.factor(theta);
        let k = self.n_parameters();
        let mut curvature = DMatrix::zeros(k, k);
        for (row, first) in places(self.m).enumerate() {
            for (column, second) in places(self.m).enumerate() {
                if first.1 == second.1 {
                    let (i, j) = (first.0.max(second.0), first.0.min(second.0));
                    let double = if i == j { 2.0 } else { 1.0 };
                    curvature[(row, column)] =
                        double * weights[at(i, j)] * self.slope(&l, first) * self.slope(&l, second);
                }
            }
            if self.side == Side::Residual && first.0 == first.1 {
                // L_ii = exp θ_ii bends by itself.
                let along =
                    places(self.m).enumerate().fold(0.0, |sum, (a, s)| sum + weights[a] * entry_slope(&l, s, first));
                curvature[(row, row)] += along * l[row];
            }
        }
        curvature
    }
    fn start(&self, variance: f64) -> Vec<f64> {
        places(self.m).map(|(i, j)| if i == j { self.side.theta(variance) } else { 0.0 }).collect()
    }
    fn standard_deviations(&self) -> Vec<usize> {
        (0..self.m).map(|i| at(i, i)).collect()
    }
    fn rescaled(&self, natural: &[f64], factor: f64) -> Vec<f64> {
        natural.iter().map(|v| v * factor).collect()
    }
    fn covariance(&self, _sites: Sites<'_>, natural: &[f64], out: &mut [f64]) {
        full(natural, self.m, out);
    }
    fn derivative(&self, _sites: Sites<'_>, _natural: &[f64], a: usize, out: &mut [f64]) {
        out.fill(0.0);
        if let Some((i, j)) = places(self.m).nth(a) {
            out[i * self.m + j] = 1.0;
            out[j * self.m + i] = 1.0;
        }
    }
    fn second_derivative(&self, _sites: Sites<'_>, _natural: &[f64], _a: usize, _b: usize, out: &mut [f64]) {
        out.fill(0.0);
    }
    fn is_linear(&self) -> bool {
        true
    }
    fn mmrm_natural(&self, theta: &[f64]) -> Option<Vec<f64>> {
        Some(mmrm_natural(theta, self.m))
    }
    fn mmrm_theta(&self, natural: &[f64]) -> Option<Vec<f64>> {
        let factor = triangular::factor(natural, self.m)?;
        let diagonal = (0..self.m).map(|i| libm::log(factor[at(i, i)]));
        let relative = places(self.m).filter(|(i, j)| i != j).map(|(i, j)| factor[at(i, j)] / factor[at(i, i)]);
        (self.side == Side::Residual).then(|| diagonal.chain(relative).collect())
    }
    fn mmrm_bends(&self, natural: &[f64], w: &DMatrix<f64>) -> Option<Vec<f64>> {
        let theta = self.mmrm_theta(natural)?;
        mmrm::bends(&theta, |moved| Some(mmrm_natural(moved, self.m)), w)
    }
}
