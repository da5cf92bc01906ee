//! The log partial likelihood and its derivatives.

use nalgebra::{DMatrix, DVector};

use super::gram::{self, Gram};
use super::sweep::Moment;
use super::ties::Steps;
use super::{PartialLikelihood, Stratum, Ties, discrete, marginal};
use crate::linalg;

/// The log partial likelihood and its derivatives.
#[derive(Debug, Clone)]
pub(crate) struct Evaluation {
    pub(crate) log_likelihood: f64,
    pub(crate) gradient: DVector<f64>,
    pub(crate) information: DMatrix<f64>,
    /// Where it was evaluated.
    pub(crate) beta: Vec<f64>,
}

/// As many means are kept before they go into the information together.
const BATCH: usize = 64;

/// What the strata add to.
struct Sums<'a> {
    risk: &'a [f64],
    log_likelihood: f64,
    gradient: DVector<f64>,
    gram: Gram,
    /// Of tied events whose likelihood is no product of steps.
    information: DMatrix<f64>,
    /// Means that wait for their place in `gram`, with their weights.
    waiting: (Vec<f64>, Vec<f64>),
}

impl Sums<'_> {
    /// Takes w x̄x̄' from the information.
    fn mean(&mut self, weight: f64, row: impl Iterator<Item = f64>) {
        self.waiting.0.push(-weight);
        self.waiting.1.extend(row);
        if self.waiting.0.len() == BATCH {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.gram.add(&self.waiting.0, &self.waiting.1);
        self.waiting.0.clear();
        self.waiting.1.clear();
    }
}

