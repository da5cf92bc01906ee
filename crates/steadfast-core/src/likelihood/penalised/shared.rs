//! What clusters share by being at risk together: Σ_k Σ_l w̄ Z'p p'Z, whole or its blocks.
//!
//! Times are gone through from the last to the first. A row at risk over first..end meets in each slot the sum A of r z over those at
//! risk, so that it adds r z (U_first − U_end)' with U the sum of A h/S over the slots from one on: one vector for a row.

use super::newton::Solved;
use super::{Effects, Penalised};
use crate::linalg::add_scaled;

/// What happens at one slot.
struct Slot {
    slot: usize,
    entering: Vec<usize>,
    leaving: Vec<usize>,
}

impl Penalised {
    /// Calls `visit` with every slot of a stratum from the last to the first.
    fn each_slot(&self, stratum: usize, mut visit: impl FnMut(&Slot)) {
        let stratum = &self.sets.strata[stratum];
        let mut entering = stratum.rows.clone().rev().peekable();
        let mut leaving = stratum.late.iter().map(|&at| at as usize).peekable();
        let mut now = Slot { slot: 0, entering: Vec::new(), leaving: Vec::new() };
        for slot in stratum.slots.clone().rev() {
            now.slot = slot;
            now.entering.clear();
            now.leaving.clear();
            while let Some(at) = entering.next_if(|&at| self.sets.end[at] as usize > slot) {
                if self.sets.first[at] < self.sets.end[at] {
                    now.entering.push(at);
                }
            }
            while let Some(at) = leaving.next_if(|&at| self.sets.first[at] as usize > slot) {
                now.leaving.push(at);
            }
            visit(&now);
        }
    }

    /// Z' (diag(r H) − Σ w̄ p p') Z, the information about the effects b, q × q.
    pub(super) fn dense_information(&self, solved: &Solved) -> Vec<f64> {
        let (q, state) = (self.effects.len(), &solved.state);
        let mut h = vec![0.0; q * q];
        for at in 0..self.sets.n() {
            let expected = state.risk[at] * state.hazard[at];
            each_effect(&self.effects, at, |i, zi| {
                each_effect(&self.effects, at, |j, zj| h[i * q + j] += expected * zi * zj);
            });
        }
        for stratum in 0..self.sets.strata.len() {
            self.subtract_shared(solved, stratum, &mut h);
        }
        h
    }

    /// tr Z' (diag(r H) − Σ w̄ p p') Z for one term.
    pub(crate) fn information_trace(&self, solved: &Solved) -> f64 {
        let (state, width) = (&solved.state, self.effects.terms[0].width);
        let own = self.effects.blocks(|row| state.risk[row] * state.hazard[row]);
        let shared = self.shared_blocks(solved);
        let diagonal = |blocks: &[f64]| -> f64 {
            let of = |block: &[f64]| (0..width).map(|i| block[i * (width + 1)]).sum::<f64>();
            blocks.chunks_exact(width * width).map(of).sum()
        };
        diagonal(&own[0]) - diagonal(&shared)
    }

    fn subtract_shared(&self, solved: &Solved, stratum: usize, h: &mut [f64]) {
        let (q, state) = (self.effects.len(), &solved.state);
        let (mut at_risk, mut until) = (vec![0.0; q], vec![0.0; q]);
        let mut events = vec![0.0; q];
        self.each_slot(stratum, |now| {
            for (rows, sign) in [(&now.entering, 1.0), (&now.leaving, -1.0)] {
                for &at in rows {
                    each_effect(&self.effects, at, |i, z| {
                        let r = sign * state.risk[at] * z;
                        add_scaled(&mut h[i * q..(i + 1) * q], r, &until);
                        at_risk[i] += r;
                    });
                }
            }
            let [g0, g1, g2] = state.steps[now.slot].second;
            add_scaled(&mut until, g0, &at_risk);
            if g1 == 0.0 {
                return;
            }
            let own: Vec<usize> = now.entering.iter().copied().filter(|&at| self.sets.event[at]).collect();
            for &at in &own {
                each_effect(&self.effects, at, |i, z| events[i] += state.risk[at] * z);
            }
            add_scaled(&mut until, -g1, &events);
            for &at in &own {
                each_effect(&self.effects, at, |i, z| {
                    let r = state.risk[at] * z;
                    add_scaled(&mut h[i * q..(i + 1) * q], r * g1, &at_risk);
                    add_scaled(&mut h[i * q..(i + 1) * q], -r * g2, &events);
                });
            }
            events.fill(0.0);
        });
        for (i, r) in at_risk.iter().enumerate().filter(|(_, r)| **r != 0.0) {
            add_scaled(&mut h[i * q..(i + 1) * q], -r, &until);
        }
    }

