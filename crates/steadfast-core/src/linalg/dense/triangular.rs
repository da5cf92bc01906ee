//! Triangular systems, halved until eight unknowns are left.

use std::sync::Mutex;

use super::matrix::{Matrix, MatrixMut};
use super::multiply::{Region, Update, WORTH_A_THREAD};
use super::substitution::{Order, Substitution, WIDTH};
use super::{Kernels, half};
use crate::parallel::{Threads, in_order};

/// Right-hand sides that are solved together where L is on the left: a panel of 1,000 rows is then in the second-level cache.
const PANEL: usize = 64;

impl Kernels {
    /// B ← B L⁻¹ for L lower triangular (n × n) and B (m × n).
    pub(crate) fn divide(&self, l: Matrix<'_>, b: MatrixMut<'_>) {
        let n = l.cols;
        if n <= WIDTH {
            return self.dispatch(Substitution { l, order: Order::Backward, b });
        }
        let h = half(n);
        let (mut left, mut right) = b.split(h);
        self.divide(l.block(h, h, n - h, n - h), right.reborrow());
        self.multiply(Update::Subtract, Region::Full, right.view(), l.block(h, 0, n - h, h), left.reborrow());
        self.divide(l.block(0, 0, h, h), left);
    }

    /// B ← L⁻¹ B for L lower triangular (m × m) and B (m × n).
    pub(crate) fn solve(&self, l: Matrix<'_>, b: MatrixMut<'_>) {
        self.in_panels(l.rows * l.rows * b.cols / 2, b, |kernels, panel| kernels.solve_panel(l, 0, panel));
    }

    /// B ← L⁻ᵀ B for L lower triangular (m × m) and B (m × n).
    pub(crate) fn solve_transposed(&self, l: Matrix<'_>, b: MatrixMut<'_>) {
        self.in_panels(l.rows * l.rows * b.cols / 2, b, |kernels, panel| kernels.solve_panel_transposed(l, 0, panel));
    }

    /// Calls `work` with every `PANEL` columns of B, one thread each, if the `multiplications` are worth it.
    fn in_panels(&self, multiplications: usize, b: MatrixMut<'_>, work: impl Fn(&Kernels, MatrixMut<'_>) + Sync) {
        let alone = Kernels { threads: Threads::ONE, ..*self };
        let threads = if multiplications < WORTH_A_THREAD { Threads::ONE } else { self.threads };
        let panels: Vec<_> = b.panels(PANEL).into_iter().map(|panel| Mutex::new(Some(panel))).collect();
        in_order(threads, panels.len(), |i| {
            if let Some(panel) = panels[i].lock().ok().and_then(|mut panel| panel.take()) {
                work(&alone, panel);
            }
        });
    }

    /// Rows `row..` of B (as many as L has) ← L⁻¹ times them.
    fn solve_panel(&self, l: Matrix<'_>, row: usize, mut b: MatrixMut<'_>) {
        let n = l.cols;
        if n <= WIDTH {
            return self.substitute_rows(l, Order::Forward, row, b);
        }
        let h = half(n);
        self.solve_panel(l.block(0, 0, h, h), row, b.reborrow());
        self.subtract_within(l.block(h, 0, n - h, h), row, row + h, b.reborrow());
        self.solve_panel(l.block(h, h, n - h, n - h), row + h, b);
    }

    /// Rows `row..` of B (as many as L has) ← L⁻ᵀ times them.
    fn solve_panel_transposed(&self, l: Matrix<'_>, row: usize, mut b: MatrixMut<'_>) {
        let n = l.cols;
        if n <= WIDTH {
            return self.substitute_rows(l, Order::Backward, row, b);
        }
        let h = half(n);
        self.solve_panel_transposed(l.block(h, h, n - h, n - h), row + h, b.reborrow());
        self.subtract_within(l.block(h, 0, n - h, h).transpose(), row + h, row, b.reborrow());
        self.solve_panel_transposed(l.block(0, 0, h, h), row, b);
    }

    /// At most eight rows of B, turned into columns and back: (L⁻¹ B)' = B' L⁻ᵀ.
    fn substitute_rows(&self, l: Matrix<'_>, order: Order, row: usize, b: MatrixMut<'_>) {
        let n = l.cols;
        let mut turned = [0.0; PANEL * WIDTH];
        for columns in b.panels(PANEL) {
            let cols = columns.cols;
            for j in 0..cols {
                for (i, &x) in columns.data[j * columns.stride + row..][..n].iter().enumerate() {
                    turned[i * PANEL + j] = x;
                }
            }
            self.dispatch(Substitution { l, order, b: MatrixMut::new(&mut turned, PANEL, cols, n) });
            for j in 0..cols {
                for (i, x) in columns.data[j * columns.stride + row..][..n].iter_mut().enumerate() {
                    *x = turned[i * PANEL + j];
                }
            }
        }
    }
}
