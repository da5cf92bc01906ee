//! What a restored fit answers.

use nalgebra::DMatrix;

use super::SavedFit;
use crate::design::Recipe;
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::inference::{DfMethod, Inference};
use crate::likelihood::Criterion;
use crate::lmm::criteria::Counts;
use crate::lmm::fit::{Convergence, CovarianceEstimate, RowCounts};
use crate::lmm::predict::{Known, Source};
use crate::lmm::random_effects::GroupEffects;
use crate::lmm::{Counting, InformationCriteria, LikelihoodRatio, Predicted, Prediction};

impl SavedFit {
    /// The formula in its canonical form.
    pub fn formula(&self) -> &str {
        &self.0.formula
    }
    /// REML or ML.
    pub fn criterion(&self) -> Criterion {
        self.0.criterion
    }
    /// How many rows entered, and why the others did not.
    pub fn rows(&self) -> &RowCounts {
        &self.0.rows
    }
    /// The number of independent clusters.
    pub fn n_clusters(&self) -> usize {
        self.0.n_clusters
    }
    /// −2 log-likelihood (restricted, for REML) at the optimum.
    pub fn minus_two_log_likelihood(&self) -> f64 {
        self.0.minus_two_log_likelihood
    }
    /// The coefficients' names, length p.
    pub fn names(&self) -> &[String] {
        &self.0.fixed_effects.names
    }
    /// The columns left out because others determine them.
    pub fn aliased(&self) -> &[String] {
        &self.0.fixed_effects.aliased
    }
    /// β̂, length p, in the units of the data.
    pub fn beta(&self) -> &[f64] {
        &self.0.fixed_effects.estimates
    }
    /// Φ, the model-based covariance of β̂, p × p.
    pub fn vcov(&self) -> &DMatrix<f64> {
        &self.0.fixed_effects.vcov
    }
    /// The covariance parameters in the units of the data.
    pub fn covariance(&self) -> &CovarianceEstimate {
        &self.0.covariance
    }
    /// The number of covariance parameters, k.
    pub fn n_covariance_parameters(&self) -> usize {
        self.0.covariance_parameters.len()
    }
    /// The covariance parameters' names and estimates in the units of the data.
    pub fn natural_parameters(&self) -> Vec<(String, f64)> {
        self.0.covariance_parameters.iter().map(|one| (one.name.clone(), one.estimate)).collect()
    }
    /// The certificate of convergence.
    pub fn convergence(&self) -> &Convergence {
        &self.0.convergence
    }
    /// Remarks on the design.
    pub fn notes(&self) -> &[String] {
        &self.0.notes
    }
    /// The program that saved the fit, such as `steadfast 0.1.0`.
    pub fn written_by(&self) -> &str {
        &self.0.written_by
    }
    /// How new rows become rows of X.
    pub fn recipe(&self) -> &Recipe {
        &self.0.recipe
    }

    /// The groups of the random effects.
    ///
    /// # Errors
    /// `left_out` where they were not saved.
    pub fn group_effects(&self) -> Result<&GroupEffects> {
        self.0.random_effects.get()
    }

    /// Inference about the fixed effects by `method`, at confidence level 0.95.
    ///
    /// # Errors
    /// When the method does not apply to the fit; `needs_rows` for a sandwich covariance.
    pub fn inference(&self, method: &dyn DfMethod) -> Result<Inference> {
        method.infer(self)
    }

    /// The predictions at the rows of `frame`, as [`LmmFit::predict`](crate::lmm::LmmFit::predict) makes them.
    ///
    /// # Errors
    /// As there; `left_out` for predictions given groups that were not saved.
    pub fn predict(&self, frame: &Frame, prediction: &Prediction, inference: &Inference) -> Result<Vec<Predicted>> {
        let known = if prediction.is_of_groups() { Some(Known::from(self.group_effects()?)) } else { None };
        let source = Source { recipe: self.recipe(), beta: self.beta(), outcome: &self.0.outcome_covariance, known };
        source.predict(frame, prediction, inference)
    }

    /// The information criteria, as [`LmmFit::information_criteria`](crate::lmm::LmmFit::information_criteria).
    ///
    /// # Errors
    /// As there.
    pub fn information_criteria(&self, counting: impl Into<Counting>) -> Result<InformationCriteria> {
        let counts = Counts {
            minus_two_log_likelihood: self.minus_two_log_likelihood(),
            criterion: self.criterion(),
            covariance: self.n_covariance_parameters(),
            fixed: self.beta().len(),
            observations: self.rows().used,
            clusters: self.n_clusters(),
        };
        counts.criteria(counting.into())
    }

    /// Refuses a fit whose likelihood is not of the same outcomes by the same criterion, so that no comparison holds.
    ///
    /// # Errors
    /// `different_criteria`; `different_rows`: rows are known by their places, outcomes, offsets and weights.
    pub fn require_comparable(&self, other: &SavedFit) -> Result<()> {
        self.0.comparison.require_same_outcomes(&other.0.comparison)
    }

    /// The test of `smaller` within this fit, as [`LmmFit::likelihood_ratio`](crate::lmm::LmmFit::likelihood_ratio).
    ///
    /// # Errors
    /// As there; `needs_rows` where fixed effects that are not the same columns may still lie within each other, as cell
    /// means do within main effects and interaction.
    pub fn likelihood_ratio(&self, smaller: &SavedFit) -> Result<LikelihoodRatio> {
        let unknown = || {
            let message = "some columns of the smaller model are not columns of the larger, and whether they lie within \
                           them needs the rows used, which saved fits do not hold";
            Err(Error::usage("needs_rows", message))
        };
        self.0.comparison.likelihood_ratio(&smaller.0.comparison, unknown)
    }
}
