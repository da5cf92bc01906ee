//! The one pass over the rows: signatures, and the cross-moments of each.

use std::collections::HashMap;

use super::ResidualPart;
use super::classify::{Classes, classify};
use super::signature::{Rotation, Signature};
use crate::design::Design;
use crate::error::Result;
use crate::likelihood::rows::{CLUSTERS_A_PIECE, Clusters, Source, Variation, add_gram, least_squares, outcome_centre};
use crate::likelihood::scaled::Scaled;
use crate::linalg::{self, dot, length};
use crate::parallel::{Threads, in_order};

/// What the clusters of one signature say, w = p + 1 numbers a row: X̃ and the outcome.
#[derive(Debug, Clone)]
pub(super) struct Moments {
    /// The number of clusters.
    pub(super) n: f64,
    pub(super) form: Form,
}

#[derive(Debug, Clone)]
pub(super) enum Form {
    /// For each pair j ≤ k of rows the packed matrix Σ w_j w_j' (j = k) or Σ (w_j w_k' + w_k w_j') (j < k).
    Crossed(Vec<f64>),
    /// The rows themselves, cluster after cluster, m × w each.
    Rows(Vec<f64>),
}

impl Moments {
    /// out += Σ_jk M_jk Σ_i w_ij w_ik', packed, for symmetric `matrix` (packed, m × m).
    pub(super) fn contract(&self, matrix: &[f64], m: usize, w: usize, out: &mut [f64]) {
        match &self.form {
            Form::Crossed(pairs) => {
                for (weight, pair) in matrix.iter().zip(pairs.chunks_exact(length(w))) {
                    linalg::add_scaled(out, *weight, pair);
                }
            }
            Form::Rows(rows) => {
                let (mut full, mut product) = (vec![0.0; m * m], vec![0.0; m * w]);
                linalg::unpack(matrix, m, &mut full);
                for cluster in rows.chunks_exact(m * w) {
                    linalg::multiply(&full, cluster, m, m, w, &mut product);
                    let mut at = 0;
                    for a in 0..w {
                        for b in a..w {
                            out[at] += (0..m).fold(0.0, |sum, i| sum + cluster[i * w + a] * product[i * w + b]);
                            at += 1;
                        }
                    }
                }
            }
        }
    }

    /// For each pair j ≤ k of rows Σ_i w_ij' B w_ik (j = k) or twice that (j < k), packed; `doubled` is B packed with
    /// its off-diagonal entries doubled.
    pub(super) fn fold(&self, doubled: &[f64], m: usize, w: usize, out: &mut [f64]) {
        out.fill(0.0);
        match &self.form {
            Form::Crossed(pairs) => {
                for (target, pair) in out.iter_mut().zip(pairs.chunks_exact(length(w))) {
                    *target = dot(doubled, pair);
                }
            }
            Form::Rows(rows) => {
                let (mut full, mut product) = (vec![0.0; w * w], vec![0.0; m * w]);
                linalg::unpack(doubled, w, &mut full);
                for a in 0..w {
                    for b in 0..w {
                        full[a * w + b] *= if a == b { 1.0 } else { 0.5 };
                    }
                }
                for cluster in rows.chunks_exact(m * w) {
                    linalg::multiply(cluster, &full, m, w, w, &mut product);
                    let mut at = 0;
                    for j in 0..m {
                        for k in j..m {
                            let value = dot(&product[j * w..(j + 1) * w], &cluster[k * w..(k + 1) * w]);
                            out[at] += if j == k { value } else { 2.0 * value };
                            at += 1;
                        }
                    }
                }
            }
        }
    }

    /// The moments of the same clusters with the outcome multiplied by `scale`.
    fn rescale_outcome(&mut self, w: usize, scale: f64) {
        let last = w - 1;
        match &mut self.form {
            Form::Crossed(pairs) => {
                for pair in pairs.chunks_exact_mut(length(w)) {
                    for a in 0..last {
                        pair[linalg::index(w, a, last)] *= scale;
                    }
                    pair[linalg::index(w, last, last)] *= scale * scale;
                }
            }
            Form::Rows(rows) => rows.chunks_exact_mut(w).for_each(|row| row[last] *= scale),
        }
    }
}

/// Whether `n` clusters of m rows are cheaper to evaluate one by one than through their moments.
pub(super) fn rare(n: usize, m: usize, w: usize) -> bool {
    n * (m * m * w + m * length(w)) < length(m) * length(w)
}

