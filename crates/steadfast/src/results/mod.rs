//! The shape in which a fitted model leaves the program: the contract of `fit --json` and of `results.json`.
//!
//! `docs/json.md` describes every key. A key is added when there is something to add; none changes its meaning.

mod bootstrap;
mod covariance;
mod explained;
pub(crate) mod layout;
pub mod number;
mod profile;
mod random_tests;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;
use steadfast_core::findings::Findings;
use steadfast_core::lmm::{Convergence, Criterion, PrincipalComponents, RowCounts, SparseCost};
use steadfast_core::multiplicity::AdjustedRow;
use steadfast_core::report::{FTest, Interval, Row};

pub use bootstrap::{BootstrapResult, FailedReplicate};
pub use covariance::{Covariance, GroupMatrix, Parameter, ResidualResult};
pub use explained::{Explained, Level};
pub use profile::{ProfileResult, ProfileRow, WithoutLimit, traces};
pub use random_tests::RandomTestRow;
pub(crate) use text::means_blocks;
pub use text::{notes, summary};

use crate::model::{Convention, TestType};

/// A fitted model with everything that was asked about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelResult {
    /// The formula in its canonical form.
    pub formula: String,
    /// REML or ML.
    pub criterion: Criterion,
    /// Whose conventions were in force where engines differ.
    pub convention: Convention,
    /// How degrees of freedom were made, such as `kenward-roger`.
    pub df_method: String,
    /// One sentence with every convention of that method.
    pub df_conventions: String,
    /// How the covariance of the estimates was made, such as `model` or `cr2`.
    pub vcov_method: String,
    /// The confidence level of every interval of a fixed effect, mean or difference.
    pub level: f64,
    /// The column of weights, where there is one.
    pub weights: Option<String>,
    /// −2 log-likelihood (restricted, for REML) with all constants.
    pub minus_two_log_likelihood: f64,
    /// Akaike's criterion, over the parameters that the convention counts.
    pub aic: f64,
    /// The same corrected for small samples.
    pub aicc: f64,
    /// The Bayesian criterion, with the n that the convention names.
    pub bic: f64,
    /// Rows used.
    pub n_observations: usize,
    /// Independent clusters.
    pub n_clusters: usize,
    /// What one evaluation of the likelihood costs, where one sparse matrix serves all random effects.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sparse_cost: Option<SparseCost>,
    /// The grouping factors and their numbers of groups.
    pub groups: Vec<GroupCount>,
    /// Rows used and left out, by reason.
    pub rows: RowCounts,
    /// The fixed effects.
    pub coefficients: Vec<Row>,
    /// Columns left out of the fixed effects because others determine them.
    pub aliased: Vec<String>,
    /// The type of the tests: 1, 2 or 3.
    pub test_type: TestType,
    /// A joint test of each term of the fixed effects.
    pub tests: Vec<FTest>,
    /// Adjusted means, where asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub means: Option<Vec<CellRow>>,
    /// Differences between adjusted means, where asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differences: Option<Vec<CellRow>>,
    /// The differences adjusted for their number, where asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjusted: Option<Adjustment>,
    /// Joint tests at each level, where asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slices: Option<Vec<FTest>>,
    /// Means and differences that were asked for and that the data do not determine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_estimable: Vec<String>,
    /// The covariance parameters.
    pub covariance: Covariance,
    /// R², intraclass correlations and the parts of the variance, where asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variance_explained: Option<Explained>,
    /// A test of each random effect, where asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub random_tests: Option<Vec<RandomTestRow>>,
    /// The principal components of the random effects of each grouping factor, where asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_components: Option<Vec<PrincipalComponents>>,
    /// Intervals for the variance components and intraclass correlations, where asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variance_components: Option<Vec<Interval>>,
    /// Parameters whose profile could not be followed to its limits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_interval: Vec<String>,
    /// What a reader of the standard errors and degrees of freedom should know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cautions: Vec<String>,
    /// What was found in the data while the model was prepared, row by row.
    #[serde(skip_serializing_if = "Findings::is_empty")]
    pub findings: Findings,
    /// How good the optimum is.
    pub convergence: Convergence,
}

/// Differences adjusted for their number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Adjustment {
    /// The method, such as `dunnett`.
    pub method: String,
    /// The method in one sentence.
    pub description: String,
    /// The differences; each place (each level behind the bar) is a family of its own.
    pub rows: Vec<AdjustedCell>,
}

/// An adjusted difference: its keys, and one more for each factor that names its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AdjustedCell {
    /// The difference.
    #[serde(flatten)]
    pub row: AdjustedRow,
    /// The factors and their levels.
    #[serde(flatten)]
    pub at: BTreeMap<String, String>,
}

/// A grouping factor and its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupCount {
    /// The factor, such as `child:family`.
    pub name: String,
    /// The number of groups with at least one row in the model.
    pub count: usize,
}

/// Whether the terms of `cells` say more than the levels do; those of means repeat them.
pub(crate) fn terms_matter(cells: &[CellRow]) -> bool {
    !cells.iter().all(|cell| cell.at.values().any(|level| *level == cell.row.term))
}

/// A row about one cell of a reference grid: the row's keys, and one more for each factor that names the cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CellRow {
    /// The estimate.
    #[serde(flatten)]
    pub row: Row,
    /// The level of each factor, such as `visit` → `30 months`.
    #[serde(flatten)]
    pub at: BTreeMap<String, String>,
}
