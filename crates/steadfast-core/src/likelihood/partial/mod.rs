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
//! One evaluation takes n p² / 2 multiplications and two sweeps; second moments of risk sets are never formed.
//!
//! # Source
//! Cox 1975, Biometrika 62:269; Andersen and Gill 1982, Annals of Statistics 10:1100.

mod exact_sum;
mod hazards;
mod residuals;
mod subdistribution;
mod ties;

use nalgebra::{DMatrix, DVector};

pub(crate) use hazards::HazardInfluence;
pub use subdistribution::CensoringTies;
pub(crate) use subdistribution::{Ending, Subdistribution, SubdistributionRow, WeightInfluence};
pub use ties::Ties;

use exact_sum::ExactSum;
use subdistribution::Taken;
use ties::Steps;

/// A log-likelihood with its derivatives at any point.
pub(crate) trait Evaluates {
    /// The value at `beta`; `None` where it is not a number.
    fn evaluate(&self, beta: &[f64]) -> Option<Evaluation>;
}

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

/// The rows of all strata in order, and the event times of each stratum.
#[derive(Debug, Clone)]
pub(crate) struct PartialLikelihood {
    ties: Ties,
    p: usize,
    /// The place of each row among those given.
    source: Vec<u32>,
    /// The columns of X, n × p, by rows in the order of `source`.
    x: Vec<f64>,
    weight: Vec<f64>,
    offset: Vec<f64>,
    event: Vec<bool>,
    /// The event times during which each row is at risk, first..end, counted from the first of its stratum.
    first: Vec<u32>,
    end: Vec<u32>,
    strata: Vec<Stratum>,
}

#[derive(Debug, Clone)]
struct Stratum {
    /// Its rows, ascending by `end`.
    rows: std::ops::Range<usize>,
    times: Vec<f64>,
    /// Its rows that come under risk after the first event time, descending by `first`.
    late: Vec<u32>,
}

/// The log partial likelihood and its derivatives.
#[derive(Debug, Clone)]
pub(crate) struct Evaluation {
    pub(crate) log_likelihood: f64,
    pub(crate) gradient: DVector<f64>,
    pub(crate) information: DMatrix<f64>,
    /// What rows are asked afterwards.
    state: State,
}

/// What an evaluation knows about rows and times.
#[derive(Debug, Clone, Default)]
struct State {
    /// w exp(η − centre of the stratum).
    risk: Vec<f64>,
    /// For each stratum: the largest η, which risks are relative to.
    centre: Vec<f64>,
    /// For each stratum.
    times: Vec<Times>,
}

/// The event times of a stratum, ascending.
#[derive(Debug, Clone, Default)]
struct Times {
    p: usize,
    steps: Vec<Steps>,
    /// The weight of the events.
    weight: Vec<f64>,
    /// Σ r x over those at risk, times × p.
    s1: Vec<f64>,
    /// Σ r x over the events, times × p; empty where no step needs it.
    d1: Vec<f64>,
    /// Σ a over the times before each, and over all.
    hazard: Vec<f64>,
}

impl Times {
    fn s1(&self, k: usize) -> &[f64] {
        &self.s1[k * self.p..(k + 1) * self.p]
    }

    /// Σ r x over the events of time `k` for column `j`.
    fn d1(&self, k: usize, j: usize) -> f64 {
        self.d1.get(k * self.p + j).copied().unwrap_or_default()
    }
}

