//! The partial likelihood of a subdistribution hazard: those whom a competing event takes stay at risk, less and less.
//!
//! A row that a competing event ends at T stays in the risk sets of later times t with the weight G(t−)/G(T−), G being the probability
//! of still being under observation. The weight is a product of a factor of the time and one of the row, so that with
//! v = 1/G(T−) the sums over risk sets are
//!
//! ```text
//! S(t) = Σ_{under observation at t} r x  +  G(t−) Σ_{taken before t} r v x
//! ```
//!
//! and one sweep in each direction makes them all: no row is ever written twice. A row passes through the hazard Σ a_k while it is
//! under observation and through v Σ G(t_k−) a_k afterwards; everything else is as in [`PartialLikelihood`].
//!
//! # Source
//! Fine and Gray 1999, Journal of the American Statistical Association 94:496; Geskus 2011, Biometrics 67:39; the sweeps: Kawaguchi,
//! Shen, Suchard and Li 2021, Journal of Computational and Graphical Statistics 30:685.

mod censoring;
mod estimated;
mod residuals;

pub use censoring::CensoringTies;
pub(crate) use estimated::WeightInfluence;

use nalgebra::{DMatrix, DVector};

use super::{Evaluates, Evaluation, PartialLikelihood, RiskRow, State, Stratum, Ties, subtract_means};
use crate::error::Result;
use censoring::Curve;

/// What ends a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing: another row of the same person goes on.
    Continues,
    /// Observation ends.
    Censored,
    /// The event whose hazard is modelled.
    Event,
    /// Another event.
    Competing,
}

/// A row before it has its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SubdistributionRow {
    pub(crate) at: RiskRow,
    pub(crate) ending: Ending,
    /// Whether the person comes under observation with this row.
    pub(crate) enters: bool,
    /// Whose censoring is as probable as this row's.
    pub(crate) group: u32,
}

/// The rows in order, and the weights of those taken by competing events.
#[derive(Debug, Clone)]
pub(crate) struct Subdistribution {
    base: PartialLikelihood,
    rows: Vec<SubdistributionRow>,
    ties: CensoringTies,
    curves: Vec<Curve>,
    strata: Vec<Tails>,
}

/// A row that a competing event has taken.
#[derive(Debug, Clone, Copy)]
struct Tail {
    /// Its place.
    at: usize,
    /// The place of its group among those of the stratum.
    group: usize,
    /// v = 1/G(T−).
    factor: f64,
    /// The event times of the stratum before its weight has become 0.
    end: usize,
}

/// The rows of a stratum that competing events have taken.
#[derive(Debug, Clone, Default)]
struct Tails {
    /// Ascending by their times.
    list: Vec<Tail>,
    /// The groups that they are of.
    groups: Vec<u32>,
    /// For each of these, G(t−) at each event time of the stratum.
    weight: Vec<Vec<f64>>,
}

impl Subdistribution {
    /// The likelihood of `rows`, whose columns are `x` (n × p, by rows).
    ///
    /// # Errors
    /// `no_truncation_weights` when all under observation have just entered at a time after a competing event.
    pub(crate) fn new(
        rows: Vec<SubdistributionRow>,
        x: &[f64],
        p: usize,
        ties: Ties,
        censoring: CensoringTies,
    ) -> Result<Self> {
        let at: Vec<RiskRow> = rows.iter().map(|row| row.at).collect();
        let base = PartialLikelihood::new(&at, x, p, ties);
        let n_groups = rows.iter().map(|row| row.group as usize + 1).max().unwrap_or(0);
        let mut members: Vec<Vec<&SubdistributionRow>> = vec![Vec::new(); n_groups];
        rows.iter().for_each(|row| members[row.group as usize].push(row));
        let curves = members.iter().map(|group| Curve::new(group, censoring)).collect::<Result<Vec<_>>>()?;
        let strata = base.strata.iter().map(|stratum| tails(&base, &rows, &curves, stratum)).collect();
        Ok(Self { base, rows, ties: censoring, curves, strata })
    }

    /// The number of events.
    pub(crate) fn n_events(&self) -> usize {
        self.base.n_events()
    }

    /// The number of rows that competing events end.
    pub(crate) fn n_competing(&self) -> usize {
        self.rows.iter().filter(|row| row.ending == Ending::Competing && row.at.weight > 0.0).count()
    }

