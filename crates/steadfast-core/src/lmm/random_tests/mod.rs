//! A likelihood-ratio test of each random effect: the model without it, against the model.

mod reductions;

use serde::{Deserialize, Serialize};

use super::fit::LmmFit;
use super::likelihood_ratio::LikelihoodRatio;
use super::{Lmm, mean_variance};
use crate::design::Design;
use crate::error::Result;
use crate::parallel::{Threads, in_order};
use reductions::{Reduction, reductions};

/// The test of one random effect or term.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RandomTest {
    /// What the smaller model lacks: a term, such as `(1 | plate)`, or effects of one, such as `Days in (1 + Days | Subject)`.
    pub term: String,
    /// The parameters of the smaller model, fixed effects and covariance parameters.
    pub n_parameters: usize,
    /// Its −2 log-likelihood (restricted, for REML).
    pub minus_two_log_likelihood: f64,
    /// The test, with the p value of χ² and that at the boundary.
    pub test: LikelihoodRatio,
}

impl LmmFit {
    /// A test of every random effect that can be left out while the rest of the model stays, as lmerTest's `ranova`:
    /// `(Days | Subject)` becomes `(1 | Subject)`, `(1 | plate)` goes, each effect of `(Days || Subject)` goes by itself, and
    /// so does each term whose structure is none of these. An effect that another of the term contains stays: of
    /// `(x * z | g)` only `x:z` is tested. On several `threads` the numbers are the same.
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::Lmm, parallel::Threads};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 6.0, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let tests = Lmm::new("y ~ 1 + (1 | g)".parse()?).fit(&frame)?.random_tests(Threads::ONE)?;
    /// assert_eq!((tests[0].term.as_str(), tests[0].test.df), ("(1 | g)", 1));
    /// assert!((tests[0].test.p_value().value - 0.5 * tests[0].test.chi_squared.value).abs() < 1e-15);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// When a smaller model has no fit (`not_converged`, `unidentified`).
    ///
    /// # Source
    /// Stram and Lee 1994, Biometrics 50, 1171; Kuznetsova, Brockhoff and Christensen 2017, Journal of Statistical Software
    /// 82(13) (which effects are tested).
    pub fn random_tests(&self, threads: Threads) -> Result<Vec<RandomTest>> {
        let model = Lmm::new(self.formula().parse()?).criterion(self.criterion);
        let all = reductions(&self.design);
        in_order(threads, all.len(), |at| self.random_test(&model, &all[at])).into_iter().collect()
    }

    fn random_test(&self, model: &Lmm, reduction: &Reduction) -> Result<RandomTest> {
        let design = Design { random: reduction.random.clone(), ..(*self.design).clone() };
        let smaller = match &design.variance {
            Some(term) if term.reads_mean() => mean_variance::fit(model, design)?,
            _ => model.fit_design(design)?,
        };
        Ok(RandomTest {
            term: reduction.label.clone(),
            n_parameters: smaller.beta.len() + smaller.n_covariance_parameters(),
            minus_two_log_likelihood: smaller.minus_two_log_likelihood(),
            test: self.likelihood_ratio(&smaller)?,
        })
    }
}

#[cfg(test)]
mod tests;
