//! The numbers of the factor: panel after panel, each sending its update to its ancestors.

use super::symbolic::{Run, Supernode, Symbolic};
use crate::linalg::dense::{Kernels, Matrix, MatrixMut, Region, Update};

impl Symbolic {
    /// Replaces the panels of a matrix by those of its factor L, A = L L'; false when A is not positive definite.
    ///
    /// The places above the diagonal of a panel's square block are not read.
    pub(crate) fn factor(&self, kernels: &Kernels, panels: &mut [f64]) -> bool {
        let mut update = Vec::new();
        for own in &self.supernodes {
            let (before, after) = panels.split_at_mut(own.span().end);
            let panel = &mut before[own.span()];
            let (width, height, below) = (own.width, own.height(), own.below());
            if width == 1 {
                if !self.factor_column(own, panel, after) {
                    return false;
                }
                continue;
            }
            if !kernels.factor(MatrixMut::new(panel, height, height, width)) {
                return false;
            }
            if below == 0 {
                continue;
            }
            let update = room(&mut update, below * below);
            let rows = Matrix::new(panel, height, height, width).block(width, 0, below, width);
            let square = MatrixMut::new(update, below, below, below);
            kernels.multiply(Update::Set, Region::Lower, rows, rows.transpose(), square);
            for run in self.runs(own) {
                self.scatter(own, run, update, &mut after[self.start_after(own, run)..]);
            }
        }
        true
    }

    /// A supernode of one column, whose update is too small for a matrix of its own.
    fn factor_column(&self, own: &Supernode, column: &mut [f64], after: &mut [f64]) -> bool {
        let Some((pivot, rows)) = column.split_first_mut() else { return false };
        // Written so that NaN fails too.
        if !(*pivot > 0.0 && pivot.is_finite()) {
            return false;
        }
        *pivot = pivot.sqrt();
        rows.iter_mut().for_each(|value| *value /= *pivot);
        for run in self.runs(own) {
            let places = self.places(own, run);
            let (height, start) = (self.supernodes[run.ancestor].height(), self.start_after(own, run));
            for (at, column) in run.at.clone().enumerate() {
                let target = &mut after[start + places[at] as usize * height..][..height];
                for (place, value) in places[at..].iter().zip(&rows[column..]) {
                    target[*place as usize] -= rows[column] * value;
                }
            }
        }
        true
    }

    /// Where the panel of a run's ancestor starts behind the panel of `own`.
    fn start_after(&self, own: &Supernode, run: &Run) -> usize {
        self.supernodes[run.ancestor].panel - own.span().end
    }

    /// Subtracts the columns of a run from the panel of its ancestor.
    fn scatter(&self, own: &Supernode, run: &Run, update: &[f64], panel: &mut [f64]) {
        let (below, height) = (own.below(), self.supernodes[run.ancestor].height());
        let places = self.places(own, run);
        for (at, column) in run.at.clone().enumerate() {
            let target = &mut panel[places[at] as usize * height..][..height];
            let source = &update[column * below + column..(column + 1) * below];
            for (place, value) in places[at..].iter().zip(source) {
                target[*place as usize] -= value;
            }
        }
    }

    /// log|A| from its factor.
    pub(crate) fn log_determinant(&self, factor: &[f64]) -> f64 {
        let diagonal = self.supernodes.iter().flat_map(|own| {
            let height = own.height();
            (0..own.width).map(move |j| factor[own.panel + j * height + j])
        });
        diagonal.fold(0.0, |sum, pivot| sum + 2.0 * libm::log(pivot))
    }
}

/// The first `len` numbers of a buffer that only grows; what they hold is to be written over.
pub(super) fn room(buffer: &mut Vec<f64>, len: usize) -> &mut [f64] {
    if buffer.len() < len {
        buffer.resize(len, 0.0);
    }
    &mut buffer[..len]
}
