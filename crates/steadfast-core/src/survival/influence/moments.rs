//! The influences of all clusters at one time, by one sweep back.
//!
//! E, states × 2 states, is what a unit of U at an earlier time becomes at the end, in the probabilities and in the times spent in the states
//! until then. It goes back through a time of passages by E_h ← stay_h E_h + Σ_j dA_hj E_j, and through the gap before by
//! adding it to the times. A row at risk adds w Σ −(p_h / Y_h)(E_h before − E_h after) over its times, one that moves w p_h / Y_h (E_j − E_h).

use super::super::process::Process;
use super::{Origin, forward, moved};

/// What is known about one time.
#[derive(Debug, Clone)]
pub(in super::super) struct Influences {
    /// Probabilities and mean times in the states until then, length 2 states.
    pub(in super::super) value: Vec<f64>,
    /// The influence of each cluster on them, clusters × 2 states.
    pub(in super::super) influence: Vec<f64>,
}

/// What a unit in one state adds to another at a time, without anybody who moves: the slope of a count in a probability.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Drift {
    /// The place of the time, before which the unit is there.
    pub(in super::super) k: usize,
    pub(in super::super) from: usize,
    /// A state from which nothing goes out.
    pub(in super::super) to: usize,
    pub(in super::super) value: f64,
}

/// Probabilities and times in states at `time`, and every cluster's influence on them.
pub(in super::super) fn influences(process: &Process, origin: &Origin, time: f64) -> Influences {
    influences_with(process, origin, time, &[])
}

/// As [`influences`], with `drifts` in the order of time; the values themselves know nothing of these.
pub(in super::super) fn influences_with(process: &Process, origin: &Origin, time: f64, drifts: &[Drift]) -> Influences {
    let s = process.n_states;
    let (probability, ratios) = forward(process, origin);
    let n = process.times.partition_point(|known| *known <= time);
    let (e, passed) = (vec![0.0; 2 * s * s], vec![0.0; 2 * s * s]);
    let influence = vec![0.0; process.clusters.len() * 2 * s];
    let mut back = Back { process, ratios: &ratios, drifts, ends: n, e, passed, influence };
    (0..s).for_each(|h| back.e[h * 2 * s + h] = 1.0);
    let (mut left, mut entered) = (process.spells.len(), process.entries.len());
    let mut later = time;
    for k in (0..n).rev() {
        back.wait(later - process.times[k]);
        later = process.times[k];
        while left > 0 && process.spells[left - 1].end as usize > k {
            left -= 1;
            back.spell(left, -1.0);
        }
        back.step(k);
        while entered > 0 && process.spells[process.entries[entered - 1] as usize].first as usize >= k {
            entered -= 1;
            back.spell(process.entries[entered] as usize, 1.0);
        }
    }
    back.wait((later - origin.time).max(0.0));
    back.origin(origin);
    let mut value = if n == 0 { origin.probability.clone() } else { probability[(n - 1) * s..n * s].to_vec() };
    value.extend(time_in(process, origin, &probability, time));
    Influences { value, influence: back.influence }
}

struct Back<'a> {
    process: &'a Process,
    ratios: &'a [f64],
    /// Those of times that are still to come, going back.
    drifts: &'a [Drift],
    /// The number of times until the end.
    ends: usize,
    /// E, states × 2 states.
    e: Vec<f64>,
    /// What a unit at risk in each state adds from here on, states × 2 states.
    passed: Vec<f64>,
    influence: Vec<f64>,
}

impl Back<'_> {
    fn wait(&mut self, gap: f64) {
        let s = self.process.n_states;
        (0..s).for_each(|h| self.e[h * 2 * s + s + h] += gap);
    }

    /// A spell is at risk until here (−1), or from here on (1).
    fn spell(&mut self, place: usize, sign: f64) {
        let spell = &self.process.spells[place];
        // Entries after the end were never under risk, and exits after it take nothing back.
        if (spell.first as usize) < self.ends {
            let d = 2 * self.process.n_states;
            let (cluster, state) = (spell.cluster as usize * d, spell.state as usize * d);
            let own = self.influence[cluster..cluster + d].iter_mut();
            own.zip(&self.passed[state..state + d]).for_each(|(own, passed)| *own += sign * spell.weight * passed);
        }
    }

    /// Back through the time `k`.
    fn step(&mut self, k: usize) {
        let d = 2 * self.process.n_states;
        for mover in self.process.movers(k) {
            let Some((into, out)) = moved(self.process, self.ratios, k, mover) else { continue };
            let (to, from) = (mover.to as usize * d, mover.from as usize * d);
            for (at, own) in self.influence[mover.cluster as usize * d..][..d].iter_mut().enumerate() {
                *own += into * self.e[to + at] - out * self.e[from + at];
            }
        }
        let first = self.process.first_leaving(k);
        let mut changes = Vec::new();
        for (leaving, ratio) in self.process.leavings(k).iter().zip(&self.ratios[first..]) {
            let h = leaving.state as usize;
            let mut change = vec![0.0; d];
            for hazard in self.process.hazards(k).iter().filter(|hazard| hazard.from == leaving.state) {
                let later = &self.e[hazard.to as usize * d..][..d];
                change.iter_mut().zip(later).for_each(|(sum, e)| *sum += hazard.value * e);
            }
            let own = &self.e[h * d..(h + 1) * d];
            let passed = self.passed[h * d..(h + 1) * d].iter_mut();
            for ((passed, change), e) in passed.zip(&mut change).zip(own) {
                let departed = (leaving.stay - 1.0) * e;
                *passed -= ratio * (*change + leaving.slope * departed);
                *change += departed;
            }
            changes.push((h, change));
        }
        for (h, change) in changes {
            self.e[h * d..(h + 1) * d].iter_mut().zip(&change).for_each(|(e, change)| *e += change);
        }
        while let Some((drift, rest)) = self.drifts.split_last().filter(|(drift, _)| drift.k >= k) {
            for at in 0..d {
                self.e[drift.from * d + at] += drift.value * self.e[drift.to * d + at];
            }
            self.drifts = rest;
        }
    }

    fn origin(&mut self, origin: &Origin) {
        let s = self.process.n_states;
        for (own, start) in self.influence.chunks_exact_mut(2 * s).zip(origin.influence.chunks_exact(s)) {
            for (start, e) in start.iter().zip(self.e.chunks_exact(2 * s)) {
                own.iter_mut().zip(e).for_each(|(own, e)| *own += start * e);
            }
        }
    }
}

/// ∫ p dt from the origin to `time`.
fn time_in(process: &Process, origin: &Origin, probability: &[f64], time: f64) -> Vec<f64> {
    let s = process.n_states;
    let (mut total, mut before) = (vec![0.0; s], (origin.time, &origin.probability[..]));
    let steps = process.times.iter().copied().zip(probability.chunks_exact(s));
    for (at, p) in steps.take_while(|(at, _)| *at <= time).chain([(time, &[][..])]) {
        let gap = (at - before.0).max(0.0);
        total.iter_mut().zip(before.1).for_each(|(sum, p)| *sum += p * gap);
        before = (at, p);
    }
    total
}
