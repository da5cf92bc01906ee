//! The deviance once more: quadratic forms from the rows instead of differences of moments, and the factor put to the
//! proof.

use nalgebra::DMatrix;

use super::{Crossed, Factored};
use crate::design::Design;
use crate::likelihood::Criterion;
use crate::likelihood::rows::{CLUSTERS_A_PIECE, Source, add_gram};
use crate::linalg::{self, dot, length};
use crate::parallel::in_order;

/// Up to this many effects |T| is found by a dense factorisation in another order.
const DENSE: usize = 300;

/// How far LL'v may be from Tv: rounding of a backward stable factorisation is a few times n·1e-16 of it.
const FACTOR_RESIDUAL: f64 = 1e-10;

impl Crossed {
    /// −2 log-likelihood at φ from the rows of `design`; `None` where V is not positive definite or the factor is not
    /// that of T.
    pub(in crate::likelihood) fn second_opinion(
        &self,
        design: &Design,
        natural: &[f64],
        criterion: Criterion,
    ) -> Option<f64> {
        let factored = self.factored(natural)?;
        let inner = self.inner_from_rows(design, &factored);
        let log_det = if self.n_effects() <= DENSE {
            self.dense_log_determinant(&factored)?
        } else {
            self.is_factor(&factored).then_some(factored.log_det)?
        };
        self.least_squares(&inner, log_det, factored.sigma2, criterion).map(|(value, _, _)| value)
    }

    /// a'V₀⁻¹b = (a − ZΛu_a)'(b − ZΛu_b) + u_a'u_b for the columns of [X y], w × w.
    fn inner_from_rows(&self, design: &Design, factored: &Factored) -> DMatrix<f64> {
        let (p, w) = (self.p(), self.p() + 1);
        let effects = self.scale(&factored.frames, &factored.u, w);
        let source = Source { design, fixed: &self.fixed, centre: self.outcome_centre };
        let pieces: Vec<&[u32]> = self.clusters.order.chunks(CLUSTERS_A_PIECE).collect();
        let parts = in_order(self.threads, pieces.len(), |piece| {
            let rows = pieces[piece];
            let (mut gram, mut block) = (vec![0.0; length(w)], vec![0.0; rows.len() * w]);
            source.fill(rows, self.base.as_slice(), &mut block);
            block.chunks_exact_mut(w).for_each(|line| line[p] *= self.outcome_scale);
            let mut z = Vec::new();
            for (term, part) in self.random.iter().enumerate() {
                let q = part.columns.len();
                z.resize(rows.len() * q, 0.0);
                part.columns.fill(rows, |row| source.root_weight(row), &mut z, q);
                for ((line, own), &row) in block.chunks_exact_mut(w).zip(z.chunks_exact(q)).zip(rows) {
                    let node = self.levels.nodes[self.levels.node(term, part.group.codes[row as usize])];
                    for (i, value) in own.iter().enumerate() {
                        let at = (node.position + i) * w;
                        linalg::add_scaled(line, -value, &effects[at..at + w]);
                    }
                }
            }
            block.chunks_exact(w).for_each(|line| add_gram(&mut gram, line));
            gram
        });
        let mut gram = vec![0.0; length(w)];
        parts.iter().for_each(|part| linalg::add_scaled(&mut gram, 1.0, part));
        factored.u.chunks_exact(w).for_each(|line| add_gram(&mut gram, line));
        DMatrix::from_fn(w, w, |a, b| gram[linalg::index(w, a.min(b), a.max(b))])
    }

    /// log|T| by a dense factorisation.
    fn dense_log_determinant(&self, factored: &Factored) -> Option<f64> {
        let n = self.n_effects();
        let mut unit = vec![0.0; n * n];
        (0..n).for_each(|i| unit[i * n + i] = 1.0);
        let mut t = self.product(factored, &unit, n);
        linalg::factor(&mut t, n).then(|| linalg::log_determinant(&t, n))
    }

    /// T x.
    fn product(&self, factored: &Factored, x: &[f64], columns: usize) -> Vec<f64> {
        let mut product = self.multiply_zz(&self.scale(&factored.frames, x, columns), columns);
        self.scale_transposed(&factored.frames, &mut product, columns);
        linalg::add_scaled(&mut product, 1.0, x);
        product
    }

    /// Whether T⁻¹ T v = v for a v without structure.
    fn is_factor(&self, factored: &Factored) -> bool {
        // The golden ratio's multiples modulo one are spread evenly and follow no level.
        let v: Vec<f64> = (0..self.n_effects()).map(|i| (i as f64 * 0.618_033_988_749_894_9).fract() - 0.5).collect();
        let mut back = self.product(factored, &v, 1);
        self.symbolic.solve(&self.kernels, &factored.panels, &mut back, 1);
        linalg::add_scaled(&mut back, -1.0, &v);
        dot(&back, &back) <= FACTOR_RESIDUAL * FACTOR_RESIDUAL * dot(&v, &v) * self.conditioning(factored)
    }

    /// The largest diagonal entry of T, which bounds how far rounding of T reaches into its inverse (T ≥ I), squared.
    fn conditioning(&self, factored: &Factored) -> f64 {
        let largest = self.information.iter().zip(&factored.frames).fold(1.0_f64, |largest, (information, frame)| {
            let trace = (0..frame.q).fold(0.0, |sum, i| {
                (0..=i).fold(sum, |sum, j| sum + frame.lambda[i * frame.q + j].powi(2) * information[i])
            });
            largest.max(1.0 + trace)
        });
        (1e-4 * largest).max(1.0).powi(2)
    }
}
