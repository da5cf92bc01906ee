//! Orthogonal polynomials by their three-term recurrence, as R's `poly()` standardises them.

use serde::{Deserialize, Serialize};

/// Polynomials p₁ … p_d that are orthonormal over the values they were learnt from, and orthogonal to a constant.
///
/// q₀ = 1, q₁ = x − α₀, q_{k+1} = (x − α_k) q_k − (ν_k / ν_{k−1}) q_{k−1}, p_k = q_k / √ν_k, where ν_k = Σ q_k² and
/// α_k = Σ x q_k² / ν_k.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Polynomial {
    alpha: Vec<f64>,
    nu: Vec<f64>,
}

impl Polynomial {
    /// The polynomials up to `degree` over `x`.
    pub(in super::super) fn learn(x: &[f64], degree: usize) -> Self {
        let mut basis = Self { alpha: Vec::with_capacity(degree), nu: vec![x.len() as f64] };
        let mut before = vec![0.0; x.len()];
        let mut current = vec![1.0; x.len()];
        for k in 0..degree {
            // The first centre is the mean; later ones are taken about it, which keeps their digits.
            let origin = basis.alpha.first().copied().unwrap_or(0.0);
            let moment: f64 = x.iter().zip(&current).map(|(x, q)| (x - origin) * q * q).sum();
            let alpha = origin + moment / basis.nu[k];
            let ratio = if k == 0 { 0.0 } else { basis.nu[k] / basis.nu[k - 1] };
            for ((x, q), p) in x.iter().zip(&mut current).zip(&mut before) {
                (*p, *q) = (*q, (x - alpha) * *q - ratio * *p);
            }
            basis.alpha.push(alpha);
            basis.nu.push(current.iter().map(|q| q * q).sum());
        }
        basis
    }

    /// The highest degree.
    pub fn degree(&self) -> usize {
        self.alpha.len()
    }

    /// The values of p₁ … p_d at `x`.
    pub(in super::super) fn evaluate(&self, x: &[f64]) -> Vec<Vec<f64>> {
        let mut columns = vec![Vec::with_capacity(x.len()); self.degree()];
        let scales: Vec<f64> = self.nu.iter().map(|&nu| libm::sqrt(nu)).collect();
        for &x in x {
            let (mut before, mut current) = (0.0, 1.0);
            for (k, column) in columns.iter_mut().enumerate() {
                let ratio = if k == 0 { 0.0 } else { self.nu[k] / self.nu[k - 1] };
                (before, current) = (current, (x - self.alpha[k]) * current - ratio * before);
                column.push(current / scales[k + 1]);
            }
        }
        columns
    }
}
