//! The infinitesimal jackknife of state probabilities, with clusters, in one sweep over time.
//!
//! A cluster's influence U on the probabilities p and on the time spent in each state J changes at a time of transition by
//!
//! ```text
//! (U, J) ← (U (I + dA), J + U Δt) + Σ_h n_h (g_h, 0) + (e, 0)
//!     g_h = −p_h dA_h· / Y_h,   e = Σ_{rows that move h → j} w p_h / Y_h (1_j − 1_h)
//! ```
//!
//! n_h being the cluster's weight at risk in state h. The map is the same for all clusters but for n and e, so that the sum
//! over clusters of the products of influences follows from itself, from Σ n_h U and Σ n_h n_h', and from the influence of those clusters
//! alone whose n or e changes; these are brought up to date through a tree of products of the maps. No cost is (clusters × times).

mod maps;

use super::process::{Process, Spell};
use maps::{Map, Maps};

/// The path of the probabilities and of what is known about their sampling.
#[derive(Debug, Clone)]
pub(super) struct Path {
    /// Probabilities after each time, times × states.
    pub(super) probability: Vec<f64>,
    /// For each time, the covariance of (p, J) after it, 2 states × 2 states, where it was asked for.
    pub(super) covariance: Vec<Vec<f64>>,
    /// Variances of the probabilities after each time, times × states.
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

/// The path of `process` from `origin`; the full covariance is kept after the times in `keep` (ascending places).
pub(super) fn path(process: &Process, origin: &Origin, keep: &[usize]) -> Path {
    let (probability, maps) = forward(process, origin);
    let mut sweep = Sweep::new(process, origin, &maps);
    let s = process.n_states;
    let (entries, exits) = changes(process);
    let (mut variance, mut covariance) = (Vec::with_capacity(probability.len()), Vec::new());
    for k in 0..process.times.len() {
        for &place in &entries[k] {
            sweep.change(&process.spells[place as usize], k, 1.0);
        }
        let before = if k == 0 { &origin.probability[..] } else { &probability[(k - 1) * s..k * s] };
        sweep.step(process, k, before);
        variance.extend((0..s).map(|h| sweep.products[h * 2 * s + h].max(0.0)));
        if keep.binary_search(&k).is_ok() {
            covariance.push(sweep.products.clone());
        }
        for &place in &exits[k] {
            sweep.change(&process.spells[place as usize], k + 1, -1.0);
        }
    }
    Path { probability, covariance, variance }
}

/// The spells that come under risk at each time, and those that leave it after each, in the order of clusters.
fn changes(process: &Process) -> (Vec<Vec<u32>>, Vec<Vec<u32>>) {
    let n = process.times.len();
    let (mut entries, mut exits) = (vec![Vec::new(); n], vec![Vec::new(); n]);
    for (place, spell) in process.spells.iter().enumerate().filter(|(_, spell)| spell.first < spell.end) {
        entries[spell.first].push(place as u32);
        exits[spell.end - 1].push(place as u32);
    }
    for list in entries.iter_mut().chain(&mut exits) {
        list.sort_by_key(|&place| (process.spells[place as usize].cluster, place));
    }
    (entries, exits)
}

/// The probabilities after each time, and the maps of the influences.
fn forward(process: &Process, origin: &Origin) -> (Vec<f64>, Maps) {
    let s = process.n_states;
    let mut probability: Vec<f64> = Vec::with_capacity(process.times.len() * s);
    let mut now = origin.probability.clone();
    let mut leaves = Vec::with_capacity(process.times.len());
    let mut time = origin.time;
    for k in 0..process.times.len() {
        let step = process.step(k);
        leaves.push(leaf(process, k, &step, &now, process.times[k] - time));
        now = (0..s).map(|j| (0..s).map(|h| now[h] * step[h * s + j]).sum()).collect();
        probability.extend_from_slice(&now);
        time = process.times[k];
    }
    (probability, Maps::new(s, leaves))
}

/// The map of the influences at the time `k`, which comes `gap` after the one before.
fn leaf(process: &Process, k: usize, step: &[f64], before: &[f64], gap: f64) -> Map {
    let s = process.n_states;
    let mut map = Map::identity(s);
    for h in 0..s {
        map.linear[h * 2 * s..h * 2 * s + s].copy_from_slice(&step[h * s..(h + 1) * s]);
        map.linear[h * 2 * s + s + h] = gap;
        let at_risk = process.at_risk[k * s + h];
        if at_risk > 0.0 {
            for j in 0..s {
                let hazard = step[h * s + j] - f64::from(u8::from(j == h));
                map.shared[h * 2 * s + j] = -before[h] * hazard / at_risk;
            }
        }
    }
    map
}

/// Where the sweep stands.
struct Sweep<'a> {
    maps: &'a Maps,
    s: usize,
    /// The influence of each cluster, clusters × 2 states, as it was at `known`.
    influence: Vec<f64>,
    /// The time up to which (exclusive) each cluster's influence is known.
    known: Vec<usize>,
    /// Each cluster's weight at risk, clusters × states.
    at_risk: Vec<f64>,
    /// Σ over clusters of the products of influences, 2 states × 2 states.
    products: Vec<f64>,
    /// Σ over clusters of weight at risk × influence, states × 2 states.
    weighted: Vec<f64>,
    /// Σ over clusters of the products of weights at risk, states × states.
    risks: Vec<f64>,
}

