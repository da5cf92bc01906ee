//! What each row contributes to the score, and the hazard that is not modelled.

use super::evaluate::cumulative;
use super::ties::Steps;
use super::{Evaluation, PartialLikelihood, Stratum};

/// Residuals in the order of the rows as they were given.
#[derive(Debug, Clone)]
pub(crate) struct RowResiduals {
    /// Events less their expectation, unweighted.
    pub(crate) martingale: Vec<f64>,
    /// The rows' score contributions, unweighted, n × p by rows.
    pub(crate) score: Vec<f64>,
}

/// The event times of a stratum, ascending.
pub(super) struct Times {
    pub(super) steps: Vec<Steps>,
    /// Σ a over the times before each, and over all.
    pub(super) hazard: Vec<f64>,
    /// Σ a x̄ over the times before each, and over all of them, (times + 1) × stride.
    pub(super) means: Vec<f64>,
    /// What an event is compared with, times × stride.
    event_mean: Vec<f64>,
    /// Σ f a x̄: what an event's own steps do not count, times × stride; empty where there are no tied events.
    pub(super) own: Vec<f64>,
    /// Σ r x over those at risk, times × stride.
    pub(super) s1: Vec<f64>,
}

impl Times {
    /// Σ_l w̄ x̄ / S of the time `k` for column `j`.
    pub(super) fn mean(&self, k: usize, j: usize) -> f64 {
        let stride = self.s1.len() / self.steps.len();
        self.means[(k + 1) * stride + j] - self.means[k * stride + j]
    }
}

impl PartialLikelihood {
    pub(super) fn times(&self, stratum: &Stratum, risk: &[f64]) -> Times {
        let (stride, n) = (self.stride, stratum.times.len());
        let tied = stratum.events.iter().any(|(count, _)| *count > 1);
        let mut times = Times {
            steps: vec![Steps::default(); n],
            hazard: Vec::new(),
            means: vec![0.0; (n + 1) * stride],
            event_mean: vec![0.0; n * stride],
            own: vec![0.0; if tied { n * stride } else { 0 }],
            s1: vec![0.0; n * stride],
        };
        self.sweep(stratum, risk, |moment| {
            let (k, [a, b], [c0, c1, c2]) = (moment.k, moment.steps.first, moment.steps.second);
            let d = |j: usize| moment.d1.get(j).copied().unwrap_or_default();
            let weight = stratum.events[k].1;
            for (j, s) in moment.s1.iter().enumerate() {
                times.event_mean[k * stride + j] = (a * s - b * d(j)) / weight;
                times.means[(k + 1) * stride + j] = c0 * s - c1 * d(j);
                if !moment.d1.is_empty() {
                    times.own[k * stride + j] = c1 * s - c2 * d(j);
                }
            }
            times.s1[k * stride..(k + 1) * stride].copy_from_slice(moment.s1);
            times.steps[k] = moment.steps;
        });
        for at in stride..times.means.len() {
            times.means[at] += times.means[at - stride];
        }
        times.hazard = cumulative(&times.steps);
        times
    }

    /// What rows pass through after competing events took them: the hazard, and for each column the hazard times its means; none where
    /// events do not compete.
    fn after_taken(&self, stratum: &Stratum, times: &Times) -> Option<(Vec<f64>, Vec<Vec<f64>>)> {
        let passed = stratum.tails.passed(self, stratum.rows.clone(), |k| times.steps[k].first[0]);
        let means = |j: usize| stratum.tails.passed(self, stratum.rows.clone(), |k| times.mean(k, j));
        (!passed.is_empty()).then(|| (passed, (0..self.p).map(means).collect()))
    }

