//! Another outcome for the same rows: everything that does not depend on the outcome stays.
//!
//! Signatures, rotations and the cross-moments of X̃ are those of the first outcome. Of a new one only the sums in which
//! it stands are made, at n·p·m multiplications: a refit of a small model then costs what its iterations cost.

use std::sync::Mutex;

use super::Clustered;
use super::moments::{Form, Moments};
use super::signature::Rotation;
use crate::design::Design;
use crate::error::Result;
use crate::likelihood::rows::Regression;
use crate::linalg::{self, length};
use crate::parallel::Threads;

/// Rows of one signature, clusters one after the other.
#[derive(Debug, Clone, Copy)]
struct Chunk {
    /// The place of the signature among those of the engine.
    signature: usize,
    n_rows: usize,
}

/// What a new outcome needs of the rows, in the order in which the clusters have them.
#[derive(Debug)]
pub(crate) struct OutcomeRows {
    regression: Regression,
    chunks: Vec<Chunk>,
}

impl Clustered {
    /// The same model of the same outcome on `threads`, to be given another outcome.
    pub(in crate::likelihood) fn copy(&self, threads: Threads) -> Self {
        Self {
            scaled: self.scaled.clone(),
            signatures: self.signatures.clone(),
            members: self.members.clone(),
            n_clusters: self.n_clusters,
            threads,
            last_contractions: Mutex::new(None),
        }
    }

    /// The threads that evaluations use.
    pub(in crate::likelihood) fn threads(&self) -> Threads {
        self.threads
    }

    /// The rows in the order of the clusters.
    pub(in crate::likelihood) fn order(&self) -> &[u32] {
        &self.members.clusters.order
    }

    /// What new outcomes need of the rows of `design`.
    ///
    /// # Errors
    /// `rank_deficient` where rounding makes the fixed effects dependent.
    pub(in crate::likelihood) fn outcome_rows(&self, design: &Design) -> Result<OutcomeRows> {
        // The last of the w numbers is where the outcome stands.
        let (p, w, order) = (self.scaled.p(), self.scaled.p() + 1, &self.members.clusters.order);
        let root = |row: usize| design.weights.as_ref().map_or(1.0, |weights| weights[row].sqrt());
        let (mut x, mut chunks) = (Vec::with_capacity(order.len() * p), Vec::new());
        let mut block = Vec::new();
        let places = self.signature_places();
        for c in 0..self.n_clusters() {
            let rows = &order[self.members.clusters.span(c)];
            block.resize(rows.len() * w, 0.0);
            self.scaled.fixed.fill(rows, root, &mut block, w);
            self.rotate(c, &places, &mut block, w, |signature, rows| {
                rows.chunks_exact(w).for_each(|row| x.extend_from_slice(&row[..p]));
                chunks.push(Chunk { signature, n_rows: rows.len() / w });
            });
        }
        Ok(OutcomeRows { regression: Regression::new(&self.scaled, design, order, x)?, chunks })
    }

    /// Takes `response`, one number for each row used, in the place of the outcome.
    ///
    /// # Errors
    /// `constant_outcome`, `outcome_scale`, `perfect_fit`.
    pub(in crate::likelihood) fn set_outcome(&mut self, rows: &OutcomeRows, response: &[f64]) -> Result<()> {
        let reduced = rows.regression.residuals(response, |outcome| self.rotated(&outcome))?;
        let outcome = reduced.settle(&mut self.scaled);
        self.replace_sums(rows, &outcome);
        self.last_contractions = Mutex::new(None);
        Ok(())
    }

    /// The place of each signature, by its number; none where it has no rows.
    fn signature_places(&self) -> Vec<Option<usize>> {
        let mut places = vec![None; self.members.pool as usize + 1];
        self.members.kept.iter().enumerate().for_each(|(place, &id)| places[id as usize] = Some(place));
        places
    }

