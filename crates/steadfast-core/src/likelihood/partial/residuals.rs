//! What each row contributes to the score, and the hazard that is not modelled.

use super::{Evaluation, PartialLikelihood, Times};

/// Residuals in the order of the rows as they were given.
#[derive(Debug, Clone)]
pub(crate) struct RowResiduals {
    /// Events less their expectation, unweighted.
    pub(crate) martingale: Vec<f64>,
    /// The rows' score contributions, unweighted, n × p by rows.
    pub(crate) score: Vec<f64>,
}

impl PartialLikelihood {
    /// The residuals at the parameters of `evaluation`.
    ///
    /// # Source
    /// Therneau, Grambsch and Fleming 1990, Biometrika 77:147, with Efron's steps as each event's expectation.
    pub(crate) fn residuals(&self, evaluation: &Evaluation) -> RowResiduals {
        let (p, n) = (self.p, self.weight.len());
        let mut found = RowResiduals { martingale: vec![0.0; n], score: vec![0.0; n * p] };
        for (stratum, times) in self.strata.iter().zip(&evaluation.state.times) {
            let means = means_before(times);
            let mean = |k: u32, j: usize| means[k as usize * p + j];
            for at in stratum.rows.clone() {
                let (first, end, to) = (self.first[at], self.end[at], self.source[at] as usize);
                // A weight of zero leaves nothing to divide by: such a row counts for nothing.
                let risk = if self.weight[at] > 0.0 { evaluation.state.risk[at] / self.weight[at] } else { 0.0 };
                let expected = risk * self.hazard(times, at);
                found.martingale[to] = f64::from(u8::from(self.event[at])) - expected;
                for (j, x) in self.columns(at).iter().enumerate() {
                    let mut compensator = mean(end, j) - mean(first, j);
                    let mut observed = 0.0;
                    if self.event[at] {
                        let k = end as usize - 1;
                        let [_, c1, c2] = times.steps[k].second;
                        compensator -= c1 * times.s1(k)[j] - c2 * times.d1(k, j);
                        observed = x - event_mean(times, k, j);
                    }
                    found.score[to * p + j] = observed - x * expected + risk * compensator;
                }
            }
        }
        found
    }

    /// For each stratum, its event times with the increments of the cumulative hazard of a row with η = 0.
    pub(crate) fn baseline(&self, evaluation: &Evaluation) -> Vec<Vec<(f64, f64)>> {
        let state = &evaluation.state;
        let strata = self.strata.iter().zip(&state.times).zip(&state.centre);
        strata
            .map(|((stratum, times), centre)| {
                let steps = stratum.times.iter().zip(&times.steps);
                steps.map(|(time, steps)| (*time, steps.first[0] * libm::exp(-centre))).collect()
            })
            .collect()
    }

    /// For each event, in the order of time within strata: the row, its stratum and time, and x less its expectation (length p).
    ///
    /// # Source
    /// Schoenfeld 1982, Biometrika 69:239.
    pub(crate) fn schoenfeld(&self, evaluation: &Evaluation) -> Vec<(usize, usize, f64, Vec<f64>)> {
        let mut found = Vec::new();
        for (number, (stratum, times)) in self.strata.iter().zip(&evaluation.state.times).enumerate() {
            for at in stratum.rows.clone().filter(|&at| self.event[at]) {
                let k = self.end[at] as usize - 1;
                let columns = self.columns(at).iter().enumerate();
                let residual = columns.map(|(j, x)| x - event_mean(times, k, j)).collect();
                found.push((self.source[at] as usize, number, stratum.times[k], residual));
            }
        }
        found
    }
}

/// The mean of column `j` that an event of time `k` is compared with.
pub(super) fn event_mean(times: &Times, k: usize, j: usize) -> f64 {
    let [a, b] = times.steps[k].first;
    (a * times.s1(k)[j] - b * times.d1(k, j)) / times.weight[k]
}

/// Σ a x̄ over the times before each, and over all of them, (times + 1) × p.
pub(super) fn means_before(times: &Times) -> Vec<f64> {
    let p = times.p;
    let mut sums = vec![0.0; (times.steps.len() + 1) * p];
    for (k, steps) in times.steps.iter().enumerate() {
        let [c0, c1, _] = steps.second;
        for j in 0..p {
            sums[(k + 1) * p + j] = sums[k * p + j] + c0 * times.s1(k)[j] - c1 * times.d1(k, j);
        }
    }
    sums
}
