//! The deviance once more, by another formula and from the rows: the certificate's second evaluation.
//!
//! The residuals of each subject are whitened by their own small matrix, and the random effects enter through
//! |V| = |R| |I + B'R⁻¹B| (Woodbury); neither rotations, nor the pool, nor moments are used.

use std::ops::Range;

use nalgebra::{Cholesky, DMatrix, DVector};

use super::assemble::BlockMatrices;
use super::signature::{Signature, Sketch};
use super::slot::{Form, Slot};
use super::{Clustered, ResidualPart};
use crate::covariance::Sites;
use crate::design::Design;
use crate::likelihood::Criterion;
use crate::likelihood::rows::{CLUSTERS_A_PIECE, Clusters, Source, add_gram};
use crate::linalg::{self, length};
use crate::parallel::in_order;

/// How one signature turns rows into their contribution to [X y]'V⁻¹[X y]: V = R + BB' with R block-diagonal.
pub(super) struct Whitener {
    /// The rows of each subject and the factor of its R.
    subjects: Vec<(Vec<u32>, Vec<f64>)>,
    /// R^(−½) B, m × q.
    b: Vec<f64>,
    q: usize,
    /// The factor of I + B'R⁻¹B.
    factor: Vec<f64>,
    log_det: f64,
}

/// [X y]'V⁻¹[X y], packed, and log|V|.
pub(super) struct Quadratic {
    gram: Vec<f64>,
    log_det: f64,
}

impl Quadratic {
    pub(super) fn new(w: usize) -> Self {
        Self { gram: vec![0.0; length(w)], log_det: 0.0 }
    }

    /// Takes in the sums over other clusters.
    pub(super) fn add(&mut self, other: &Quadratic) {
        linalg::add_scaled(&mut self.gram, 1.0, &other.gram);
        self.log_det += other.log_det;
    }
}

impl Clustered {
    /// −2 log-likelihood at φ from the rows of `design`; `None` where V is not positive definite.
    pub(crate) fn second_opinion(&self, design: &Design, natural: &[f64], criterion: Criterion) -> Option<f64> {
        let residual = ResidualPart::of(design);
        let source = Source { design, fixed: &self.fixed, centre: self.outcome_centre };
        let whiteners = self.whiteners(source, residual.as_ref(), natural)?;
        let (clusters, ids) = (&self.members.clusters, &self.members.ids);
        let pieces = clusters.len().div_ceil(CLUSTERS_A_PIECE);
        let parts = in_order(self.threads, pieces, |piece| {
            let span = piece * CLUSTERS_A_PIECE..((piece + 1) * CLUSTERS_A_PIECE).min(clusters.len());
            self.quadratic(source, clusters, span, ids, &whiteners)
        });
        let mut total = Quadratic::new(self.p() + 1);
        parts.iter().for_each(|part| total.add(part));
        self.conclude(&total, criterion)
    }

    /// [X y]'V⁻¹[X y] and log|V| over the clusters of `span`, whose signatures are numbered by `ids`.
    pub(super) fn quadratic(
        &self,
        source: Source<'_>,
        clusters: &Clusters,
        span: Range<usize>,
        ids: &[u32],
        whiteners: &[Whitener],
    ) -> Quadratic {
        let (p, w) = (self.p(), self.p() + 1);
        let (mut total, mut block) = (Quadratic::new(w), Vec::new());
        for c in span {
            let rows = &clusters.order[clusters.span(c)];
            block.resize(rows.len() * w, 0.0);
            source.fill(rows, self.base.as_slice(), &mut block);
            block.chunks_exact_mut(w).for_each(|row| row[p] *= self.outcome_scale);
            total.log_det += whiteners[ids[c] as usize].add(&mut block, w, &mut total.gram);
        }
        total
    }

    /// −2 log-likelihood from the sums over all clusters.
    pub(super) fn conclude(&self, total: &Quadratic, criterion: Criterion) -> Option<f64> {
        let (p, w) = (self.p(), self.p() + 1);
        let entry = |a: usize, b: usize| total.gram[linalg::index(w, a.min(b), a.max(b))];
        let factor = Cholesky::new(DMatrix::from_fn(p, p, &entry))?;
        let right = DVector::from_fn(p, |a, _| entry(a, p));
        let reml = criterion == Criterion::Reml;
        let determinant =
            if reml { 2.0 * (0..p).map(|j| libm::log(factor.l_dirty()[(j, j)])).sum::<f64>() } else { 0.0 };
        let quadratic = entry(p, p) - right.dot(&factor.solve(&right));
        Some(self.constant(reml) + total.log_det + quadratic + determinant)
    }

    /// The whitener of each signature, from the first cluster that has it.
    fn whiteners(&self, source: Source<'_>, residual: Option<&ResidualPart>, natural: &[f64]) -> Option<Vec<Whitener>> {
        let matrices = self.matrices(natural, false);
        let mut sketch = Sketch::default();
        let mut whiteners: Vec<Whitener> = Vec::with_capacity(self.members.n_signatures);
        for (c, &id) in self.members.ids.iter().enumerate() {
            // Signatures are numbered in the order of their first clusters.
            if (id as usize) < whiteners.len() {
                continue;
            }
            let rows = &self.members.clusters.order[self.members.clusters.span(c)];
            let root = |row: usize| source.root_weight(row);
            let signature = sketch.finish(rows, &self.random, residual, root);
            whiteners.push(self.whitener(&signature, natural, &matrices)?);
        }
        Some(whiteners)
    }

