//! Clusters from their rows, where they are short enough for a dense V.

use super::Crossed;
use crate::covariance::Sites;
use crate::design::Design;
use crate::likelihood::LONGEST_DENSE;
use crate::likelihood::clustered::ClusterRows;
use crate::likelihood::rows::Source;
use crate::likelihood::scaled::Numbers;
use crate::likelihood::solution::Solution;
use crate::linalg;

impl Crossed {
    /// The rows of the longest cluster, where that is too long for a dense V.
    pub(in crate::likelihood) fn too_long(&self) -> Option<usize> {
        let longest = (0..self.clusters.len()).map(|c| self.clusters.span(c).len()).max().unwrap_or(0);
        (longest > LONGEST_DENSE).then_some(longest)
    }

    /// Calls `look` with every cluster of `design` at φ = `natural` and the `solution` there; false when V of a cluster
    /// is not positive definite.
    pub(in crate::likelihood) fn for_each_cluster(
        &self,
        design: &Design,
        natural: &[f64],
        solution: &Solution,
        mut look: impl FnMut(&ClusterRows<'_>),
    ) -> bool {
        let source = Source { design, fixed: &self.fixed, centre: self.outcome_centre };
        let mut numbers = Numbers::default();
        for c in 0..self.clusters.len() {
            let rows = &self.clusters.order[self.clusters.span(c)];
            let v = self.covariance(source, natural, rows);
            let mut factor = v.clone();
            if !linalg::factor(&mut factor, rows.len()) {
                return false;
            }
            numbers.read(self, source, rows, solution);
            look(&ClusterRows { rows, x: &numbers.x, residual: &numbers.residual, v: &v, factor: &factor });
        }
        true
    }

    /// V of `rows`, m × m.
    fn covariance(&self, source: Source<'_>, natural: &[f64], rows: &[u32]) -> Vec<f64> {
        let m = rows.len();
        let mut v = vec![0.0; m * m];
        (0..m).for_each(|i| v[i * m + i] = self.sigma2(natural));
        for (part, block) in self.random.iter().zip(&self.blocks) {
            let q = part.columns.len();
            let (mut g, mut z, mut zg) = (vec![0.0; q * q], vec![0.0; m * q], vec![0.0; m * q]);
            block.structure.covariance(Sites::levels(q), block.of(natural), &mut g);
            part.columns.fill(rows, |row| source.root_weight(row), &mut z, q);
            linalg::multiply(&z, &g, m, q, q, &mut zg);
            let mut places: Vec<usize> = (0..m).collect();
            let code = |place: &usize| part.group.codes[rows[*place] as usize];
            places.sort_by_key(code);
            for group in places.chunk_by(|a, b| code(a) == code(b)) {
                for &i in group {
                    for &j in group {
                        v[i * m + j] += linalg::dot(&zg[i * q..(i + 1) * q], &z[j * q..(j + 1) * q]);
                    }
                }
            }
        }
        v
    }
}
