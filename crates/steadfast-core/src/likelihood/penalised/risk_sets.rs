//! Who is at risk when: rows in order, event times, and the two sweeps of which everything else is made.
//!
//! Event times of all strata stand in *slots*, one after the other, with one empty slot behind those of each stratum; a row is at risk
//! in the slots first..end. With r = w exp(η) and R_k = Σ r over those at risk, an event time with steps l (see [`Steps`]) has
//! S_l = R_k − f_l D_k; a row passes through H = Σ w̄/S_l, of its own event time the part 1 − f_l only.

use std::cmp::Ordering;
use std::ops::Range;

use super::steps::Steps;
use crate::likelihood::{RiskRow, Ties};

/// Rows in the order of strata and times.
#[derive(Debug, Clone)]
pub(crate) struct RiskSets {
    ties: Ties,
    /// The place of each row among those given.
    pub(crate) source: Vec<u32>,
    pub(crate) weight: Vec<f64>,
    offset: Vec<f64>,
    /// Whether the row ends with an event that counts.
    pub(crate) event: Vec<bool>,
    pub(crate) first: Vec<u32>,
    pub(crate) end: Vec<u32>,
    pub(crate) strata: Vec<Stratum>,
    /// The time of each slot; NaN in the empty one.
    pub(crate) times: Vec<f64>,
    /// The events of each slot, and their weight.
    pub(crate) deaths: Vec<(u32, f64)>,
    /// The first of the rows that leave in a slot, so that those of slot k are leave[k]..leave[k + 1].
    leave: Vec<u32>,
}

/// One stratum.
#[derive(Debug, Clone)]
pub(crate) struct Stratum {
    /// Its rows, ascending by the end of their risk.
    pub(crate) rows: Range<usize>,
    /// Its slots without the empty one.
    pub(crate) slots: Range<usize>,
    /// Its rows that come under risk after the first event time, descending by `first`.
    pub(crate) late: Vec<u32>,
}

/// The partial likelihood at given predictors.
#[derive(Debug, Clone)]
pub(crate) struct RiskState {
    pub(crate) log_likelihood: f64,
    /// w exp(η − centre of the stratum).
    pub(crate) risk: Vec<f64>,
    /// H of each row, so that r H is expected.
    pub(crate) hazard: Vec<f64>,
    pub(crate) steps: Vec<Steps>,
    /// The η that risks are relative to, for each stratum.
    pub(crate) centre: Vec<f64>,
}

impl RiskSets {
    /// The rows in order; those at the same place in time are ordered by `then`.
    pub(crate) fn new(rows: &[RiskRow], ties: Ties, then: impl Fn(u32, u32) -> Ordering) -> Self {
        let mut order: Vec<u32> = (0..rows.len() as u32).collect();
        order.sort_by(|&a, &b| {
            let (left, right) = (&rows[a as usize], &rows[b as usize]);
            let by_time = left.stop.total_cmp(&right.stop).then(left.start.total_cmp(&right.start));
            let by_rest = left.weight.total_cmp(&right.weight).then(left.offset.total_cmp(&right.offset));
            let by_event = left.event.cmp(&right.event);
            left.stratum.cmp(&right.stratum).then(by_time).then(by_event).then(by_rest).then_with(|| then(a, b))
        });
        let n = rows.len();
        let of = |place: usize| &rows[order[place] as usize];
        let mut sets = Self {
            ties,
            weight: (0..n).map(|at| of(at).weight).collect(),
            offset: (0..n).map(|at| of(at).offset).collect(),
            event: (0..n).map(|at| of(at).event && of(at).weight > 0.0).collect(),
            first: vec![0; n],
            end: vec![0; n],
            strata: Vec::new(),
            times: Vec::new(),
            deaths: Vec::new(),
            leave: Vec::new(),
            source: Vec::new(),
        };
        let mut start = 0;
        while start < n {
            let length = rows_of_stratum(&order[start..], rows);
            sets.add_stratum(start..start + length, &of);
            start += length;
        }
        sets.source = order;
        sets
    }