    /// One stratum's part.
    fn add(&self, stratum: &Stratum, tails: &Tails, eta: &[f64], found: &mut Evaluation) {
        let base = &self.base;
        let centre = stratum.rows.clone().map(|at| eta[at]).fold(f64::NEG_INFINITY, f64::max);
        for at in stratum.rows.clone() {
            found.state.risk[at] = base.weight[at] * libm::exp(eta[at] - centre);
            if base.event[at] {
                found.log_likelihood += base.weight[at] * (eta[at] - centre);
            }
        }
        let taken = tails.sums(base, &found.state.risk, stratum.times.len());
        let times = base.times(stratum, &found.state.risk, &taken);
        for k in 0..times.steps.len() {
            found.log_likelihood -= times.steps[k].log;
            subtract_means(&mut found.information, &times, k);
        }
        let mut hazard: Vec<f64> = stratum
            .rows
            .clone()
            .map(|at| if base.first[at] < base.end[at] { base.hazard(&times, at) } else { 0.0 })
            .collect();
        let tail_hazard = tails.hazard(|k| times.steps[k].first[0]);
        for tail in &tails.list {
            hazard[tail.at - stratum.rows.start] += tail.over(base, &tail_hazard);
        }
        for (at, hazard) in stratum.rows.clone().zip(hazard) {
            let expected = found.state.risk[at] * hazard;
            let observed = if base.event[at] { base.weight[at] } else { 0.0 };
            let x = base.columns(at);
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
}

impl Evaluates for Subdistribution {
    fn evaluate(&self, beta: &[f64]) -> Option<Evaluation> {
        let (base, p) = (&self.base, self.base.p);
        let eta: Vec<f64> = (0..base.weight.len())
            .map(|at| base.offset[at] + base.columns(at).iter().zip(beta).map(|(x, b)| x * b).sum::<f64>())
            .collect();
        let mut found = Evaluation {
            log_likelihood: 0.0,
            gradient: DVector::zeros(p),
            information: DMatrix::zeros(p, p),
            state: State { risk: vec![0.0; eta.len()], ..State::default() },
        };
        for (stratum, tails) in base.strata.iter().zip(&self.strata) {
            self.add(stratum, tails, &eta, &mut found);
        }
        found.information.fill_lower_triangle_with_upper_triangle();
        let finite = found.log_likelihood.is_finite() && found.information.iter().all(|value| value.is_finite());
        finite.then_some(found)
    }
}

/// The rows of `stratum` that competing events take, with what weighs them.
fn tails(base: &PartialLikelihood, rows: &[SubdistributionRow], curves: &[Curve], stratum: &Stratum) -> Tails {
    let mut found = Tails::default();
    for at in stratum.rows.clone() {
        let row = &rows[base.source[at] as usize];
        if row.ending != Ending::Competing || row.at.weight <= 0.0 {
            continue;
        }
        let group = found.groups.iter().position(|group| *group == row.group).unwrap_or_else(|| {
            let curve = &curves[row.group as usize];
            found.groups.push(row.group);
            found.weight.push(stratum.times.iter().map(|time| curve.at(*time)).collect());
            found.groups.len() - 1
        });
        let curve = &curves[row.group as usize];
        let exhausted = curve.exhausted(row.at.stop).unwrap_or(f64::INFINITY);
        let end = stratum.times.partition_point(|time| *time <= exhausted);
        found.list.push(Tail { at, group, factor: 1.0 / curve.at(row.at.stop), end });
    }
    found
}

/// Sums over those taken before each event time of a stratum.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Σ G v r, one a time; empty where nobody is taken.
    pub(super) s0: Vec<f64>,
    /// Σ G v r x, times × p.
    pub(super) s1: Vec<f64>,
}

impl Taken {
    /// Σ G v r x at the time `k`; nothing where nobody is taken.
    pub(super) fn of(&self, k: usize, p: usize) -> &[f64] {
        self.s1.get(k * p..(k + 1) * p).unwrap_or_default()
    }
}

impl Tails {
    fn sums(&self, base: &PartialLikelihood, risk: &[f64], n: usize) -> Taken {
        let p = base.p;
        if self.list.is_empty() {
            return Taken::default();
        }
        let mut taken = Taken { s0: vec![0.0; n], s1: vec![0.0; n * p] };
        // For each group: Σ r v, Σ r v x, and until when these hold.
        let mut open = vec![(0.0, vec![0.0; p], usize::MAX); self.groups.len()];
        let mut next = self.list.iter().peekable();
        for k in 0..n {
            for (s0, s1, end) in open.iter_mut().filter(|(_, _, end)| *end <= k) {
                (*s0, *end) = (0.0, usize::MAX);
                s1.fill(0.0);
            }
            while let Some(tail) = next.next_if(|tail| base.end[tail.at] as usize <= k) {
                if tail.end > k {
                    let (s0, s1, end) = &mut open[tail.group];
                    let size = risk[tail.at] * tail.factor;
                    *s0 += size;
                    *end = tail.end;
                    s1.iter_mut().zip(base.columns(tail.at)).for_each(|(sum, x)| *sum += size * x);
                }
            }
            for ((s0, s1, _), weight) in open.iter().zip(&self.weight) {
                taken.s0[k] += weight[k] * s0;
                let sums = taken.s1[k * p..(k + 1) * p].iter_mut();
                sums.zip(s1).for_each(|(sum, value)| *sum += weight[k] * value);
            }
        }
        taken
    }

    /// For each group, Σ G(t_k−) value(k) over the event times before each, and over all.
    fn hazard(&self, value: impl Fn(usize) -> f64) -> Vec<Vec<f64>> {
        let sum = |weight: &Vec<f64>| {
            let mut sums = Vec::with_capacity(weight.len() + 1);
            sums.push(0.0);
            for (k, weight) in weight.iter().enumerate() {
                sums.push(sums[k] + weight * value(k));
            }
            sums
        };
        self.weight.iter().map(sum).collect()
    }
}

impl Tail {
    /// v Σ over the event times after this row's own, of what `sums` (as of [`Tails::hazard`]) has summed.
    fn over(&self, base: &PartialLikelihood, sums: &[Vec<f64>]) -> f64 {
        let (sums, from) = (&sums[self.group], base.end[self.at] as usize);
        if from < self.end { self.factor * (sums[self.end] - sums[from]) } else { 0.0 }
    }
}
