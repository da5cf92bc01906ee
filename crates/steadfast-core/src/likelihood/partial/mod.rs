//! Cox's partial likelihood over (start, stop] rows, with strata, weights, offsets and tied events.
//!
//! Every row is at risk over a run of event times, first..end. With r = w exp(η), an event time k adds to the hazard of those at
//! risk a_k = Σ_l w̄/S_l (less b_k = Σ_l f_l w̄/S_l for its own events, by Efron's steps l), so that with H the sum over a row's run
//!
//! ```text
//! gradient     Σ_i x_i (w_i δ_i − r_i H_i)
//! information  Σ_i r_i H_i x_i x_i' − Σ_k Σ_l w̄ x̄_kl x̄_kl'
//! ```
//!
//! One evaluation takes (n + times) p² / 2 multiplications and two sweeps; second moments of risk sets are never formed.
//!
//! # Source
//! Cox 1975, Biometrika 62:269; Andersen and Gill 1982, Annals of Statistics 10:1100.

mod discrete;
mod evaluate;
mod exact_sum;
mod gram;
mod hazards;
mod leverage;
mod marginal;
mod order;
mod residuals;
mod risk_sets;
mod subdistribution;
mod sweep;
mod ties;
mod varying;

pub(crate) use evaluate::Evaluation;
pub(crate) use hazards::HazardInfluence;
pub(crate) use leverage::unpacked;
pub(crate) use risk_sets::RiskSets;
pub use subdistribution::CensoringTies;
pub(crate) use subdistribution::{Ending, Subdistribution, SubdistributionRow, WeightInfluence};
pub use ties::Ties;

use subdistribution::Tails;

/// A row before it has its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RiskRow {
    pub(crate) stratum: u32,
    pub(crate) start: f64,
    pub(crate) stop: f64,
    pub(crate) event: bool,
    pub(crate) weight: f64,
    pub(crate) offset: f64,
}

impl RiskRow {
    /// Whether the row is an event that counts.
    fn counts(&self) -> bool {
        self.event && self.weight > 0.0
    }
}

/// The rows of all strata in order, and the event times of each stratum.
#[derive(Debug, Clone)]
pub(crate) struct PartialLikelihood {
    ties: Ties,
    p: usize,
    /// The number of rows given.
    n_rows: usize,
    /// The place of each row among those given; rows that are at risk at no event, or weigh nothing, have none.
    source: Vec<u32>,
    /// The columns of X, by rows in the order of `source`, each padded to `stride` numbers.
    x: Vec<f64>,
    stride: usize,
    weight: Vec<f64>,
    offset: Vec<f64>,
    event: Vec<bool>,
    /// The event times during which each row is at risk, first..end, counted from the first of its stratum.
    first: Vec<u32>,
    end: Vec<u32>,
    strata: Vec<Stratum>,
    /// The functions of time by which the last columns are multiplied.
    varying: Option<varying::Varying>,
}

#[derive(Debug, Clone)]
struct Stratum {
    /// Its rows, ascending by `end`.
    rows: std::ops::Range<usize>,
    times: Vec<f64>,
    /// The number of events of each time, and their weight.
    events: Vec<(u32, f64)>,
    /// Its rows that come under risk after the first event time, descending by `first`.
    late: Vec<u32>,
    /// Its rows that stay at risk after a competing event; none where events do not compete.
    tails: Tails,
}

impl PartialLikelihood {
    /// The likelihood of `rows`, whose columns are `x` (n × p, by rows).
    pub(crate) fn new(rows: &[RiskRow], x: &[f64], p: usize, ties: Ties) -> Self {
        Self::keeping(rows, x, p, ties, |_| false)
    }

    /// The same, which keeps the rows of some weight at whose places `keep` says so, even if they are at risk at no event.
    fn keeping(rows: &[RiskRow], x: &[f64], p: usize, ties: Ties, keep: impl Fn(usize) -> bool) -> Self {
        let (order, stride) = (order::order(rows, x, p), gram::stride(p));
        let mut this = Self {
            ties,
            p,
            n_rows: rows.len(),
            source: Vec::with_capacity(order.len()),
            x: Vec::with_capacity(order.len() * stride),
            stride,
            weight: Vec::with_capacity(order.len()),
            offset: Vec::with_capacity(order.len()),
            event: Vec::with_capacity(order.len()),
            first: Vec::with_capacity(order.len()),
            end: Vec::with_capacity(order.len()),
            strata: Vec::new(),
            varying: None,
        };
        for part in order.chunk_by(|a, b| rows[*a as usize].stratum == rows[*b as usize].stratum) {
            this.add_stratum(part, rows, x, &keep);
        }
        this
    }

    /// The rows `part`, ascending by the time at which they stop.
    fn add_stratum(&mut self, part: &[u32], rows: &[RiskRow], x: &[f64], keep: &impl Fn(usize) -> bool) {
        let mut times: Vec<f64> =
            part.iter().map(|&row| &rows[row as usize]).filter(|row| row.counts()).map(|row| row.stop).collect();
        times.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let (from, mut end, mut events) = (self.source.len(), 0, vec![(0, 0.0); times.len()]);
        let mut late = Vec::new();
        for &place in part {
            let row = &rows[place as usize];
            while times.get(end).is_some_and(|time| *time <= row.stop) {
                end += 1;
            }
            // Whoever was there from the beginning is the rule.
            let early = times.first().is_none_or(|time| row.start < *time);
            let first = if early { 0 } else { times.partition_point(|time| *time <= row.start) };
            if row.weight <= 0.0 || (first >= end && !keep(place as usize)) {
                continue;
            }
            if row.event {
                let (count, weight): &mut (u32, f64) = &mut events[end - 1];
                *count += 1;
                *weight += row.weight;
            }
            if first > 0 {
                late.push(self.source.len() as u32);
            }
            self.push(place, row, x, [first as u32, end as u32]);
        }
        late.sort_by_key(|&at| (std::cmp::Reverse(self.first[at as usize]), at));
        self.strata.push(Stratum { rows: from..self.source.len(), times, events, late, tails: Tails::default() });
    }

    fn push(&mut self, place: u32, row: &RiskRow, x: &[f64], [first, end]: [u32; 2]) {
        self.source.push(place);
        let at = place as usize * self.p;
        self.x.extend_from_slice(&x[at..at + self.p]);
        self.x.resize(self.source.len() * self.stride, 0.0);
        self.weight.push(row.weight);
        self.offset.push(row.offset);
        self.event.push(row.event);
        self.first.push(first);
        self.end.push(end);
    }

    /// The number of events.
    pub(crate) fn n_events(&self) -> usize {
        self.strata.iter().flat_map(|stratum| &stratum.events).map(|(count, _)| *count as usize).sum()
    }

    /// The places of the rows at risk among those given, in the order of what they say.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> {
        self.source.iter().map(|place| *place as usize)
    }

    fn columns(&self, at: usize) -> &[f64] {
        &self.x[at * self.stride..at * self.stride + self.p]
    }

    /// The columns and the zeros behind them.
    fn padded(&self, at: usize) -> &[f64] {
        &self.x[at * self.stride..(at + 1) * self.stride]
    }
}

#[cfg(test)]
mod tests;
