//! Covariates that are functions of time: x_i(t) = (x_i, z_i1 g_1(t), …, z_iq g_q(t)).
//!
//! Rows with the same z change together: their sums Σ r and Σ r x are those of constant covariates, times exp(Σ γ z g(t)). So an
//! evaluation takes n p² + (times × different z) p operations, exact, without a row for every event: at most one exponential
//! and p multiplications for each row and each event time at which it is at risk, and no memory beside the times.

use nalgebra::DVector;

use super::evaluate::Evaluation;
use super::exact_sum::AtRisk;
use super::gram::Gram;
use super::ties::Steps;
use super::{PartialLikelihood, RiskRow, Stratum, Ties};

/// The functions of time, and the rows that change together.
#[derive(Debug, Clone)]
pub(super) struct Varying {
    /// How many of the last columns are multiplied by a function of time.
    q: usize,
    strata: Vec<Part>,
}

#[derive(Debug, Clone)]
struct Part {
    /// The functions at the event times, times × q.
    g: Vec<f64>,
    groups: Vec<Group>,
}

/// Rows with the same z.
#[derive(Debug, Clone)]
struct Group {
    /// Ascending by `end`.
    rows: Vec<u32>,
    /// Descending by `first`: those that come late.
    late: Vec<u32>,
    /// The times at which any of them is at risk.
    first: usize,
    end: usize,
}

/// What the event times of a stratum come to.
struct Times {
    /// The largest of exp's arguments at each time, which all are relative to.
    centre: Vec<f64>,
    s0: Vec<f64>,
    s1: Vec<f64>,
    d0: Vec<f64>,
    d1: Vec<f64>,
    steps: Vec<Steps>,
}

/// Sums over the times of a group's span, from its first on: of e a, e a g_j, e a g_j g_l (j ≤ l), each with a leading zero.
struct Cumulative {
    width: usize,
    sums: Vec<f64>,
}

impl Cumulative {
    /// The sums over first..end, counted from the span's beginning.
    fn over(&self, first: usize, end: usize, item: usize) -> f64 {
        self.sums[end * self.width + item] - self.sums[first * self.width + item]
    }
}

impl PartialLikelihood {
    /// As [`PartialLikelihood::new`], the last `q` columns being multiplied by `function(j, time)`.
    pub(crate) fn varying(
        rows: &[RiskRow],
        (x, p): (&[f64], usize),
        ties: Ties,
        q: usize,
        function: impl Fn(usize, f64) -> f64,
    ) -> Self {
        let mut this = Self::new(rows, x, p, ties);
        let part = |stratum: &Stratum| Part {
            g: stratum.times.iter().flat_map(|time| (0..q).map(|j| function(j, *time))).collect(),
            groups: this.groups(stratum, q),
        };
        let strata = this.strata.iter().map(part).collect();
        this.varying = Some(Varying { q, strata });
        this
    }

    fn groups(&self, stratum: &Stratum, q: usize) -> Vec<Group> {
        let z = |at: u32| &self.columns(at as usize)[self.p - q..];
        let compare = |a: u32, b: u32| {
            let mut pairs = z(a).iter().zip(z(b));
            let order = pairs.find_map(|(u, v)| Some(u.total_cmp(v)).filter(|order| order.is_ne()));
            order.unwrap_or(std::cmp::Ordering::Equal)
        };
        let mut rows: Vec<u32> = stratum.rows.clone().map(|at| at as u32).collect();
        rows.sort_by(|&a, &b| compare(a, b).then(a.cmp(&b)));
        let group = |rows: &[u32]| {
            let mut late: Vec<u32> = rows.iter().copied().filter(|&at| self.first[at as usize] > 0).collect();
            late.sort_by_key(|&at| (std::cmp::Reverse(self.first[at as usize]), at));
            let first = rows.iter().map(|&at| self.first[at as usize]).min().unwrap_or_default() as usize;
            let end = rows.iter().map(|&at| self.end[at as usize]).max().unwrap_or_default() as usize;
            Group { rows: rows.to_vec(), late, first, end }
        };
        rows.chunk_by(|a, b| compare(*a, *b).is_eq()).map(group).collect()
    }

