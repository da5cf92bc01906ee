//! The infinitesimal jackknife of state probabilities and of mean counts, with clusters, in one sweep over time.
//!
//! A cluster's influence U on the probabilities p changes at a time at which something happens by
//!
//! ```text
//! U ← U (I + dA) − Σ_h n_h p_h dA_h· / Y_h + e,   e = Σ_{rows that move h → j} w p_h / Y_h (1_j − 1_h)
//! ```
//!
//! n_h being the cluster's weight at risk in state h; a count is a state into which rows pass without leaving their own, so that −1_h and
//! the diagonal of dA are absent. The map of (U, n) is the same for all clusters but for e. The sum over clusters of (U, n)'(U, n)
//! therefore follows from itself and from the influence of those clusters alone whose n or e changes; these are brought up to date
//! through a tree of products of the maps. No cost is (clusters × times). At a single time (`moments`) a sweep back is enough.

mod moments;
mod tree;

pub(super) use moments::{Drift, Influences, influences, influences_with};

use super::process::{Mover, Process, Spell};
use tree::{Leaf, Tree};

/// The path of the probabilities and of their variances.
#[derive(Debug, Clone)]
pub(super) struct Path {
    /// Probabilities after each time, times × states.
    pub(super) probability: Vec<f64>,
    /// Their variances, times × states.
    pub(super) variance: Vec<f64>,
}

/// What the sweep starts from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// Its time.
    pub(super) time: f64,
    /// The probabilities there.
    pub(super) probability: Vec<f64>,
    /// The influence of each cluster on them, clusters × states; empty when they are known.
    pub(super) influence: Vec<f64>,
}

/// The path of `process` from `origin`.
pub(super) fn path(process: &Process, origin: &Origin) -> Path {
    let (probability, ratios) = forward(process, origin);
    let tree = Tree::new(process, &ratios);
    let mut sweep = Sweep::new(process, origin, &tree);
    let s = process.n_states;
    let mut variance = Vec::with_capacity(probability.len());
    let (mut entered, mut left) = (0, 0);
    for k in 0..process.times.len() {
        while let Some(&place) = process.entries.get(entered) {
            let spell = &process.spells[place as usize];
            if spell.first as usize > k {
                break;
            }
            sweep.change(spell, k, 1.0);
            entered += 1;
        }
        sweep.step(process, &ratios, k);
        variance.extend((0..s).map(|h| sweep.products[h * 2 * s + h].max(0.0)));
        while let Some(spell) = process.spells.get(left).filter(|spell| spell.end as usize <= k + 1) {
            sweep.change(spell, k + 1, -1.0);
            left += 1;
        }
    }
    Path { probability, variance }
}

/// The probabilities after each time, and p/Y before it of the states from which something goes out.
fn forward(process: &Process, origin: &Origin) -> (Vec<f64>, Vec<f64>) {
    let s = process.n_states;
    let mut probability: Vec<f64> = Vec::with_capacity(process.times.len() * s);
    let (mut now, mut before) = (origin.probability.clone(), origin.probability.clone());
    let mut ratios = Vec::new();
    for k in 0..process.times.len() {
        for leaving in process.leavings(k) {
            let h = leaving.state as usize;
            ratios.push(before[h] / process.at_risk[k * s + h]);
            now[h] *= leaving.stay;
        }
        for hazard in process.hazards(k) {
            now[hazard.to as usize] += before[hazard.from as usize] * hazard.value;
        }
        probability.extend_from_slice(&now);
        before.copy_from_slice(&now);
    }
    (probability, ratios)
}

/// e of a row that moves, as its place, its size, and the place that it leaves.
fn moved(process: &Process, ratios: &[f64], k: usize, mover: &Mover) -> Option<(f64, f64)> {
    let at = process.leavings(k).iter().position(|leaving| leaving.state == mover.from)?;
    let unit = mover.weight * ratios[process.first_leaving(k) + at];
    Some((unit * mover.size, if mover.leaves { unit * process.leavings(k)[at].slope } else { 0.0 }))
}