    pub(super) fn whitener(
        &self,
        signature: &Signature,
        natural: &[f64],
        matrices: &[BlockMatrices],
    ) -> Option<Whitener> {
        let m = signature.m;
        let mut subjects = self.residuals(signature, natural, matrices);
        let mut log_det = 0.0;
        for (rows, factor) in &mut subjects {
            linalg::factor(factor, rows.len()).then_some(())?;
            log_det += linalg::log_determinant(factor, rows.len());
        }
        let (mut b, q) = self.effects(signature, natural);
        let mut whitener = Whitener { subjects, b: Vec::new(), q, factor: Vec::new(), log_det };
        whitener.whiten(&mut b, q);
        let mut factor = vec![0.0; q * q];
        for i in 0..q {
            for j in 0..q {
                let inner = (0..m).fold(0.0, |sum, row| sum + b[row * q + i] * b[row * q + j]);
                factor[i * q + j] = inner + f64::from(u8::from(i == j));
            }
        }
        linalg::factor(&mut factor, q).then_some(())?;
        whitener.log_det += linalg::log_determinant(&factor, q);
        Some(Whitener { b, factor, ..whitener })
    }

    /// R of each subject with its rows; rows that stand alone are subjects of their own.
    fn residuals(
        &self,
        signature: &Signature,
        natural: &[f64],
        matrices: &[BlockMatrices],
    ) -> Vec<(Vec<u32>, Vec<f64>)> {
        let own: Vec<Vec<u32>> = if signature.subjects.is_empty() {
            (0..signature.m as u32).map(|i| vec![i]).collect()
        } else {
            signature.subjects.clone()
        };
        // The subject of each row, and its place there.
        let mut place = vec![(0, 0); signature.m];
        for (subject, rows) in own.iter().enumerate() {
            rows.iter().enumerate().for_each(|(at, &i)| place[i as usize] = (subject, at as u32));
        }
        let mut all: Vec<(Vec<u32>, Vec<f64>)> =
            own.into_iter().map(|rows| (vec![0.0; rows.len() * rows.len()], rows)).map(|(r, rows)| (rows, r)).collect();
        for slot in signature.slots.iter().filter(|slot| !is_effects(slot)) {
            for part in slot.by_subject(&place) {
                let (rows, r) = &mut all[place[slot.rows[part[0]] as usize].0];
                let own = slot.of_rows(&part, |at| place[slot.rows[at] as usize].1);
                self.spread_slot(&own, natural, matrices, rows.len(), r);
            }
        }
        all
    }

    /// B with ZGZ' = BB', m × q, and q.
    fn effects(&self, signature: &Signature, natural: &[f64]) -> (Vec<f64>, usize) {
        let effects = || {
            signature.slots.iter().filter_map(|slot| match &slot.form {
                Form::Effects { q, z } => Some((slot, *q, z)),
                _ => None,
            })
        };
        let (m, q) = (signature.m, effects().map(|(_, q, _)| q).sum::<usize>());
        let (mut b, mut first) = (vec![0.0; m * q], 0);
        for (slot, order, z) in effects() {
            let block = &self.blocks[slot.block];
            let mut g = vec![0.0; order * order];
            block.structure.covariance(Sites::levels(order), block.of(natural), &mut g);
            let l = linalg::semidefinite_factor(&g, order);
            for (at, &i) in slot.rows.iter().enumerate() {
                let from = i as usize * q + first;
                linalg::multiply(&z[at * order..(at + 1) * order], &l, 1, order, order, &mut b[from..from + order]);
            }
            first += order;
        }
        (b, q)
    }
}

fn is_effects(slot: &Slot) -> bool {
    matches!(slot.form, Form::Effects { .. })
}

impl Whitener {
    /// Replaces rows of `width` numbers by R^(−½) times them.
    fn whiten(&self, rows: &mut [f64], width: usize) {
        let mut own = Vec::new();
        for (places, factor) in &self.subjects {
            own.clear();
            places.iter().for_each(|&i| own.extend_from_slice(&rows[i as usize * width..(i as usize + 1) * width]));
            linalg::solve_lower(factor, places.len(), &mut own, width);
            for (at, &i) in places.iter().enumerate() {
                rows[i as usize * width..(i as usize + 1) * width].copy_from_slice(&own[at * width..(at + 1) * width]);
            }
        }
    }

    /// Adds the rows' [X y]'V⁻¹[X y] to `gram`; returns log|V|.
    fn add(&self, block: &mut [f64], w: usize, gram: &mut [f64]) -> f64 {
        self.whiten(block, w);
        block.chunks_exact(w).for_each(|row| add_gram(gram, row));
        if self.q == 0 {
            return self.log_det;
        }
        let mut projected = vec![0.0; self.q * w];
        for (i, row) in block.chunks_exact(w).enumerate() {
            for (j, target) in projected.chunks_exact_mut(w).enumerate() {
                linalg::add_scaled(target, self.b[i * self.q + j], row);
            }
        }
        linalg::solve_lower(&self.factor, self.q, &mut projected, w);
        let mut own = vec![0.0; gram.len()];
        projected.chunks_exact(w).for_each(|row| add_gram(&mut own, row));
        linalg::add_scaled(gram, -1.0, &own);
        self.log_det
    }
}