    /// For every row at risk, its place among those given, its martingale residual and its contribution to the score (length p),
    /// both unweighted.
    ///
    /// # Source
    /// Therneau, Grambsch and Fleming 1990, Biometrika 77:147, with Efron's steps as each event's expectation.
    pub(crate) fn for_each_residual(&self, evaluation: &Evaluation, mut each: impl FnMut(usize, f64, &[f64])) {
        if let Some(varying) = &self.varying {
            return self.for_each_varying(varying, &evaluation.beta, each);
        }
        let (risk, _) = self.risks(&evaluation.beta);
        let (stride, mut score) = (self.stride, vec![0.0; self.p]);
        for stratum in &self.strata {
            let times = self.times(stratum, &risk);
            let taken = self.after_taken(stratum, &times);
            for at in stratum.rows.clone() {
                let (first, end) = (self.first[at] as usize, self.end[at] as usize);
                let risk = risk[at] / self.weight[at];
                let event = self.event[at];
                let own = if event { times.steps[end - 1].first[1] } else { 0.0 };
                let expected = risk * (times.hazard[end] - times.hazard[first] - own);
                let (before, after) = (&times.means[first * stride..], &times.means[end * stride..]);
                for (j, x) in self.columns(at).iter().enumerate() {
                    score[j] = risk * (after[j] - before[j]) - x * expected;
                }
                if event {
                    let means = &times.event_mean[(end - 1) * stride..];
                    let own = times.own.get((end - 1) * stride..).unwrap_or_default();
                    score.iter_mut().zip(self.columns(at).iter().zip(means)).for_each(|(u, (x, mean))| *u += x - mean);
                    score.iter_mut().zip(own).for_each(|(u, own)| *u -= risk * own);
                }
                let mut expected = expected;
                if let Some((passed, means)) =
                    taken.as_ref().map(|(passed, means)| (passed[at - stratum.rows.start], means))
                {
                    expected += risk * passed;
                    for (j, x) in self.columns(at).iter().enumerate() {
                        score[j] += risk * (means[j][at - stratum.rows.start] - x * passed);
                    }
                }
                each(self.source[at] as usize, f64::from(u8::from(event)) - expected, &score);
            }
        }
    }

    /// The residuals at the parameters of `evaluation`; zero for rows that are at risk at no event.
    pub(crate) fn residuals(&self, evaluation: &Evaluation) -> RowResiduals {
        let (p, n) = (self.p, self.n_rows);
        let mut found = RowResiduals { martingale: vec![0.0; n], score: vec![0.0; n * p] };
        self.for_each_residual(evaluation, |row, martingale, score| {
            found.martingale[row] = martingale;
            found.score[row * p..(row + 1) * p].copy_from_slice(score);
        });
        found
    }

    /// For each stratum, its event times with the increments of the cumulative hazard of a row with η = 0.
    pub(crate) fn baseline(&self, evaluation: &Evaluation) -> Vec<Vec<(f64, f64)>> {
        if let Some(varying) = &self.varying {
            return self.baseline_varying(varying, &evaluation.beta);
        }
        let (risk, centres) = self.risks(&evaluation.beta);
        let of = |(stratum, centre): (&Stratum, &f64)| {
            let mut steps: Vec<(f64, f64)> = stratum.times.iter().map(|time| (*time, 0.0)).collect();
            let unit = libm::exp(-centre);
            self.sweep(stratum, &risk, |moment| steps[moment.k].1 = moment.steps.first[0] * unit);
            steps
        };
        self.strata.iter().zip(&centres).map(of).collect()
    }

    /// For each event, in the order of time within strata: the row, its stratum and time, and x less its expectation (length p).
    ///
    /// # Source
    /// Schoenfeld 1982, Biometrika 69:239.
    pub(crate) fn schoenfeld(&self, evaluation: &Evaluation) -> Vec<(usize, usize, f64, Vec<f64>)> {
        if let Some(varying) = &self.varying {
            return self.schoenfeld_varying(varying, &evaluation.beta);
        }
        let (risk, _) = self.risks(&evaluation.beta);
        let mut found = Vec::new();
        for (number, stratum) in self.strata.iter().enumerate() {
            let times = self.times(stratum, &risk);
            for at in stratum.rows.clone().filter(|&at| self.event[at]) {
                let k = self.end[at] as usize - 1;
                let means = &times.event_mean[k * self.stride..];
                let residual = self.columns(at).iter().zip(means).map(|(x, mean)| x - mean).collect();
                found.push((self.source[at] as usize, number, stratum.times[k], residual));
            }
        }
        found
    }
}
