//! The optimum, in the interior or on the boundary.

use nalgebra::DMatrix;

use super::cells::Cells;
use super::likelihood::{AtSpread, Evaluation, Likelihood, WithSpread, logistic};
use super::separation;
use super::start::{project, spread};
use crate::error::{Error, Result};
use crate::family::{Distribution, Poisson};
use crate::optimize::{Objective, Point, minimize};

/// As in mixed models: only rounding ever stops the optimiser so far from the optimum, in standard errors.
const CLOSE: f64 = 1e-6;

/// A log-likelihood that is greater by less than this is the same: α and the probability of excess zeros that differ from 0 by
/// this little change no digit of a report.
const SAME: f64 = 1e-8;

/// The parameters at an optimum, in the units of the cells.
#[derive(Debug, Clone)]
pub(super) struct Estimate {
    pub(super) beta: Vec<f64>,
    /// Empty where there are no excess zeros.
    pub(super) gamma: Vec<f64>,
    pub(super) alpha: f64,
    pub(super) evaluation: Evaluation,
    pub(super) iterations: usize,
}

/// The optimum with those of its special cases, all by the same rows.
#[derive(Debug, Clone)]
pub(super) struct Solved {
    pub(super) best: Estimate,
    /// α = 0 with everything else free; none where α is no parameter.
    pub(super) without_spread: Option<Estimate>,
    /// No excess zeros with everything else free; none where the model has none.
    pub(super) without_zeros: Option<Estimate>,
}

/// What a model is solved for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Problem<'a> {
    pub(super) cells: &'a Cells,
    pub(super) distribution: &'static dyn Distribution,
    /// The names of the columns of mean and excess zeros.
    pub(super) names: &'a [String],
    /// From the coefficients of the mean in the cells' units to those of the data.
    pub(super) map: &'a DMatrix<f64>,
}

