//! The Gaussian likelihood of crossed random effects, in the space of the effects.
//!
//! With Λ_t a Cholesky factor of G_t/σ² and V = σ²V₀, V₀ = I + ZΛΛ'Z', everything follows from the sparse matrix
//! T = Λ'Z'ZΛ + I and from A = [Z X y]'[Z X y], which is formed once:
//!
//! log|V| = n log σ² + log|T|,   u_a = T⁻¹Λ'Z'a,   a'V₀⁻¹b = a'b − (Λ'Z'a)'u_b,   Λ'Z'V₀⁻¹a = u_a.
//!
//! Derivatives need Z'V₀⁻¹Z. A term whose Λ_t has an inverse is looked at through *its frame* F_t = Λ_t, where
//! F'Z'V₀⁻¹ZF = I − T⁻¹ and F'Z'V₀⁻¹a = u_a hold without a difference of large numbers; a term with a variance of zero
//! (or next to it) has the frame F_t = I. See [`frame`].

mod derivatives;
mod evaluate;
mod frame;
mod levels;
mod moments;
mod outcome;
mod pieces;
mod products;
mod rows;
mod second_opinion;
mod small_sample;
mod start;
#[cfg(test)]
mod tests;
mod traces;

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::design::Design;
use crate::error::Result;
use crate::likelihood::rows::{Clusters, Source, outcome_centre};
use crate::likelihood::scaled::Scaled;
use crate::linalg::dense::Kernels;
use crate::linalg::sparse::Symbolic;
use crate::parallel::Threads;
use levels::Levels;

use evaluate::Last;

pub(super) use evaluate::Factored;
pub(crate) use outcome::OutcomeRows;

/// A block of Z'Z in the order of elimination.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The terms of its rows and of its columns.
    terms: (u32, u32),
    /// The first row and the first column; the row is not before the column.
    at: (u32, u32),
    /// Where its numbers start in `zz`, row-major.
    data: usize,
    /// Where it stands in the panels of the factor, and the distance of columns there.
    place: (usize, u32),
}

/// What one evaluation of a model with one sparse matrix for all its random effects costs, known before the first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SparseCost {
    /// The random effects, q.
    pub effects: usize,
    /// The numbers that the factor holds, 8 bytes each; the inverse holds as many again.
    pub factor_entries: usize,
    /// The multiplications of one factorisation; the gradient takes twice as many again.
    pub multiplications: f64,
}

/// The data of a model with crossed random effects, reduced to what the likelihood needs.
#[derive(Debug, Clone)]
pub(crate) struct Crossed {
    scaled: Scaled,
    levels: Levels,
    symbolic: Symbolic,
    entries: Vec<Entry>,
    zz: Vec<f64>,
    /// Z'[X y] in the order of elimination, rows of w numbers.
    zw: Vec<f64>,
    /// [X y]'[X y], packed.
    ww: Vec<f64>,
    /// For each term the mean over its levels of the diagonal of Z'Z.
    information: Vec<Vec<f64>>,
    clusters: Clusters,
    kernels: Kernels,
    threads: Threads,
    last: Last,
}

impl Deref for Crossed {
    type Target = Scaled;

    fn deref(&self) -> &Scaled {
        &self.scaled
    }
}

impl Crossed {
    /// The reduction of `design`, whose columns are those of `scaled` and whose rows stand in `clusters`; its residuals
    /// are independent with one variance.
    ///
    /// # Errors
    /// An outcome without variation, or linearly dependent columns.
    pub(super) fn new(mut scaled: Scaled, design: &Design, mut clusters: Clusters, threads: Threads) -> Result<Self> {
        let source = Source { design, fixed: &scaled.fixed, centre: outcome_centre(design) };
        moments::sort(source, &scaled.random, &mut clusters)?;
        let mut levels = Levels::new(&design.rows, &scaled.random);
        let moments = moments::reduce(design, &mut scaled, &clusters, &levels, threads)?;
        let symbolic = structure(&mut levels, &moments);
        let (entries, zz) = place(&levels, &symbolic, &moments);
        let zw = reorder(&levels, &moments, scaled.p() + 1);
        let information = information(&levels, &entries, &zz);
        let kernels = Kernels::new(threads);
        Ok(Self {
            scaled,
            levels,
            symbolic,
            entries,
            zz,
            zw,
            ww: moments.ww,
            information,
            clusters,
            kernels,
            threads,
            last: Last::default(),
        })
    }