    /// w exp(η − centre) of what does not change, the stratum's own centre being the largest.
    fn constant_risks(&self, beta: &[f64], q: usize) -> Vec<f64> {
        let mut fixed = beta.to_vec();
        let from = fixed.len() - q;
        fixed[from..].fill(0.0);
        self.risks(&fixed).0
    }

    /// Σ γ z g at the times of the group's span.
    fn changes(&self, part: &Part, group: &Group, beta: &[f64], q: usize) -> Vec<f64> {
        let z = group.rows.first().map_or(&[][..], |&at| &self.columns(at as usize)[self.p - q..]);
        let gamma = &beta[self.p - q..];
        let at = |k: usize| (0..q).map(|j| gamma[j] * z[j] * part.g[k * q + j]).sum();
        (group.first..group.end).map(at).collect()
    }

    fn varying_times(&self, (stratum, part): (&Stratum, &Part), risk: &[f64], beta: &[f64], q: usize) -> Times {
        let (n, p, p0) = (stratum.times.len(), self.p, self.p - q);
        let mut found = Times {
            centre: vec![f64::NEG_INFINITY; n],
            s0: vec![0.0; n],
            s1: vec![0.0; n * self.stride],
            d0: vec![0.0; n],
            d1: vec![0.0; n * self.stride],
            steps: Vec::new(),
        };
        for group in &part.groups {
            for (k, change) in (group.first..group.end).zip(self.changes(part, group, beta, q)) {
                found.centre[k] = found.centre[k].max(change);
            }
        }
        for group in &part.groups {
            let changes = self.changes(part, group, beta, q);
            let mut at_risk = AtRisk::new(p, !group.late.is_empty());
            let mut entering = group.rows.iter().rev().map(|&at| at as usize).peekable();
            let mut leaving = group.late.iter().map(|&at| at as usize).peekable();
            let mut sums = vec![0.0; p];
            for k in (group.first..group.end).rev() {
                let e = libm::exp(changes[k - group.first] - found.centre[k]);
                let factor = |j: usize| if j < p0 { e } else { e * part.g[k * q + j - p0] };
                while let Some(at) = entering.next_if(|&at| self.end[at] as usize > k) {
                    at_risk.enter(risk[at], self.columns(at));
                    if self.event[at] {
                        found.d0[k] += e * risk[at];
                        for (j, x) in self.columns(at).iter().enumerate() {
                            found.d1[k * self.stride + j] += factor(j) * risk[at] * x;
                        }
                    }
                }
                while let Some(at) = leaving.next_if(|&at| self.first[at] as usize > k) {
                    at_risk.leave(risk[at], self.columns(at));
                }
                found.s0[k] += e * at_risk.s0();
                at_risk.s1(&mut sums);
                for (j, sum) in sums.iter().enumerate() {
                    found.s1[k * self.stride + j] += factor(j) * sum;
                }
            }
        }
        let step =
            |(k, (count, weight)): (usize, &(u32, f64))| self.ties.steps(*count, *weight, found.s0[k], found.d0[k]);
        found.steps = stratum.events.iter().enumerate().map(step).collect();
        found
    }

    fn cumulative(&self, part: &Part, group: &Group, changes: &[f64], times: &Times, q: usize) -> Cumulative {
        let width = 1 + q + q * (q + 1) / 2;
        let mut sums = vec![0.0; (changes.len() + 1) * width];
        for (offset, change) in changes.iter().enumerate() {
            let k = group.first + offset;
            let hazard = libm::exp(change - times.centre[k]) * times.steps[k].first[0];
            let (before, after) = sums.split_at_mut((offset + 1) * width);
            let before = &before[offset * width..];
            let added = terms(&part.g[k * q..(k + 1) * q]);
            after.iter_mut().zip(before).zip(added).for_each(|((after, before), term)| *after = before + hazard * term);
        }
        Cumulative { width, sums }
    }

