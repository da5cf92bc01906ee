//! A fit without its rows: saved as readable plain data, and restored to answer what needs no rows.
//!
//! Inference by every method that is not a sandwich, marginal means and their contrasts, type III tests, predictions for
//! new rows, information criteria and likelihood-ratio tests come out of a restored fit with the bits of the fit itself.
//! Residuals, influence, sandwich covariances, counterfactual means and tests of types I and II need the rows, and say so.
//!
//! What is kept of the data: levels, means of covariates, counts of combinations of levels, the groups' labels with their
//! random effects (which [`Groups::LeftOut`] leaves out), and 128-bit digests by which models are known to be of the same
//! outcomes. No row is kept.

mod answers;
mod check;
mod format;
mod kept;
mod marginal;
pub(super) mod matrix;
mod save;
mod small_sample;

pub(super) use check::damaged;
pub use format::{FORMAT, VERSION};
pub use kept::{Kept, Refusal};

use serde::{Deserialize, Serialize, Serializer};

use super::fit::{Convergence, CovarianceEstimate, RowCounts};
use super::likelihood_ratio::Compared;
use super::predict::OutcomeCovariance;
use super::random_effects::GroupEffects;
use crate::design::Recipe;
use crate::error::Error;
use crate::likelihood::Criterion;
use crate::reference_grid::Combinations;
use format::{Format, Version};
use nalgebra::DMatrix;
use small_sample::SmallSample;

/// What a saved fit holds about single groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Groups {
    /// Their labels and random effects, so that new rows of theirs can be predicted.
    #[default]
    Kept,
    /// Nothing: the labels may be people.
    LeftOut,
}

/// A fitted linear mixed model without rows: `Serialize` and `Deserialize`, as in JSON.
///
/// ```
/// use steadfast_core::frame::{Column, Frame};
/// use steadfast_core::inference::KenwardRoger;
/// use steadfast_core::lmm::{Groups, Lmm, Prediction};
///
/// let frame = Frame::new(vec![
///     Column::float("y", vec![1.0, 2.5, 2.0, 4.5, 3.0, 4.0]),
///     Column::float("t", vec![0.0, 1.0, 0.0, 1.0, 0.0, 1.0]),
///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
/// ])?;
/// let fit = Lmm::new("y ~ t + (1 | g)".parse()?).fit(&frame)?;
/// let saved = fit.save(Groups::Kept);
/// let method = KenwardRoger::default();
/// assert_eq!(saved.inference(&method)?.coefficients()?, fit.inference(&method)?.coefficients()?);
///
/// let new = Frame::new(vec![Column::float("t", vec![2.0]), Column::factor("g", ["b"])])?;
/// let predicted = saved.predict(&new, &Prediction::of_groups(), &saved.inference(&method)?)?;
/// assert!(predicted[0].estimate > saved.beta()[0] + 2.0 * saved.beta()[1]);
/// # Ok::<(), steadfast_core::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Content")]
pub struct SavedFit(Content);

/// The file, in the order in which a reader meets it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Content {
    format: Format,
    version: Version,
    /// The program that saved it.
    written_by: String,
    formula: String,
    criterion: Criterion,
    rows: RowCounts,
    n_clusters: usize,
    minus_two_log_likelihood: f64,
    fixed_effects: FixedPart,
    covariance: CovarianceEstimate,
    covariance_parameters: Vec<Parameter>,
    convergence: Convergence,
    notes: Vec<String>,
    small_sample: SmallSample,
    recipe: Recipe,
    combinations: Kept<Combinations>,
    outcome_covariance: OutcomeCovariance,
    random_effects: Kept<GroupEffects>,
    comparison: Compared,
}

/// β̂ and Φ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct FixedPart {
    names: Vec<String>,
    aliased: Vec<String>,
    estimates: Vec<f64>,
    #[serde(with = "matrix")]
    vcov: DMatrix<f64>,
}

/// A covariance parameter in the units of the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Parameter {
    name: String,
    estimate: f64,
}

impl Serialize for SavedFit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl TryFrom<Content> for SavedFit {
    type Error = Error;

    fn try_from(content: Content) -> Result<Self, Error> {
        check::check(&content)?;
        Ok(Self(content))
    }
}

#[cfg(test)]
mod tests;
