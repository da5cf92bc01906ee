//! What rows contribute by being those from whom the weights were estimated.
//!
//! The weight of a row taken at T is a product of factors 1 − N(s)/Y(s) over the times s of censoring from T on (and of the inverse
//! of such factors over times of entry). With B(s) the negative derivative of the estimating equation by the logarithm of the factor, a row adds
//!
//! ```text
//! ψ = Σ_s B(s) (1{censored at s} − 1{at risk at s} N(s)/Y(s)) / (Y(s) − N(s))
//! ```

use std::ops::Range;

use super::super::hazards::Coefficients;
use super::super::{Evaluation, Stratum};
use super::censoring::Curve;
use super::{CensoringTies, Ending, Subdistribution};

/// How rows contribute to the weights at a time s at which somebody is censored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WeightInfluence {
    /// As published, for times that never coincide: those taken before s, events from s on, jumps divided by Y.
    Published,
    /// The exact derivative of the product-limit estimate: those taken until s, events after s, jumps divided by Y − N.
    Exact,
}

/// For each group, B(s): jumps × q by rows.
type Slopes = Vec<Vec<f64>>;

impl Subdistribution {
    /// What is to be added to the rows' score contributions, unweighted, n × p by rows.
    ///
    /// # Source
    /// Fine and Gray 1999, section 3: ψ̂_i. Zhou, Fine, Latouche and Labopin 2012, Biostatistics 13:371: its sums over clusters.
    pub(crate) fn censoring_score(&self, evaluation: &Evaluation, how: WeightInfluence) -> Vec<f64> {
        let (base, p) = (&self.likelihood, self.likelihood.p);
        let (risk, _) = base.risks(&evaluation.beta);
        let mut slopes = self.no_slopes(p);
        for stratum in &base.strata {
            let times = base.times(stratum, &risk);
            let tails = &stratum.tails;
            let hazard = tails.cumulative(|k| times.steps[k].first[0]);
            let means: Vec<_> = (0..p).map(|j| tails.cumulative(|k| times.mean(k, j))).collect();
            self.each_jump(stratum, &risk, how, |group, jump, range, s0, s1| {
                let passed = hazard[group][range.end] - hazard[group][range.start];
                let into = &mut slopes[tails.groups[group] as usize][jump * p..(jump + 1) * p];
                for (j, into) in into.iter_mut().enumerate() {
                    *into += s1[j] * passed - s0 * (means[j][group][range.end] - means[j][group][range.start]);
                }
            });
        }
        self.project(&slopes, p, how)
    }

    /// What is to be added to the influences of rows on functionals of the hazard, n × q by rows.
    pub(crate) fn censoring_hazard(
        &self,
        evaluation: &Evaluation,
        c: &Coefficients,
        q: usize,
        how: WeightInfluence,
    ) -> Vec<f64> {
        let base = &self.likelihood;
        let (risk, centres) = base.risks(&evaluation.beta);
        let mut slopes = self.no_slopes(q);
        for (number, (stratum, centre)) in base.strata.iter().zip(&centres).enumerate() {
            let (times, unit, tails) = (base.times(stratum, &risk), libm::exp(-centre), &stratum.tails);
            let change = |k: usize, i: usize| c[number][k * q + i] * times.steps[k].second[0] * unit;
            let sums: Vec<_> = (0..q).map(|i| tails.cumulative(|k| change(k, i))).collect();
            self.each_jump(stratum, &risk, how, |group, jump, range, s0, _| {
                let into = &mut slopes[tails.groups[group] as usize][jump * q..(jump + 1) * q];
                for (i, into) in into.iter_mut().enumerate() {
                    *into += s0 * (sums[i][group][range.end] - sums[i][group][range.start]);
                }
            });
        }
        self.project(&slopes, q, how)
    }

    fn no_slopes(&self, q: usize) -> Slopes {
        self.curves.iter().map(|curve| vec![0.0; curve.jumps.len() * q]).collect()
    }

