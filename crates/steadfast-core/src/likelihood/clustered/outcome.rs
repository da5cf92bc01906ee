//! Another outcome for the same rows: everything that does not depend on the outcome stays.
//!
//! Signatures, rotations and the cross-moments of X̃ are those of the first outcome. Of a new one only the sums in which
//! it stands are made, at n·p·m multiplications: a refit of a small model then costs what its iterations cost.

use std::sync::Mutex;

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::Clustered;
use super::moments::{Form, Moments, add_gram};
use super::signature::Rotation;
use super::spread::Spread;
use crate::design::Design;
use crate::error::{Error, Result};
use crate::linalg::{self, dot, length};
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
    /// For each row of a cluster, its place among the rows used.
    places: Vec<u32>,
    offset: Option<Vec<f64>>,
    root_weight: Option<Vec<f64>>,
    has_intercept: bool,
    /// √w X̃ after the rotations, n × p.
    x: Vec<f64>,
    chunks: Vec<Chunk>,
    /// The scale of the outcome that the rows were made with.
    scale: f64,
    /// The factor of X̃'WX̃.
    factor: Cholesky<f64, Dyn>,
}

/// A new outcome whose residuals are within this factor of the old one's keeps its scale: θ then means the same, and
/// the engine's numbers stay of order one.
const SAME_SCALE: f64 = 4.0;

impl Clustered {
    /// The same model of the same outcome on `threads`, to be given another outcome.
    pub(crate) fn copy(&self, threads: Threads) -> Self {
        Self {
            fixed: self.fixed.clone(),
            random: self.random.clone(),
            blocks: self.blocks.clone(),
            base: self.base.clone(),
            signatures: self.signatures.clone(),
            members: self.members.clone(),
            threads,
            last_contractions: Mutex::new(None),
            ..*self
        }
    }

    /// The threads that evaluations use.
    pub(crate) fn threads(&self) -> Threads {
        self.threads
    }

    /// What new outcomes need of the rows of `design`.
    ///
    /// # Errors
    /// `rank_deficient` where rounding makes the fixed effects dependent.
    pub(crate) fn outcome_rows(&self, design: &Design) -> Result<OutcomeRows> {
        // The last of the w numbers is where the outcome stands.
        let (p, w, order) = (self.p(), self.p() + 1, &self.members.clusters.order);
        let root = |row: u32| design.weights.as_ref().map_or(1.0, |weights| weights[row as usize].sqrt());
        let place = |row: &u32| design.rows.partition_point(|known| known < row) as u32;
        let of_rows = |values: &Vec<f64>| order.iter().map(|&row| values[row as usize]).collect();
        let (mut x, mut chunks) = (Vec::with_capacity(order.len() * p), Vec::new());
        let mut block = Vec::new();
        let places = self.signature_places();
        for c in 0..self.n_clusters() {
            let rows = &order[self.members.clusters.span(c)];
            block.resize(rows.len() * w, 0.0);
            self.fixed.fill(rows, |row| root(row as u32), &mut block, w);
            self.rotate(c, &places, &mut block, w, |signature, rows| {
                rows.chunks_exact(w).for_each(|row| x.extend_from_slice(&row[..p]));
                chunks.push(Chunk { signature, n_rows: rows.len() / w });
            });
        }
        let mut gram = vec![0.0; length(p)];
        x.chunks_exact(p.max(1)).for_each(|row| add_gram(&mut gram, row));
        let gram = DMatrix::from_fn(p, p, |a, b| gram[linalg::index(p, a.min(b), a.max(b))]);
        let dependent =
            || Error::data("rank_deficient", "the fixed effects are linearly dependent to working precision");
        Ok(OutcomeRows {
            places: order.iter().map(place).collect(),
            offset: design.offset.as_ref().map(|values| of_rows(values)),
            root_weight: design.weights.as_ref().map(|_| order.iter().map(|&row| root(row)).collect()),
            has_intercept: design.fixed.iter().any(|column| column.pieces.is_empty()),
            x,
            chunks,
            scale: self.outcome_scale,
            factor: Cholesky::new(gram).ok_or_else(dependent)?,
        })
    }

    /// Takes `response`, one number for each row used, in the place of the outcome.
    ///
    /// # Errors
    /// `constant_outcome`, `outcome_scale`, `perfect_fit`.
    pub(crate) fn set_outcome(&mut self, rows: &OutcomeRows, response: &[f64]) -> Result<()> {
        let p = self.p();
        let net = rows.net(response);
        let (low, high) = net.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), y| (a.min(*y), b.max(*y)));
        let centre = if rows.has_intercept { 0.5 * low + 0.5 * high } else { 0.0 };
        let mut outcome = self.rotated(rows, &net, centre);
        let mut right = DVector::zeros(p);
        for (x, y) in rows.x.chunks_exact(p.max(1)).zip(&outcome) {
            linalg::add_scaled(right.as_mut_slice(), *y, x);
        }
        let base = rows.factor.solve(&right);
        for (x, y) in rows.x.chunks_exact(p.max(1)).zip(&mut outcome) {
            *y -= dot(x, base.as_slice());
        }
        let mut spread = Spread::default();
        net.iter().zip(&outcome).for_each(|(y, r)| spread.observe(y - centre, centre, *r));
        let scale = spread.scale(p)?;
        let close = (1.0 / SAME_SCALE..=SAME_SCALE).contains(&(scale / rows.scale));
        self.outcome_scale = if close { rows.scale } else { scale };
        outcome.iter_mut().for_each(|r| *r *= self.outcome_scale);
        self.replace_sums(rows, &outcome);
        (self.outcome_centre, self.base, self.last_contractions) = (centre, base, Mutex::new(None));
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

    /// √w (y − offset − centre) after the rotations.
    fn rotated(&self, rows: &OutcomeRows, net: &[f64], centre: f64) -> Vec<f64> {
        let places = self.signature_places();
        let (mut outcome, mut block) = (Vec::with_capacity(net.len()), Vec::new());
        for c in 0..self.n_clusters() {
            let span = self.members.clusters.span(c);
            block.clear();
            block.extend(net[span.clone()].iter().map(|y| y - centre));
            if let Some(roots) = &rows.root_weight {
                block.iter_mut().zip(&roots[span]).for_each(|(y, root)| *y *= root);
            }
            self.rotate(c, &places, &mut block, 1, |_, part| outcome.extend_from_slice(part));
        }
        outcome
    }

    /// Puts the sums with the new outcome in the place of the old.
    fn replace_sums(&mut self, rows: &OutcomeRows, outcome: &[f64]) {
        let w = self.p() + 1;
        let mut seen = vec![0; self.signatures.len()];
        self.signatures.iter_mut().for_each(|(_, moments)| moments.forget_outcome(w));
        let mut first = 0;
        for chunk in &rows.chunks {
            let (signature, moments) = &mut self.signatures[chunk.signature];
            let m = signature.m;
            for at in (first..first + chunk.n_rows).step_by(m) {
                let x = &rows.x[at * (w - 1)..(at + m) * (w - 1)];
                moments.take_outcome(x, &outcome[at..at + m], seen[chunk.signature]);
                seen[chunk.signature] += 1;
            }
            first += chunk.n_rows;
        }
    }
}

impl OutcomeRows {
    /// y − offset in the order of the clusters.
    fn net(&self, response: &[f64]) -> Vec<f64> {
        let mut net: Vec<f64> = self.places.iter().map(|&place| response[place as usize]).collect();
        if let Some(offset) = &self.offset {
            net.iter_mut().zip(offset).for_each(|(y, offset)| *y -= offset);
        }
        net
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
