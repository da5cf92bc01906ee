//! The rows of a model as the engine sees them.

use crate::design::Design;
use crate::design::centred::{CentredColumns, range};
use crate::linalg::dot;

/// The rows of a model as numbers, read where they are.
#[derive(Clone, Copy)]
pub(in crate::likelihood) struct Source<'a> {
    pub(in crate::likelihood) design: &'a Design,
    pub(in crate::likelihood) fixed: &'a CentredColumns,
    /// What is subtracted from every outcome.
    pub(in crate::likelihood) centre: f64,
}

/// y − offset at `row`.
#[inline]
fn net_outcome(design: &Design, row: usize) -> f64 {
    design.response[row] - design.offset.as_ref().map_or(0.0, |offset| offset[row])
}

/// What may be subtracted from every outcome: the mid-range where the intercept takes it up, nothing elsewhere. An
/// outcome with many constant leading digits then keeps the others.
pub(in crate::likelihood) fn outcome_centre(design: &Design) -> f64 {
    if !design.fixed.iter().any(|column| column.pieces.is_empty()) {
        return 0.0;
    }
    let (low, high) = range(&design.rows, |row| net_outcome(design, row));
    0.5 * low + 0.5 * high
}

impl Source<'_> {
    /// √w of `row`.
    #[inline]
    pub(in crate::likelihood) fn root_weight(&self, row: usize) -> f64 {
        self.design.weights.as_ref().map_or(1.0, |weights| weights[row].sqrt())
    }

    /// y − offset − centre at `row`.
    #[inline]
    pub(in crate::likelihood) fn outcome(&self, row: usize) -> f64 {
        net_outcome(self.design, row) - self.centre
    }

    /// √w (x̃', y − offset − centre − x̃'base) of `rows` into `block`, rows of w = p + 1.
    pub(in crate::likelihood) fn fill(&self, rows: &[u32], base: &[f64], block: &mut [f64]) {
        let (p, w) = (base.len(), base.len() + 1);
        self.fixed.fill(rows, |_| 1.0, block, w);
        for (i, &row) in rows.iter().enumerate() {
            let line = &mut block[i * w..(i + 1) * w];
            line[p] = self.outcome(row as usize) - dot(&line[..p], base);
            let root = self.root_weight(row as usize);
            if self.design.weights.is_some() {
                line.iter_mut().for_each(|value| *value *= root);
            }
        }
    }
}
