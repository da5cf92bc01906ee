//! The same model fitted to other outcomes of the same rows.
//!
//! An engine can be refitted when it offers three methods: `outcome_rows`, what does not depend on the outcome; `copy`, an
//! engine of its own for a thread; `set_outcome`, which leaves nothing of the outcome before.

use std::sync::Arc;

use super::fit::LmmFit;
use super::problem::Problem;
use super::{Lmm, certificate, mean_variance};
use crate::covariance::Side;
use crate::design::Design;
use crate::error::{Error, Result};
use crate::likelihood::{Criterion, Engine, OutcomeRows, Solver};
use crate::optimize::Minimum;
use crate::parallel::Threads;

/// What all refits of one model share.
#[derive(Debug)]
pub(super) struct Refits<'a> {
    fit: &'a LmmFit,
    pub(super) rows: OutcomeRows,
    /// θ̂ of the fit; none where it lies on the boundary, where a refit could be caught.
    start: Option<&'a [f64]>,
}

/// One worker's engine, whose outcome is exchanged from refit to refit.
#[derive(Debug)]
pub(super) struct Refitter<'a> {
    refits: &'a Refits<'a>,
    pub(super) engine: Engine,
    pub(super) criterion: Criterion,
}

impl<'a> Refits<'a> {
    /// # Errors
    /// `mean_dependent_variance` when the variance function reads fitted means, which change with the outcome.
    pub(super) fn new(fit: &'a LmmFit) -> Result<Self> {
        if fit.reads_mean() {
            let message = "the residual variance depends on fitted means, so that every outcome needs several fits: let \
                           it depend on a column";
            return Err(Error::usage("mean_dependent_variance", message));
        }
        let inside = !starts_on_boundary(fit);
        Ok(Self { rows: fit.engine.outcome_rows(&fit.design)?, start: inside.then_some(&fit.theta[..]), fit })
    }

    pub(super) fn worker(&'a self, threads: Threads) -> Refitter<'a> {
        Refitter { refits: self, engine: self.fit.engine.copy(threads), criterion: self.fit.criterion }
    }
}

impl Refitter<'_> {
    /// The optimum for `response`, one number for each row used. Iterations start at θ̂ of the first fit.
    pub(super) fn solve(&mut self, response: &[f64]) -> Result<Minimum> {
        let refits = self.refits;
        self.engine.set_outcome(&refits.rows, response)?;
        let problem = Problem { engine: &self.engine, criterion: self.criterion };
        // θ is in units of the engine's scale, which is a power of two and moves only with outcomes of another size.
        let same_scale = self.engine.outcome_scale.to_bits() == refits.fit.engine.outcome_scale.to_bits();
        match refits.start.filter(|_| same_scale) {
            Some(start) => problem.solve_from(start).or_else(|_| problem.solve()),
            None => problem.solve(),
        }
    }
}

/// Whether a standard deviation of random effects is zero at θ̂: a stationary point for every outcome.
fn starts_on_boundary(fit: &LmmFit) -> bool {
    let random = fit.engine.blocks.iter().filter(|block| block.side == Side::Random);
    random.into_iter().any(|block| {
        let own = block.of(&fit.theta);
        block.structure.standard_deviations().into_iter().any(|place| own[place].abs() <= 0.0)
    })
}

impl LmmFit {
    fn reads_mean(&self) -> bool {
        self.design.variance.as_ref().is_some_and(|term| term.reads_mean())
    }

    /// The same model fitted to another `response`, one number for each row of the frame, on the scale of the
    /// formula's left side: for `log(y) ~ …` these are logarithms. Rows that did not enter the fit are not looked at.
    ///
    /// What depends on rows and columns alone is taken from this fit, which saves most of the time of a small one. Where
    /// several rows of a cluster are equal in all but the outcome, the last digits may differ from those of a new fit.
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::Lmm};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 6.0, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let fit = Lmm::new("y ~ 1 + (1 | g)".parse()?).fit(&frame)?;
    /// let shifted = fit.refit(&[11.0, 12.0, 15.0, 16.0, 13.0, 14.0])?;
    /// assert!((shifted.beta()[0] - fit.beta()[0] - 10.0).abs() < 1e-12);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// `response_length`, `not_finite` with the row, and those of a fit.
    pub fn refit(&self, response: &[f64]) -> Result<LmmFit> {
        let n = self.design.response.len();
        if response.len() != n {
            return Err(Error::usage("response_length", format!("a response has a number for each of the {n} rows")));
        }
        if let Some(row) = self.design.rows.iter().find(|row| !response[**row as usize].is_finite()) {
            return Err(Error::data("not_finite", format!("the response in row {} is not a finite number", row + 1)));
        }
        let threads = self.engine.threads();
        let model = Lmm {
            formula: self.formula().parse()?,
            criterion: self.criterion,
            weights: None,
            solver: Solver::default(),
            threads,
        };
        let design = Design { response: Arc::new(response.to_vec()), ..(*self.design).clone() };
        if self.reads_mean() {
            return mean_variance::fit(&model, design);
        }
        let used: Vec<f64> = design.rows.iter().map(|&row| response[row as usize]).collect();
        let refits = Refits::new(self)?;
        let mut refitter = refits.worker(threads);
        let minimum = refitter.solve(&used)?;
        let Refitter { engine, criterion, .. } = refitter;
        let convergence = certificate::certify(&Problem { engine: &engine, criterion }, &design, &minimum)?;
        LmmFit::new(&model, Arc::new(design), engine, minimum, convergence)
    }
}

#[cfg(test)]
mod tests;
