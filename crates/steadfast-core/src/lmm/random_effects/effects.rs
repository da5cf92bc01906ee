//! The rows of Z and the groups of one cluster, in the engine's units.

use crate::likelihood::Block;
use crate::lmm::fit::LmmFit;

/// The random terms of a fit at its estimate.
#[derive(Debug)]
pub(in crate::lmm) struct Effects<'a> {
    fit: &'a LmmFit,
    /// G̃ of each term, q × q, row-major.
    covariances: Vec<Vec<f64>>,
    z: Vec<f64>,
}

impl<'a> Effects<'a> {
    pub(in crate::lmm) fn new(fit: &'a LmmFit) -> Self {
        let natural = fit.engine.natural(&fit.theta);
        // The matrices of random effects are symmetric, so that columns are rows.
        let matrix = |block: &Block| block.matrix(&natural).map_or_else(Vec::new, |matrix| matrix.data.into());
        let covariances = fit.engine.blocks.iter().take(fit.engine.random.len()).map(matrix).collect();
        Self { fit, covariances, z: Vec::new() }
    }

    /// G̃ of the term at `index`.
    pub(super) fn covariance(&self, index: usize) -> &[f64] {
        &self.covariances[index]
    }

    /// Calls `look((term, group), members, √w Z̃, G̃)` with every group of every term that has rows in the cluster:
    /// `members` are the places of its rows in `rows`, and Z̃ has one row for each.
    pub(in crate::lmm) fn for_each_group(
        &mut self,
        rows: &[u32],
        mut look: impl FnMut((usize, usize), &[usize], &[f64], &[f64]),
    ) {
        for (index, part) in self.fit.engine.random.iter().enumerate() {
            let q = part.columns.len();
            let code = |place: usize| part.group.codes[rows[place] as usize];
            let mut places: Vec<usize> = (0..rows.len()).collect();
            places.sort_by_key(|&place| code(place));
            for members in places.chunk_by(|&a, &b| code(a) == code(b)) {
                let own: Vec<u32> = members.iter().map(|&place| rows[place]).collect();
                self.z.resize(own.len() * q, 0.0);
                part.columns.fill(&own, |row| self.fit.root_weight(row as u32), &mut self.z, q);
                look((index, code(members[0]) as usize), members, &self.z, &self.covariances[index]);
            }
        }
    }
}