impl PartialLikelihood {
    /// The likelihood of `rows`, whose columns are `x` (n × p, by rows).
    pub(crate) fn new(rows: &[RiskRow], x: &[f64], p: usize, ties: Ties) -> Self {
        let mut order: Vec<u32> = (0..rows.len() as u32).collect();
        let columns = |row: u32| &x[row as usize * p..(row as usize + 1) * p];
        order.sort_by(|&a, &b| {
            let (left, right) = (&rows[a as usize], &rows[b as usize]);
            let by_time = left.stop.total_cmp(&right.stop).then(left.start.total_cmp(&right.start));
            let by_rest = || left.weight.total_cmp(&right.weight).then(left.offset.total_cmp(&right.offset));
            let by_columns = || {
                let pairs = columns(a).iter().zip(columns(b));
                pairs.map(|(u, v)| u.total_cmp(v)).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
            };
            let by_event = left.event.cmp(&right.event);
            left.stratum.cmp(&right.stratum).then(by_time).then(by_event).then_with(by_rest).then_with(by_columns)
        });
        let of = |place: usize| &rows[order[place] as usize];
        let n = rows.len();
        let mut this = Self {
            ties,
            p,
            x: order.iter().flat_map(|&row| columns(row).iter().copied()).collect(),
            weight: (0..n).map(|at| of(at).weight).collect(),
            offset: (0..n).map(|at| of(at).offset).collect(),
            event: (0..n).map(|at| of(at).event).collect(),
            first: vec![0; n],
            end: vec![0; n],
            strata: Vec::new(),
            source: Vec::new(),
        };
        let mut start = 0;
        while start < n {
            let stop = (start..n).find(|&at| of(at).stratum != of(start).stratum).unwrap_or(n);
            this.add_stratum(start..stop, &of);
            start = stop;
        }
        this.source = order;
        this
    }