    /// The number of independent clusters.
    pub(super) fn n_clusters(&self) -> usize {
        self.clusters.len()
    }

    /// What one evaluation costs.
    pub(super) fn cost(&self) -> SparseCost {
        let symbolic = &self.symbolic;
        SparseCost {
            effects: symbolic.n,
            factor_entries: symbolic.panel_len(),
            multiplications: symbolic.factor_operations(),
        }
    }

    /// The number of effects, q.
    fn n_effects(&self) -> usize {
        self.symbolic.n
    }
}

/// The structure of the factor; the nodes learn their places.
fn structure(levels: &mut Levels, moments: &moments::Moments) -> Symbolic {
    let mut adjacency = vec![Vec::new(); levels.nodes.len()];
    for pair in &moments.pairs {
        let (a, b) = pair.nodes;
        if a != b {
            adjacency[a as usize].push(b);
            adjacency[b as usize].push(a);
        }
    }
    let widths: Vec<u32> = levels.nodes.iter().map(|node| levels.order(node) as u32).collect();
    let symbolic = Symbolic::new(&widths, adjacency, levels.largest_term());
    for (node, position) in levels.nodes.iter_mut().zip(&symbolic.position) {
        node.position = *position;
    }
    symbolic
}

/// The blocks of Z'Z as entries of the factor's structure.
fn place(levels: &Levels, symbolic: &Symbolic, moments: &moments::Moments) -> (Vec<Entry>, Vec<f64>) {
    let mut zz = moments.zz.clone();
    let mut data = 0;
    let entry = |pair: &moments::Pair| {
        let (first, second) = (&levels.nodes[pair.nodes.0 as usize], &levels.nodes[pair.nodes.1 as usize]);
        let (rows, columns) = (levels.order(first), levels.order(second));
        let own = data;
        data += rows * columns;
        let (row, column) = if first.position >= second.position {
            (first, second)
        } else {
            let block = &moments.zz[own..data];
            for i in 0..rows {
                for j in 0..columns {
                    zz[own + j * rows + i] = block[i * columns + j];
                }
            }
            (second, first)
        };
        let (place, step) = symbolic.place(row.position, column.position);
        Entry {
            terms: (row.term as u32, column.term as u32),
            at: (row.position as u32, column.position as u32),
            data: own,
            place: (place, step as u32),
        }
    };
    let entries = moments.pairs.iter().map(entry).collect();
    (entries, zz)
}

/// Z'[X y] in the order of elimination.
fn reorder(levels: &Levels, moments: &moments::Moments, w: usize) -> Vec<f64> {
    let mut zw = vec![0.0; moments.zw.len()];
    let mut start = 0;
    for node in &levels.nodes {
        let size = levels.order(node) * w;
        zw[node.position * w..node.position * w + size].copy_from_slice(&moments.zw[start..start + size]);
        start += size;
    }
    zw
}

/// For each term the mean over its levels of the diagonal of Z'Z.
fn information(levels: &Levels, entries: &[Entry], zz: &[f64]) -> Vec<Vec<f64>> {
    let mut sums: Vec<Vec<f64>> = levels.orders.iter().map(|&q| vec![0.0; q]).collect();
    let mut counts = vec![0.0; sums.len()];
    for entry in entries.iter().filter(|entry| entry.at.0 == entry.at.1) {
        let (own, q) = (&mut sums[entry.terms.0 as usize], levels.orders[entry.terms.0 as usize]);
        counts[entry.terms.0 as usize] += 1.0;
        own.iter_mut().enumerate().for_each(|(i, sum)| *sum += zz[entry.data + i * q + i]);
    }
    for (own, count) in sums.iter_mut().zip(counts) {
        own.iter_mut().for_each(|sum| *sum /= count);
    }
    sums
}
