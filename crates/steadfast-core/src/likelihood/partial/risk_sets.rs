//! The risk sets of all event times at once: what curves and tests after a fit are made from.

use super::ties::{Steps, Ties};
use super::{Evaluation, PartialLikelihood};

/// A stratum's events in the order of time. Risks exp(η) are relative to the largest of the stratum.
#[derive(Debug, Clone)]
pub(crate) struct RiskSets {
    /// Its rows that are at risk at some event, ascending by the time at which they stop.
    pub(crate) rows: Vec<Run>,
    /// The largest η; 0 where nobody is at risk at an event.
    pub(crate) centre: f64,
    pub(crate) times: Vec<f64>,
    pub(crate) steps: Vec<Steps>,
    /// The weight of the events of each time.
    pub(crate) weight: Vec<f64>,
    /// Σ w exp(η − centre) over those at risk.
    pub(crate) s0: Vec<f64>,
    /// The number of rows at risk.
    pub(crate) at_risk: Vec<u32>,
    p: usize,
    /// Σ w r x over those at risk, times × p.
    s1: Vec<f64>,
    /// Σ w r x over the events, times × p; zero where all steps have the same at risk.
    d1: Vec<f64>,
}

/// A row under risk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// Its place among those given.
    pub(crate) row: u32,
    /// The event times during which it is at risk, first..end, counted from the first of its stratum.
    pub(crate) first: u32,
    pub(crate) end: u32,
    pub(crate) event: bool,
    /// exp(η − centre).
    pub(crate) risk: f64,
}

impl PartialLikelihood {
    /// The risk sets of each stratum where `evaluation` was made, their events treated as `ties` says.
    pub(crate) fn risk_sets(&self, evaluation: &Evaluation, ties: Ties) -> Vec<RiskSets> {
        let (p, (risk, centres)) = (self.p, self.risks(&evaluation.beta));
        let of = |(stratum, centre): (&super::Stratum, &f64)| {
            let n = stratum.times.len();
            let run = |at: usize| Run {
                row: self.source[at],
                first: self.first[at],
                end: self.end[at],
                event: self.event[at],
                risk: risk[at] / self.weight[at],
            };
            let mut sets = RiskSets {
                rows: stratum.rows.clone().map(run).collect(),
                // Where nobody is at risk there is no largest.
                centre: if centre.is_finite() { *centre } else { 0.0 },
                times: stratum.times.clone(),
                steps: vec![Steps::default(); n],
                weight: stratum.events.iter().map(|(_, weight)| *weight).collect(),
                s0: vec![0.0; n],
                at_risk: vec![0; n],
                p,
                s1: vec![0.0; n * p],
                d1: vec![0.0; n * p],
            };
            self.sweep_as(ties, stratum, &risk, |moment| {
                let (k, own) = (moment.k, moment.k * p..(moment.k + 1) * p);
                sets.steps[k] = moment.steps;
                sets.s0[k] = moment.at_risk.s0();
                sets.at_risk[k] = moment.at_risk.count() as u32;
                sets.s1[own.clone()].copy_from_slice(&moment.s1[..p]);
                sets.d1[own].iter_mut().zip(moment.d1).for_each(|(into, sum)| *into = *sum);
            });
            sets
        };
        self.strata.iter().zip(&centres).map(of).collect()
    }
}

impl RiskSets {
    /// Σ w r x over those at risk at the time `k`, and over its events where Efron's steps need it.
    pub(crate) fn sums(&self, k: usize) -> (&[f64], &[f64]) {
        let own = k * self.p..(k + 1) * self.p;
        (&self.s1[own.clone()], &self.d1[own])
    }

    /// The slope of the hazard of the time `k` in β at x = 0, of which this is the negative: Σ_l w̄ (S1 − f_l D1) / S_l².
    pub(crate) fn mean(&self, k: usize, j: usize) -> f64 {
        let ([c0, c1, _], (s, d)) = (self.steps[k].second, self.sums(k));
        c0 * s[j] - c1 * d[j]
    }

    /// The mean of column `j` that an event of the time `k` is compared with.
    pub(crate) fn event_mean(&self, k: usize, j: usize) -> f64 {
        let ([a, b], (s, d)) = (self.steps[k].first, self.sums(k));
        (a * s[j] - b * d[j]) / self.weight[k]
    }
}
