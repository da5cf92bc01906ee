//! The exact distribution of the likelihood ratio for one variance, by simulation of its spectral form.
//!
//! In a model with one variance σ_b² beside that of the residuals, −2 log Λ of σ_b² = 0 is a function of independent χ²
//! numbers and of the eigenvalues of Z'Z and Z'P₀Z alone: drawing it needs no fit and no asymptotics, and the mass at
//! zero is the right one, where ½χ²₀ + ½χ²₁ puts too little.

mod spectrum;
mod supremum;

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::fit::LmmFit;
use super::problem::Problem;
use crate::design::Design;
use crate::error::{Error, Result};
use crate::likelihood::{Criterion, Engine, Solver};
use crate::parallel::{Threads, in_order};
use crate::rng::{Purpose, Streams};
use spectrum::Spectrum;
use supremum::Grid;

/// The test of one variance against zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExactVarianceTest {
    /// The criterion: the restricted likelihood ratio for REML, the likelihood ratio for ML.
    pub criterion: Criterion,
    /// −2 log Λ of the data.
    pub statistic: f64,
    /// (m + 1) / (N + 1), m being the number of the N draws that are not below the statistic.
    pub p_value: f64,
    /// The Monte-Carlo standard error of `p_value`, √(p(1 − p)/N).
    pub std_error: f64,
    /// N.
    pub n_draws: usize,
    /// The share of the draws that are zero.
    pub at_zero: f64,
}

const NULL: Purpose = Purpose::new("likelihood ratio of one variance under zero");

/// Draws a piece of work.
const DRAWS_A_PIECE: usize = 1000;

impl LmmFit {
    /// The test of the variance of the only random effect against zero, by `n` draws from its exact distribution with
    /// `seed`: restricted for a fit by REML, which is to be preferred, and by likelihood for ML.
    ///
    /// For λ = σ_b²/σ², μ_s the eigenvalues of Z'P₀Z, ξ_s those of Z'Z, w_s independent N(0, 1), n rows and p fixed effects:
    ///
    /// RLRT = sup_λ [(n − p) log(1 + N/D) − Σ log(1 + λμ_s)], N = Σ λμ_s w_s²/(1 + λμ_s),
    /// D = Σ w_s²/(1 + λμ_s) + χ²_{n−p−K}; for the LRT n stands for n − p and Σ log(1 + λξ_s) for the second sum.
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::Lmm, parallel::Threads};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 6.0, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let fit = Lmm::new("y ~ 1 + (1 | g)".parse()?).fit(&frame)?;
    /// let test = fit.exact_variance_test(7, 10_000, Threads::ONE)?;
    /// // In a balanced layout this is the F test: P(F₂,₃ ≥ 16) = (1 + 2 · 16/3)^(−3/2).
    /// assert!((test.p_value - (35.0_f64 / 3.0).powf(-1.5)).abs() < 4.0 * test.std_error);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// `not_one_variance` unless the model has one random effect (or several with one variance) and independent residuals
    /// with one variance; `too_many_groups`; `no_replicate` for n = 0.
    ///
    /// # Source
    /// Crainiceanu and Ruppert 2004, Journal of the Royal Statistical Society B 66, 165, theorem 1 and eq. 8 to 10.
    pub fn exact_variance_test(&self, seed: u64, n: usize, threads: Threads) -> Result<ExactVarianceTest> {
        require_one_variance(&self.design)?;
        if n == 0 {
            return Err(Error::usage("no_replicate", "a distribution cannot be simulated without a draw"));
        }
        let statistic = (self.without_random_effects()? - self.minus_two_log_likelihood()).max(0.0);
        let grid = Grid::new(Spectrum::of(self)?, self.criterion);
        let streams = Streams::new(seed, NULL);
        let parts = in_order(threads, n.div_ceil(DRAWS_A_PIECE), |piece| {
            let (mut extreme, mut zero) = (0_usize, 0_usize);
            for draw in piece * DRAWS_A_PIECE..((piece + 1) * DRAWS_A_PIECE).min(n) {
                let value = grid.draw(&mut streams.stream(draw as u64, 0))?;
                extreme += usize::from(value >= statistic);
                zero += usize::from(value <= 0.0);
            }
            Ok((extreme, zero))
        });
        let parts = parts.into_iter().collect::<Result<Vec<(usize, usize)>>>()?;
        let (extreme, zero) = parts.iter().fold((0, 0), |(e, z), (extreme, zero)| (e + extreme, z + zero));
        let p_value = (extreme + 1) as f64 / (n + 1) as f64;
        let std_error = (p_value * (1.0 - p_value) / n as f64).sqrt();
        let (criterion, at_zero) = (self.criterion, zero as f64 / n as f64);
        Ok(ExactVarianceTest { criterion, statistic, p_value, std_error, n_draws: n, at_zero })
    }

    /// −2 log-likelihood of the model without its random effects, for the same rows.
    fn without_random_effects(&self) -> Result<f64> {
        let design = Design { random: Vec::new(), ..(*self.design).clone() };
        let engine = Engine::new(&design, Solver::default(), self.engine.threads())?;
        Ok(Problem { engine: &engine, criterion: self.criterion }.solve()?.point.value)
    }

    /// [Z X] of the rows used, times √weight: Z of the only random term, group after group, and X.
    fn effects_and_columns(&self) -> (DMatrix<f64>, DMatrix<f64>) {
        let design = &self.design;
        let term = &design.random[0];
        let q = term.columns.len();
        let mut z = DMatrix::zeros(design.rows.len(), q * term.group.labels.len());
        for (i, &row) in design.rows.iter().enumerate() {
            let first = term.group.codes[row as usize] as usize * q;
            for (c, column) in term.columns.iter().enumerate() {
                z[(i, first + c)] = self.root_weight(row) * column.value(row as usize);
            }
        }
        let p = design.fixed.len();
        let mut x = vec![0.0; design.rows.len() * p];
        self.engine.fixed.fill(&design.rows, |row| self.root_weight(row as u32), &mut x, p);
        (z, DMatrix::from_row_slice(design.rows.len(), p, &x))
    }
}

/// Refuses models whose likelihood ratio has another distribution.
fn require_one_variance(design: &Design) -> Result<()> {
    let one = match &design.random[..] {
        [term] => term.columns.len() == 1 || term.structure == "iid",
        _ => false,
    };
    if one && design.residual.is_none() && design.variance.is_none() {
        return Ok(());
    }
    let message = "the exact distribution is known for a model with one variance of random effects beside independent \
                   residuals with one variance; bootstrap the likelihood ratio of others";
    Err(Error::usage("not_one_variance", message))
}

#[cfg(test)]
mod tests;