    /// The blocks of Σ w̄ Z'p p'Z of the groups of the one term, width × width.
    pub(super) fn shared_blocks(&self, solved: &Solved) -> Vec<f64> {
        let (term, state) = (&self.effects.terms[0], &solved.state);
        let (w, groups) = (term.width, term.groups);
        let (mut blocks, mut at_risk) = (vec![0.0; groups * w * w], vec![0.0; groups * w]);
        let (mut last, mut events) = (vec![0.0; groups], vec![0.0; groups * w]);
        let mut now_until = 0.0;
        let mut settle = |group: usize, until: f64, blocks: &mut [f64], at_risk: &[f64]| {
            let passed = until - last[group];
            last[group] = until;
            let own = &at_risk[group * w..(group + 1) * w];
            outer(&mut blocks[group * w * w..], own, own, passed);
        };
        for stratum in 0..self.sets.strata.len() {
            self.each_slot(stratum, |now| {
                for (rows, sign) in [(&now.entering, 1.0), (&now.leaving, -1.0)] {
                    for &at in rows {
                        let group = term.group[at] as usize;
                        settle(group, now_until, &mut blocks, &at_risk);
                        (0..w).for_each(|j| at_risk[group * w + j] += sign * state.risk[at] * term.z(at, j));
                    }
                }
                let [g0, g1, g2] = state.steps[now.slot].second;
                now_until += g0;
                if g1 == 0.0 {
                    return;
                }
                let own = now.entering.iter().copied().filter(|&at| self.sets.event[at]);
                let touched: Vec<usize> = own.clone().map(|at| term.group[at] as usize).collect();
                for at in own {
                    let group = term.group[at] as usize;
                    (0..w).for_each(|j| events[group * w + j] += state.risk[at] * term.z(at, j));
                }
                for group in touched {
                    let own: Vec<f64> = events[group * w..(group + 1) * w].to_vec();
                    let block = &mut blocks[group * w * w..];
                    let a = &at_risk[group * w..(group + 1) * w];
                    outer(block, a, &own, -g1);
                    outer(block, &own, a, -g1);
                    outer(block, &own, &own, g2);
                    events[group * w..(group + 1) * w].fill(0.0);
                }
            });
            for at in self.sets.strata[stratum].rows.clone() {
                let group = term.group[at] as usize;
                settle(group, now_until, &mut blocks, &at_risk);
                at_risk[group * w..(group + 1) * w].fill(0.0);
            }
        }
        blocks
    }
}

/// Calls `visit` with the place of every effect of a row and its entry of Z.
fn each_effect(effects: &Effects, at: usize, mut visit: impl FnMut(usize, f64)) {
    for term in &effects.terms {
        let place = term.place(at);
        (0..term.width).for_each(|j| visit(place + j, term.z(at, j)));
    }
}

/// The leading block += scale a b'.
fn outer(block: &mut [f64], a: &[f64], b: &[f64], scale: f64) {
    for (line, a) in block.chunks_exact_mut(b.len()).zip(a) {
        line.iter_mut().zip(b).for_each(|(value, b)| *value += scale * a * b);
    }
}
