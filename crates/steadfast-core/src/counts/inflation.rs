//! Excess zeros: whether there are any.

use nalgebra::{DMatrix, DVector};

use super::CountFit;
use super::dispersion::BoundaryTest;
use super::fit::inverse;
use super::overdispersion::ScoreTest;
use crate::error::{Error, Result};
use crate::special::ChiSquared;

impl CountFit {
    /// The likelihood ratio test that no zero is an excess one, ½χ²₀ + ½χ²₁: of models whose excess zeros have the same probability
    /// in all rows.
    ///
    /// # Errors
    /// `no_excess_zeros` for a model without them; `method_does_not_apply` where their probability has several coefficients, for
    /// which the edge has no such distribution.
    pub fn inflation_test(&self) -> Result<BoundaryTest> {
        let none = || Error::usage("no_excess_zeros", "the model has no excess zeros");
        let without = self.solved.without_zeros.as_ref().ok_or_else(none)?;
        if self.zero_names.len() > 1 {
            let message = "the test of no excess zeros is of models whose probability of them is one number";
            return Err(Error::usage("method_does_not_apply", message));
        }
        let best = self.solved.best.evaluation.log_likelihood;
        BoundaryTest::new("no excess zeros", 2.0 * (best - without.evaluation.log_likelihood))
    }

    /// The score test that Poisson counts have no excess zeros, χ²₁; two-sided, as the test has it.
    ///
    /// S = {Σ (1[y = 0] − p₀)/p₀}² / {Σ (1 − p₀)/p₀ − μ'X (X'MX)⁻¹ X'μ}, p₀ = e^(−μ) and M = diag(μ) at the Poisson estimate.
    ///
    /// # Errors
    /// `method_does_not_apply` for other distributions.
    ///
    /// # Source
    /// van den Broek 1995, Biometrics 51, 738, eq. 4.
    pub fn excess_zero_score_test(&self) -> Result<ScoreTest> {
        if self.distribution.has_dispersion() {
            let message = "the score test of excess zeros is of Poisson counts";
            return Err(Error::usage("method_does_not_apply", message));
        }
        let estimate = self.solved.without_zeros.as_ref().unwrap_or(&self.solved.best);
        let (mut score, mut variance) = (0.0, 0.0);
        let (mut information, mut shared) = (DMatrix::zeros(self.cells.p, self.cells.p), DVector::zeros(self.cells.p));
        for cell in 0..self.cells.n() {
            let (mu, weight) = (libm::exp(self.cells.eta(cell, &estimate.beta)), self.cells.weight[cell]);
            let odds = libm::expm1(mu);
            // (1 − p₀)/p₀ = e^μ − 1 for a zero, −1 for other counts.
            score += weight * if self.cells.y[cell] == 0.0 { odds } else { -1.0 };
            variance += weight * odds;
            let x = DVector::from_column_slice(self.cells.x(cell));
            information.ger(weight * mu, &x, &x, 1.0);
            shared.axpy(weight * mu, &x, 1.0);
        }
        variance -= shared.dot(&(inverse(&information, "the coefficients")? * &shared));
        if !(variance > 0.0 && variance.is_finite()) {
            return Err(Error::data("no_reference", "the score of excess zeros has no variance: zeros are too rare"));
        }
        let statistic = score * score / variance;
        let p_value = ChiSquared::new(1.0)?.sf(statistic);
        Ok(ScoreTest { term: "no excess zeros (van den Broek)".to_owned(), statistic, p_value })
    }
}