    fn add_stratum<'r>(&mut self, rows: std::ops::Range<usize>, of: &impl Fn(usize) -> &'r RiskRow) {
        let counts = |at: &usize| of(*at).event && of(*at).weight > 0.0;
        let mut times: Vec<f64> = rows.clone().filter(counts).map(|at| of(at).stop).collect();
        times.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let until = |time: f64| times.partition_point(|known| *known <= time) as u32;
        for at in rows.clone() {
            self.first[at] = until(of(at).start);
            self.end[at] = until(of(at).stop);
            self.event[at] = counts(&at);
        }
        let mut late: Vec<u32> = rows
            .clone()
            .filter(|&at| self.first[at] > 0 && self.first[at] < self.end[at])
            .map(|at| at as u32)
            .collect();
        late.sort_by_key(|&at| (std::cmp::Reverse(self.first[at as usize]), at));
        self.strata.push(Stratum { rows, times, late });
    }

    /// The number of events.
    pub(crate) fn n_events(&self) -> usize {
        self.event.iter().filter(|event| **event).count()
    }

    fn columns(&self, at: usize) -> &[f64] {
        &self.x[at * self.p..(at + 1) * self.p]
    }

    /// The log partial likelihood at `beta`; `None` where it is not a number.
    pub(crate) fn evaluate(&self, beta: &[f64]) -> Option<Evaluation> {
        let p = self.p;
        let eta: Vec<f64> = (0..self.weight.len())
            .map(|at| self.offset[at] + self.columns(at).iter().zip(beta).map(|(x, b)| x * b).sum::<f64>())
            .collect();
        let mut found = Evaluation {
            log_likelihood: 0.0,
            gradient: DVector::zeros(p),
            information: DMatrix::zeros(p, p),
            state: State { risk: vec![0.0; eta.len()], ..State::default() },
        };
        for stratum in &self.strata {
            self.add(stratum, &eta, &mut found);
        }
        found.information.fill_lower_triangle_with_upper_triangle();
        let finite = found.log_likelihood.is_finite() && found.information.iter().all(|value| value.is_finite());
        finite.then_some(found)
    }

    /// One stratum's part.
    fn add(&self, stratum: &Stratum, eta: &[f64], found: &mut Evaluation) {
        let centre = stratum.rows.clone().map(|at| eta[at]).fold(f64::NEG_INFINITY, f64::max);
        for at in stratum.rows.clone() {
            found.state.risk[at] = self.weight[at] * libm::exp(eta[at] - centre);
            if self.event[at] {
                found.log_likelihood += self.weight[at] * (eta[at] - centre);
            }
        }
        let times = self.times(stratum, &found.state.risk, &Taken::default());
        for k in 0..times.steps.len() {
            found.log_likelihood -= times.steps[k].log;
            subtract_means(&mut found.information, &times, k);
        }
        for at in stratum.rows.clone().filter(|&at| self.first[at] < self.end[at]) {
            let expected = found.state.risk[at] * self.hazard(&times, at);
            let observed = if self.event[at] { self.weight[at] } else { 0.0 };
            let x = self.columns(at);
            for (j, xj) in x.iter().enumerate() {
                found.gradient[j] += xj * (observed - expected);
                let scaled = expected * xj;
                for (i, xi) in x.iter().enumerate().take(j + 1) {
                    found.information[(i, j)] += scaled * xi;
                }
            }
        }
        found.state.centre.push(centre);
        found.state.times.push(times);
    }

    /// H: the hazard that a row of its stratum passes through, of which its own event has Efron's part only.
    fn hazard(&self, times: &Times, at: usize) -> f64 {
        let (first, end) = (self.first[at] as usize, self.end[at] as usize);
        let own = if self.event[at] { times.steps[end - 1].first[1] } else { 0.0 };
        times.hazard[end] - times.hazard[first] - own
    }

    /// Who is at risk at each event time, from the last to the first, besides those `taken` by competing events.
    fn times(&self, stratum: &Stratum, risk: &[f64], taken: &Taken) -> Times {
        let (p, n) = (self.p, stratum.times.len());
        let ties = self.ties != Ties::Breslow && self.has_ties(stratum);
        let mut times = Times {
            p,
            steps: vec![Steps::default(); n],
            weight: vec![0.0; n],
            s1: vec![0.0; n * p],
            d1: vec![0.0; if ties { n * p } else { 0 }],
            hazard: vec![0.0; n + 1],
        };
        let (mut s0, mut s1) = (ExactSum::default(), vec![ExactSum::default(); p]);
        let change = |at: usize, risk: f64, s0: &mut ExactSum, s1: &mut [ExactSum]| {
            s0.add(risk);
            s1.iter_mut().zip(self.columns(at)).for_each(|(sum, x)| sum.add(risk * x));
        };
        let mut entering = stratum.rows.clone().rev().filter(|&at| self.first[at] < self.end[at]).peekable();
        let mut leaving = stratum.late.iter().map(|&at| at as usize).peekable();
        for k in (0..n).rev() {
            let (mut d, mut d0) = (0, 0.0);
            while let Some(at) = entering.next_if(|&at| self.end[at] as usize > k) {
                change(at, risk[at], &mut s0, &mut s1);
                if self.event[at] {
                    d += 1;
                    times.weight[k] += self.weight[at];
                    d0 += risk[at];
                    if ties {
                        let sums = times.d1[k * p..(k + 1) * p].iter_mut();
                        sums.zip(self.columns(at)).for_each(|(sum, x)| *sum += risk[at] * x);
                    }
                }
            }
            while let Some(at) = leaving.next_if(|&at| self.first[at] as usize > k) {
                change(at, -risk[at], &mut s0, &mut s1);
            }
            let s0 = s0.value() + taken.s0.get(k).copied().unwrap_or_default();
            times.steps[k] = self.ties.steps(d, times.weight[k], s0, d0);
            store(&mut times.s1[k * p..(k + 1) * p], &s1);
            times.s1[k * p..(k + 1) * p].iter_mut().zip(taken.of(k, p)).for_each(|(sum, value)| *sum += value);
        }
        for k in 0..n {
            times.hazard[k + 1] = times.hazard[k] + times.steps[k].first[0];
        }
        times
    }

    /// Whether two events of the stratum share a time.
    fn has_ties(&self, stratum: &Stratum) -> bool {
        stratum.rows.clone().filter(|&at| self.event[at]).count() > stratum.times.len()
    }
}

impl Evaluates for PartialLikelihood {
    fn evaluate(&self, beta: &[f64]) -> Option<Evaluation> {
        PartialLikelihood::evaluate(self, beta)
    }
}

/// Takes Σ_l w̄ x̄ x̄' of the time `k` from the upper triangle of `information`.
fn subtract_means(information: &mut DMatrix<f64>, times: &Times, k: usize) {
    let [c0, c1, c2] = times.steps[k].second;
    let s = times.s1(k);
    for j in 0..s.len() {
        for i in 0..=j {
            information[(i, j)] -= c0 * s[i] * s[j];
        }
    }
    if times.d1.is_empty() {
        return;
    }
    let d = &times.d1[k * times.p..(k + 1) * times.p];
    for j in 0..s.len() {
        for i in 0..=j {
            information[(i, j)] += c1 * (s[i] * d[j] + d[i] * s[j]) - c2 * d[i] * d[j];
        }
    }
}

fn store(into: &mut [f64], sums: &[ExactSum]) {
    into.iter_mut().zip(sums).for_each(|(value, sum)| *value = sum.value());
}

#[cfg(test)]
mod tests;
