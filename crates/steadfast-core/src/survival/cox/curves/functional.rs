//! Smooth functions of the baseline's increments and of β, and how they vary together.

use nalgebra::DMatrix;

use super::baseline::Baseline;
use super::points::Points;
use super::{Scale, bad_time};
use crate::error::{Error, Result};
use crate::likelihood::RiskSets;
use crate::survival::CoxFit;
use crate::survival::cox::process::Process;
use crate::survival::cox::variance::Variance;
use crate::survival::risk_data::RiskData;

/// What the standard errors of curves are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum CurveVariance {
    /// Events are a counting process with the hazard of the model: Σ dN / S0² for the increments and the inverse information
    /// for β̂.
    ///
    /// # Source
    /// Tsiatis 1981, Annals of Statistics 9:93; Andersen and Gill 1982, Annals of Statistics 10:1100, theorem 3.4.
    #[default]
    Model,
    /// The same with the robust covariance of β̂: what R's `survfit` makes of a `coxph` with clusters (survival 3.5).
    RobustCoefficients,
    /// The infinitesimal jackknife: the sum over clusters (those of [`Variance::Cr0`]) of the squared influence of their rows,
    /// through the increments and through β̂. It holds whatever the model, and where children of a family depend on each other.
    ///
    /// # Source
    /// Lin and Wei 1989, JASA 84:1074, for β̂; Reid and Crépeau 1985, Biometrika 72:1, for the increments.
    Jackknife,
}

/// A value with its slopes.
#[derive(Debug, Clone, Default)]
pub(super) struct Functional {
    pub(super) value: f64,
    /// In the increments, for each stratum; shorter than its times, or empty, where the rest are zero.
    pub(super) steps: Vec<Vec<f64>>,
    /// In β, the increments held, in the engine's columns.
    pub(super) beta: Vec<f64>,
    /// What rows of the fit contribute as members of the population averaged over, as (row, influence).
    pub(super) own: Vec<(u32, f64)>,
}

impl Functional {
    /// Σ a f over `parts`, with the value `value` and so for nonlinear functions with their slopes a.
    pub(super) fn combined(value: f64, parts: &[(f64, &Functional)]) -> Self {
        let mut sum = Self { value, ..Self::default() };
        for (a, part) in parts {
            sum.steps.resize(sum.steps.len().max(part.steps.len()), Vec::new());
            for (into, from) in sum.steps.iter_mut().zip(&part.steps) {
                add(into, *a, from);
            }
            add(&mut sum.beta, *a, &part.beta);
            sum.own.extend(part.own.iter().map(|(row, influence)| (*row, a * influence)));
        }
        sum
    }
}

fn add(into: &mut Vec<f64>, a: f64, from: &[f64]) {
    into.resize(into.len().max(from.len()), 0.0);
    into.iter_mut().zip(from).for_each(|(sum, value)| *sum += a * value);
}

/// The baseline of a fit with all that is known about its sampling.
#[derive(Debug, Clone)]
pub(super) struct Uncertainty<'f> {
    pub(super) data: &'f RiskData,
    pub(super) process: Process,
    /// For each stratum, the cumulative hazard at x = 0 before its first time and after each.
    pub(super) cumulative: Vec<Vec<f64>>,
    pub(super) variance: CurveVariance,
    /// Of β̂, p × p, by [`CurveVariance`].
    pub(super) vcov: DMatrix<f64>,
    /// Of each row, n × p by rows, weighted; for the jackknife.
    pub(super) dfbeta: Vec<f64>,
    pub(super) n_clusters: usize,
    pub(super) scale: Scale,
}

impl<'f> Uncertainty<'f> {
    pub(super) fn new(fit: &'f CoxFit, baseline: Baseline, variance: CurveVariance, scale: Scale) -> Result<Self> {
        let data = fit.data();
        let (process, increments) = baseline.of(fit, "curves")?;
        let from = scale.from.unwrap_or(f64::NEG_INFINITY);
        let cumulative = process.strata.iter().zip(&increments).map(|(stratum, increments)| {
            let mut sums = vec![0.0];
            for (time, step) in stratum.times.iter().zip(increments) {
                let now = sums[sums.len() - 1];
                sums.push(if *time > from { now + step } else { 0.0 });
            }
            sums
        });
        let cumulative = cumulative.collect();
        let (p, units) = (data.p(), &data.scale);
        let vcov = match variance {
            _ if p == 0 => DMatrix::zeros(0, 0),
            CurveVariance::Model => fit.vcov().clone(),
            _ => fit.inference(Variance::Cr0)?.vcov().clone(),
        };
        let vcov = DMatrix::from_fn(p, p, |i, j| vcov[(i, j)] / (units[i] * units[j]));
        let mut dfbeta = Vec::new();
        if variance == CurveVariance::Jackknife {
            dfbeta = fit.residuals()?.dfbeta;
            dfbeta.iter_mut().enumerate().for_each(|(at, value)| *value /= units[at % p]);
        }
        let n_clusters = data.cluster.iter().max().map_or(0, |last| *last as usize + 1);
        Ok(Self { data, process, cumulative, variance, vcov, dfbeta, n_clusters, scale })
    }

