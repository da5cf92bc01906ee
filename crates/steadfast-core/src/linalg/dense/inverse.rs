//! Inverses from Cholesky factors.

use super::Kernels;
use super::matrix::{Matrix, MatrixMut};
use super::triangular::PANEL;

/// Side of the squares by which the lower triangle is mirrored: two of them fit into the first-level cache.
const SQUARE: usize = 32;

impl Kernels {
    /// A⁻¹ = L⁻ᵀ L⁻¹, both triangles, for L lower triangular (n × n).
    ///
    /// Columns j.. of the lower triangle solve L₂ L₂' X = \[I 0\]', L₂ being the rows and columns of L from j on: two thirds
    /// of n³ operations, and no storage beyond the output's.
    pub(crate) fn inverse(&self, l: Matrix<'_>, mut inverse: MatrixMut<'_>) {
        let n = l.cols;
        debug_assert!(inverse.rows == n && inverse.cols == n);
        self.in_panels(n * n * n / 3, inverse.reborrow(), |kernels, i, panel| {
            let start = i * PANEL;
            let mut panel = panel.below(start);
            for j in 0..panel.cols {
                let column = &mut panel.data[j * panel.stride..][..panel.rows];
                column.fill(0.0);
                column[j] = 1.0;
            }
            let l = l.block(start, start, n - start, n - start);
            kernels.solve_panel(l, 0, panel.reborrow());
            kernels.solve_panel_transposed(l, 0, panel);
        });
        mirror(inverse);
    }
}

/// The upper triangle ← the lower one.
fn mirror(a: MatrixMut<'_>) {
    let (n, stride) = (a.cols, a.stride);
    for left in (0..n).step_by(SQUARE) {
        for top in (left..n).step_by(SQUARE) {
            for j in left..n.min(left + SQUARE) {
                for i in top.max(j + 1)..n.min(top + SQUARE) {
                    a.data[i * stride + j] = a.data[j * stride + i];
                }
            }
        }
    }
}
