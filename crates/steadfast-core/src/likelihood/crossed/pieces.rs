//! What the derivatives are made of: the columns of [X r] in the frames, and the derivatives of G.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::{Crossed, Factored};
use crate::covariance::Sites;
use crate::likelihood::solution::Solution;

/// At one φ: s_a = F'Z'V₀⁻¹a and u_a = T⁻¹Λ'Z'a of X̄ = XL_C⁻ᵀ, with C = X'V₀⁻¹X = L_CL_C', and of r = y − Xβ̂.
pub(super) struct Pieces {
    pub(super) p: usize,
    /// F'Z'V₀⁻¹X̄, rows of p numbers.
    pub(super) x: Vec<f64>,
    /// T⁻¹Λ'Z'X̄, rows of p numbers.
    pub(super) u_x: Vec<f64>,
    /// F'Z'V₀⁻¹r.
    pub(super) r: Vec<f64>,
    /// T⁻¹Λ'Z'r.
    pub(super) u_r: Vec<f64>,
    /// L_C⁻¹.
    pub(super) root: DMatrix<f64>,
    /// r'V₀⁻¹r.
    pub(super) quadratic: f64,
}

impl Crossed {
    /// The pieces at the `solution`; `None` where X'V₀⁻¹X is not positive definite.
    pub(super) fn pieces(&self, factored: &Factored, solution: &Solution) -> Option<Pieces> {
        let (p, w) = (self.p(), self.p() + 1);
        let c = factored.inner.view((0, 0), (p, p)).into_owned();
        let root = Cholesky::new(c)?.l().solve_lower_triangular(&DMatrix::identity(p, p))?;
        let split = |rows: &[f64]| {
            let n = rows.len() / w;
            let (mut x, mut r) = (vec![0.0; n * p], Vec::with_capacity(n));
            for (i, line) in rows.chunks_exact(w).enumerate() {
                for (a, target) in x[i * p..(i + 1) * p].iter_mut().enumerate() {
                    *target = (0..=a).fold(0.0, |sum, b| sum + line[b] * root[(a, b)]);
                }
                r.push((0..p).fold(line[p], |sum, a| sum - line[a] * solution.beta[a]));
            }
            (x, r)
        };
        let (u_x, u_r) = split(&factored.u);
        let mut s = factored.u.clone();
        self.replace_weak(&factored.frames, &self.zw, &mut s, w);
        let (x, r) = split(&s);
        let right: DVector<f64> = factored.inner.view((0, p), (p, 1)).column(0).into_owned();
        let quadratic = factored.inner[(p, p)] - right.dot(&solution.beta);
        Some(Pieces { p, x, u_x, r, u_r, root, quadratic })
    }

    /// H_a = F⁻¹(∂G/∂φ_a)F⁻ᵀ/σ² for the parameters of every random term, each with its term.
    pub(super) fn slopes_in_frames(&self, natural: &[f64], factored: &Factored) -> Vec<(usize, Vec<f64>)> {
        let mut slopes = Vec::with_capacity(self.n_parameters());
        for (term, block) in self.blocks.iter().take(self.random.len()).enumerate() {
            let q = self.levels.orders[term];
            let mut matrix = vec![0.0; q * q];
            for a in 0..block.n_parameters {
                block.structure.derivative(Sites::levels(q), block.of(natural), a, &mut matrix);
                matrix.iter_mut().for_each(|value| *value /= factored.sigma2);
                slopes.push((term, factored.frames[term].enter(&matrix)));
            }
        }
        slopes
    }

    /// H x for a matrix H that belongs to the levels of one term, `x` and the result with rows of `columns` numbers;
    /// every row of another term is zero.
    pub(super) fn spread(&self, (term, h): &(usize, Vec<f64>), x: &[f64], columns: usize, out: &mut [f64]) {
        let q = self.levels.orders[*term];
        for node in self.levels.nodes.iter().filter(|node| node.term == *term) {
            let span = node.position * columns..(node.position + q) * columns;
            crate::linalg::multiply(h, &x[span.clone()], q, q, columns, &mut out[span]);
        }
    }

    /// Σ_levels M_jj of a term for a symmetric form given by `entry(row, column)` over all effects.
    pub(super) fn sum_levels(&self, term: usize, entry: impl Fn(usize, usize) -> f64) -> Vec<f64> {
        let q = self.levels.orders[term];
        let mut sum = vec![0.0; q * q];
        for node in self.levels.nodes.iter().filter(|node| node.term == term) {
            for i in 0..q {
                for j in 0..q {
                    sum[i * q + j] += entry(node.position + i, node.position + j);
                }
            }
        }
        sum
    }
}

/// Σ a_i b_i.
pub(super) fn inner(a: &[f64], b: &[f64]) -> f64 {
    crate::linalg::dot(a, b)
}

/// X'Y for matrices with rows of p and q numbers.
pub(super) fn cross(x: &[f64], p: usize, y: &[f64], q: usize) -> DMatrix<f64> {
    let mut product = DMatrix::zeros(p, q);
    if p == 0 || q == 0 {
        return product;
    }
    for (left, right) in x.chunks_exact(p).zip(y.chunks_exact(q)) {
        for (b, &value) in right.iter().enumerate() {
            crate::linalg::add_scaled(&mut product.as_mut_slice()[b * p..(b + 1) * p], value, left);
        }
    }
    product
}
