//! What each row contributes to the score and to functionals of the hazard, the weights of those taken being known.

use super::super::hazards::{Coefficients, HazardInfluence, add_event, add_slope, weighted_sums};
use super::super::residuals::{event_mean, means_before};
use super::super::{Evaluation, Times};
use super::{Subdistribution, Tails};

impl Subdistribution {
    /// The rows' score contributions, unweighted, n × p by rows in the order in which rows were given.
    ///
    /// # Source
    /// Fine and Gray 1999, section 3: η̂_i.
    pub(crate) fn score_residuals(&self, evaluation: &Evaluation) -> Vec<f64> {
        let (base, p) = (&self.base, self.base.p);
        let mut score = vec![0.0; self.rows.len() * p];
        for ((stratum, tails), times) in base.strata.iter().zip(&self.strata).zip(&evaluation.state.times) {
            let means = means_before(times);
            for at in stratum.rows.clone().filter(|&at| base.weight[at] > 0.0) {
                let risk = evaluation.state.risk[at] / base.weight[at];
                let (first, end) = (base.first[at] as usize, base.end[at] as usize);
                let expected = risk * base.hazard(times, at);
                let into = base.source[at] as usize * p;
                for (j, x) in base.columns(at).iter().enumerate() {
                    let mut compensator = means[end * p + j] - means[first * p + j];
                    let mut observed = 0.0;
                    if base.event[at] {
                        let [_, c1, c2] = times.steps[end - 1].second;
                        compensator -= c1 * times.s1(end - 1)[j] - c2 * times.d1(end - 1, j);
                        observed = x - event_mean(times, end - 1, j);
                    }
                    score[into + j] = observed - x * expected + risk * compensator;
                }
            }
            self.add_tails(&mut score, tails, times, evaluation);
        }
        score
    }

    /// What rows contribute after competing events took them.
    fn add_tails(&self, score: &mut [f64], tails: &Tails, times: &Times, evaluation: &Evaluation) {
        let (base, p) = (&self.base, self.base.p);
        let hazard = tails.hazard(|k| times.steps[k].first[0]);
        let means: Vec<_> = (0..p).map(|j| tails.hazard(|k| mean(times, k, j))).collect();
        for tail in &tails.list {
            let risk = evaluation.state.risk[tail.at] / base.weight[tail.at];
            let expected = tail.over(base, &hazard);
            let into = base.source[tail.at] as usize * p;
            for (j, x) in base.columns(tail.at).iter().enumerate() {
                score[into + j] -= risk * (x * expected - tail.over(base, &means[j]));
            }
        }
    }

    /// The influence of rows and of β on `q` functionals Σ_k c_k a_k of the hazard with the weights `c`.
    pub(crate) fn hazard_influence(&self, evaluation: &Evaluation, c: &Coefficients, q: usize) -> HazardInfluence {
        let (base, state) = (&self.base, &evaluation.state);
        let mut found = HazardInfluence { rows: vec![0.0; self.rows.len() * q], slope: vec![0.0; base.p * q] };
        for (number, (stratum, times)) in base.strata.iter().zip(&state.times).enumerate() {
            let (c, unit) = (&c[number], libm::exp(-state.centre[number]));
            add_slope(&mut found.slope, times, c, q, unit);
            let sums = weighted_sums(times, c, q, |steps| steps.second[0] * unit);
            for at in stratum.rows.clone().filter(|&at| base.weight[at] > 0.0) {
                let risk = state.risk[at] / base.weight[at];
                let (first, end) = (base.first[at] as usize, base.end[at] as usize);
                let into = &mut found.rows[base.source[at] as usize * q..(base.source[at] as usize + 1) * q];
                for (i, into) in into.iter_mut().enumerate() {
                    *into -= risk * (sums[end * q + i] - sums[first * q + i]);
                }
                if base.event[at] {
                    add_event(into, times, &c[(end - 1) * q..end * q], end - 1, risk, unit);
                }
            }
            let tails = &self.strata[number];
            for i in 0..q {
                let sums = tails.hazard(|k| c[k * q + i] * times.steps[k].second[0] * unit);
                for tail in &tails.list {
                    let risk = state.risk[tail.at] / base.weight[tail.at];
                    found.rows[base.source[tail.at] as usize * q + i] -= risk * tail.over(base, &sums);
                }
            }
        }
        found
    }

    /// As [`PartialLikelihood::hazard_products`](super::super::PartialLikelihood::hazard_products).
    pub(crate) fn hazard_products(&self, evaluation: &Evaluation, c: &Coefficients, q: usize) -> Vec<f64> {
        self.base.hazard_products(evaluation, c, q)
    }

    /// For each stratum, its event times with the increments of the cumulative subdistribution hazard of a row with η = 0.
    pub(crate) fn baseline(&self, evaluation: &Evaluation) -> Vec<Vec<(f64, f64)>> {
        self.base.baseline(evaluation)
    }

    /// As [`PartialLikelihood::schoenfeld`](super::super::PartialLikelihood::schoenfeld).
    pub(crate) fn schoenfeld(&self, evaluation: &Evaluation) -> Vec<(usize, usize, f64, Vec<f64>)> {
        self.base.schoenfeld(evaluation)
    }
}

/// Σ_l w̄ x̄ / S of the time `k` for column `j`.
pub(super) fn mean(times: &Times, k: usize, j: usize) -> f64 {
    let [c0, c1, _] = times.steps[k].second;
    c0 * times.s1(k)[j] - c1 * times.d1(k, j)
}
