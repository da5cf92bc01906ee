//! The shape in which a model of counts leaves the program: the contract of `fit --json` with `--family`.
//!
//! `docs/json.md` describes every key. A key is added when there is something to add; none changes its meaning.

use serde::Serialize;
use steadfast_core::counts::{BoundaryTest, Rootogram, ScoreTest};
use steadfast_core::report::Interval;

use super::rates::RatesResult;
use crate::events::RatioRow;

/// The name of the shape.
pub(super) const SCHEMA: &str = "steadfast-counts/1";

/// A fitted model of counts with everything that was asked about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CountResult {
    /// The name of the shape.
    pub schema: &'static str,
    /// The formula of the mean in its canonical form.
    pub formula: String,
    /// The formula of the excess zeros.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zero_formula: Option<String>,
    /// The distribution: `poisson`, `nb2`, `nb1`.
    pub family: &'static str,
    /// The distribution in words, with its variance.
    pub family_description: &'static str,
    /// The column of exposures.
    pub exposure: Option<String>,
    /// The column of weights.
    pub weights: Option<String>,
    /// The column of clusters.
    pub cluster: Option<String>,
    /// How the covariance of the estimates was made: `model`, `observed`, `cr0` to `cr3`.
    pub vcov_method: String,
    /// How degrees of freedom were made: `asymptotic`, `clusters-less-one`, `satterthwaite`.
    pub df_method: String,
    /// Why the covariance is this one.
    pub vcov_reason: WhyVariance,
    /// The confidence level of every interval.
    pub level: f64,
    /// Rows, clusters, events, exposure.
    pub observed: CountedRows,
    /// Rows that were left out: incomplete, or without weight.
    pub rows_left_out: usize,
    /// The same at each level of each factor of the model.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<CountedLevel>,
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// The number of parameters, those on the boundary included.
    pub n_parameters: usize,
    /// Akaike's criterion.
    pub aic: f64,
    /// The Bayesian criterion, n being the number of rows.
    pub bic: f64,
    /// Σ of the squared residuals of Pearson over n less the coefficients.
    pub pearson_dispersion: f64,
    /// ln rate ratios and rate ratios.
    pub coefficients: Vec<RatioRow>,
    /// ln odds ratios of an excess zero and odds ratios; none where no zero is an excess one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub zero_coefficients: Vec<RatioRow>,
    /// The spread α, where the distribution has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispersion: Option<Dispersion>,
    /// The likelihood ratio test of no excess zeros, where their probability is one number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inflation_test: Option<BoundaryTest>,
    /// Tests that look at the Poisson estimate: of its variance, and of excess zeros.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub score_tests: Vec<ScoreTest>,
    /// Parameters at the edge of their range.
    pub boundary: Vec<String>,
    /// Columns left out because others determine them.
    pub aliased: Vec<String>,
    /// Standardised rates with their differences and ratios.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rates: Option<RatesResult>,
    /// How often each count was seen and is expected.
    pub frequencies: Rootogram,
    /// What a reader of the numbers should know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cautions: Vec<String>,
    /// The iterations that the optimum took.
    pub iterations: usize,
}

/// Why the covariance of the estimates is the one that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyVariance {
    /// It was asked for.
    Asked,
    /// Rows count as independent: nothing says that they are not.
    Independent,
    /// `cluster()` says that rows depend on each other.
    Clusters,
}

/// What was counted in some rows, unweighted.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct CountedRows {
    /// Rows.
    pub rows: usize,
    /// Clusters, where they are named; else rows.
    pub clusters: usize,
    /// Σ of the counts.
    pub events: f64,
    /// Rows whose count is 0.
    pub zeros: usize,
    /// Σ of the exposures; rows where none is named.
    pub exposure: f64,
    /// Events over exposure.
    pub rate: f64,
}

/// What was counted at a level of a factor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CountedLevel {
    /// The factor.
    pub factor: String,
    /// The level.
    pub level: String,
    /// What was counted.
    #[serde(flatten)]
    pub observed: CountedRows,
}

/// The spread of a negative binomial.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dispersion {
    /// α with its interval by the profile likelihood.
    #[serde(flatten)]
    pub interval: Interval,
    /// The test that α is 0.
    pub test: BoundaryTest,
}