impl<'a> Sweep<'a> {
    fn new(process: &Process, origin: &Origin, maps: &'a Maps) -> Self {
        let (s, n) = (process.n_states, process.n_clusters);
        let mut influence = vec![0.0; n * 2 * s];
        let mut products = vec![0.0; 4 * s * s];
        for (cluster, start) in origin.influence.chunks_exact(s).enumerate() {
            influence[cluster * 2 * s..cluster * 2 * s + s].copy_from_slice(start);
            for h in 0..s {
                for j in 0..s {
                    products[h * 2 * s + j] += start[h] * start[j];
                }
            }
        }
        Self {
            maps,
            s,
            influence,
            known: vec![0; n],
            at_risk: vec![0.0; n * s],
            products,
            weighted: vec![0.0; 2 * s * s],
            risks: vec![0.0; s * s],
        }
    }

    /// The influence of `cluster` before the time `k`.
    fn update(&mut self, cluster: usize, k: usize) {
        let (s, d) = (self.s, 2 * self.s);
        let at_risk = &self.at_risk[cluster * s..(cluster + 1) * s];
        let influence = &mut self.influence[cluster * d..(cluster + 1) * d];
        self.maps.apply(self.known[cluster]..k, at_risk, influence);
        self.known[cluster] = k;
    }

    /// A spell comes under risk (`sign` 1) before the time `k`, or leaves it (−1).
    fn change(&mut self, spell: &Spell, k: usize, sign: f64) {
        self.update(spell.cluster, k);
        let (s, d, h, weight) = (self.s, 2 * self.s, spell.from, sign * spell.weight);
        let influence = &self.influence[spell.cluster * d..(spell.cluster + 1) * d];
        for (sum, value) in self.weighted[h * d..(h + 1) * d].iter_mut().zip(influence) {
            *sum += weight * value;
        }
        let at_risk = &mut self.at_risk[spell.cluster * s..(spell.cluster + 1) * s];
        for (j, &other) in at_risk.iter().enumerate() {
            self.risks[h * s + j] += weight * other;
            self.risks[j * s + h] += weight * other;
        }
        self.risks[h * s + h] += weight * weight;
        at_risk[h] += weight;
    }

    /// The transitions at the time `k`, before which the probabilities are `before`.
    fn step(&mut self, process: &Process, k: usize, before: &[f64]) {
        let moved = self.moved(process, k, before);
        for &(cluster, _) in &moved {
            self.update(cluster, k + 1);
        }
        self.advance(self.maps.leaf(k));
        let (s, d) = (self.s, 2 * self.s);
        for (cluster, own) in moved {
            let influence = &mut self.influence[cluster * d..(cluster + 1) * d];
            for h in 0..d {
                for j in 0..d {
                    self.products[h * d + j] += influence[h] * own[j] + own[h] * influence[j] + own[h] * own[j];
                }
            }
            for h in 0..s {
                let weight = self.at_risk[cluster * s + h];
                let sums = self.weighted[h * d..(h + 1) * d].iter_mut();
                sums.zip(&own).for_each(|(sum, own)| *sum += weight * own);
            }
            influence.iter_mut().zip(&own).for_each(|(value, own)| *value += own);
        }
    }

    /// e for each cluster of which a row moves at the time `k`, in the order of clusters.
    fn moved(&self, process: &Process, k: usize, before: &[f64]) -> Vec<(usize, Vec<f64>)> {
        let s = self.s;
        let mut moved: Vec<(usize, Vec<f64>)> = Vec::new();
        // A row of no weight moves nothing, and there may be nobody else at risk.
        let mut movers: Vec<&Spell> = process.movers(k).filter(|spell| spell.weight > 0.0).collect();
        movers.sort_by_key(|spell| spell.cluster);
        for spell in movers {
            if moved.last().is_none_or(|(cluster, _)| *cluster != spell.cluster) {
                moved.push((spell.cluster, vec![0.0; 2 * s]));
            }
            if let (Some((_, own)), Some(to)) = (moved.last_mut(), spell.to) {
                let size = spell.weight * before[spell.from] / process.at_risk[k * s + spell.from];
                own[to] += size;
                own[spell.from] -= size;
            }
        }
        moved
    }

    /// The sums over all clusters through one map.
    fn advance(&mut self, map: &Map) {
        let (s, d) = (self.s, 2 * self.s);
        let through = maps::product(&self.weighted, &map.linear, d);
        let half = maps::product(&self.products, &map.linear, d);
        let mut products = maps::transposed_product(&map.linear, &half, d);
        let shared = maps::product(&self.risks, &map.shared, d);
        for h in 0..s {
            for i in 0..d {
                for j in 0..d {
                    let cross = through[h * d + i] * map.shared[h * d + j] + map.shared[h * d + i] * through[h * d + j];
                    products[i * d + j] += cross + map.shared[h * d + i] * shared[h * d + j];
                }
            }
        }
        self.products = products;
        self.weighted = through.iter().zip(&shared).map(|(a, b)| a + b).collect();
    }
}
