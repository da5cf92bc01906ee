//! Inverses from Cholesky factors.

use super::matrix::{Matrix, MatrixMut};
use super::multiply::{Region, Update};
use super::substitution::{Order, Substitution, WIDTH};
use super::{Kernels, half};

/// Side of the squares by which a triangle is mirrored: two of them fit into the first-level cache.
const SQUARE: usize = 32;

impl Kernels {
    /// A⁻¹ = L⁻ᵀ L⁻¹, both triangles, for L lower triangular (n × n).
    ///
    /// First the upper triangle of L⁻ᵀ, then in its place that of the product. Rectangles that contain the diagonal
    /// are multiplied whole, which makes n³ operations of two thirds of n³.
    pub(crate) fn inverse(&self, l: Matrix<'_>, mut inverse: MatrixMut<'_>) {
        let n = l.cols;
        debug_assert!(inverse.rows == n && inverse.cols == n);
        for j in 0..n {
            let column = &mut inverse.data[j * inverse.stride..][..n];
            column.fill(0.0);
            column[j] = 1.0;
        }
        self.upper_divide_transposed(l, inverse.reborrow());
        self.upper_divide(l, inverse.reborrow());
        mirror(inverse);
    }

    /// B ← B L⁻ᵀ for columns of an upper triangular B: as long as the last of them, zero below each.
    fn upper_divide_transposed(&self, l: Matrix<'_>, b: MatrixMut<'_>) {
        let n = l.cols;
        if n <= WIDTH {
            return self.dispatch(Substitution { l, order: Order::Forward, b });
        }
        let (h, rows) = (half(n), b.rows);
        let top = rows - n + h;
        let (left, mut right) = b.split(h);
        let mut left = left.above(top);
        self.upper_divide_transposed(l.block(0, 0, h, h), left.reborrow());
        let below = l.block(h, 0, n - h, h);
        self.multiply(Update::Subtract, Region::Full, left.view(), below.transpose(), right.reborrow().above(top));
        self.upper_divide_transposed(l.block(h, h, n - h, n - h), right);
    }

    /// The upper triangle of B ← that of B L⁻¹, for columns of B as long as the last of them reaches.
    fn upper_divide(&self, l: Matrix<'_>, b: MatrixMut<'_>) {
        let n = l.cols;
        if n <= WIDTH {
            return self.dispatch(Substitution { l, order: Order::Backward, b });
        }
        let (h, rows) = (half(n), b.rows);
        let top = rows - n + h;
        let (left, mut right) = b.split(h);
        let mut left = left.above(top);
        self.upper_divide(l.block(h, h, n - h, n - h), right.reborrow());
        let below = l.block(h, 0, n - h, h);
        self.multiply(Update::Subtract, Region::Full, right.above(top).view(), below, left.reborrow());
        self.upper_divide(l.block(0, 0, h, h), left);
    }
}

/// The lower triangle ← the upper one.
fn mirror(a: MatrixMut<'_>) {
    let (n, stride) = (a.cols, a.stride);
    for left in (0..n).step_by(SQUARE) {
        for top in (left..n).step_by(SQUARE) {
            for j in left..n.min(left + SQUARE) {
                for i in top.max(j + 1)..n.min(top + SQUARE) {
                    a.data[j * stride + i] = a.data[i * stride + j];
                }
            }
        }
    }
}