impl Problem<'_> {
    /// The optimum from `beta`.
    ///
    /// # Errors
    /// `infinite_coefficient`, `not_converged`.
    pub(super) fn solve(&self, beta: &[f64]) -> Result<Solved> {
        let plain = self.cells.without_zero();
        let poisson = self.counts(&plain, beta)?;
        let mut without_spread = None;
        let mut best = poisson.clone();
        if self.distribution.has_dispersion() {
            best = self.spread(&plain, &poisson)?;
            without_spread = Some(poisson);
        }
        if self.cells.q == 0 {
            return Ok(Solved { best, without_spread, without_zeros: None });
        }
        let zeros = without_spread.as_ref().unwrap_or(&best);
        let inflated = self.inflated(zeros, 0.0, false)?;
        let mut found = inflated.clone();
        if self.distribution.has_dispersion() {
            let free = self.inflated(&best, (0.25 * best.alpha).max(0.01), true)?;
            let from_inflated =
                found.as_ref().map(|poisson| self.spread_of(self.cells, poisson)).transpose()?.flatten();
            for candidate in [free, from_inflated].into_iter().flatten() {
                if found.as_ref().is_none_or(|known| candidate.exceeds(known)) {
                    found = Some(candidate);
                }
            }
        }
        let chosen = match found.filter(|found| found.exceeds(&best)) {
            Some(found) => {
                let d = self.cells.p + self.cells.q;
                separation::check_flat(&found.evaluation.information.view((0, 0), (d, d)).into_owned(), self.names)?;
                found
            }
            None => best.clone(),
        };
        let without_spread =
            without_spread.map(|poisson| inflated.filter(|one| one.exceeds(&poisson)).unwrap_or(poisson));
        Ok(Solved { best: chosen, without_spread, without_zeros: Some(best) })
    }

    fn likelihood<'c>(&self, cells: &'c Cells) -> Likelihood<'c> {
        Likelihood { cells, distribution: self.distribution }
    }

    /// Poisson counts without excess zeros.
    fn counts(&self, cells: &Cells, beta: &[f64]) -> Result<Estimate> {
        let likelihood = Likelihood { cells, distribution: &Poisson };
        let objective = AtSpread { likelihood, alpha: 0.0 };
        let found = minimize(&objective, beta, CLOSE);
        let theta = match &found {
            Ok(minimum) => minimum.theta.clone(),
            Err(error) => error.last_iterate().map_or_else(|| beta.to_vec(), |last| last.theta.clone()),
        };
        if let Some(Point { gradient, hessian, .. }) = objective.point(&theta) {
            separation::check(cells, (&gradient, &hessian), &self.names[..cells.p], self.map)?;
        }
        let minimum = found?;
        self.at(cells, &minimum.theta, 0.0, minimum.iterations)
    }

    /// The optimum without excess zeros and with α free, from Poisson's.
    fn spread(&self, cells: &Cells, poisson: &Estimate) -> Result<Estimate> {
        Ok(self.spread_of(cells, poisson)?.unwrap_or_else(|| poisson.clone()))
    }

    /// The optimum with α free from one with α = 0; none where it is no better.
    fn spread_of(&self, cells: &Cells, from: &Estimate) -> Result<Option<Estimate>> {
        let (moment, slope) = spread(cells, self.distribution, &from.beta);
        let tau = moment.max(0.05).sqrt();
        let mut theta = [from.beta.as_slice(), &from.gamma].concat();
        theta.push(tau);
        let found = self.free(cells, &theta);
        match found {
            Ok(found) => Ok(Some(found).filter(|found| found.exceeds(from))),
            // Nothing is lost where the log-likelihood falls from α = 0 on.
            Err(_) if slope <= 0.0 => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The optimum in (β, γ, τ) from `theta`.
    fn free(&self, cells: &Cells, theta: &[f64]) -> Result<Estimate> {
        let minimum = minimize(&WithSpread { likelihood: self.likelihood(cells) }, theta, CLOSE)?;
        let (tau, rest) = minimum.theta.split_last().unwrap_or((&0.0, &[]));
        self.at(cells, rest, tau * tau, minimum.iterations)
    }

    /// The optimum with excess zeros, from one without; none where the search leads to infinity.
    fn inflated(&self, from: &Estimate, alpha: f64, free: bool) -> Result<Option<Estimate>> {
        let zeta = self.excess(from);
        let gamma =
            project(self.cells.n(), self.cells.q, |cell| self.cells.z(cell), |cell| self.cells.weight[cell], |_| zeta);
        let mut theta = [from.beta.as_slice(), &gamma].concat();
        let found = if free {
            theta.push(alpha.sqrt());
            self.free(self.cells, &theta)
        } else {
            let objective = AtSpread { likelihood: self.likelihood(self.cells), alpha };
            minimize(&objective, &theta, CLOSE)
                .and_then(|minimum| self.at(self.cells, &minimum.theta, alpha, minimum.iterations))
        };
        match found {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.code() == "not_converged" => {
                // On the way to no excess zeros at all the likelihood is flat; anywhere else that is a failure.
                let Some(last) = error.last_iterate() else { return Err(error) };
                let coefficients = &last.theta[..self.cells.p + self.cells.q];
                let alpha = if free { last.theta.last().map_or(0.0, |tau| tau * tau) } else { alpha };
                let there = self.at(self.cells, coefficients, alpha, last.iterations)?;
                if there.exceeds(from) { Err(error) } else { Ok(None) }
            }
            Err(error) => Err(error),
        }
    }

    /// The logit of the share of zeros beyond those expected without excess.
    fn excess(&self, from: &Estimate) -> f64 {
        let (mut seen, mut expected, mut all) = (0.0, 0.0, 0.0);
        for cell in 0..self.cells.n() {
            let weight = self.cells.weight[cell];
            let zero = self.distribution.terms(0.0, self.cells.eta(cell, &from.beta), from.alpha).value;
            all += weight;
            expected += weight * libm::exp(zero);
            seen += if self.cells.y[cell] == 0.0 { weight } else { 0.0 };
        }
        let share = ((seen - expected) / (all - expected)).clamp(0.05, 0.95);
        libm::log(share / (1.0 - share))
    }

    fn at(&self, cells: &Cells, theta: &[f64], alpha: f64, iterations: usize) -> Result<Estimate> {
        let undefined = || Error::data("undefined_likelihood", "the likelihood is not a number at the estimate");
        let evaluation = self.likelihood(cells).evaluate(theta, alpha).ok_or_else(undefined)?;
        let (beta, gamma) = theta.split_at(cells.p);
        Ok(Estimate { beta: beta.to_vec(), gamma: gamma.to_vec(), alpha, evaluation, iterations })
    }
}

impl Estimate {
    /// Whether the log-likelihood is greater, by more than makes a difference.
    pub(super) fn exceeds(&self, other: &Self) -> bool {
        let (own, others) = (self.evaluation.log_likelihood, other.evaluation.log_likelihood);
        own > others + SAME + 1e-13 * others.abs()
    }

    /// The probability of an excess zero at the columns `z`.
    pub(super) fn excess(&self, z: &[f64]) -> f64 {
        if self.gamma.is_empty() { 0.0 } else { logistic(super::cells::dot(z, &self.gamma)) }
    }
}
