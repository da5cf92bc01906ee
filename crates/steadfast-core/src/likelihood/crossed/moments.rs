//! The one pass over the rows: A = [Z X y]'[Z X y], sparse in Z.

use super::levels::Levels;
use crate::design::Design;
use crate::error::Result;
use crate::likelihood::rows::{
    CLUSTERS_A_PIECE, Clusters, Order, Source, Variation, add_gram, least_squares, outcome_centre,
};
use crate::likelihood::scaled::{RandomPart, Scaled};
use crate::linalg::{self, length};
use crate::parallel::{Threads, in_order};

/// The cross-products of a pair of nodes that meet in a row, a block of Z'Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    /// The nodes, the smaller first.
    pub(super) nodes: (u32, u32),
}

/// What the rows say.
#[derive(Debug)]
pub(super) struct Moments {
    /// The pairs of nodes with cross-products, each node with itself among them, in order.
    pub(super) pairs: Vec<Pair>,
    /// Their blocks one after the other, row-major: rows are the first node's effects.
    pub(super) zz: Vec<f64>,
    /// Z'[X y] by node: rows of w numbers.
    pub(super) zw: Vec<f64>,
    /// [X y]'[X y], packed.
    pub(super) ww: Vec<f64>,
}

/// The rows with their Z, in canonical order.
struct Rows<'a> {
    order: &'a [u32],
    random: &'a [RandomPart],
    levels: &'a Levels,
    /// √w Z̃ of each row, all terms side by side.
    z: Vec<f64>,
    /// The columns of Z̃ of all terms.
    width: usize,
    /// The first column of each term.
    offsets: Vec<usize>,
}

/// Puts the rows of each cluster in an order that depends on what they say alone: by the finest factor first, which is a
/// counting sort.
pub(super) fn sort(source: Source<'_>, random: &[RandomPart], clusters: &mut Clusters) -> Result<()> {
    let finest = random.iter().max_by_key(|part| part.group.labels.len());
    let order = Order { source, random, residual: None };
    for c in 0..clusters.len() {
        let span = clusters.span(c);
        let rows = &mut clusters.order[span];
        let Some(part) = finest else { continue };
        let code = |row: &u32| part.group.codes[*row as usize];
        rows.sort_by_key(code);
        for group in rows.chunk_by_mut(|a, b| code(a) == code(b)) {
            order.sort(group)?;
        }
    }
    Ok(())
}

/// The moments of `design`, whose rows stand sorted in `clusters`; what they teach about the outcome is written into
/// `scaled`.
pub(super) fn reduce(
    design: &Design,
    scaled: &mut Scaled,
    clusters: &Clusters,
    levels: &Levels,
    threads: Threads,
) -> Result<Moments> {
    let (p, w) = (scaled.p(), scaled.p() + 1);
    let centre = outcome_centre(design);
    let base = least_squares(design, &mut scaled.fixed, centre, clusters, threads)?;
    let source = Source { design, fixed: &scaled.fixed, centre };
    let rows = Rows::new(source, &scaled.random, levels, &clusters.order);
    let mut starts = Vec::with_capacity(levels.nodes.len());
    let mut effects = 0;
    for node in &levels.nodes {
        starts.push(effects);
        effects += levels.order(node);
    }
    let mut moments =
        Moments { pairs: Vec::new(), zz: Vec::new(), zw: vec![0.0; effects * w], ww: vec![0.0; length(w)] };
    let mut variation = Variation::default();
    let mut block = Vec::new();
    for (piece, some) in clusters.order.chunks(CLUSTERS_A_PIECE).enumerate() {
        block.resize(some.len() * w, 0.0);
        source.fill(some, base.as_slice(), &mut block);
        variation.observe(source, some, &block, w);
        for (i, line) in block.chunks_exact(w).enumerate() {
            add_gram(&mut moments.ww, line);
            rows.add_cross(piece * CLUSTERS_A_PIECE + i, line, &starts, &mut moments.zw);
        }
    }
    rows.add_pairs(threads, &mut moments);
    let scale = variation.outcome_scale(p)?;
    moments.zw.chunks_exact_mut(w).for_each(|line| line[p] *= scale);
    (0..p).for_each(|a| moments.ww[linalg::index(w, a, p)] *= scale);
    moments.ww[linalg::index(w, p, p)] *= scale * scale;
    (scaled.outcome_centre, scaled.outcome_scale, scaled.base) = (centre, scale, base);
    scaled.log_weights = variation.log_weights;
    Ok(moments)
}

impl<'a> Rows<'a> {
    fn new(source: Source<'_>, random: &'a [RandomPart], levels: &'a Levels, order: &'a [u32]) -> Self {
        let mut offsets = Vec::with_capacity(random.len());
        let mut width = 0;
        for part in random {
            offsets.push(width);
            width += part.columns.len();
        }
        let mut z = vec![0.0; order.len() * width];
        for (part, offset) in random.iter().zip(&offsets) {
            part.columns.fill(order, |row| source.root_weight(row), &mut z[*offset..], width);
        }
        Self { order, random, levels, z, width, offsets }
    }

    fn node(&self, at: usize, term: usize) -> usize {
        self.levels.node(term, self.random[term].group.codes[self.order[at] as usize])
    }

    /// √w z̃ of a row for a term.
    fn z(&self, at: usize, term: usize) -> &[f64] {
        let start = at * self.width + self.offsets[term];
        &self.z[start..start + self.levels.orders[term]]
    }

    /// zw += z [x y] of a row.
    fn add_cross(&self, at: usize, line: &[f64], starts: &[usize], zw: &mut [f64]) {
        let w = line.len();
        for term in 0..self.random.len() {
            let first = starts[self.node(at, term)];
            for (e, &z) in self.z(at, term).iter().enumerate() {
                linalg::add_scaled(&mut zw[(first + e) * w..(first + e + 1) * w], z, line);
            }
        }
    }

    /// The blocks of Z'Z for every pair of terms.
    fn add_pairs(&self, threads: Threads, moments: &mut Moments) {
        let k = self.random.len();
        let terms: Vec<(usize, usize)> = (0..k).flat_map(|t| (t..k).map(move |u| (t, u))).collect();
        let parts = in_order(threads, terms.len(), |at| self.pairs_of(terms[at]));
        for (pairs, blocks) in parts {
            moments.pairs.extend(pairs);
            moments.zz.extend(blocks);
        }
    }

    fn pairs_of(&self, (t, u): (usize, usize)) -> (Vec<Pair>, Vec<f64>) {
        let key = |at: usize| (self.node(at, t) as u64) << 32 | self.node(at, u) as u64;
        let mut keys: Vec<(u64, u32)> = (0..self.order.len()).map(|at| (key(at), at as u32)).collect();
        keys.sort_unstable();
        let size = self.levels.orders[t] * self.levels.orders[u];
        let (mut pairs, mut blocks) = (Vec::new(), Vec::new());
        for same in keys.chunk_by(|a, b| a.0 == b.0) {
            let start = blocks.len();
            blocks.resize(start + size, 0.0);
            for &(_, at) in same {
                let right = self.z(at as usize, u);
                for (line, &left) in blocks[start..].chunks_exact_mut(right.len()).zip(self.z(at as usize, t)) {
                    linalg::add_scaled(line, left, right);
                }
            }
            pairs.push(Pair { nodes: ((same[0].0 >> 32) as u32, same[0].0 as u32) });
        }
        (pairs, blocks)
    }
}
