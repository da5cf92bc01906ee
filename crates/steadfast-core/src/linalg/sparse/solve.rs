//! Solutions with the factor for several right-hand sides at once, rows of `columns` numbers.

use super::symbolic::{Supernode, Symbolic};
use crate::linalg::add_scaled;
use crate::linalg::dense::{Kernels, Matrix, MatrixMut, Region, Update};

/// From this many columns of a supernode and of right-hand sides on, a product of matrices is faster than its loops.
const BLOCKED: usize = 8;

/// Right-hand sides column after column, and room for the rows of a supernode.
struct Sides {
    n: usize,
    columns: usize,
    x: Vec<f64>,
    /// The rows of a supernode's own columns, column-major.
    top: Vec<f64>,
    /// The rows below them, column-major.
    below: Vec<f64>,
}

impl Symbolic {
    /// b ← L⁻¹ b.
    pub(crate) fn solve_lower(&self, kernels: &Kernels, factor: &[f64], b: &mut [f64], columns: usize) {
        if b.is_empty() {
            return;
        }
        let mut sides = Sides::new(b, columns);
        self.supernodes.iter().for_each(|own| sides.forward(kernels, own, &factor[own.span()], self.rows(own)));
        sides.write(b);
    }

    /// b ← A⁻¹ b.
    pub(crate) fn solve(&self, kernels: &Kernels, factor: &[f64], b: &mut [f64], columns: usize) {
        if b.is_empty() {
            return;
        }
        let mut sides = Sides::new(b, columns);
        self.supernodes.iter().for_each(|own| sides.forward(kernels, own, &factor[own.span()], self.rows(own)));
        self.supernodes.iter().rev().for_each(|own| sides.backward(kernels, own, &factor[own.span()], self.rows(own)));
        sides.write(b);
    }
}

impl Sides {
    fn new(b: &[f64], columns: usize) -> Self {
        let n = b.len() / columns;
        let mut x = vec![0.0; b.len()];
        for (i, row) in b.chunks_exact(columns).enumerate() {
            row.iter().enumerate().for_each(|(c, value)| x[c * n + i] = *value);
        }
        Self { n, columns, x, top: Vec::new(), below: Vec::new() }
    }

    fn write(&self, b: &mut [f64]) {
        for (i, row) in b.chunks_exact_mut(self.columns).enumerate() {
            row.iter_mut().enumerate().for_each(|(c, value)| *value = self.x[c * self.n + i]);
        }
    }

    fn blocked(&self, own: &Supernode) -> bool {
        own.width >= BLOCKED && self.columns >= BLOCKED
    }

    /// Puts the rows of the supernode's own columns side by side.
    fn take_top(&mut self, own: &Supernode) {
        self.top.clear();
        for side in self.x.chunks_exact(self.n) {
            self.top.extend_from_slice(&side[own.first..own.first + own.width]);
        }
    }

    fn put_top(&mut self, own: &Supernode) {
        for (side, top) in self.x.chunks_exact_mut(self.n).zip(self.top.chunks_exact(own.width)) {
            side[own.first..own.first + own.width].copy_from_slice(top);
        }
    }

    /// x_J ← L_JJ⁻¹ x_J, and x_R −= L_RJ x_J.
    fn forward(&mut self, kernels: &Kernels, own: &Supernode, panel: &[f64], rows: &[u32]) {
        let (width, height) = (own.width, own.height());
        if self.blocked(own) {
            self.take_top(own);
            let square = Matrix::new(panel, height, width, width);
            kernels.solve(square, MatrixMut::new(&mut self.top, width, width, self.columns));
            self.put_top(own);
            self.below.clear();
            self.below.resize(rows.len() * self.columns, 0.0);
            let left = Matrix::new(panel, height, height, width).block(width, 0, rows.len(), width);
            let (right, target) = (
                Matrix::new(&self.top, width, width, self.columns),
                MatrixMut::new(&mut self.below, rows.len(), rows.len(), self.columns),
            );
            kernels.multiply(Update::Set, Region::Full, left, right, target);
            for (side, below) in self.x.chunks_exact_mut(self.n).zip(self.below.chunks_exact(rows.len().max(1))) {
                rows.iter().zip(below).for_each(|(&row, value)| side[row as usize] -= value);
            }
            return;
        }
        for side in self.x.chunks_exact_mut(self.n) {
            self.below.clear();
            self.below.resize(rows.len(), 0.0);
            for (j, column) in panel.chunks_exact(height).enumerate() {
                let top = &mut side[own.first..own.first + width];
                top[j] /= column[j];
                let value = top[j];
                add_scaled(&mut top[j + 1..], -value, &column[j + 1..width]);
                add_scaled(&mut self.below, value, &column[width..]);
            }
            rows.iter().zip(&self.below).for_each(|(&row, value)| side[row as usize] -= value);
        }
    }

    /// x_J ← L_JJ⁻ᵀ (x_J − L_RJ' x_R).
    fn backward(&mut self, kernels: &Kernels, own: &Supernode, panel: &[f64], rows: &[u32]) {
        let (width, height) = (own.width, own.height());
        self.below.clear();
        if self.blocked(own) {
            for side in self.x.chunks_exact(self.n) {
                self.below.extend(rows.iter().map(|&row| side[row as usize]));
            }
            self.take_top(own);
            let left = Matrix::new(panel, height, height, width).block(width, 0, rows.len(), width);
            let right = Matrix::new(&self.below, rows.len(), rows.len(), self.columns);
            let mut top = MatrixMut::new(&mut self.top, width, width, self.columns);
            if !rows.is_empty() {
                kernels.multiply(Update::Subtract, Region::Full, left.transpose(), right, top.reborrow());
            }
            kernels.solve_transposed(Matrix::new(panel, height, width, width), top);
            self.put_top(own);
            return;
        }
        for side in self.x.chunks_exact_mut(self.n) {
            self.below.clear();
            self.below.extend(rows.iter().map(|&row| side[row as usize]));
            for (j, column) in panel.chunks_exact(height).enumerate().rev() {
                let top = &mut side[own.first..own.first + width];
                let sum = dot(&column[j + 1..width], &top[j + 1..]) + dot(&column[width..], &self.below);
                top[j] = (top[j] - sum) / column[j];
            }
        }
    }
}

/// Σ a_i b_i with eight accumulators, whatever the processor.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (left, right) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest = left.remainder().iter().zip(right.remainder()).fold(0.0, |sum, (x, y)| sum + x * y);
    for (x, y) in left.zip(right) {
        for (sum, (x, y)) in sums.iter_mut().zip(x.iter().zip(y)) {
            *sum += x * y;
        }
    }
    sums.iter().fold(rest, |total, sum| total + sum)
}
