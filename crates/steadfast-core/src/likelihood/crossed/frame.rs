//! The frame of a term: the coordinates in which Z'V₀⁻¹Z is looked at.

use crate::linalg;

/// A term at one φ: Λ with G/σ² = ΛΛ', and the frame F.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// The number of effects.
    pub(super) q: usize,
    /// Λ, lower triangle, row-major.
    pub(super) lambda: Vec<f64>,
    /// Λ⁻¹, lower triangle, where F = Λ; nothing where F = I.
    inverse: Option<Vec<f64>>,
}

/// Below this share of the information that a level has about its own effects, I − T⁻¹ is the difference of nearly equal
/// numbers: with ε = 1e-16 ten digits are left here, and the other frame loses as many only at its reciprocal.
const NEXT_TO_NOTHING: f64 = 1e-6;

impl Frame {
    /// The frame for Γ = G/σ² (q × q, row-major); `information` holds the mean of Z'Z's diagonal over the levels.
    pub(super) fn new(gamma: &[f64], information: &[f64]) -> Self {
        let q = information.len();
        let lambda = linalg::semidefinite_factor(gamma, q);
        let strong = (0..q).all(|i| lambda[i * q + i] * lambda[i * q + i] * information[i] > NEXT_TO_NOTHING);
        let inverse = strong.then(|| {
            let mut inverse = vec![0.0; q * q];
            (0..q).for_each(|i| inverse[i * q + i] = 1.0);
            linalg::solve_lower(&lambda, q, &mut inverse, q);
            inverse
        });
        Self { q, lambda, inverse }
    }

    /// Whether F = Λ.
    pub(super) fn is_strong(&self) -> bool {
        self.inverse.is_some()
    }

    /// F⁻¹ M F⁻ᵀ for symmetric M, q × q.
    pub(super) fn enter(&self, matrix: &[f64]) -> Vec<f64> {
        let Some(inverse) = &self.inverse else { return matrix.to_vec() };
        let q = self.q;
        let (mut half, mut turned, mut whole) = (vec![0.0; q * q], vec![0.0; q * q], vec![0.0; q * q]);
        linalg::multiply(inverse, matrix, q, q, q, &mut half);
        for i in 0..q {
            for j in 0..q {
                turned[i * q + j] = half[j * q + i];
            }
        }
        linalg::multiply(inverse, &turned, q, q, q, &mut whole);
        whole
    }

    /// out = Λ x for x of q rows and `columns` columns.
    pub(super) fn scale(&self, x: &[f64], columns: usize, out: &mut [f64]) {
        linalg::multiply(&self.lambda, x, self.q, self.q, columns, out);
    }

    /// x ← Λ'x.
    pub(super) fn scale_transposed(&self, x: &mut [f64], columns: usize) {
        let q = self.q;
        for i in 0..q {
            // Λ is lower triangular: row i of Λ'x needs rows i and later, which are still as they were.
            let (before, rest) = x.split_at_mut((i + 1) * columns);
            let row = &mut before[i * columns..];
            row.iter_mut().for_each(|value| *value *= self.lambda[i * q + i]);
            for k in i + 1..q {
                let at = (k - i - 1) * columns;
                linalg::add_scaled(row, self.lambda[k * q + i], &rest[at..at + columns]);
            }
        }
    }
}