impl PartialLikelihood {
    /// The log partial likelihood at `beta`; `None` where it is not a number.
    pub(crate) fn evaluate(&self, beta: &[f64]) -> Option<Evaluation> {
        if let Some(varying) = &self.varying {
            return self.evaluate_varying(varying, beta);
        }
        let p = self.p;
        let (risk, centres) = self.risks(beta);
        let mut sums = Sums {
            risk: &risk,
            log_likelihood: 0.0,
            gradient: DVector::zeros(p),
            gram: Gram::new(p),
            information: DMatrix::zeros(p, p),
            waiting: (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH * self.stride)),
        };
        for (stratum, centre) in self.strata.iter().zip(&centres) {
            self.add(stratum, beta, *centre, &mut sums);
        }
        let information = sums.gram.matrix() + &sums.information;
        let finite = sums.log_likelihood.is_finite() && information.iter().all(|value| value.is_finite());
        finite.then(|| Evaluation {
            log_likelihood: sums.log_likelihood,
            gradient: sums.gradient,
            information,
            beta: beta.to_vec(),
        })
    }

    /// One stratum's part.
    fn add(&self, stratum: &Stratum, beta: &[f64], centre: f64, sums: &mut Sums<'_>) {
        let mut steps = vec![Steps::default(); stratum.times.len()];
        self.sweep(stratum, sums.risk, |moment| {
            let k = moment.k;
            let tied = stratum.events[k].0 > 1;
            steps[k] = match self.ties {
                Ties::Discrete if tied => self.add_sets(stratum, &moment, (beta, centre), sums),
                Ties::Marginal if tied => self.add_orders(&moment, sums),
                _ => add_steps(&moment, sums),
            };
            sums.log_likelihood -= steps[k].log;
        });
        sums.flush();
        let hazard = cumulative(&steps);
        let rows = stratum.rows.clone();
        let mut expected = Vec::with_capacity(rows.len());
        let padded = gram::padded(beta);
        let after = stratum.tails.passed(self, rows.clone(), |k| steps[k].first[0]);
        for at in rows.clone() {
            let (end, x) = (self.end[at] as usize, self.columns(at));
            let mut own = hazard[end] - hazard[self.first[at] as usize];
            let mut observed = 0.0;
            if self.event[at] {
                own -= steps[end - 1].first[1];
                observed = self.weight[at];
                // The linear predictor again, from the risk: its logarithm costs more than the sum.
                sums.log_likelihood += observed * (self.offset[at] - centre + gram::product(self.padded(at), &padded));
            }
            let own = sums.risk[at] * (own + after.get(at - rows.start).copied().unwrap_or_default());
            expected.push(own);
            linalg::add_scaled(sums.gradient.as_mut_slice(), observed - own, x);
        }
        sums.gram.add(&expected, &self.x[rows.start * self.stride..rows.end * self.stride]);
    }

    /// Tied events in discrete time: what they add to no hazard goes to the sums at once.
    fn add_sets(
        &self,
        stratum: &Stratum,
        moment: &Moment<'_>,
        (beta, centre): (&[f64], f64),
        sums: &mut Sums<'_>,
    ) -> Steps {
        let at_risk = (moment.rows.start..stratum.rows.end).filter(|&at| self.first[at] as usize <= moment.k);
        let rows: Vec<&[f64]> = at_risk.clone().map(|at| self.columns(at)).collect();
        let eta =
            |at: usize| self.offset[at] - centre + self.columns(at).iter().zip(beta).map(|(x, b)| x * b).sum::<f64>();
        let eta: Vec<f64> = at_risk.map(eta).collect();
        let sets = discrete::sets(&eta, &rows, stratum.events[moment.k].0 as usize, self.p);
        sums.gradient -= sets.mean;
        // Upper triangles are mirrored: a product of three numbers depends on their order in its last digit.
        let p = self.p;
        sums.information += DMatrix::from_fn(p, p, |i, j| sets.covariance[(i.min(j), i.max(j))]);
        Steps { log: sets.log, ..Steps::default() }
    }

    /// Tied events in continuous time: survivors have a hazard from them, the events themselves more than that.
    fn add_orders(&self, moment: &Moment<'_>, sums: &mut Sums<'_>) -> Steps {
        let events: Vec<usize> = moment.rows.clone().filter(|&at| self.event[at]).collect();
        let risk = |at: usize| sums.risk[at];
        let mut survivors = moment.at_risk.clone();
        events.iter().for_each(|&at| survivors.leave(risk(at), self.padded(at)));
        let own = |at: &usize| libm::log(risk(*at));
        let log: f64 = events.iter().map(own).sum();
        if survivors.count() == 0 {
            // All have the event: a probability of one, whatever β.
            events.iter().for_each(|&at| sums.gradient.iter_mut().zip(self.columns(at)).for_each(|(sum, x)| *sum -= x));
            return Steps { log, ..Steps::default() };
        }
        let mut mean = vec![0.0; self.stride];
        let s0 = survivors.s0();
        survivors.s1(&mut mean);
        mean.iter_mut().for_each(|value| *value /= s0);
        let share: Vec<f64> = events.iter().map(|&at| risk(at) / s0).collect();
        let off = |&at: &usize| self.columns(at).iter().zip(&mean).map(|(x, mean)| x - mean).collect::<Vec<f64>>();
        let off: Vec<Vec<f64>> = events.iter().map(off).collect();
        let found = marginal::orders(&share, &off, self.p);
        // The gradient from rows is Σ x over the events less the hazard of the survivors times their mean.
        for (j, sum) in sums.gradient.iter_mut().enumerate() {
            let observed: f64 = events.iter().map(|&at| self.columns(at)[j]).sum();
            *sum += found.gradient[j] + found.hazard * mean[j] - observed;
        }
        sums.information += found.information;
        sums.mean(found.hazard, mean.iter().copied());
        let hazard = found.hazard / s0;
        Steps { log: log - found.log, first: [hazard; 2], second: [0.0; 3] }
    }
}

/// Σ_l w̄ x̄x̄' of one time.
fn add_steps(moment: &Moment<'_>, sums: &mut Sums<'_>) -> Steps {
    let [c0, c1, c2] = moment.steps.second;
    let (s, d) = (moment.s1, moment.d1);
    if d.is_empty() {
        sums.mean(c0, s.iter().copied());
    } else {
        // c0 ss' − c1 (sd' + ds') + c2 dd', as a sum of squares.
        sums.mean(c0 + c1, s.iter().copied());
        sums.mean(-c1, s.iter().zip(d).map(|(s, d)| s + d));
        sums.mean(c2 + c1, d.iter().copied());
    }
    moment.steps
}

/// The hazard before each time, and after all of them.
pub(super) fn cumulative(steps: &[Steps]) -> Vec<f64> {
    let mut hazard = Vec::with_capacity(steps.len() + 1);
    hazard.push(0.0);
    let mut sum = 0.0;
    for steps in steps {
        sum += steps.first[0];
        hazard.push(sum);
    }
    hazard
}
