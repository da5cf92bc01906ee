//! What a restored fit hands to inference and to reference grids.

use nalgebra::DMatrix;

use super::SavedFit;
use crate::design::{Design, Recipe};
use crate::error::{Error, Result};
use crate::inference::{ClusterShare, Information, Marginal, SecondOrder};
use crate::likelihood::Criterion;
use crate::lmm::fit::Position;
use crate::reference_grid::{Combinations, FixedEffects};

/// The error of what a fit without its rows cannot answer.
pub(super) fn needs_rows(what: &str) -> Error {
    let message = format!(
        "{what} needs the rows used, which a fit without rows does not hold: fit the model to its data in memory"
    );
    Error::usage("needs_rows", message)
}

impl AsRef<Recipe> for SavedFit {
    fn as_ref(&self) -> &Recipe {
        self.recipe()
    }
}

impl FixedEffects for SavedFit {
    fn recipe(&self) -> &Recipe {
        self.recipe()
    }
    fn combinations(&self) -> Option<&Combinations> {
        self.0.combinations.get().ok()
    }
}

impl Marginal for SavedFit {
    fn names(&self) -> &[String] {
        &self.0.fixed_effects.names
    }
    fn beta(&self) -> &[f64] {
        &self.0.fixed_effects.estimates
    }
    fn vcov(&self) -> &DMatrix<f64> {
        &self.0.fixed_effects.vcov
    }
    fn n_observations(&self) -> usize {
        self.0.rows.used
    }
    fn is_reml(&self) -> bool {
        self.0.criterion == Criterion::Reml
    }
    fn vcov_slopes(&self) -> Result<Vec<DMatrix<f64>>> {
        Ok(self.0.small_sample.vcov_slopes.get()?.iter().map(|slope| slope.0.clone()).collect())
    }
    fn natural_covariance(&self, information: Information) -> Result<DMatrix<f64>> {
        Ok(self.0.small_sample.parameter_covariance(information)?.0.clone())
    }
    fn kenward_roger_adjustment(&self, information: Information, second_order: SecondOrder) -> Result<DMatrix<f64>> {
        Ok(self.0.small_sample.adjustment(information, second_order)?.0.clone())
    }
    fn design(&self) -> Result<&Design> {
        Err(needs_rows("a rule that counts"))
    }
    fn counted(&self, method: &str) -> Option<Result<Vec<f64>>> {
        let found = self.0.small_sample.counted.iter().find(|one| one.method == method)?;
        Some(found.df.get().cloned())
    }
    fn boundary(&self) -> &[String] {
        match &self.0.convergence.position {
            Position::Interior => &[],
            Position::Boundary { terms } => terms,
        }
    }
    fn vcov_root(&self) -> Result<DMatrix<f64>> {
        Err(needs_rows("a sandwich covariance"))
    }
    fn for_each_share(&self, _look: &mut dyn FnMut(&ClusterShare<'_>)) -> Result<()> {
        Err(needs_rows("a sandwich covariance"))
    }
}