/// The rows of each cluster in their canonical order, and the signature of each cluster.
#[derive(Debug, Clone)]
pub(super) struct Members {
    pub(super) clusters: Clusters,
    pub(super) ids: Vec<u32>,
    /// The number of different signatures of whole clusters.
    pub(super) n_signatures: usize,
    /// The signatures that have rows, by their numbers; the pool's is the last.
    pub(super) kept: Vec<u32>,
    /// The number of the pool's signature.
    pub(super) pool: u32,
}

/// What is left of the data.
#[derive(Debug)]
pub(super) struct Reduction {
    pub(super) signatures: Vec<(Signature, Moments)>,
    pub(super) members: Members,
}

/// The moments of all signatures of `design`; what they teach about the outcome is written into `scaled`.
pub(super) fn reduce(
    design: &Design,
    scaled: &mut Scaled,
    residual: Option<&ResidualPart>,
    mut clusters: Clusters,
    threads: Threads,
) -> Result<Reduction> {
    let w = scaled.p() + 1;
    let centre = outcome_centre(design);
    let Classes { ids, signatures, n_signatures } =
        classify(Source { design, fixed: &scaled.fixed, centre }, &scaled.random, residual, &mut clusters)?;
    let base = least_squares(design, &mut scaled.fixed, centre, &clusters, threads)?;
    let source = Source { design, fixed: &scaled.fixed, centre };
    let counts = totals(ids.iter().map(|&id| (id, 1)), &signatures);
    let pieces = clusters.len().div_ceil(CLUSTERS_A_PIECE);
    let sums = in_order(threads, pieces, |piece| {
        let span = piece * CLUSTERS_A_PIECE..((piece + 1) * CLUSTERS_A_PIECE).min(clusters.len());
        accumulate(source, base.as_slice(), &clusters, span, &ids, (&signatures, &counts))
    });
    let mut gathered = Gathered::new(w, signatures.len());
    sums.into_iter().for_each(|piece| gathered.take(piece, w, &signatures, &counts));
    (scaled.outcome_centre, scaled.base) = (centre, base);
    let Settled { signatures, numbers, pool } = gathered.settle(scaled, signatures, counts)?;
    Ok(Reduction { signatures, members: Members { clusters, ids, n_signatures, kept: numbers, pool } })
}

/// How many clusters there are of each signature, those of released subjects included.
pub(super) fn totals(of_clusters: impl Iterator<Item = (u32, usize)>, signatures: &[Signature]) -> Vec<usize> {
    let mut counts = vec![0usize; signatures.len()];
    for (id, n) in of_clusters {
        counts[id as usize] += n;
        signatures[id as usize].released().for_each(|(own, released)| counts[own as usize] += released * n);
    }
    counts
}

/// The sums of all pieces so far.
pub(super) struct Gathered {
    total: Sums,
    raw: Vec<Vec<f64>>,
}

/// Signatures with their moments.
pub(super) struct Settled {
    pub(super) signatures: Vec<(Signature, Moments)>,
    /// The numbers of the signatures that have rows.
    pub(super) numbers: Vec<u32>,
    /// The number of the pool's.
    pub(super) pool: u32,
}

impl Gathered {
    pub(super) fn new(w: usize, n_signatures: usize) -> Self {
        Self { total: Sums::new(w), raw: vec![Vec::new(); n_signatures] }
    }

    /// Takes in the sums of another piece.
    pub(super) fn take(&mut self, piece: Sums, w: usize, signatures: &[Signature], counts: &[usize]) {
        self.total.add(&piece);
        for (id, part) in piece.by_signature {
            let whole = &mut self.raw[id as usize];
            let (m, n) = (signatures[id as usize].m, counts[id as usize]);
            if whole.is_empty() || rare(n, m, w) {
                whole.extend(part);
            } else {
                linalg::add_scaled(whole, 1.0, &part);
            }
        }
    }