    fn add_stratum<'r>(&mut self, rows: Range<usize>, of: &impl Fn(usize) -> &'r RiskRow) {
        let base = self.times.len();
        let events = rows.clone().filter(|&at| self.event[at]);
        let mut times: Vec<f64> = events.map(|at| of(at).stop).collect();
        times.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let until = |time: f64| times.partition_point(|known| *known <= time) + base;
        self.deaths.resize(base + times.len() + 1, (0, 0.0));
        for at in rows.clone() {
            let (first, end) = (until(of(at).start), until(of(at).stop));
            (self.first[at], self.end[at]) = (first as u32, end as u32);
            if self.event[at] {
                let own = &mut self.deaths[end - 1];
                *own = (own.0 + 1, own.1 + self.weight[at]);
            }
        }
        let ends = &self.end[rows.clone()];
        let of_slot = |slot: usize| (rows.start + ends.partition_point(|end| *end as usize <= slot)) as u32;
        self.leave.extend((base..=base + times.len()).map(of_slot));
        let is_late = |at: &usize| self.first[*at] as usize > base && self.first[*at] < self.end[*at];
        let mut late: Vec<u32> = rows.clone().filter(is_late).map(|at| at as u32).collect();
        late.sort_by_key(|&at| (std::cmp::Reverse(self.first[at as usize]), at));
        let slots = base..base + times.len();
        self.times.extend(times.into_iter().chain([f64::NAN]));
        self.strata.push(Stratum { rows, slots, late });
    }

    /// The rows whose risk ends in a slot.
    pub(super) fn leaving(&self, slot: usize) -> Range<usize> {
        self.leave[slot] as usize..self.leave[slot + 1] as usize
    }

    /// The number of rows.
    pub(crate) fn n(&self) -> usize {
        self.weight.len()
    }

    /// The number of events.
    pub(crate) fn n_events(&self) -> usize {
        self.event.iter().filter(|event| **event).count()
    }

    /// The number of slots.
    pub(crate) fn n_slots(&self) -> usize {
        self.times.len()
    }

    /// Σ `value` over the rows at risk in each slot, and over its events.
    pub(crate) fn sums(&self, value: impl Fn(usize) -> f64) -> (Vec<f64>, Vec<f64>) {
        let mut at_risk = vec![0.0; self.n_slots()];
        let mut events = vec![0.0; self.n_slots()];
        for stratum in &self.strata {
            let mut sum = ExactSum::default();
            let mut late = stratum.late.iter().map(|&at| at as usize).peekable();
            for slot in stratum.slots.clone().rev() {
                let (mut own, mut of_events) = (0.0, 0.0);
                for at in self.leaving(slot) {
                    if self.first[at] < self.end[at] {
                        let value = value(at);
                        own += value;
                        of_events += if self.event[at] { value } else { 0.0 };
                    }
                }
                sum.add(own);
                while let Some(at) = late.next_if(|&at| self.first[at] as usize > slot) {
                    sum.add(-value(at));
                }
                (at_risk[slot], events[slot]) = (sum.value(), of_events);
            }
        }
        (at_risk, events)
    }

    /// The partial likelihood for predictors `eta` (offsets not included); `None` where it is not a number.
    pub(crate) fn evaluate(&self, eta: &[f64]) -> Option<RiskState> {
        let mut risk = vec![0.0; self.n()];
        let mut centre = Vec::with_capacity(self.strata.len());
        let mut log_likelihood = 0.0;
        for stratum in &self.strata {
            let total = |at: usize| eta[at] + self.offset[at];
            let largest = stratum.rows.clone().map(total).fold(f64::NEG_INFINITY, f64::max);
            for at in stratum.rows.clone() {
                let relative = total(at) - largest;
                risk[at] = self.weight[at] * libm::exp(relative);
                if self.event[at] {
                    log_likelihood += self.weight[at] * relative;
                }
            }
            centre.push(largest);
        }
        let (at_risk, events) = self.sums(|at| risk[at]);
        let of_slot = |slot: usize| Steps::new(self.ties, self.deaths[slot], at_risk[slot], events[slot]);
        let steps: Vec<Steps> = (0..self.n_slots()).map(of_slot).collect();
        log_likelihood -= steps.iter().fold(0.0, |sum, steps| sum + steps.log);
        let hazard = self.passed(|slot| (steps[slot].first[0], steps[slot].first[1]));
        let state = RiskState { log_likelihood, risk, hazard, steps, centre };
        (log_likelihood.is_finite() && state.hazard.iter().all(|h| h.is_finite())).then_some(state)
    }

    /// For each row the sum of `of_slot` over the slots in which it is at risk: the first number, less the second in the slot of its own event.
    pub(crate) fn passed(&self, of_slot: impl Fn(usize) -> (f64, f64)) -> Vec<f64> {
        let mut sums = vec![0.0; self.n()];
        let mut until = vec![0.0; self.n_slots()];
        let mut own = vec![0.0; self.n_slots()];
        for stratum in &self.strata {
            for slot in stratum.slots.clone() {
                let (whole, part) = of_slot(slot);
                until[slot + 1] = until[slot] + whole;
                own[slot] = part;
            }
            for at in stratum.rows.clone() {
                let (first, end) = (self.first[at] as usize, self.end[at] as usize);
                let part = if self.event[at] { own[end - 1] } else { 0.0 };
                sums[at] = until[end] - until[first] - part;
            }
        }
        sums
    }

    /// −∂²ln L/∂η∂η' times `c`, in its place.
    pub(crate) fn curvature_times(&self, state: &RiskState, c: &mut [f64]) {
        let shared = self.shared(state, c);
        self.each_passed(&shared, |at, passed| c[at] = state.risk[at] * (state.hazard[at] * c[at] - passed));
    }

    /// Σ_k Σ_l w̄ p p' times `c`, in its place.
    pub(super) fn shared_times(&self, state: &RiskState, c: &mut [f64]) {
        let shared = self.shared(state, c);
        self.each_passed(&shared, |at, passed| c[at] = state.risk[at] * passed);
    }

    /// For each slot the sum over the slots before it in its stratum of h/S times the sum of r c over those at risk, and the part of
    /// its own that its events do not pass through.
    fn shared(&self, state: &RiskState, c: &[f64]) -> Vec<[f64; 2]> {
        let (risk, c) = (&state.risk[..self.n()], &c[..self.n()]);
        let (at_risk, events) = self.sums(|at| risk[at] * c[at]);
        let mut shared = vec![[0.0; 2]; self.n_slots()];
        for stratum in &self.strata {
            let mut until = 0.0;
            for slot in stratum.slots.clone() {
                let [g0, g1, g2] = state.steps[slot].second;
                shared[slot] = [until, g1 * at_risk[slot] - g2 * events[slot]];
                until += g0 * at_risk[slot] - g1 * events[slot];
            }
            shared[stratum.slots.end] = [until, 0.0];
        }
        shared
    }

    /// Calls `visit` with every row and what it passes through.
    fn each_passed(&self, shared: &[[f64; 2]], mut visit: impl FnMut(usize, f64)) {
        for (at, ((first, end), event)) in self.first.iter().zip(&self.end).zip(&self.event).enumerate() {
            let (first, end) = (*first as usize, *end as usize);
            let part = if *event { shared[end - 1][1] } else { 0.0 };
            visit(at, shared[end][0] - shared[first][0] - part);
        }
    }

    /// Events less their expectation, weighted.
    pub(crate) fn martingale(&self, state: &RiskState) -> Vec<f64> {
        let of_row = |at: usize| {
            let observed = if self.event[at] { self.weight[at] } else { 0.0 };
            observed - state.risk[at] * state.hazard[at]
        };
        (0..self.n()).map(of_row).collect()
    }

    /// The slots with the increments of the cumulative hazard of somebody whose predictor is `of`, relative to the rows' predictors.
    pub(crate) fn increments(&self, state: &RiskState, of: f64) -> Vec<Vec<(f64, f64)>> {
        let of_stratum = |(stratum, centre): (&Stratum, &f64)| {
            let scale = libm::exp(of - centre);
            stratum.slots.clone().map(|slot| (self.times[slot], state.steps[slot].first[0] * scale)).collect()
        };
        self.strata.iter().zip(&state.centre).map(of_stratum).collect()
    }
}

