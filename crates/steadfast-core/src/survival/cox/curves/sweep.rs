//! The variances of a stratum's hazard at all its times, for any point at once.
//!
//! With A_c the influence of a cluster on the cumulative baseline and D_c on β̂, the hazard r Λ of a point x has the influence
//! r (A_c + D_c'd), d = x Λ − Σ x̄ dΛ, and the variance r² (Σ A² + 2 d'Σ D A + d'Σ D D' d). The sums over clusters change from
//! time to time by what those at risk have in common and by the clusters that have an event, enter or leave: n p in all.

use super::functional::{CurveVariance, Uncertainty};
use crate::likelihood::RiskSets;

/// After each time of a stratum: Σ A² (or Σ dN / S0²), Σ D A, and Σ x̄ dΛ.
#[derive(Debug, Clone, Default)]
pub(super) struct Path {
    squares: Vec<f64>,
    /// times × p; empty where hazard and coefficients are independent.
    with_beta: Vec<f64>,
    /// times × p.
    means: Vec<f64>,
    /// Λ at risk 1, by the steps that the errors belong to.
    pub(super) hazard: Vec<f64>,
}

impl Path {
    pub(super) fn new(of: &Uncertainty<'_>, stratum: &RiskSets) -> Self {
        let (p, n, start) = (of.data.p(), stratum.times.len(), of.start(stratum));
        let mut path = Self { means: vec![0.0; n * p], ..Self::default() };
        let mut hazard = 0.0;
        for k in 0..n {
            hazard += if k >= start { stratum.steps[k].first[0] } else { 0.0 };
            path.hazard.push(hazard);
        }
        for k in start..n {
            for j in 0..p {
                let before = if k > 0 { path.means[(k - 1) * p + j] } else { 0.0 };
                path.means[k * p + j] = before + stratum.mean(k, j);
            }
        }
        if of.variance == CurveVariance::Jackknife {
            Sweep::new(of, stratum).run(start, &mut path);
            return path;
        }
        let mut sum = 0.0;
        for k in 0..n {
            sum += if k >= start { stratum.steps[k].second[0] } else { 0.0 };
            path.squares.push(sum);
        }
        path
    }

    /// The variance of Λ at the columns `x` (risk 1) after the time `k`.
    pub(super) fn variance(&self, of: &Uncertainty<'_>, k: usize, x: &[f64]) -> f64 {
        let (p, hazard) = (x.len(), self.hazard[k]);
        let d: Vec<f64> = x.iter().zip(&self.means[k * p..]).map(|(x, mean)| x * hazard - mean).collect();
        let mut variance = self.squares[k];
        for i in 0..p {
            variance += 2.0 * d[i] * self.with_beta.get(k * p + i).copied().unwrap_or_default();
            for j in 0..p {
                variance += d[i] * of.vcov[(i, j)] * d[j];
            }
        }
        variance.max(0.0)
    }
}

/// Sums over clusters as time goes by.
struct Sweep<'a> {
    of: &'a Uncertainty<'a>,
    stratum: &'a RiskSets,
    /// D, clusters × p.
    dfbeta: Vec<f64>,
    /// A of each cluster as it was when `common` was `known`.
    influence: Vec<f64>,
    known: Vec<f64>,
    /// Σ c0 over the times so far: what A loses for each unit at risk.
    common: f64,
    /// Each cluster's Σ w r at risk, n.
    at_risk: Vec<f64>,
    /// Σ A², Σ n A, Σ n².
    sums: [f64; 3],
    /// Σ D A and Σ D n, length p.
    with_influence: Vec<f64>,
    with_risk: Vec<f64>,
}

impl<'a> Sweep<'a> {
    fn new(of: &'a Uncertainty<'a>, stratum: &'a RiskSets) -> Self {
        let (p, n) = (of.data.p(), of.n_clusters);
        let mut dfbeta = vec![0.0; n * p];
        for (row, cluster) in of.data.cluster.iter().enumerate() {
            let into = &mut dfbeta[*cluster as usize * p..(*cluster as usize + 1) * p];
            into.iter_mut().zip(&of.dfbeta[row * p..]).for_each(|(sum, value)| *sum += value);
        }
        Self {
            of,
            stratum,
            dfbeta,
            influence: vec![0.0; n],
            known: vec![0.0; n],
            common: 0.0,
            at_risk: vec![0.0; n],
            sums: [0.0; 3],
            with_influence: vec![0.0; p],
            with_risk: vec![0.0; p],
        }
    }

    fn run(mut self, start: usize, path: &mut Path) {
        let process = &self.of.process;
        let n = self.stratum.times.len();
        let (mut entries, mut exits) = (vec![Vec::new(); n], vec![Vec::new(); n]);
        for run in &self.stratum.rows {
            entries[run.first as usize].push(run.row as usize);
            exits[run.end as usize - 1].push(run.row as usize);
        }
        for k in 0..n {
            entries[k].iter().for_each(|&row| self.change(row, 1.0));
            if k >= start {
                self.step(k);
                exits[k].iter().filter(|&&row| process.event[row]).for_each(|&row| self.event(row, k));
            }
            exits[k].iter().for_each(|&row| self.change(row, -1.0));
            path.squares.push(self.sums[0]);
            path.with_beta.extend_from_slice(&self.with_influence);
        }
    }

    /// What all lose who are at risk at the time `k`.
    fn step(&mut self, k: usize) {
        let hazard = self.stratum.steps[k].second[0];
        let [_, cross, risks] = self.sums;
        self.sums[0] += hazard * (hazard * risks - 2.0 * cross);
        self.sums[1] -= hazard * risks;
        self.with_influence.iter_mut().zip(&self.with_risk).for_each(|(sum, risk)| *sum -= hazard * risk);
        self.common += hazard;
    }

    /// The influence of a cluster now.
    fn now(&mut self, cluster: usize) -> f64 {
        self.influence[cluster] -= self.at_risk[cluster] * (self.common - self.known[cluster]);
        self.known[cluster] = self.common;
        self.influence[cluster]
    }

    fn event(&mut self, row: usize, k: usize) {
        let cluster = self.of.data.cluster[row] as usize;
        let own = self.of.data.rows[row].weight * self.of.own_event(self.stratum, k, row);
        let before = self.now(cluster);
        self.influence[cluster] += own;
        self.sums[0] += own * (2.0 * before + own);
        self.sums[1] += own * self.at_risk[cluster];
        let p = self.with_risk.len();
        let d = &self.dfbeta[cluster * p..];
        self.with_influence.iter_mut().zip(d).for_each(|(sum, d)| *sum += own * d);
    }

    /// A row comes under risk (`sign` 1) or leaves it.
    fn change(&mut self, row: usize, sign: f64) {
        let cluster = self.of.data.cluster[row] as usize;
        let risk = sign * self.of.data.rows[row].weight * self.of.process.risk[row];
        let influence = self.now(cluster);
        self.sums[1] += risk * influence;
        self.sums[2] += risk * (2.0 * self.at_risk[cluster] + risk);
        self.at_risk[cluster] += risk;
        let p = self.with_risk.len();
        let d = &self.dfbeta[cluster * p..];
        self.with_risk.iter_mut().zip(d).for_each(|(sum, d)| *sum += risk * d);
    }
}
