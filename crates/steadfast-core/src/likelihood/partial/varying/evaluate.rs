//! The log partial likelihood and its derivatives where covariates are functions of time.

use nalgebra::{DMatrix, DVector};

use super::super::evaluate::Evaluation;
use super::super::gram::Gram;
use super::span::{pair, terms};
use super::{At, PartialLikelihood, Span, Varying};

/// What the strata add to.
struct Sums {
    log_likelihood: f64,
    gradient: DVector<f64>,
    /// Of the means over those at risk.
    gram: Gram,
    /// Of the rows, its upper triangle.
    information: DMatrix<f64>,
}

impl PartialLikelihood {
    /// The log partial likelihood at `beta` with covariates that are functions of time.
    pub(in super::super) fn evaluate_varying(&self, varying: &Varying, beta: &[f64]) -> Option<Evaluation> {
        let (risk, _) = self.constant_risks(beta, varying.q);
        let mut sums = Sums {
            log_likelihood: 0.0,
            gradient: DVector::zeros(self.p),
            gram: Gram::new(self.p),
            information: DMatrix::zeros(self.p, self.p),
        };
        for at in self.at(varying, beta, &risk) {
            sums.add_times(&at);
            for span in at.spans() {
                span.group.rows.iter().for_each(|&row| sums.add_row(&at, &span, row as usize));
            }
        }
        let Sums { log_likelihood, gradient, gram, mut information } = sums;
        information.fill_lower_triangle_with_upper_triangle();
        let information = information + gram.matrix();
        let finite = log_likelihood.is_finite() && information.iter().all(|value| value.is_finite());
        finite.then(|| Evaluation { log_likelihood, gradient, information, beta: beta.to_vec() })
    }
}

impl Sums {
    fn add_times(&mut self, at: &At<'_>) {
        for (k, steps) in at.times.steps.iter().enumerate() {
            self.log_likelihood -= steps.log;
            let (s, d, [c0, c1, c2]) = (at.times.s1(k), at.times.d1(k), steps.second);
            let sum: Vec<f64> = s.iter().zip(d).map(|(s, d)| s + d).collect();
            self.gram.add(&[-c0 - c1], s);
            self.gram.add(&[c1], &sum);
            self.gram.add(&[-c2 - c1], d);
        }
    }

    fn add_row(&mut self, at: &At<'_>, span: &Span<'_>, row: usize) {
        let (model, q, p0) = (at.model, at.q, at.p0());
        let (first, end) = (model.first[row] as usize - span.group.first, model.end[row] as usize - span.group.first);
        let k = model.end[row] as usize - 1;
        let (x, g, event, weight) = (model.columns(row), at.g(k), model.event[row], model.weight[row]);
        let mut sums: Vec<f64> = (0..span.width()).map(|item| at.risk[row] * span.over(first, end, item)).collect();
        if event {
            let change = span.changes[end - 1] - at.times.centre[k];
            let own = at.risk[row] * libm::exp(change) * at.times.steps[k].first[1];
            sums.iter_mut().zip(terms(g)).for_each(|(sum, term)| *sum -= own * term);
            self.log_likelihood += weight * libm::log(at.risk[row] / weight);
            self.log_likelihood += weight * change;
        }
        // With which of the sums a column and a pair of columns go.
        let single = |j: usize| if j < p0 { 0 } else { 1 + j - p0 };
        for j in 0..model.p {
            let value = if j < p0 { 1.0 } else { g[j - p0] };
            let observed = if event { weight * value } else { 0.0 };
            self.gradient[j] += x[j] * (observed - sums[single(j)]);
            for i in 0..=j {
                let item = if i < p0 { single(j) } else { pair(q, i - p0, j - p0) };
                self.information[(i, j)] += x[i] * x[j] * sums[item];
            }
        }
    }
}
