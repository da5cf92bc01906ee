//! The events of a fitted model in the order of time: who was at risk, with which hazard, and how sure it is.
//!
//! All is at β̂, in the engine's columns. Risks exp(η) are relative to the largest of their stratum.

use crate::likelihood::{Evaluation, PartialLikelihood, RiskSets, Ties};
use crate::survival::risk_data::RiskData;

/// The rows and event times of all strata.
#[derive(Debug, Clone)]
pub(super) struct Process {
    pub(super) p: usize,
    /// The event times during which each row is at risk, first..end, counted from the first of its stratum.
    pub(super) first: Vec<u32>,
    pub(super) end: Vec<u32>,
    /// Whether each row ends with an event that counts.
    pub(super) event: Vec<bool>,
    /// exp(η − centre of the stratum); zero for rows that are at risk at no event.
    pub(super) risk: Vec<f64>,
    pub(super) strata: Vec<RiskSets>,
    /// The last time at which anybody of each stratum was observed.
    pub(super) last: Vec<f64>,
}

impl Process {
    /// The process of `data` at `evaluation`.
    pub(super) fn new(data: &RiskData, likelihood: &PartialLikelihood, evaluation: &Evaluation, ties: Ties) -> Self {
        let (n, strata) = (data.rows.len(), likelihood.risk_sets(evaluation, ties));
        let mut this = Self {
            p: data.p(),
            first: vec![0; n],
            end: vec![0; n],
            event: vec![false; n],
            risk: vec![0.0; n],
            last: vec![f64::NEG_INFINITY; strata.len()],
            strata,
        };
        for run in this.strata.iter().flat_map(|stratum| &stratum.rows) {
            let at = run.row as usize;
            (this.first[at], this.end[at], this.event[at], this.risk[at]) = (run.first, run.end, run.event, run.risk);
        }
        for row in &data.rows {
            let last = &mut this.last[row.stratum as usize];
            *last = last.max(row.stop);
        }
        this
    }
}
