//! Covariates that are functions of time: x_i(t) = (x_i, z_i1 g_1(t), …, z_iq g_q(t)).
//!
//! Rows with the same z change together: their sums Σ r and Σ r x are those of constant covariates, times exp(Σ γ z g(t)). So an
//! evaluation takes n p² + (times × different z) p operations, exact, without a row for every event: at most one exponential
//! and p multiplications for each row and each event time at which it is at risk, and no memory beside the times.

mod evaluate;
mod residuals;
mod span;
mod times;

use super::{PartialLikelihood, RiskRow, Stratum, Ties};
use span::Span;
use times::Times;

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

    /// w exp(η − centre) of what does not change, and the centre of each stratum, the largest η.
    fn constant_risks(&self, beta: &[f64], q: usize) -> (Vec<f64>, Vec<f64>) {
        let mut fixed = beta.to_vec();
        let from = fixed.len() - q;
        fixed[from..].fill(0.0);
        self.risks(&fixed)
    }

    /// The strata at `beta`, where `risk` is that of what does not change.
    fn at<'a>(&'a self, varying: &'a Varying, beta: &'a [f64], risk: &'a [f64]) -> impl Iterator<Item = At<'a>> {
        self.strata.iter().zip(&varying.strata).map(move |(stratum, part)| {
            let mut at = At { model: self, stratum, part, q: varying.q, beta, risk, times: Times::new(self, stratum) };
            at.sum_over_risk_sets();
            at
        })
    }
}

/// A stratum at β.
struct At<'a> {
    model: &'a PartialLikelihood,
    stratum: &'a Stratum,
    part: &'a Part,
    q: usize,
    beta: &'a [f64],
    risk: &'a [f64],
    times: Times,
}

impl At<'_> {
    /// The number of columns that do not change.
    fn p0(&self) -> usize {
        self.model.p - self.q
    }

    /// g at the time `k`.
    fn g(&self, k: usize) -> &[f64] {
        &self.part.g[k * self.q..(k + 1) * self.q]
    }

    /// Σ γ z g at the times of the group's span.
    fn changes(&self, group: &Group) -> Vec<f64> {
        let z = group.rows.first().map_or(&[][..], |&at| &self.model.columns(at as usize)[self.p0()..]);
        let gamma = &self.beta[self.p0()..];
        let at = |k: usize| (0..self.q).map(|j| gamma[j] * z[j] * self.part.g[k * self.q + j]).sum();
        (group.first..group.end).map(at).collect()
    }

    /// The groups over their spans.
    fn spans(&self) -> impl Iterator<Item = Span<'_>> {
        self.part.groups.iter().map(|group| Span::new(self, group))
    }
}
