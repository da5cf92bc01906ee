//! The optimum of the partial likelihood.

use std::cell::RefCell;

use nalgebra::DMatrix;

use crate::error::{Error, Result};
use crate::likelihood::{Evaluation, PartialLikelihood};
use crate::optimize::{Objective, Point, minimize};

/// −log partial likelihood.
pub(in crate::survival) struct Problem<'a> {
    likelihood: &'a PartialLikelihood,
    /// The evaluation before this one: the optimiser begins where the score test was made, and ends where the fit is.
    last: RefCell<Option<Evaluation>>,
}

/// The optimum in the engine's units.
#[derive(Debug, Clone)]
pub(in crate::survival) struct Solved {
    pub(in crate::survival) beta: Vec<f64>,
    pub(in crate::survival) at_zero: Evaluation,
    pub(in crate::survival) evaluation: Evaluation,
    /// The inverse of the information, p × p.
    pub(in crate::survival) vcov: DMatrix<f64>,
    pub(in crate::survival) iterations: usize,
}

/// Columns are of order one, so that a direction with less than this share of the information at zero is not determined: at the
/// optimum, because the likelihood is flat there on the way to infinity; at zero, because the columns do not differ within risk sets.
const FLAT: f64 = 1e-10;

/// As in mixed models: only rounding ever stops the optimiser so far from the optimum, in standard errors.
const CLOSE: f64 = 1e-6;

impl Objective for Problem<'_> {
    fn point(&self, beta: &[f64]) -> Option<Point> {
        let found = self.evaluate(beta)?;
        Some(Point { value: -found.log_likelihood, gradient: -found.gradient, hessian: found.information })
    }
}

impl<'a> Problem<'a> {
    pub(in crate::survival) fn new(likelihood: &'a PartialLikelihood) -> Self {
        Self { likelihood, last: RefCell::new(None) }
    }

    fn evaluate(&self, beta: &[f64]) -> Option<Evaluation> {
        let mut last = self.last.borrow_mut();
        if !last.as_ref().is_some_and(|last| last.beta == beta) {
            *last = self.likelihood.evaluate(beta);
        }
        last.clone()
    }

    pub(in crate::survival) fn solve(&self, names: &[String]) -> Result<Solved> {
        let zero = vec![0.0; names.len()];
        let not_finite =
            || Error::data("not_finite", "the partial likelihood is not a number where all coefficients are zero");
        let at_zero = self.evaluate(&zero).ok_or_else(not_finite)?;
        if names.is_empty() {
            let evaluation = at_zero.clone();
            return Ok(Solved { beta: zero, at_zero, evaluation, vcov: DMatrix::zeros(0, 0), iterations: 0 });
        }
        let scale = at_zero.information.diagonal().max();
        if let Some(flat) = flat(&at_zero.information, scale, names) {
            let message = format!("those at risk together do not differ enough to tell apart: {flat}");
            return Err(Error::data("unidentified", message));
        }
        let minimum = minimize(self, &zero, CLOSE)?;
        let evaluation = self.evaluate(&minimum.theta).ok_or_else(not_finite)?;
        if let Some(flat) = flat(&evaluation.information, scale, names) {
            let message = format!("the likelihood grows without limit along: {flat}");
            return Err(Error::data("infinite_coefficient", message));
        }
        let inverse = evaluation.information.clone().cholesky().map(|factor| factor.inverse());
        let vcov = inverse.ok_or_else(|| Error::data("unidentified", "the information is singular"))?;
        Ok(Solved { beta: minimum.theta, at_zero, evaluation, vcov, iterations: minimum.iterations })
    }
}

/// The columns that take part in a direction without information, `scale` being what there is where all coefficients are zero.
fn flat(information: &DMatrix<f64>, scale: f64, names: &[String]) -> Option<String> {
    let eigen = crate::inference::eigen(information.clone()).ok()?;
    let at = (0..names.len()).find(|&at| eigen.eigenvalues[at] <= FLAT * scale)?;
    let direction = eigen.eigenvectors.column(at);
    let most = direction.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let part: Vec<&str> = names
        .iter()
        .zip(direction.iter())
        .filter(|(_, value)| value.abs() > 0.1 * most)
        .map(|(name, _)| name.as_str())
        .collect();
    Some(part.join(", "))
}
