//! Saved fits side by side: parameters, likelihoods, information criteria, and tests of those that are nested.

use serde::Serialize;
use steadfast_core::lmm::{Criterion, LikelihoodRatio, Null, SavedFit};

use crate::error::{Error, Result};
use crate::model::Convention;

/// Models of the same outcomes, those with fewer parameters first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Whose counts are in force in the information criteria.
    pub convention: Convention,
    /// REML or ML, the same for all.
    pub criterion: Criterion,
    /// Rows used, the same for all.
    pub n_observations: usize,
    /// The models.
    pub models: Vec<ComparedModel>,
}

/// One model of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedModel {
    /// The file.
    pub name: String,
    /// The formula in its canonical form.
    pub formula: String,
    /// Fixed effects and covariance parameters.
    pub n_parameters: usize,
    /// Independent clusters.
    pub n_clusters: usize,
    /// −2 log-likelihood (restricted, for REML).
    pub minus_two_log_likelihood: f64,
    /// Akaike's criterion.
    pub aic: f64,
    /// The same corrected for small samples.
    pub aicc: f64,
    /// The Bayesian criterion.
    pub bic: f64,
    /// The test of the next smaller model that lies within this one; `None` for the first model.
    pub test: Option<Tested>,
}

/// A likelihood-ratio test within a model, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Tested {
    /// The test of `against`.
    Nested {
        /// The file of the smaller model.
        against: String,
        /// −2 log Λ.
        statistic: f64,
        /// The parameters that this model has more.
        df: usize,
        /// Where the smaller model lies: inside, or on the boundary, where a variance is zero.
        null: Null,
        /// The reference distribution of `p_value`.
        reference: String,
        /// The p value by that reference.
        p_value: f64,
        /// The p value of χ² with `df` degrees of freedom.
        chi_squared_p_value: f64,
    },
    /// No smaller model is known to lie within this one.
    NotTested {
        /// The file of the next smaller model.
        against: String,
        /// Why it is not tested, as a stable code.
        code: String,
        /// The same in a sentence.
        reason: String,
    },
}

impl Comparison {
    /// The comparison of `fits` with the names of their files.
    ///
    /// # Errors
    /// `too_few_models`; `different_criteria`, `different_rows`, `different_fixed_effects` (under REML) where likelihoods do
    /// not compare at all.
    pub fn of(fits: &[(String, SavedFit)], convention: Convention) -> Result<Self> {
        let mut ordered: Vec<&(String, SavedFit)> = fits.iter().collect();
        ordered.sort_by_key(|(_, fit)| n_parameters(fit));
        let [first, second, ..] = ordered[..] else {
            return Err(Error::usage("too_few_models", "a comparison is of two saved fits or more"));
        };
        for other in &ordered[1..] {
            first.1.require_comparable(&other.1).map_err(|error| between(error, &first.0, &other.0))?;
        }
        let models = ordered.iter().enumerate();
        let models = models.map(|(at, own)| Ok(model(own, test(own, &ordered[..at])?, convention)?));
        Ok(Self {
            convention,
            criterion: second.1.criterion(),
            n_observations: second.1.rows().used,
            models: models.collect::<Result<_>>()?,
        })
    }
}

fn n_parameters(fit: &SavedFit) -> usize {
    fit.n_covariance_parameters() + fit.beta().len()
}

fn between(error: impl Into<Error>, one: &str, other: &str) -> Error {
    error.into().within(format!("`{one}` and `{other}`"))
}

/// The test of the largest of `smaller` that lies within a model.
fn test((name, fit): &(String, SavedFit), smaller: &[&(String, SavedFit)]) -> Result<Option<Tested>> {
    let mut refused = None;
    for (against, other) in smaller.iter().rev() {
        match fit.likelihood_ratio(other) {
            Ok(test) => return Ok(Some(Tested::new(against, &test))),
            Err(error) if matches!(error.code(), "not_nested" | "needs_rows") => {
                let (code, reason) = (error.code().to_owned(), error.to_string());
                refused.get_or_insert(Tested::NotTested { against: against.clone(), code, reason });
            }
            Err(error) => return Err(between(error, against, name)),
        }
    }
    Ok(refused)
}

impl Tested {
    fn new(against: &str, test: &LikelihoodRatio) -> Self {
        Self::Nested {
            against: against.to_owned(),
            statistic: test.statistic,
            df: test.df,
            null: test.null,
            reference: test.p_value().reference.clone(),
            p_value: test.p_value().value,
            chi_squared_p_value: test.chi_squared.value,
        }
    }
}

fn model(
    (name, fit): &(String, SavedFit),
    test: Option<Tested>,
    convention: Convention,
) -> steadfast_core::error::Result<ComparedModel> {
    let criteria = fit.information_criteria(convention.counting(fit.covariance()))?;
    Ok(ComparedModel {
        name: name.clone(),
        formula: fit.formula().to_owned(),
        n_parameters: n_parameters(fit),
        n_clusters: fit.n_clusters(),
        minus_two_log_likelihood: fit.minus_two_log_likelihood(),
        aic: criteria.aic,
        aicc: criteria.aicc,
        bic: criteria.bic,
        test,
    })
}