    /// The first time that counts.
    pub(super) fn start(&self, stratum: &RiskSets) -> usize {
        stratum.times.partition_point(|time| *time <= self.scale.from.unwrap_or(f64::NEG_INFINITY))
    }

    /// The risk of a point relative to its stratum's centre.
    pub(super) fn risk(&self, points: &Points, at: usize) -> f64 {
        libm::exp(points.eta[at] - self.process.strata[points.stratum[at]].centre)
    }

    /// Refuses times that are not numbers, or beyond what anybody of the `strata` was observed for.
    pub(super) fn check(&self, time: f64, mut strata: impl Iterator<Item = usize>) -> Result<()> {
        if !time.is_finite() || time < self.scale.from.unwrap_or(f64::NEG_INFINITY) {
            return Err(bad_time());
        }
        match strata.find(|&stratum| time > self.process.last[stratum]) {
            None => Ok(()),
            Some(stratum) => {
                let label = &self.data.strata[stratum];
                let place = if label.is_empty() { String::new() } else { format!(" in the stratum {label}") };
                let message = format!("nobody{place} was observed for that long");
                Err(Error::data("beyond_follow_up", message))
            }
        }
    }

    /// Where survival at `time` is read in each stratum.
    pub(super) fn reading(&self, time: f64) -> Vec<Vec<(usize, f64)>> {
        let at = |stratum: &RiskSets| vec![(stratum.times.partition_point(|known| *known <= time), 1.0)];
        self.process.strata.iter().map(at).collect()
    }

    /// The lengths for which survival keeps its values from the origin until `time`.
    ///
    /// # Errors
    /// `bad_time` when that is not after the origin.
    pub(super) fn lengths(&self, time: f64) -> Result<Vec<Vec<(usize, f64)>>> {
        let origin = self.scale.origin();
        if time <= origin {
            return Err(Error::usage("bad_time", "a mean time ends after it begins"));
        }
        let lengths = |stratum: &RiskSets| {
            let mut lengths = Vec::new();
            let (mut now, first) = (origin, stratum.times.partition_point(|known| *known <= origin));
            for (k, next) in stratum.times.iter().enumerate().skip(first).filter(|(_, next)| **next < time) {
                lengths.push((k, next - now));
                now = *next;
            }
            lengths.push((stratum.times.partition_point(|known| *known < time).max(first), time - now));
            lengths
        };
        Ok(self.process.strata.iter().map(lengths).collect())
    }

    /// Σ_i ω_i Σ_k u_k S_i(k) over points with `weights` ω and the (k, u) of `reading`; `own` when the points' rows of the fit are
    /// a sample themselves.
    pub(super) fn average(
        &self,
        points: &Points,
        weights: &[f64],
        reading: &[Vec<(usize, f64)>],
        own: Option<&[u32]>,
    ) -> Functional {
        let p = self.data.p();
        let mut found = Functional { steps: vec![Vec::new(); reading.len()], ..Functional::default() };
        found.beta = vec![0.0; p];
        let mut slopes: Vec<Vec<f64>> = reading.iter().map(|reading| vec![0.0; reading.len()]).collect();
        let mut values = Vec::with_capacity(if own.is_some() { points.n() } else { 0 });
        for (at, &weight) in weights.iter().enumerate() {
            let (stratum, risk) = (points.stratum[at], self.risk(points, at));
            let (mut value, mut along) = (0.0, 0.0);
            for (&(k, u), slope) in reading[stratum].iter().zip(&mut slopes[stratum]) {
                let hazard = self.hazard(stratum, k, risk);
                let survival = libm::exp(-hazard);
                value += u * survival;
                // Where nothing is left, a larger hazard takes nothing away.
                if survival > 0.0 {
                    *slope += weight * u * survival * risk;
                    along += u * survival * hazard;
                }
            }
            found.value += weight * value;
            let x = &points.x[at * p..(at + 1) * p];
            found.beta.iter_mut().zip(x).for_each(|(sum, x)| *sum -= weight * along * x);
            if own.is_some() {
                values.push(value);
            }
        }
        for ((steps, slopes), (reading, stratum)) in
            found.steps.iter_mut().zip(&slopes).zip(reading.iter().zip(&self.process.strata))
        {
            *steps = self.backwards(stratum, reading, slopes);
        }
        let rows = own.into_iter().flatten().zip(weights.iter().zip(&values));
        found.own = rows.map(|(&row, (weight, value))| (row, weight * (value - found.value))).collect();
        found
    }