    /// Rotates the rows of cluster `c`, `width` numbers each, and hands out what becomes of them: the place of the
    /// signature, and its rows.
    fn rotate(
        &self,
        c: usize,
        places: &[Option<usize>],
        block: &mut [f64],
        width: usize,
        mut hand_out: impl FnMut(usize, &[f64]),
    ) {
        let pool = places.last().copied().flatten();
        let Some(place) = places[self.members.ids[c] as usize] else {
            // Without random effects every row is in the pool as it is.
            pool.into_iter().for_each(|pool| hand_out(pool, block));
            return;
        };
        let signature = &self.signatures[place].0;
        match &signature.rotation {
            Rotation::None => hand_out(place, block),
            Rotation::Effects(reflections) => {
                reflections.apply(block, width);
                let (kept, rest) = block.split_at(signature.m * width);
                hand_out(place, kept);
                pool.into_iter().for_each(|pool| hand_out(pool, rest));
            }
            Rotation::Exchange(exchange) => {
                exchange.apply(block, width, |id, rows| {
                    places[id as usize].into_iter().for_each(|place| hand_out(place, rows));
                });
                hand_out(place, &block[..signature.m * width]);
            }
        }
    }

    /// The outcomes in the order of the clusters after the rotations.
    fn rotated(&self, net: &[f64]) -> Vec<f64> {
        let places = self.signature_places();
        let (mut outcome, mut block) = (Vec::with_capacity(net.len()), Vec::new());
        for c in 0..self.n_clusters() {
            block.clear();
            block.extend_from_slice(&net[self.members.clusters.span(c)]);
            self.rotate(c, &places, &mut block, 1, |_, part| outcome.extend_from_slice(part));
        }
        outcome
    }

    /// Puts the sums with the new outcome in the place of the old.
    fn replace_sums(&mut self, rows: &OutcomeRows, outcome: &[f64]) {
        let w = self.scaled.p() + 1;
        let mut seen = vec![0; self.signatures.len()];
        self.signatures.iter_mut().for_each(|(_, moments)| moments.forget_outcome(w));
        let mut first = 0;
        for chunk in &rows.chunks {
            let (signature, moments) = &mut self.signatures[chunk.signature];
            let m = signature.m;
            for at in (first..first + chunk.n_rows).step_by(m) {
                let x = &rows.regression.x[at * (w - 1)..(at + m) * (w - 1)];
                moments.take_outcome(x, &outcome[at..at + m], seen[chunk.signature]);
                seen[chunk.signature] += 1;
            }
            first += chunk.n_rows;
        }
    }
}

impl Moments {
    /// Sets the sums in which the outcome stands to zero.
    fn forget_outcome(&mut self, w: usize) {
        if let Form::Crossed(pairs) = &mut self.form {
            for pair in pairs.chunks_exact_mut(length(w)) {
                (0..w).for_each(|a| pair[linalg::index(w, a, w - 1)] = 0.0);
            }
        }
    }

    /// Takes the outcome of cluster `number` of the signature, whose rows are `x` (m × p).
    fn take_outcome(&mut self, x: &[f64], outcome: &[f64], number: usize) {
        let (m, p) = (outcome.len(), x.len() / outcome.len());
        let w = p + 1;
        match &mut self.form {
            Form::Rows(rows) => {
                let own = &mut rows[number * m * w..(number + 1) * m * w];
                own.chunks_exact_mut(w).zip(outcome).for_each(|(row, y)| row[p] = *y);
            }
            Form::Crossed(pairs) => {
                let mut pairs = pairs.chunks_exact_mut(length(w));
                for j in 0..m {
                    let (x_j, y_j) = (&x[j * p..(j + 1) * p], outcome[j]);
                    for k in j..m {
                        let Some(pair) = pairs.next() else { return };
                        let (x_k, y_k) = (&x[k * p..(k + 1) * p], outcome[k]);
                        for a in 0..p {
                            let one = x_j[a] * y_k;
                            pair[linalg::index(w, a, p)] += if j == k { one } else { one + x_k[a] * y_j };
                        }
                        pair[length(w) - 1] += if j == k { y_j * y_k } else { 2.0 * y_j * y_k };
                    }
                }
            }
        }
    }
}