    /// Calls `add` for each jump of each group of the stratum: the group's place, the jump, the event times that come after it while
    /// weights are above 0, and the sums of r v and r v x over those whose weight it changes.
    fn each_jump(
        &self,
        stratum: &Stratum,
        risk: &[f64],
        how: WeightInfluence,
        mut add: impl FnMut(usize, usize, Range<usize>, f64, &[f64]),
    ) {
        let (base, p, tails, times) = (&self.likelihood, self.likelihood.p, &stratum.tails, &stratum.times);
        for group in 0..tails.groups.len() {
            let curve = &self.curves[tails.groups[group] as usize];
            let mut next = tails.list.iter().filter(|tail| tail.group == group).peekable();
            let (mut s0, mut s1, mut end, mut dead) = (0.0, vec![0.0; p], 0, 0);
            let strictly = how == WeightInfluence::Published;
            for (jump, at) in curve.jumps.iter().enumerate() {
                let taken = |place: usize| {
                    let stop = self.rows[base.source[place] as usize].at.stop;
                    if strictly { stop < at.time } else { stop <= at.time }
                };
                while let Some(tail) = next.next_if(|tail| taken(tail.at)) {
                    if tail.end > dead {
                        let size = risk[tail.at] * tail.factor;
                        s0 += size;
                        s1.iter_mut().zip(base.columns(tail.at)).for_each(|(sum, x)| *sum += size * x);
                        end = tail.end;
                    }
                }
                let until = times.partition_point(|time| *time <= at.time);
                let from = if strictly { times.partition_point(|time| *time < at.time) } else { until };
                if s0 > 0.0 && from < end {
                    add(group, jump, from..end, s0, &s1);
                }
                if curve.zeros.binary_search(&jump).is_ok() {
                    // The weights of all are 0 from here on: what came before has no say in what follows.
                    (s0, dead) = (0.0, until);
                    s1.fill(0.0);
                }
            }
        }
    }

    /// ψ of each row for the slopes B.
    fn project(&self, slopes: &Slopes, q: usize, how: WeightInfluence) -> Vec<f64> {
        let mut found = vec![0.0; self.rows.len() * q];
        let at_risk: Vec<[Vec<f64>; 2]> = self
            .curves
            .iter()
            .zip(slopes)
            .map(|(curve, slopes)| [false, true].map(|entry| expected(curve, slopes, q, entry, how)))
            .collect();
        for (row, into) in self.rows.iter().zip(found.chunks_exact_mut(q.max(1))) {
            let (curve, slopes) = (&self.curves[row.group as usize], &slopes[row.group as usize]);
            let [censoring, entry] = &at_risk[row.group as usize];
            let had_event = matches!(row.ending, Ending::Event | Ending::Competing);
            let exempt = had_event && self.ties == CensoringTies::AfterEvents;
            let (start, stop) = (row.at.start, row.at.stop);
            let last = if exempt { curve.before(stop) } else { curve.until(stop) };
            subtract(into, censoring, curve.until(start)..last, 1.0);
            subtract(into, entry, curve.before(start)..curve.before(stop), -1.0);
            let own = |time: f64, entry: bool| {
                (curve.before(time)..curve.until(time)).find(|&jump| curve.jumps[jump].entry == entry)
            };
            let censored = if row.ending == Ending::Censored { own(stop, false) } else { None };
            let entered = if row.enters { own(start, true) } else { None };
            for (jump, sign) in censored.map(|jump| (jump, 1.0)).into_iter().chain(entered.map(|jump| (jump, -1.0))) {
                if let Some(by) = divisor(curve, jump, how) {
                    let slope = &slopes[jump * q..(jump + 1) * q];
                    into.iter_mut().zip(slope).for_each(|(sum, slope)| *sum += sign * slope / by);
                }
            }
        }
        found
    }
}

/// Takes sign × the sums over the jumps in `range`.
fn subtract(into: &mut [f64], sums: &[f64], range: Range<usize>, sign: f64) {
    let q = into.len();
    if range.start < range.end {
        for (i, into) in into.iter_mut().enumerate() {
            *into -= sign * (sums[range.end * q + i] - sums[range.start * q + i]);
        }
    }
}

/// What the jump is divided by; none where all weights become 0.
fn divisor(curve: &Curve, jump: usize, how: WeightInfluence) -> Option<f64> {
    let jump = &curve.jumps[jump];
    let by = if how == WeightInfluence::Published { jump.at_risk } else { jump.rest };
    (by > 0.0).then_some(by)
}

/// Σ B N / Y over the jumps of one kind before each, and over all: (jumps + 1) × q.
fn expected(curve: &Curve, slopes: &[f64], q: usize, entry: bool, how: WeightInfluence) -> Vec<f64> {
    let mut sums = vec![0.0; (curve.jumps.len() + 1) * q];
    for (at, jump) in curve.jumps.iter().enumerate() {
        let share = divisor(curve, at, how).filter(|_| jump.entry == entry);
        let size = share.map_or(0.0, |by| jump.count / jump.at_risk / by);
        for i in 0..q {
            sums[(at + 1) * q + i] = sums[at * q + i] + slopes[at * q + i] * size;
        }
    }
    sums
}
