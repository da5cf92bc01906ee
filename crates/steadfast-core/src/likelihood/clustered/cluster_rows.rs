//! Clusters one by one, from their rows: what residuals, influence and robust variances look at.

use super::signature::Sketch;
use super::{Clustered, ResidualPart};
use crate::design::Design;
use crate::likelihood::rows::Source;
use crate::likelihood::scaled::Numbers;
use crate::likelihood::solution::Solution;
use crate::linalg;

/// A cluster at one φ, in the engine's units: rows multiplied by √weight, outcomes by `outcome_scale`.
#[derive(Debug)]
pub(crate) struct ClusterRows<'a> {
    /// The rows of the frame, in the canonical order of the cluster.
    pub(crate) rows: &'a [u32],
    /// √w X̃, m × p.
    pub(crate) x: &'a [f64],
    /// √w (y − Xβ̂), m.
    pub(crate) residual: &'a [f64],
    /// V, m × m.
    pub(crate) v: &'a [f64],
    /// L with V = L L', lower triangle, m × m.
    pub(crate) factor: &'a [f64],
}

/// V and its factor.
struct Covariance {
    v: Vec<f64>,
    factor: Vec<f64>,
}

impl Clustered {
    /// Calls `look` with every cluster of `design` at φ = `natural` and the `solution` there, clusters in the order
    /// of the levels of the coarsest grouping factor; false when V of a cluster is not positive definite.
    pub(crate) fn for_each_cluster(
        &self,
        design: &Design,
        natural: &[f64],
        solution: &Solution,
        mut look: impl FnMut(&ClusterRows<'_>),
    ) -> bool {
        let residual = ResidualPart::of(design);
        let source = Source { design, fixed: &self.fixed, centre: self.outcome_centre };
        let matrices = self.matrices(natural, false);
        let mut sketch = Sketch::default();
        let mut known: Vec<Covariance> = Vec::with_capacity(self.members.n_signatures);
        let mut numbers = Numbers::default();
        for (c, &id) in self.members.ids.iter().enumerate() {
            let rows = &self.members.clusters.order[self.members.clusters.span(c)];
            let m = rows.len();
            // Signatures are numbered in the order of their first clusters.
            if id as usize == known.len() {
                let root = |row: usize| source.root_weight(row);
                let signature = sketch.finish(rows, &self.random, residual.as_ref(), root);
                let mut v = vec![0.0; m * m];
                self.assemble(&signature, natural, &matrices, &mut v);
                let mut factor = v.clone();
                if !linalg::factor(&mut factor, m) {
                    return false;
                }
                known.push(Covariance { v, factor });
            }
            numbers.read(self, source, rows, solution);
            let Covariance { v, factor } = &known[id as usize];
            look(&ClusterRows { rows, x: &numbers.x, residual: &numbers.residual, v, factor });
        }
        true
    }
}
