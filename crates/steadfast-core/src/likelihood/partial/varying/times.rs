//! What is summed over those at risk at each time.

use super::super::exact_sum::AtRisk;
use super::super::ties::Steps;
use super::{At, Group, PartialLikelihood, Stratum};

/// What the event times of a stratum come to.
pub(super) struct Times {
    /// The largest of exp's arguments at each time, which all are relative to.
    pub(super) centre: Vec<f64>,
    s0: Vec<f64>,
    s1: Vec<f64>,
    d0: Vec<f64>,
    d1: Vec<f64>,
    pub(super) steps: Vec<Steps>,
    stride: usize,
}

impl Times {
    pub(super) fn new(model: &PartialLikelihood, stratum: &Stratum) -> Self {
        let (n, stride) = (stratum.times.len(), model.stride);
        Self {
            centre: vec![f64::NEG_INFINITY; n],
            s0: vec![0.0; n],
            s1: vec![0.0; n * stride],
            d0: vec![0.0; n],
            d1: vec![0.0; n * stride],
            steps: Vec::new(),
            stride,
        }
    }

    /// Σ r x over those at risk at the time `k`.
    pub(super) fn s1(&self, k: usize) -> &[f64] {
        &self.s1[k * self.stride..(k + 1) * self.stride]
    }

    /// Σ r x over those with an event at the time `k`.
    pub(super) fn d1(&self, k: usize) -> &[f64] {
        &self.d1[k * self.stride..(k + 1) * self.stride]
    }
}

impl At<'_> {
    /// Fills in the times.
    pub(super) fn sum_over_risk_sets(&mut self) {
        for group in &self.part.groups {
            for (k, change) in (group.first..group.end).zip(self.changes(group)) {
                self.times.centre[k] = self.times.centre[k].max(change);
            }
        }
        for group in &self.part.groups {
            self.add_group(group);
        }
        let times = &self.times;
        let step = |(k, (count, weight)): (usize, &(u32, f64))| {
            self.model.ties.steps(*count, *weight, times.s0[k], times.d0[k])
        };
        self.times.steps = self.stratum.events.iter().enumerate().map(step).collect();
    }

    fn add_group(&mut self, group: &Group) {
        let (model, part, risk, p0, q) = (self.model, self.part, self.risk, self.p0(), self.q);
        let changes = self.changes(group);
        let found = &mut self.times;
        let mut at_risk = AtRisk::new(model.p, !group.late.is_empty());
        let mut entering = group.rows.iter().rev().map(|&at| at as usize).peekable();
        let mut leaving = group.late.iter().map(|&at| at as usize).peekable();
        let mut sums = vec![0.0; model.p];
        for k in (group.first..group.end).rev() {
            let e = libm::exp(changes[k - group.first] - found.centre[k]);
            let factor = |j: usize| if j < p0 { e } else { e * part.g[k * q + j - p0] };
            while let Some(at) = entering.next_if(|&at| model.end[at] as usize > k) {
                at_risk.enter(risk[at], model.columns(at));
                if model.event[at] {
                    found.d0[k] += e * risk[at];
                    for (j, x) in model.columns(at).iter().enumerate() {
                        found.d1[k * model.stride + j] += factor(j) * risk[at] * x;
                    }
                }
            }
            while let Some(at) = leaving.next_if(|&at| model.first[at] as usize > k) {
                at_risk.leave(risk[at], model.columns(at));
            }
            found.s0[k] += e * at_risk.s0();
            at_risk.s1(&mut sums);
            for (j, sum) in sums.iter().enumerate() {
                found.s1[k * model.stride + j] += factor(j) * sum;
            }
        }
    }
}