    /// The moments of all signatures; what they teach about the outcome is written into `scaled`.
    ///
    /// # Errors
    /// `constant_outcome`, `outcome_scale`, `perfect_fit`.
    pub(super) fn settle(
        self,
        scaled: &mut Scaled,
        mut signatures: Vec<Signature>,
        mut counts: Vec<usize>,
    ) -> Result<Settled> {
        let (p, w) = (scaled.p(), scaled.p() + 1);
        let Self { total, mut raw } = self;
        let outcome_scale = total.variation.outcome_scale(p)?;
        let pool = signatures.len() as u32;
        // Without a residual structure the residuals' block follows those of the random terms.
        signatures.push(Signature::pool(scaled.random.len()));
        counts.push(total.pooled);
        raw.push(total.pool);
        let mut kept: Vec<(Signature, Moments)> = Vec::with_capacity(signatures.len());
        let mut numbers = Vec::with_capacity(signatures.len());
        for (id, ((signature, n), raw)) in (0..).zip(signatures.into_iter().zip(counts).zip(raw)) {
            if signature.m == 0 || n == 0 {
                continue;
            }
            numbers.push(id);
            let m = signature.m;
            let form = if rare(n, m, w) { Form::Rows(raw) } else { Form::Crossed(pair_up(&raw, m, w)) };
            let mut moments = Moments { n: n as f64, form };
            moments.rescale_outcome(w, outcome_scale);
            kept.push((signature, moments));
        }
        scaled.outcome_scale = outcome_scale;
        scaled.log_weights = total.variation.log_weights;
        Ok(Settled { signatures: kept, numbers, pool })
    }
}

/// The packed Gram matrix of the stacked rows (order m w) as packed matrices for each pair of rows.
fn pair_up(gram: &[f64], m: usize, w: usize) -> Vec<f64> {
    let order = m * w;
    let entry = |a: usize, b: usize| gram[linalg::index(order, a.min(b), a.max(b))];
    let mut pairs = Vec::with_capacity(length(m) * length(w));
    for j in 0..m {
        for k in j..m {
            for a in 0..w {
                for b in a..w {
                    let value = entry(j * w + a, k * w + b);
                    pairs.push(if j == k { value } else { value + entry(j * w + b, k * w + a) });
                }
            }
        }
    }
    pairs
}

/// The sums of one piece of the clusters.
#[derive(Debug, Default)]
pub(super) struct Sums {
    by_signature: Vec<(u32, Vec<f64>)>,
    /// The place in `by_signature` of each signature.
    slots: HashMap<u32, usize>,
    pool: Vec<f64>,
    pooled: usize,
    variation: Variation,
}

impl Sums {
    fn new(w: usize) -> Self {
        Self { pool: vec![0.0; length(w)], ..Self::default() }
    }

    fn add(&mut self, other: &Sums) {
        linalg::add_scaled(&mut self.pool, 1.0, &other.pool);
        self.pooled += other.pooled;
        self.variation.merge(&other.variation);
    }

    /// Adds the stacked rows of a cluster to those of its signature.
    fn take(&mut self, id: u32, stacked: &[f64], w: usize, count: usize, m: usize) {
        let slot = *self.slots.entry(id).or_insert_with(|| {
            self.by_signature.push((id, Vec::new()));
            self.by_signature.len() - 1
        });
        let own = &mut self.by_signature[slot].1;
        if rare(count, m, w) {
            own.extend_from_slice(stacked);
        } else {
            own.resize(length(stacked.len()), 0.0);
            add_gram(own, stacked);
        }
    }
}

/// The sums over the clusters of `span`, whose signatures are numbered by `ids` and occur so often.
pub(super) fn accumulate(
    source: Source<'_>,
    base: &[f64],
    clusters: &Clusters,
    span: std::ops::Range<usize>,
    ids: &[u32],
    (signatures, counts): (&[Signature], &[usize]),
) -> Sums {
    let w = base.len() + 1;
    let mut sums = Sums::new(w);
    let mut block = Vec::new();
    for c in span {
        let rows = &clusters.order[clusters.span(c)];
        let (id, signature) = (ids[c], &signatures[ids[c] as usize]);
        block.resize(rows.len() * w, 0.0);
        source.fill(rows, base, &mut block);
        sums.variation.observe(source, rows, &block, w);
        match &signature.rotation {
            Rotation::None => {}
            Rotation::Effects(reflections) => {
                reflections.apply(&mut block, w);
                block[signature.m * w..].chunks_exact(w).for_each(|row| add_gram(&mut sums.pool, row));
                sums.pooled += rows.len() - signature.m;
            }
            Rotation::Exchange(exchange) => exchange.apply(&mut block, w, |own, stacked| {
                sums.take(own, stacked, w, counts[own as usize], signatures[own as usize].m);
            }),
        }
        if signature.m > 0 {
            sums.take(id, &block[..signature.m * w], w, counts[id as usize], signature.m);
        }
    }
    sums
}
