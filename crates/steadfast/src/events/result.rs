//! The shape in which a model of events leaves the program: the contract of `fit --json` for a response `Surv(…)`.
//!
//! `docs/json.md` describes every key. A key is added when there is something to add; none changes its meaning.

use serde::Serialize;
use steadfast_core::findings::Findings;
use steadfast_core::report::{FTest, Row};

use super::absolute::Absolute;
use super::contrasts::RatioCell;
use super::diagnostics::Diagnostics;
use super::frailty::FrailtyResult;
use super::rows::{Observed, RowsUsed};
use crate::model::TestType;
use crate::results::Adjustment;

/// The name of the shape.
pub(super) const SCHEMA: &str = "steadfast-events/1";

/// A fitted model of events with everything that was asked about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventResult {
    /// The name of the shape.
    pub schema: &'static str,
    /// The formula in its canonical form.
    pub formula: String,
    /// What is modelled: `cox`, `fine-gray` for the subdistribution, `frailty` for the hazard given what a group shares.
    pub model: &'static str,
    /// The event whose hazard is modelled.
    pub event: String,
    /// Other events, which end observation without being the one modelled.
    pub competing: Vec<String>,
    /// How events that happen again and again became rows: `counting`, `total-time`, `gap-time`, `marginal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<&'static str>,
    /// How events at one time were treated.
    pub ties: &'static str,
    /// How the covariance of the estimates was made, such as `model` or `cr0`.
    pub vcov_method: String,
    /// How degrees of freedom were made: `asymptotic`, `clusters-less-one`.
    pub df_method: String,
    /// Why the covariance is this one.
    pub vcov_reason: Robustness,
    /// The confidence level of every interval.
    pub level: f64,
    /// The column of weights, where there is one.
    pub weights: Option<String>,
    /// The column of persons, where there is one.
    pub subject: Option<String>,
    /// The column of clusters, where there is one.
    pub cluster: Option<String>,
    /// Rows used and left out.
    pub rows: RowsUsed,
    /// Persons, clusters, events and time at risk.
    pub observed: Observed,
    /// The same in each stratum, where there are strata.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub strata: Vec<StratumCount>,
    /// The same at each level of each factor of the model.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<LevelCount>,
    /// The log partial likelihood where all coefficients are zero.
    pub log_likelihood_null: f64,
    /// The log partial likelihood at the optimum.
    pub log_likelihood: f64,
    /// Akaike's criterion of the partial likelihood.
    pub aic: f64,
    /// The Bayesian criterion of the partial likelihood, n being the number of events.
    pub bic: f64,
    /// ln hazard ratios and hazard ratios.
    pub coefficients: Vec<RatioRow>,
    /// Columns left out because others determine them.
    pub aliased: Vec<String>,
    /// Tests that all coefficients are zero.
    pub global_tests: Vec<GlobalTest>,
    /// The type of the tests of terms.
    pub test_type: TestType,
    /// A joint test of each term.
    pub tests: Vec<FTest>,
    /// What members of a group share, where the model has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frailty: Option<FrailtyResult>,
    /// Contrasts, where asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contrasts: Option<Vec<RatioCell>>,
    /// The contrasts adjusted for their number, where asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjusted: Option<Adjustment>,
    /// Joint tests at each level, where asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slices: Option<Vec<FTest>>,
    /// Contrasts that were asked for and that the data do not determine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_estimable: Vec<String>,
    /// Probabilities and mean times at the levels of a factor, where asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absolute: Option<Absolute>,
    /// Tests of the model's assumptions, where asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<Diagnostics>,
    /// What a reader of the numbers should know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cautions: Vec<String>,
    /// What was found in the data, row by row.
    #[serde(skip_serializing_if = "Findings::is_empty")]
    pub findings: Findings,
    /// The iterations that the optimum took.
    pub iterations: usize,
}

/// An estimate on the logarithmic scale, and the ratio that it stands for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatioRow {
    /// The logarithm.
    #[serde(flatten)]
    pub row: Row,
    /// exp of the estimate.
    pub ratio: f64,
    /// exp of the lower limit.
    pub ratio_low: f64,
    /// exp of the upper limit.
    pub ratio_high: f64,
}

impl From<Row> for RatioRow {
    fn from(row: Row) -> Self {
        let [ratio, ratio_low, ratio_high] = [row.estimate, row.conf_low, row.conf_high].map(libm::exp);
        Self { row, ratio, ratio_low, ratio_high }
    }
}

/// A χ² test that all coefficients are zero.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GlobalTest {
    /// Which: `likelihood ratio`, `score`, `wald`, `robust wald`.
    pub test: &'static str,
    /// χ².
    pub chi_squared: f64,
    /// Its degrees of freedom.
    pub df: f64,
    /// The upper tail.
    pub p_value: f64,
}

impl GlobalTest {
    /// The χ² of a statistic that was divided by its degrees of freedom.
    pub(super) fn new(test: &'static str, of: &FTest) -> Self {
        Self { test, chi_squared: of.statistic * of.num_df, df: of.num_df, p_value: of.p_value }
    }
}

/// Why the covariance of the estimates is the one that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Robustness {
    /// It was asked for.
    Asked,
    /// Rows count as independent: nothing says that they are not.
    Independent,
    /// `cluster()` says that rows depend on each other.
    Clusters,
    /// Persons have several events, which depend on each other.
    SeveralEvents,
    /// Weights are no counts.
    Weights,
    /// What members of a group share is part of the model.
    Frailty,
    /// Rows of a subdistribution are weighted by how probable it is that they would still be observed.
    Weighted,
}

/// What was observed in a stratum.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StratumCount {
    /// The stratum, such as `site=E1`.
    pub stratum: String,
    /// What was observed.
    #[serde(flatten)]
    pub observed: Observed,
}

/// What was observed at a level of a factor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LevelCount {
    /// The factor.
    pub factor: String,
    /// The level.
    pub level: String,
    /// What was observed.
    #[serde(flatten)]
    pub observed: Observed,
}
