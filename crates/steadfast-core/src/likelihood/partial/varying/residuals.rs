//! Residuals and baseline hazards where covariates are functions of time.

use super::{At, PartialLikelihood, Span, Varying};

impl PartialLikelihood {
    /// As [`PartialLikelihood::for_each_residual`].
    pub(in super::super) fn for_each_varying(
        &self,
        varying: &Varying,
        beta: &[f64],
        mut each: impl FnMut(usize, f64, &[f64]),
    ) {
        let (risk, _) = self.constant_risks(beta, varying.q);
        let mut found: Vec<(u32, f64, Vec<f64>)> = Vec::with_capacity(risk.len());
        for at in self.at(varying, beta, &risk) {
            for span in at.spans() {
                let means = at.cumulative_means(&span);
                found.extend(span.group.rows.iter().map(|&row| {
                    let (martingale, score) = at.residual(&span, &means, row as usize);
                    (row, martingale, score)
                }));
            }
        }
        found.sort_unstable_by_key(|(row, _, _)| *row);
        found.iter().for_each(|(row, martingale, score)| each(self.source[*row as usize] as usize, *martingale, score));
    }

    /// As [`PartialLikelihood::baseline`].
    pub(in super::super) fn baseline_varying(&self, varying: &Varying, beta: &[f64]) -> Vec<Vec<(f64, f64)>> {
        let (risk, centres) = self.constant_risks(beta, varying.q);
        let of = |(at, centre): (At<'_>, &f64)| {
            let steps = at.stratum.times.iter().zip(&at.times.steps).zip(&at.times.centre);
            steps.map(|((time, steps), own)| (*time, steps.first[0] * libm::exp(-centre - own))).collect()
        };
        self.at(varying, beta, &risk).zip(&centres).map(of).collect()
    }

    /// As [`PartialLikelihood::schoenfeld`].
    pub(in super::super) fn schoenfeld_varying(
        &self,
        varying: &Varying,
        beta: &[f64],
    ) -> Vec<(usize, usize, f64, Vec<f64>)> {
        let (risk, _) = self.constant_risks(beta, varying.q);
        let mut found = Vec::new();
        for (number, at) in self.at(varying, beta, &risk).enumerate() {
            for row in at.stratum.rows.clone().filter(|&row| self.event[row]) {
                let k = self.end[row] as usize - 1;
                let residual =
                    |(j, x): (usize, &f64)| x * at.value(k, j) - at.event_mean(k, j) / at.stratum.events[k].1;
                let residual = self.columns(row).iter().enumerate().map(residual).collect();
                found.push((self.source[row] as usize, number, at.stratum.times[k], residual));
            }
        }
        found
    }
}

impl At<'_> {
    /// What column `j` is multiplied by at the time `k`.
    fn value(&self, k: usize, j: usize) -> f64 {
        j.checked_sub(self.p0()).map_or(1.0, |j| self.g(k)[j])
    }

    /// The sum of the means that column `j` has among those at risk, over the events at the time `k`.
    fn event_mean(&self, k: usize, j: usize) -> f64 {
        let [a, b] = self.times.steps[k].first;
        a * self.times.s1(k)[j] - b * self.times.d1(k)[j]
    }

    /// Σ e a x̄ over the times of the span, from its first on, with a leading zero.
    fn cumulative_means(&self, span: &Span<'_>) -> Vec<f64> {
        let p = self.model.p;
        let mut means = vec![0.0; (span.changes.len() + 1) * p];
        for (offset, change) in span.changes.iter().enumerate() {
            let k = span.group.first + offset;
            let (e, [c0, c1, _]) = (libm::exp(change - self.times.centre[k]), self.times.steps[k].second);
            for j in 0..p {
                let mean = c0 * self.times.s1(k)[j] - c1 * self.times.d1(k)[j];
                means[(offset + 1) * p + j] = means[offset * p + j] + e * mean;
            }
        }
        means
    }

    /// The martingale residual of `row`, and its score residual.
    fn residual(&self, span: &Span<'_>, means: &[f64], row: usize) -> (f64, Vec<f64>) {
        let (model, p, p0) = (self.model, self.model.p, self.p0());
        let (first, end) = (model.first[row] as usize - span.group.first, model.end[row] as usize - span.group.first);
        let (k, risk, event) = (model.end[row] as usize - 1, self.risk[row] / model.weight[row], model.event[row]);
        let own = if event { risk * libm::exp(span.changes[end - 1] - self.times.centre[k]) } else { 0.0 };
        let [_, b] = self.times.steps[k].first;
        let [_, c1, c2] = self.times.steps[k].second;
        let expected = risk * span.over(first, end, 0) - own * b;
        let score = |(j, x): (usize, &f64)| {
            let (item, value) = (if j < p0 { 0 } else { 1 + j - p0 }, self.value(k, j));
            let (s, d) = (self.times.s1(k)[j], self.times.d1(k)[j]);
            let mut score = risk * (means[end * p + j] - means[first * p + j]) - own * (c1 * s - c2 * d);
            score -= x * (risk * span.over(first, end, item) - own * b * value);
            if event {
                score += x * value - self.event_mean(k, j) / self.stratum.events[k].1;
            }
            score
        };
        let score = model.columns(row).iter().enumerate().map(score).collect();
        (f64::from(u8::from(event)) - expected, score)
    }
}
