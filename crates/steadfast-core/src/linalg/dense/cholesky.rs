//! Cholesky factors of large matrices, halved by columns until eight are left.

use super::matrix::{Matrix, MatrixMut};
use super::multiply::{Region, Update};
use super::substitution::{Order, Substitution, WIDTH};
use super::{Kernels, half};

impl Kernels {
    /// The lower triangle of A ← L with A = L L'; with more rows than columns, rows below the square become theirs of L.
    ///
    /// For A (m × n, m ≥ n). Elements above the diagonal are neither read nor written. False, with A in pieces, where a
    /// pivot is not a positive finite number.
    #[must_use]
    pub(crate) fn factor(&self, mut a: MatrixMut<'_>) -> bool {
        let n = a.cols;
        debug_assert!(a.rows >= n);
        if n <= WIDTH {
            return self.factor_few(a);
        }
        let h = half(n);
        let (mut left, right) = a.reborrow().split(h);
        if !self.factor(left.reborrow()) {
            return false;
        }
        let left = left.view();
        let mut right = right.below(h);
        let below = left.block(h, 0, left.rows - h, h);
        let square = left.block(h, 0, n - h, h);
        self.multiply(Update::Subtract, Region::Lower, below, square.transpose(), right.reborrow());
        self.factor(right)
    }

    /// At most eight columns: the square by hand, the rows below it by substitution.
    fn factor_few(&self, mut a: MatrixMut<'_>) -> bool {
        let n = a.cols;
        let mut square = [0.0; WIDTH * WIDTH];
        for j in 0..n {
            square[j * WIDTH + j..j * WIDTH + n].copy_from_slice(&a.data[j * a.stride + j..][..n - j]);
        }
        if !factor_square(&mut square, n) {
            return false;
        }
        for j in 0..n {
            a.data[j * a.stride + j..][..n - j].copy_from_slice(&square[j * WIDTH + j..j * WIDTH + n]);
        }
        if a.rows > n {
            let l = Matrix::new(&square, WIDTH, n, n);
            a = a.below(n);
            self.dispatch(Substitution { l, order: Order::Forward, b: a });
        }
        true
    }
}

/// The lower triangle of the leading n × n block ← its factor.
fn factor_square(a: &mut [f64; WIDTH * WIDTH], n: usize) -> bool {
    for j in 0..n {
        for k in 0..j {
            let y = a[k * WIDTH + j];
            for i in j..n {
                a[j * WIDTH + i] -= a[k * WIDTH + i] * y;
            }
        }
        let pivot = a[j * WIDTH + j];
        if !(pivot > 0.0 && pivot.is_finite()) {
            return false;
        }
        let root = pivot.sqrt();
        let inverse = root.recip();
        a[j * WIDTH + j] = root;
        for x in &mut a[j * WIDTH + j + 1..j * WIDTH + n] {
            *x *= inverse;
        }
    }
    true
}