    /// The log partial likelihood at `beta` with covariates that are functions of time.
    pub(super) fn evaluate_varying(&self, varying: &Varying, beta: &[f64]) -> Option<Evaluation> {
        let (q, p0) = (varying.q, self.p - varying.q);
        let risk = self.constant_risks(beta, q);
        let (mut log_likelihood, mut gradient, mut gram) = (0.0, DVector::zeros(self.p), Gram::new(self.p));
        let mut information = nalgebra::DMatrix::<f64>::zeros(self.p, self.p);
        for (stratum, part) in self.strata.iter().zip(&varying.strata) {
            let times = self.varying_times((stratum, part), &risk, beta, q);
            for (k, steps) in times.steps.iter().enumerate() {
                log_likelihood -= steps.log;
                let at = k * self.stride..(k + 1) * self.stride;
                let (s, d, [c0, c1, c2]) = (&times.s1[at.clone()], &times.d1[at], steps.second);
                let sum: Vec<f64> = s.iter().zip(d).map(|(s, d)| s + d).collect();
                gram.add(&[-c0 - c1], s);
                gram.add(&[c1], &sum);
                gram.add(&[-c2 - c1], d);
            }
            for group in &part.groups {
                let changes = self.changes(part, group, beta, q);
                let cumulative = self.cumulative(part, group, &changes, &times, q);
                for at in group.rows.iter().map(|&at| at as usize) {
                    let (first, end) = (self.first[at] as usize - group.first, self.end[at] as usize - group.first);
                    let k = self.end[at] as usize - 1;
                    let (x, g, event) = (self.columns(at), &part.g[k * q..(k + 1) * q], self.event[at]);
                    let mut sums: Vec<f64> =
                        (0..cumulative.width).map(|item| risk[at] * cumulative.over(first, end, item)).collect();
                    if event {
                        let own = risk[at] * libm::exp(changes[end - 1] - times.centre[k]) * times.steps[k].first[1];
                        sums.iter_mut().zip(terms(g)).for_each(|(sum, term)| *sum -= own * term);
                        log_likelihood += self.weight[at] * libm::log(risk[at] / self.weight[at]);
                        log_likelihood += self.weight[at] * (changes[end - 1] - times.centre[k]);
                    }
                    // With which of the sums a column and a pair of columns go.
                    let single = |j: usize| if j < p0 { 0 } else { 1 + j - p0 };
                    for j in 0..self.p {
                        let value = if j < p0 { 1.0 } else { g[j - p0] };
                        let observed = if event { self.weight[at] * value } else { 0.0 };
                        gradient[j] += x[j] * (observed - sums[single(j)]);
                        for i in 0..=j {
                            let item = if i < p0 { single(j) } else { pair(q, i - p0, j - p0) };
                            information[(i, j)] += x[i] * x[j] * sums[item];
                        }
                    }
                }
            }
        }
        information.fill_lower_triangle_with_upper_triangle();
        let information = information + gram.matrix();
        let finite = log_likelihood.is_finite() && information.iter().all(|value| value.is_finite());
        finite.then(|| Evaluation { log_likelihood, gradient, information, beta: beta.to_vec() })
    }