/// An unevaluated sum of two doubles: what leaves a risk set leaves no rounding behind that matters.
#[derive(Debug, Clone, Copy, Default)]
struct ExactSum {
    high: f64,
    low: f64,
}

impl ExactSum {
    /// Adds `value` (Knuth's two-sum).
    #[inline]
    fn add(&mut self, value: f64) {
        let sum = self.high + value;
        let shadow = sum - self.high;
        self.low += (self.high - (sum - shadow)) + (value - shadow);
        self.high = sum;
    }

    #[inline]
    fn value(self) -> f64 {
        self.high + self.low
    }
}

fn rows_of_stratum(order: &[u32], rows: &[RiskRow]) -> usize {
    let stratum = |row: u32| rows[row as usize].stratum;
    order.iter().position(|&row| stratum(row) != stratum(order[0])).unwrap_or(order.len())
}

/// Xβ, for X n × p by rows.
pub(super) fn predictor(x: &[f64], beta: &[f64], n: usize) -> Vec<f64> {
    if beta.is_empty() {
        return vec![0.0; n];
    }
    // Few columns: a loop costs less than a kernel that is called for each row.
    x.chunks_exact(beta.len()).map(|x| x.iter().zip(beta).fold(0.0, |sum, (x, b)| sum + x * b)).collect()
}
