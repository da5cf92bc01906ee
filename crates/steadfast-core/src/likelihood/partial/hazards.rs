//! Linear functionals of hazards: what a row contributes to Σ_k c_k a_k, where a_k are the increments of the hazard of a row with
//! η = 0, and how the sum changes with β.

use super::residuals::Times;
use super::{Evaluation, PartialLikelihood};

/// The weights c_k of q functionals: for each stratum, times × q by rows.
pub(crate) type Coefficients = [Vec<f64>];

/// How functionals depend on what they are estimated from.
#[derive(Debug, Clone)]
pub(crate) struct HazardInfluence {
    /// The first-order effect of a unit of weight of each row with β held, n × q by rows, in the order in which rows were given.
    pub(crate) rows: Vec<f64>,
    /// The derivatives with respect to β, p × q by rows.
    pub(crate) slope: Vec<f64>,
}

impl PartialLikelihood {
    /// The influence of rows and of β on `q` functionals with the weights `c`.
    ///
    /// # Source
    /// Reid and Crépeau 1985, Biometrika 72:1, with Efron's steps as each event's expectation.
    pub(crate) fn hazard_influence(&self, evaluation: &Evaluation, c: &Coefficients, q: usize) -> HazardInfluence {
        let mut found = HazardInfluence { rows: vec![0.0; self.n_rows * q], slope: vec![0.0; self.p * q] };
        let (risk, centres) = self.risks(&evaluation.beta);
        for (number, stratum) in self.strata.iter().enumerate() {
            let (c, unit, times) = (&c[number], libm::exp(-centres[number]), self.times(stratum, &risk));
            add_slope(&mut found.slope, &times, c, q, unit);
            let sums = weighted_sums(&times, c, q, unit);
            let passed = |i: usize| {
                stratum.tails.passed(self, stratum.rows.clone(), |k| c[k * q + i] * times.steps[k].second[0] * unit)
            };
            let after: Vec<Vec<f64>> = (0..q).map(passed).collect();
            for at in stratum.rows.clone() {
                let risk = risk[at] / self.weight[at];
                let (first, end) = (self.first[at] as usize, self.end[at] as usize);
                let to = self.source[at] as usize;
                let into = &mut found.rows[to * q..(to + 1) * q];
                for (i, into) in into.iter_mut().enumerate() {
                    let after = after[i].get(at - stratum.rows.start).copied().unwrap_or_default();
                    *into -= risk * (sums[end * q + i] - sums[first * q + i] + after);
                }
                if self.event[at] {
                    let (steps, weight) = (&times.steps[end - 1], stratum.events[end - 1].1);
                    let size = (steps.first[0] / weight + risk * steps.second[1]) * unit;
                    into.iter_mut().zip(&c[(end - 1) * q..]).for_each(|(sum, c)| *sum += c * size);
                }
            }
        }
        found
    }

    /// Σ_k c_k c_k' Σ_l w̄/S_l²: the variance of functionals with β held, q × q by rows.
    ///
    /// # Source
    /// Andersen, Borgan, Gill and Keiding 1993, section VII.2.2.
    pub(crate) fn hazard_products(&self, evaluation: &Evaluation, c: &Coefficients, q: usize) -> Vec<f64> {
        let mut found = vec![0.0; q * q];
        let (risk, centres) = self.risks(&evaluation.beta);
        for (number, stratum) in self.strata.iter().enumerate() {
            let unit = libm::exp(-2.0 * centres[number]);
            self.sweep(stratum, &risk, |moment| {
                let c = &c[number][moment.k * q..(moment.k + 1) * q];
                for (row, into) in c.iter().zip(found.chunks_exact_mut(q.max(1))) {
                    let size = row * moment.steps.second[0] * unit;
                    into.iter_mut().zip(c).for_each(|(sum, c)| *sum += size * c);
                }
            });
        }
        found
    }

    /// For each stratum and event time, the variance of the increment a_k with β held, and its derivatives by β (length p).
    pub(crate) fn hazard_moments(&self, evaluation: &Evaluation) -> Vec<Vec<(f64, Vec<f64>)>> {
        let (risk, centres) = self.risks(&evaluation.beta);
        let of = |(stratum, centre): (&super::Stratum, &f64)| {
            let (times, unit) = (self.times(stratum, &risk), libm::exp(-centre));
            let moment = |k: usize| {
                let slope = (0..self.p).map(|j| -times.mean(k, j) * unit).collect();
                (times.steps[k].second[0] * unit * unit, slope)
            };
            (0..times.steps.len()).map(moment).collect()
        };
        self.strata.iter().zip(&centres).map(of).collect()
    }
}

/// Σ c Σ_l w̄/S_l² over the times before each, and over all: (times + 1) × q.
fn weighted_sums(times: &Times, c: &[f64], q: usize, unit: f64) -> Vec<f64> {
    let mut sums = vec![0.0; (times.steps.len() + 1) * q];
    for (k, steps) in times.steps.iter().enumerate() {
        let size = steps.second[0] * unit;
        for i in 0..q {
            sums[(k + 1) * q + i] = sums[k * q + i] + c[k * q + i] * size;
        }
    }
    sums
}

/// Adds Σ c_k ∂a_k/∂β.
fn add_slope(slope: &mut [f64], times: &Times, c: &[f64], q: usize, unit: f64) {
    for k in 0..times.steps.len() {
        for (j, into) in slope.chunks_exact_mut(q.max(1)).enumerate() {
            let change = times.mean(k, j) * unit;
            into.iter_mut().zip(&c[k * q..(k + 1) * q]).for_each(|(sum, c)| *sum -= c * change);
        }
    }
}