    /// As [`PartialLikelihood::for_each_residual`].
    pub(super) fn for_each_varying(&self, varying: &Varying, beta: &[f64], mut each: impl FnMut(usize, f64, &[f64])) {
        let (q, p, p0) = (varying.q, self.p, self.p - varying.q);
        let risk = self.constant_risks(beta, q);
        let mut found: Vec<(u32, f64, Vec<f64>)> = Vec::with_capacity(risk.len());
        for (stratum, part) in self.strata.iter().zip(&varying.strata) {
            let times = self.varying_times((stratum, part), &risk, beta, q);
            for group in &part.groups {
                let changes = self.changes(part, group, beta, q);
                let cumulative = self.cumulative(part, group, &changes, &times, q);
                // Σ e a x̄ over the times of the span.
                let mut means = vec![0.0; (changes.len() + 1) * p];
                for (offset, change) in changes.iter().enumerate() {
                    let k = group.first + offset;
                    let (e, [c0, c1, _]) = (libm::exp(change - times.centre[k]), times.steps[k].second);
                    for j in 0..p {
                        let at = k * self.stride + j;
                        let mean = c0 * times.s1[at] - c1 * times.d1[at];
                        means[(offset + 1) * p + j] = means[offset * p + j] + e * mean;
                    }
                }
                for at in group.rows.iter().map(|&at| at as usize) {
                    let (first, end) = (self.first[at] as usize - group.first, self.end[at] as usize - group.first);
                    let (k, risk, event) = (self.end[at] as usize - 1, risk[at] / self.weight[at], self.event[at]);
                    let (x, g) = (self.columns(at), &part.g[k * q..(k + 1) * q]);
                    let own = if event { risk * libm::exp(changes[end - 1] - times.centre[k]) } else { 0.0 };
                    let [a, b] = times.steps[k].first;
                    let [_, c1, c2] = times.steps[k].second;
                    let expected = risk * cumulative.over(first, end, 0) - own * b;
                    let mut score = vec![0.0; p];
                    for j in 0..p {
                        let (item, value) = if j < p0 { (0, 1.0) } else { (1 + j - p0, g[j - p0]) };
                        let (s, d) = (times.s1[k * self.stride + j], times.d1[k * self.stride + j]);
                        score[j] = risk * (means[end * p + j] - means[first * p + j]) - own * (c1 * s - c2 * d);
                        score[j] -= x[j] * (risk * cumulative.over(first, end, item) - own * b * value);
                        if event {
                            score[j] += x[j] * value - (a * s - b * d) / stratum.events[k].1;
                        }
                    }
                    found.push((at as u32, f64::from(u8::from(event)) - expected, score));
                }
            }
        }
        found.sort_unstable_by_key(|(at, _, _)| *at);
        found.iter().for_each(|(at, martingale, score)| each(self.source[*at as usize] as usize, *martingale, score));
    }

    /// As [`PartialLikelihood::baseline`].
    pub(super) fn baseline_varying(&self, varying: &Varying, beta: &[f64]) -> Vec<Vec<(f64, f64)>> {
        let q = varying.q;
        let mut fixed = beta.to_vec();
        fixed[self.p - q..].fill(0.0);
        let (risk, centres) = self.risks(&fixed);
        let of = |((stratum, part), centre): ((&Stratum, &Part), &f64)| {
            let times = self.varying_times((stratum, part), &risk, beta, q);
            let steps = stratum.times.iter().zip(&times.steps).zip(&times.centre);
            steps.map(|((time, steps), own)| (*time, steps.first[0] * libm::exp(-centre - own))).collect()
        };
        self.strata.iter().zip(&varying.strata).zip(&centres).map(of).collect()
    }

    /// As [`PartialLikelihood::schoenfeld`].
    pub(super) fn schoenfeld_varying(&self, varying: &Varying, beta: &[f64]) -> Vec<(usize, usize, f64, Vec<f64>)> {
        let (q, p0) = (varying.q, self.p - varying.q);
        let risk = self.constant_risks(beta, q);
        let mut found = Vec::new();
        for (number, (stratum, part)) in self.strata.iter().zip(&varying.strata).enumerate() {
            let times = self.varying_times((stratum, part), &risk, beta, q);
            for at in stratum.rows.clone().filter(|&at| self.event[at]) {
                let k = self.end[at] as usize - 1;
                let [a, b] = times.steps[k].first;
                let residual = |(j, x): (usize, &f64)| {
                    let value = if j < p0 { 1.0 } else { part.g[k * q + j - p0] };
                    let (s, d) = (times.s1[k * self.stride + j], times.d1[k * self.stride + j]);
                    x * value - (a * s - b * d) / stratum.events[k].1
                };
                let residual = self.columns(at).iter().enumerate().map(residual).collect();
                found.push((self.source[at] as usize, number, stratum.times[k], residual));
            }
        }
        found
    }
}

/// 1, g_j, and g_j g_l for j ≤ l.
fn terms(g: &[f64]) -> impl Iterator<Item = f64> + '_ {
    let pairs = g.iter().enumerate().flat_map(|(j, left)| g[j..].iter().map(move |right| left * right));
    std::iter::once(1.0).chain(g.iter().copied()).chain(pairs)
}

/// The place of g_j g_l among the terms, j ≤ l.
fn pair(q: usize, j: usize, l: usize) -> usize {
    1 + q + crate::linalg::index(q, j, l)
}