    /// The hazard of somebody with `risk` after `k` times.
    pub(super) fn hazard(&self, stratum: usize, k: usize, risk: f64) -> f64 {
        let cumulative = self.cumulative[stratum][k];
        if cumulative > 0.0 { risk * cumulative } else { 0.0 }
    }

    /// From slopes in the cumulative hazards after k times to slopes in the increments: −Σ over the later k.
    fn backwards(&self, stratum: &RiskSets, reading: &[(usize, f64)], slopes: &[f64]) -> Vec<f64> {
        let n = reading.iter().map(|(k, _)| *k).max().unwrap_or_default();
        let mut steps = vec![0.0; n];
        for (&(k, _), slope) in reading.iter().zip(slopes).filter(|((k, _), _)| *k > 0) {
            steps[k - 1] -= slope;
        }
        for k in (1..n).rev() {
            steps[k - 1] += steps[k];
        }
        steps.iter_mut().take(self.start(stratum)).for_each(|step| *step = 0.0);
        steps
    }

    /// The variance of `functional`.
    pub(super) fn variance_of(&self, functional: &Functional) -> f64 {
        let p = self.data.p();
        let mut slope = functional.beta.clone();
        slope.resize(p, 0.0);
        let mut variance = 0.0;
        for (stratum, steps) in self.process.strata.iter().zip(&functional.steps) {
            for (k, step) in steps.iter().enumerate().filter(|(_, step)| **step != 0.0) {
                slope.iter_mut().enumerate().for_each(|(j, sum)| *sum -= step * stratum.mean(k, j));
                variance += step * step * stratum.steps[k].second[0];
            }
        }
        if self.variance == CurveVariance::Jackknife {
            return self.influence(functional, &slope).iter().map(|influence| influence * influence).sum();
        }
        for i in 0..p {
            for j in 0..p {
                variance += slope[i] * self.vcov[(i, j)] * slope[j];
            }
        }
        variance
    }

    /// The influence of each cluster, `slope` being the whole slope in β.
    fn influence(&self, functional: &Functional, slope: &[f64]) -> Vec<f64> {
        let (p, cluster) = (self.data.p(), &self.data.cluster);
        let mut found = vec![0.0; self.n_clusters];
        for (stratum, steps) in self.process.strata.iter().zip(&functional.steps) {
            let mut passed = vec![0.0];
            for (k, step) in steps.iter().enumerate() {
                passed.push(passed[k] + step * stratum.steps[k].second[0]);
            }
            for run in &stratum.rows {
                let at = run.row as usize;
                let until = |k: u32| passed[(k as usize).min(steps.len())];
                let mut own = -run.risk * (until(run.end) - until(run.first));
                let k = (run.end as usize).wrapping_sub(1);
                if let Some(step) = steps.get(k).filter(|_| run.event) {
                    own += step * self.own_event(stratum, k, at);
                }
                found[cluster[at] as usize] += self.data.rows[at].weight * own;
            }
        }
        for (row, cluster) in cluster.iter().enumerate().filter(|_| p > 0) {
            let change = self.dfbeta[row * p..(row + 1) * p].iter().zip(slope);
            found[*cluster as usize] += change.map(|(d, slope)| d * slope).sum::<f64>();
        }
        functional.own.iter().for_each(|(row, influence)| found[cluster[*row as usize] as usize] += influence);
        found
    }

    /// What the increment of its time gains by the event of a row: its share of the weight, and Efron's part of its leaving.
    pub(super) fn own_event(&self, stratum: &RiskSets, k: usize, row: usize) -> f64 {
        let steps = &stratum.steps[k];
        steps.first[0] / stratum.weight[k] + self.process.risk[row] * steps.second[1]
    }
}
