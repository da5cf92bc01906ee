//! Affine maps of influences, and the products of any run of them.

use std::ops::Range;

/// (influence, at risk) ↦ influence · linear + at risk · shared.
#[derive(Debug, Clone)]
pub(super) struct Map {
    /// 2 states × 2 states, by rows.
    pub(super) linear: Vec<f64>,
    /// States × 2 states, by rows.
    pub(super) shared: Vec<f64>,
}

impl Map {
    /// The map that changes nothing.
    pub(super) fn identity(s: usize) -> Self {
        let d = 2 * s;
        let mut linear = vec![0.0; d * d];
        (0..d).for_each(|i| linear[i * d + i] = 1.0);
        Self { linear, shared: vec![0.0; s * d] }
    }

    /// This map and then `next`.
    fn then(&self, next: &Map, d: usize) -> Map {
        let mut shared = product(&self.shared, &next.linear, d);
        shared.iter_mut().zip(&next.shared).for_each(|(sum, value)| *sum += value);
        Map { linear: product(&self.linear, &next.linear, d), shared }
    }

    fn apply(&self, at_risk: &[f64], influence: &mut [f64]) {
        let d = influence.len();
        let mut result = vec![0.0; d];
        for (value, row) in influence.iter().zip(self.linear.chunks_exact(d)) {
            result.iter_mut().zip(row).for_each(|(sum, entry)| *sum += value * entry);
        }
        for (weight, row) in at_risk.iter().zip(self.shared.chunks_exact(d)) {
            result.iter_mut().zip(row).for_each(|(sum, entry)| *sum += weight * entry);
        }
        influence.copy_from_slice(&result);
    }
}

/// A binary tree of maps: a run of n of them is applied by at most 2 log₂ n.
pub(super) struct Maps {
    /// A node's children are at 2i and 2i + 1; leaves begin at `first_leaf`.
    nodes: Vec<Map>,
    first_leaf: usize,
}

impl Maps {
    pub(super) fn new(s: usize, leaves: Vec<Map>) -> Self {
        let first_leaf = leaves.len().next_power_of_two();
        let mut nodes = vec![Map::identity(s); first_leaf];
        nodes.extend(leaves);
        nodes.resize(2 * first_leaf, Map::identity(s));
        for at in (1..first_leaf).rev() {
            nodes[at] = nodes[2 * at].then(&nodes[2 * at + 1], 2 * s);
        }
        Self { nodes, first_leaf }
    }

    /// The map of the time `k`.
    pub(super) fn leaf(&self, k: usize) -> &Map {
        &self.nodes[self.first_leaf + k]
    }

    /// Takes `influence` through the maps of the times in `range`.
    pub(super) fn apply(&self, range: Range<usize>, at_risk: &[f64], influence: &mut [f64]) {
        let (mut low, mut high) = (self.first_leaf + range.start, self.first_leaf + range.end);
        let mut late = Vec::new();
        while low < high {
            if low % 2 == 1 {
                self.nodes[low].apply(at_risk, influence);
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                late.push(high);
            }
            low /= 2;
            high /= 2;
        }
        late.iter().rev().for_each(|&node| self.nodes[node].apply(at_risk, influence));
    }
}

/// a · b, b having `d` columns, by rows.
pub(super) fn product(a: &[f64], b: &[f64], d: usize) -> Vec<f64> {
    let inner = b.len() / d;
    let mut result = vec![0.0; a.len() / inner * d];
    for (row, into) in a.chunks_exact(inner).zip(result.chunks_exact_mut(d)) {
        for (value, other) in row.iter().zip(b.chunks_exact(d)) {
            into.iter_mut().zip(other).for_each(|(sum, entry)| *sum += value * entry);
        }
    }
    result
}

/// a' · b, both d × d, by rows.
pub(super) fn transposed_product(a: &[f64], b: &[f64], d: usize) -> Vec<f64> {
    let mut result = vec![0.0; d * d];
    for (row, other) in a.chunks_exact(d).zip(b.chunks_exact(d)) {
        for (value, into) in row.iter().zip(result.chunks_exact_mut(d)) {
            into.iter_mut().zip(other).for_each(|(sum, entry)| *sum += value * entry);
        }
    }
    result
}
