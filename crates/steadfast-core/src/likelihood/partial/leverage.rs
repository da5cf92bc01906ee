//! How much of the information each cluster of rows carries.

use nalgebra::DMatrix;

use super::exact_sum::AtRisk;
use super::residuals::Times;
use super::{Evaluation, PartialLikelihood, Stratum, Ties};
use crate::linalg;

/// What one event time adds to the hazard part of rows, in packed symmetric matrices.
struct Second {
    /// Σ_l w̄/S_l (2 x̄x̄' − S2/S_l), over all steps and over those that an own event does not count.
    hazard: [Vec<f64>; 2],
    /// The mean over the steps of the covariance of x among those at risk.
    covariance: Vec<f64>,
}

impl PartialLikelihood {
    /// −∂U_c/∂β for the clusters 0..n, U_c being the sum of the weighted score contributions of the rows whose `cluster` is c:
    /// packed symmetric matrices one after the other, which add up to the information.
    ///
    /// ```text
    /// Σ_{events of c} w_i V(t_i) + Σ_{i ∈ c} Σ_k r_i a_k {(x_i − x̄_k)(x_i − x̄_k)' − V_k}
    /// ```
    ///
    /// in n p² operations, V being the covariance of x among those at risk.
    pub(crate) fn informations(&self, evaluation: &Evaluation, cluster: &[u32], n: usize) -> Vec<f64> {
        let (risk, _) = self.risks(&evaluation.beta);
        let mut sums = vec![0.0; n * linalg::length(self.p)];
        for stratum in &self.strata {
            Pass { likelihood: self, stratum, risk: &risk, cluster, times: self.times(stratum, &risk) }.add(&mut sums);
        }
        sums
    }
}

struct Pass<'a> {
    likelihood: &'a PartialLikelihood,
    stratum: &'a Stratum,
    risk: &'a [f64],
    cluster: &'a [u32],
    times: Times,
}

impl Pass<'_> {
    /// Adds the stratum's part to the clusters' matrices.
    fn add(&self, sums: &mut [f64]) {
        let (this, length) = (self.likelihood, linalg::length(self.likelihood.p));
        let mut at_risk = AtRisk::new(length, !self.stratum.late.is_empty());
        // Σ over the times from this one on: a row's run is a difference of two.
        let mut later = vec![0.0; length];
        let mut leaving = self.stratum.late.iter().map(|&at| at as usize).peekable();
        let mut next = self.stratum.rows.end;
        for k in (0..self.stratum.times.len()).rev() {
            let last = next;
            while next > self.stratum.rows.start && this.end[next - 1] as usize > k {
                next -= 1;
                at_risk.enter(self.risk[next], &self.square(next));
                linalg::add_scaled(self.own(next, sums), -self.risk[next], &later);
                self.first_moments(next, sums);
            }
            while let Some(at) = leaving.next_if(|&at| this.first[at] as usize > k) {
                at_risk.leave(self.risk[at], &self.square(at));
                linalg::add_scaled(self.own(at, sums), self.risk[at], &later);
            }
            let found = self.second(k, &at_risk, next..last);
            for at in (next..last).filter(|&at| this.event[at]) {
                linalg::add_scaled(self.own(at, sums), this.weight[at], &found.covariance);
                linalg::add_scaled(self.own(at, sums), -self.risk[at], &found.hazard[1]);
            }
            linalg::add_scaled(&mut later, 1.0, &found.hazard[0]);
        }
        for at in self.stratum.rows.clone().filter(|&at| this.first[at] == 0) {
            linalg::add_scaled(self.own(at, sums), self.risk[at], &later);
        }
    }

    /// The matrix of the cluster of the row `at`.
    fn own<'s>(&self, at: usize, sums: &'s mut [f64]) -> &'s mut [f64] {
        let length = linalg::length(self.likelihood.p);
        let cluster = self.cluster[self.likelihood.source[at] as usize] as usize;
        &mut sums[cluster * length..(cluster + 1) * length]
    }

    /// xx', packed.
    fn square(&self, at: usize) -> Vec<f64> {
        packed(self.likelihood.p, |i, j| self.likelihood.columns(at)[i] * self.likelihood.columns(at)[j])
    }

    /// r {H xx' − xm' − mx'}, H and m being the sums of a and a x̄ over the row's run.
    fn first_moments(&self, at: usize, sums: &mut [f64]) {
        let (this, times) = (self.likelihood, &self.times);
        let (first, end, x) = (this.first[at] as usize, this.end[at] as usize, this.columns(at));
        let own =
            |sum: f64, part: Option<&f64>| if this.event[at] { sum - part.copied().unwrap_or_default() } else { sum };
        let hazard =
            own(times.hazard[end] - times.hazard[first], times.steps.get(end - 1).map(|steps| &steps.first[1]));
        let m = |j: usize| {
            let sum = times.means[end * this.stride + j] - times.means[first * this.stride + j];
            own(sum, times.own.get((end - 1) * this.stride + j))
        };
        let m: Vec<f64> = (0..this.p).map(m).collect();
        let value = packed(this.p, |i, j| hazard * x[i] * x[j] - x[i] * m[j] - m[i] * x[j]);
        linalg::add_scaled(self.own(at, sums), self.risk[at], &value);
    }

    /// The matrices of time `k`, the events being among `rows`.
    fn second(&self, k: usize, at_risk: &AtRisk, rows: std::ops::Range<usize>) -> Second {
        let (this, p) = (self.likelihood, self.likelihood.p);
        let (count, weight) = self.stratum.events[k];
        let length = linalg::length(p);
        let mut s2 = vec![0.0; length];
        at_risk.s1(&mut s2);
        let s1 = &self.times.s1[k * this.stride..];
        let tied = this.ties == Ties::Efron && count > 1;
        let (mut d0, mut d1, mut d2) = (0.0, vec![0.0; p], vec![0.0; length]);
        for at in rows.filter(|&at| tied && this.event[at]) {
            d0 += self.risk[at];
            linalg::add_scaled(&mut d1, self.risk[at], this.columns(at));
            linalg::add_scaled(&mut d2, self.risk[at], &self.square(at));
        }
        let mut found = Second { hazard: [vec![0.0; length], vec![0.0; length]], covariance: vec![0.0; length] };
        let steps = if tied { count } else { 1 };
        for l in 0..steps {
            let f = f64::from(l) / f64::from(steps);
            let s = at_risk.s0() - f * d0;
            let mean: Vec<f64> = (0..p).map(|j| (s1[j] - f * d1[j]) / s).collect();
            let hazard = weight / f64::from(steps) / s;
            for j in 0..p {
                for i in 0..=j {
                    let at = linalg::index(p, i, j);
                    let (square, second) = (mean[i] * mean[j], (s2[at] - f * d2[at]) / s);
                    found.hazard[0][at] += hazard * (2.0 * square - second);
                    found.hazard[1][at] += f * hazard * (2.0 * square - second);
                    found.covariance[at] += (second - square) / f64::from(steps);
                }
            }
        }
        found
    }
}

fn packed(p: usize, value: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let mut all = vec![0.0; linalg::length(p)];
    for j in 0..p {
        for i in 0..=j {
            all[linalg::index(p, i, j)] = value(i, j);
        }
    }
    all
}

/// The symmetric matrix of a packed one.
pub(crate) fn unpacked(p: usize, values: &[f64]) -> DMatrix<f64> {
    DMatrix::from_fn(p, p, |i, j| values[linalg::index(p, i.min(j), i.max(j))])
}
