//! A fit to rows that come in parts, no two of which need be in memory together.
//!
//! Passes over the parts: the levels that occur; ranges, counts and means; patterns of clusters and normal equations (once
//! more where fixed effects are dependent, or nearly so); moments; and, at the optimum, the certificate's second evaluation,
//! with the counts and digests that a saved fit has. What is left of the rows is what the likelihood needs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::certificate::certify_by;
use super::fit::{LmmFit, RowCounts};
use super::likelihood_ratio::Digests;
use super::problem::Problem;
use super::{Lmm, SavedFit, Solver};
use crate::design::{Design, DesignOptions, FactorSummary, Parts, Recipe};
use crate::error::{Error, Result};
use crate::frame::Partitions;
use crate::likelihood::Parted;
use crate::reference_grid::{Combination, Combinations};

impl Lmm {
    /// The fit to rows that come in parts: estimates, certificate and inference as of [`Lmm::fit`], as a fit without its
    /// rows. What needs the rows says `needs_rows`.
    ///
    /// The groups of the formula must lie within parts: rows of one child, or of one family where children of a family are
    /// correlated, stand in one part. The bits depend on how the rows are divided, and neither on the order of the rows of a
    /// part nor on the number of threads; from a fit to all rows in memory they differ by rounding.
    ///
    /// ```
    /// use steadfast_core::frame::{Column, Frame};
    /// use steadfast_core::inference::KenwardRoger;
    /// use steadfast_core::lmm::Lmm;
    ///
    /// let part = |y: &[f64], g: &[&str]| {
    ///     Frame::new(vec![Column::float("y", y.to_vec()), Column::factor("g", g.iter().copied())])
    /// };
    /// let parts = vec![part(&[1.0, 2.5, 2.0, 4.5], &["a", "a", "b", "b"])?, part(&[3.0, 4.0], &["c", "c"])?];
    /// let fit = Lmm::new("y ~ 1 + (1 | g)".parse()?).fit_partitioned(&parts)?;
    /// assert!((fit.beta()[0] - 17.0 / 6.0).abs() < 1e-12);
    /// assert_eq!(fit.inference(&KenwardRoger::default())?.coefficients()?.len(), 1);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Lmm::fit`]; `needs_all_rows` for what is learnt from all rows at once, such as a spline, `scale(x)` or a variance
    /// function of a number; `memory_ceiling` where what is left of the rows is more than the parts allow.
    pub fn fit_partitioned(&self, source: &dyn Partitions) -> Result<SavedFit> {
        if self.solver == Solver::Sparse {
            let message = "rows in parts are fitted through independent clusters, not by one sparse matrix";
            return Err(Error::usage("solver_does_not_apply", message));
        }
        let options = DesignOptions { weights: self.weights.clone() };
        let mut parts = Parts::new(&self.formula, source, &options, self.threads)?;
        let parted = Parted::new(&mut parts)?;
        let problem = Problem { engine: parted.engine(), criterion: self.criterion };
        let minimum = problem.solve()?;
        let natural = parted.engine().natural(&minimum.theta);
        let mut rest = Rest::default();
        let recipe = Arc::clone(&parts.whole.pilot.recipe);
        let second = parted.second_opinion(
            &parts,
            &natural,
            self.criterion,
            |design| Ok(Rest::of(design)),
            |part| {
                rest.merge(part);
                Ok(())
            },
        )?;
        let convergence = certify_by(&problem, second, &minimum)?;
        let (rows, groups) =
            (RowCounts::new(parts.whole.n_used, &parts.whole.excluded), parts.whole.seen.groups.clone());
        let design = Arc::new(parts.whole.pilot);
        let fit = LmmFit::new(self, design, parted.into_engine(), minimum, convergence)?.counted(rows, &groups);
        let combinations = rest.combinations(&recipe);
        Ok(fit.saved_from_parts(combinations, &rest.digests))
    }
}

/// What a saved fit has of the rows beside the estimates.
#[derive(Default)]
struct Rest {
    counts: BTreeMap<Vec<String>, u64>,
    refused: Option<Error>,
    digests: Digests,
}

impl Rest {
    fn of(design: &Design) -> Self {
        let digests = Digests::of(design);
        match Combinations::of(design) {
            Ok(found) => {
                let counts = found.counts.into_iter().map(|one| (one.levels, one.rows)).collect();
                Self { counts, refused: None, digests }
            }
            Err(error) => Self { counts: BTreeMap::new(), refused: Some(error), digests },
        }
    }

    fn merge(&mut self, other: Self) {
        for (levels, rows) in other.counts {
            *self.counts.entry(levels).or_default() += rows;
        }
        self.refused = self.refused.take().or(other.refused);
        self.digests.merge(&other.digests);
    }

    fn combinations(&mut self, recipe: &Recipe) -> Result<Combinations> {
        if let Some(error) = self.refused.take() {
            return Err(error);
        }
        let summary = &recipe.summary.factors;
        let place = |(level, factor): (&String, &FactorSummary)| factor.levels.iter().position(|own| own == level);
        let mut counts: Vec<Combination> =
            std::mem::take(&mut self.counts).into_iter().map(|(levels, rows)| Combination { levels, rows }).collect();
        counts.sort_by_key(|one| one.levels.iter().zip(summary).map(place).collect::<Vec<_>>());
        Ok(Combinations { factors: summary.iter().map(|factor| factor.column.clone()).collect(), counts })
    }
}

#[cfg(test)]
mod tests;