/// Where the sweep stands.
struct Sweep<'a> {
    tree: &'a Tree<'a>,
    s: usize,
    /// (U, n) of each cluster, clusters × 2 states, U as it was at `known`.
    state: Vec<f64>,
    /// The time up to which (exclusive) each cluster's influence is known.
    known: Vec<u32>,
    /// Σ over clusters of (U, n)'(U, n), 2 states × 2 states.
    products: Vec<f64>,
    room: Vec<f64>,
    own: Vec<f64>,
}

impl<'a> Sweep<'a> {
    fn new(process: &Process, origin: &Origin, tree: &'a Tree<'a>) -> Self {
        let (s, n) = (process.n_states, process.clusters.len());
        let mut state = vec![0.0; n * 2 * s];
        let mut products = vec![0.0; 4 * s * s];
        for (own, start) in state.chunks_exact_mut(2 * s).zip(origin.influence.chunks_exact(s)) {
            own[..s].copy_from_slice(start);
            for h in 0..s {
                for j in 0..s {
                    products[h * 2 * s + j] += start[h] * start[j];
                }
            }
        }
        Self { tree, s, state, known: vec![0; n], products, room: vec![0.0; s], own: vec![0.0; s] }
    }

    /// Brings U of `cluster` up to the time `k`.
    fn update(&mut self, cluster: usize, k: usize) {
        let d = 2 * self.s;
        let known = std::mem::replace(&mut self.known[cluster], k as u32) as usize;
        let x = &mut self.state[cluster * d..(cluster + 1) * d];
        if known < k && x.iter().any(|value| *value != 0.0) {
            self.tree.apply(known..k, x, &mut self.room);
        }
    }

    /// A spell comes under risk (`sign` 1) before the time `k`, or leaves it (−1).
    fn change(&mut self, spell: &Spell, k: usize, sign: f64) {
        let cluster = spell.cluster as usize;
        self.update(cluster, k);
        let (d, at, weight) = (2 * self.s, self.s + spell.state as usize, sign * spell.weight);
        let x = &mut self.state[cluster * d..(cluster + 1) * d];
        for (j, value) in x.iter().enumerate() {
            self.products[at * d + j] += weight * value;
            self.products[j * d + at] += weight * value;
        }
        self.products[at * d + at] += weight * weight;
        x[at] += weight;
    }

    /// What happens at the time `k`.
    fn step(&mut self, process: &Process, ratios: &[f64], k: usize) {
        let movers = process.movers(k);
        for mover in movers {
            self.update(mover.cluster as usize, k + 1);
        }
        self.advance(Leaf::new(process, ratios, k));
        let mut rest = movers;
        while let Some(first) = rest.first() {
            let (same, others) = rest.split_at(rest.partition_point(|mover| mover.cluster == first.cluster));
            self.own.fill(0.0);
            for mover in same {
                // A row of no weight moves nothing, and there may be nobody else at risk.
                if let Some((into, out)) = moved(process, ratios, k, mover) {
                    self.own[mover.to as usize] += into;
                    self.own[mover.from as usize] -= out;
                }
            }
            self.add(first.cluster as usize);
            rest = others;
        }
    }

    /// Adds `own` to the influence of `cluster`.
    fn add(&mut self, cluster: usize) {
        let d = 2 * self.s;
        let x = &mut self.state[cluster * d..(cluster + 1) * d];
        for (i, own) in self.own.iter().enumerate().filter(|(_, own)| **own != 0.0) {
            for (j, value) in x.iter().enumerate() {
                self.products[i * d + j] += own * value;
                self.products[j * d + i] += own * value;
            }
            self.products[i * d + i] += own * own;
            x[i] += own;
        }
    }

    /// The sums over all clusters through one time: its map from the right, and from the left.
    fn advance(&mut self, leaf: Leaf<'_>) {
        let d = 2 * self.s;
        for _ in 0..2 {
            self.products.chunks_exact_mut(d).for_each(|row| leaf.apply(row, &mut self.room));
            for i in 0..d {
                for j in 0..i {
                    self.products.swap(i * d + j, j * d + i);
                }
            }
        }
    }
}
