//! Linear maps of influences, and the products of any run of them.

use std::ops::Range;

use super::super::process::{Hazard, Leaving, Process};

/// Runs of this many times have a map of their own; within them times are gone through one by one, which costs a few operations
/// each, where a map costs 2 states² and its memory.
const RUN: usize = 32;

/// What one time does to (U, n), influence and weight at risk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf<'a> {
    leavings: &'a [Leaving],
    /// p/Y of each of the leavings.
    ratios: &'a [f64],
    hazards: &'a [Hazard],
}

impl<'a> Leaf<'a> {
    pub(super) fn new(process: &'a Process, ratios: &'a [f64], k: usize) -> Self {
        let (leavings, first) = (process.leavings(k), process.first_leaving(k));
        Self { leavings, ratios: &ratios[first..first + leavings.len()], hazards: process.hazards(k) }
    }

    /// U_j ← U_j + Σ_h (U_h − n_h p_h / Y_h) (dA_hj − 1{h leaves for elsewhere}); `room` has a place for each state.
    pub(super) fn apply(self, x: &mut [f64], room: &mut [f64]) {
        let s = room.len();
        for (leaving, ratio) in self.leavings.iter().zip(self.ratios) {
            let h = leaving.state as usize;
            room[h] = x[h] - x[s + h] * ratio;
            x[h] += (x[h] - x[s + h] * ratio * leaving.slope) * (leaving.stay - 1.0);
        }
        for hazard in self.hazards {
            x[hazard.to as usize] += room[hazard.from as usize] * hazard.value;
        }
    }
}

/// A binary tree of maps over runs of times: any run of n times is applied by at most 2 log₂ n maps and 2 · `RUN` times.
pub(super) struct Tree<'a> {
    process: &'a Process,
    ratios: &'a [f64],
    s: usize,
    /// Maps of 2 states × states, by rows: what a unit of U, and of n, adds to U. The children of i are 2i and 2i + 1.
    nodes: Vec<f64>,
    first_leaf: usize,
}

impl<'a> Tree<'a> {
    pub(super) fn new(process: &'a Process, ratios: &'a [f64]) -> Self {
        let s = process.n_states;
        let runs = process.times.len().div_ceil(RUN);
        let first_leaf = runs.next_power_of_two();
        let mut tree = Self { process, ratios, s, nodes: vec![0.0; 2 * first_leaf * 2 * s * s], first_leaf };
        let mut room = vec![0.0; s];
        for run in 0..first_leaf {
            tree.run(run, &mut room);
        }
        for at in (1..first_leaf).rev() {
            tree.join(at);
        }
        tree
    }

    /// The map of the times of a run: what it does to a unit of each.
    fn run(&mut self, run: usize, room: &mut [f64]) {
        let s = self.s;
        let end = ((run + 1) * RUN).min(self.process.times.len());
        let mut x = vec![0.0; 2 * s];
        for unit in 0..2 * s {
            x.fill(0.0);
            x[unit] = 1.0;
            for k in run * RUN..end {
                Leaf::new(self.process, self.ratios, k).apply(&mut x, room);
            }
            let at = ((self.first_leaf + run) * 2 * s + unit) * s;
            self.nodes[at..at + s].copy_from_slice(&x[..s]);
        }
    }

    /// The map of a node: that of one child and then that of the other.
    fn join(&mut self, at: usize) {
        let (s, size) = (self.s, 2 * self.s * self.s);
        let (above, below) = self.nodes.split_at_mut(2 * at * size);
        let into = &mut above[at * size..(at + 1) * size];
        let (first, second) = below[..2 * size].split_at(size);
        for (unit, (row, into)) in first.chunks_exact(s).zip(into.chunks_exact_mut(s)).enumerate() {
            if unit >= s {
                into.copy_from_slice(&second[unit * s..(unit + 1) * s]);
            }
            add_product(row, &second[..s * s], into);
        }
    }

    /// Takes `x` through the times in `range`.
    pub(super) fn apply(&self, range: Range<usize>, x: &mut [f64], room: &mut [f64]) {
        let (first, last) = (range.start.div_ceil(RUN), range.end / RUN);
        if first >= last {
            self.one_by_one(range, x, room);
            return;
        }
        self.one_by_one(range.start..first * RUN, x, room);
        let (mut low, mut high) = (self.first_leaf + first, self.first_leaf + last);
        // At most one node of each level is kept for later: 64 levels are more than any memory holds.
        let (mut late, mut n_late) = ([0; 64], 0);
        while low < high {
            if low % 2 == 1 {
                self.node(low, x, room);
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                late[n_late] = high;
                n_late += 1;
            }
            low /= 2;
            high /= 2;
        }
        late[..n_late].iter().rev().for_each(|&node| self.node(node, x, room));
        self.one_by_one(last * RUN..range.end, x, room);
    }

    fn one_by_one(&self, range: Range<usize>, x: &mut [f64], room: &mut [f64]) {
        for k in range {
            Leaf::new(self.process, self.ratios, k).apply(x, room);
        }
    }

    fn node(&self, node: usize, x: &mut [f64], room: &mut [f64]) {
        let (s, size) = (self.s, 2 * self.s * self.s);
        room.fill(0.0);
        add_product(x, &self.nodes[node * size..(node + 1) * size], room);
        x[..s].copy_from_slice(room);
    }
}

/// Adds row · matrix, the matrix having as many columns as `into`.
fn add_product(row: &[f64], matrix: &[f64], into: &mut [f64]) {
    for (value, other) in row.iter().zip(matrix.chunks_exact(into.len())) {
        into.iter_mut().zip(other).for_each(|(sum, entry)| *sum += value * entry);
    }
}
