//! Solutions with the factor for many right-hand sides at once, rows of `columns` numbers.

use super::symbolic::Symbolic;
use crate::linalg::add_scaled;

impl Symbolic {
    /// b ← L⁻¹ b.
    pub(crate) fn solve_lower(&self, factor: &[f64], b: &mut [f64], columns: usize) {
        let mut row = vec![0.0; columns];
        for own in &self.supernodes {
            let rows = self.rows(own);
            for (j, column) in factor[own.span()].chunks_exact(own.height()).enumerate() {
                let at = (own.first + j) * columns;
                b[at..at + columns].iter_mut().for_each(|value| *value /= column[j]);
                row.copy_from_slice(&b[at..at + columns]);
                let (inside, below) = column.split_at(own.width);
                for (i, entry) in inside.iter().enumerate().skip(j + 1) {
                    let at = (own.first + i) * columns;
                    add_scaled(&mut b[at..at + columns], -entry, &row);
                }
                for (&i, entry) in rows.iter().zip(below) {
                    let at = i as usize * columns;
                    add_scaled(&mut b[at..at + columns], -entry, &row);
                }
            }
        }
    }

    /// b ← L⁻ᵀ b.
    pub(crate) fn solve_lower_transposed(&self, factor: &[f64], b: &mut [f64], columns: usize) {
        let mut row = vec![0.0; columns];
        for own in self.supernodes.iter().rev() {
            let rows = self.rows(own);
            for (j, column) in factor[own.span()].chunks_exact(own.height()).enumerate().rev() {
                let at = (own.first + j) * columns;
                row.copy_from_slice(&b[at..at + columns]);
                let (inside, below) = column.split_at(own.width);
                for (i, entry) in inside.iter().enumerate().skip(j + 1) {
                    let at = (own.first + i) * columns;
                    add_scaled(&mut row, -entry, &b[at..at + columns]);
                }
                for (&i, entry) in rows.iter().zip(below) {
                    let at = i as usize * columns;
                    add_scaled(&mut row, -entry, &b[at..at + columns]);
                }
                row.iter_mut().for_each(|value| *value /= column[j]);
                b[at..at + columns].copy_from_slice(&row);
            }
        }
    }

    /// b ← A⁻¹ b.
    pub(crate) fn solve(&self, factor: &[f64], b: &mut [f64], columns: usize) {
        self.solve_lower(factor, b, columns);
        self.solve_lower_transposed(factor, b, columns);
    }
}
