//! Triangular systems of at most eight unknowns, solved in registers for many right-hand sides.

use pulp::{Simd, WithSimd};

use super::matrix::{Matrix, MatrixMut};

/// Unknowns held in registers.
pub(super) const WIDTH: usize = 8;

/// The order in which the unknowns are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// X L' = B: the first column first.
    Forward,
    /// X L = B: the last column first.
    Backward,
}

/// B ← X for X L' = B (forward) or X L = B (backward), L lower triangular (n × n, n ≤ 8), B (m × n).
pub(super) struct Substitution<'a> {
    pub(super) l: Matrix<'a>,
    pub(super) order: Order,
    pub(super) b: MatrixMut<'a>,
}

impl Substitution<'_> {
    /// The place among the columns of the unknown that is found j-th.
    #[inline(always)]
    fn place(&self, j: usize) -> usize {
        if self.order == Order::Forward { j } else { self.l.cols - 1 - j }
    }

    /// What the k-th unknown contributes to the equation of the j-th, k < j; and 1/l_jj on the diagonal.
    fn coefficients(&self) -> [[f64; WIDTH]; WIDTH] {
        let mut coefficients = [[0.0; WIDTH]; WIDTH];
        for (j, row) in coefficients.iter_mut().enumerate().take(self.l.cols) {
            let to = self.place(j);
            for (k, coefficient) in row[..j].iter_mut().enumerate() {
                let from = self.place(k);
                *coefficient = self.l.at(to.max(from), to.min(from));
            }
            row[j] = self.l.at(to, to).recip();
        }
        coefficients
    }
}

impl WithSimd for Substitution<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let coefficients = self.coefficients();
        let (n, rows) = (self.l.cols, self.b.rows);
        let starts: [usize; WIDTH] = std::array::from_fn(|j| if j < n { self.place(j) * self.b.stride } else { 0 });
        let data = self.b.data;
        for row in (0..rows).step_by(S::F64_LANES) {
            let height = S::F64_LANES.min(rows - row);
            let mut x = [simd.splat_f64s(0.0); WIDTH];
            for (j, x) in x.iter_mut().enumerate() {
                if j < n {
                    *x = simd.partial_load_f64s(&data[starts[j] + row..][..height]);
                }
            }
            for j in 0..WIDTH {
                for k in 0..j {
                    x[j] = simd.sub_f64s(x[j], simd.mul_f64s(x[k], simd.splat_f64s(coefficients[j][k])));
                }
                x[j] = simd.mul_f64s(x[j], simd.splat_f64s(coefficients[j][j]));
            }
            for (j, &x) in x.iter().enumerate() {
                if j < n {
                    simd.partial_store_f64s(&mut data[starts[j] + row..][..height], x);
                }
            }
        }
    }
}
