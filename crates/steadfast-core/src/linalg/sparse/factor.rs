//! The numbers of the factor: panel after panel, each sending its update to its ancestors.

use super::kernels;
use super::symbolic::{Run, Supernode, Symbolic};

impl Symbolic {
    /// Replaces the panels of a matrix by those of its factor L, A = L L'; false when A is not positive definite.
    ///
    /// The places above the diagonal of a panel's square block are not read.
    pub(crate) fn factor(&self, panels: &mut [f64]) -> bool {
        let (mut update, mut top) = (Vec::new(), Vec::new());
        for own in &self.supernodes {
            let (before, after) = panels.split_at_mut(own.span().end);
            let panel = &mut before[own.span()];
            let (width, height, below) = (own.width, own.height(), own.below());
            if !kernels::cholesky(panel, height, width) {
                return false;
            }
            if below == 0 {
                continue;
            }
            top.clear();
            panel.chunks_exact(height).for_each(|column| top.extend_from_slice(&column[..width]));
            kernels::solve_right_transposed(&mut panel[width..], height, below, &top, width, width);
            update.resize(below * below, 0.0);
            kernels::gram(&mut update, &panel[width..], height, below, width);
            for run in self.runs(own) {
                self.scatter(own, run, &update, &mut after[self.start_after(own, run)..]);
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
