//! Linear functionals of hazards: what a row contributes to Σ_k c_k a_k, where a_k are the increments of the hazard of a row with
//! η = 0, and how the sum changes with β.

use super::{Evaluation, PartialLikelihood, Times};

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
    /// For each stratum, its event times, ascending.
    pub(crate) fn times_of(&self) -> impl Iterator<Item = &[f64]> {
        self.strata.iter().map(|stratum| stratum.times.as_slice())
    }

    /// The influence of rows and of β on `q` functionals with the weights `c`.
    ///
    /// # Source
    /// Reid and Crépeau 1985, Biometrika 72:1, with Efron's steps as each event's expectation.
    pub(crate) fn hazard_influence(&self, evaluation: &Evaluation, c: &Coefficients, q: usize) -> HazardInfluence {
        let mut found = HazardInfluence { rows: vec![0.0; self.weight.len() * q], slope: vec![0.0; self.p * q] };
        let state = &evaluation.state;
        for (number, (stratum, times)) in self.strata.iter().zip(&state.times).enumerate() {
            let (c, unit) = (&c[number], libm::exp(-state.centre[number]));
            add_slope(&mut found.slope, times, c, q, unit);
            let sums = weighted_sums(times, c, q, |steps| steps.second[0] * unit);
            for at in stratum.rows.clone().filter(|&at| self.weight[at] > 0.0) {
                let risk = state.risk[at] / self.weight[at];
                let (first, end) = (self.first[at] as usize, self.end[at] as usize);
                let into = &mut found.rows[self.source[at] as usize * q..(self.source[at] as usize + 1) * q];
                for (i, into) in into.iter_mut().enumerate() {
                    *into -= risk * (sums[end * q + i] - sums[first * q + i]);
                }
                if self.event[at] {
                    add_event(into, times, &c[(end - 1) * q..end * q], end - 1, risk, unit);
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
        let state = &evaluation.state;
        for (number, times) in state.times.iter().enumerate() {
            let unit = libm::exp(-2.0 * state.centre[number]);
            for (steps, c) in times.steps.iter().zip(c[number].chunks_exact(q.max(1))) {
                for (row, into) in c.iter().zip(found.chunks_exact_mut(q.max(1))) {
                    let size = row * steps.second[0] * unit;
                    into.iter_mut().zip(c).for_each(|(sum, c)| *sum += size * c);
                }
            }
        }
        found
    }
}

/// What an event at the time `k` adds by being one, rather than at risk only.
pub(super) fn add_event(into: &mut [f64], times: &Times, c: &[f64], k: usize, risk: f64, unit: f64) {
    let steps = &times.steps[k];
    let size = (steps.first[0] / times.weight[k] + risk * steps.second[1]) * unit;
    into.iter_mut().zip(c).for_each(|(sum, c)| *sum += c * size);
}

/// Σ c over the times before each, and over all, each time weighted by `value`: (times + 1) × q.
pub(super) fn weighted_sums(times: &Times, c: &[f64], q: usize, value: impl Fn(&super::Steps) -> f64) -> Vec<f64> {
    let mut sums = vec![0.0; (times.steps.len() + 1) * q];
    for (k, steps) in times.steps.iter().enumerate() {
        let size = value(steps);
        for i in 0..q {
            sums[(k + 1) * q + i] = sums[k * q + i] + c[k * q + i] * size;
        }
    }
    sums
}

/// Adds Σ c_k ∂a_k/∂β.
pub(super) fn add_slope(slope: &mut [f64], times: &Times, c: &[f64], q: usize, unit: f64) {
    for (k, steps) in times.steps.iter().enumerate() {
        let [c0, c1, _] = steps.second;
        for (j, into) in slope.chunks_exact_mut(q.max(1)).enumerate() {
            let change = (c0 * times.s1(k)[j] - c1 * times.d1(k, j)) * unit;
            into.iter_mut().zip(&c[k * q..(k + 1) * q]).for_each(|(sum, c)| *sum -= c * change);
        }
    }
}
