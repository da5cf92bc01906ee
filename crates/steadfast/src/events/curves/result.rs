//! The shape in which curves leave the program: the contract of `curves --json`.
//!
//! `docs/json.md` describes every key. A key is added when there is something to add; none changes its meaning.

use serde::Serialize;
use steadfast_core::findings::Findings;
use steadfast_core::report::Row;

use super::{AtRisk, RankTestRow};
use crate::events::result::RatioRow;
use crate::events::rows::{Observed, RowsUsed};

/// The name of the shape.
pub(super) const SCHEMA: &str = "steadfast-curves/1";

/// Curves with everything that was asked about them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CurveResult {
    /// The name of the shape.
    pub schema: &'static str,
    /// The formula in its canonical form.
    pub formula: String,
    /// `survival`, `incidence`, `occupation`.
    pub kind: &'static str,
    /// The states whose probabilities are reported.
    pub states: Vec<String>,
    /// The event that was chosen, where one was.
    pub cause: Option<String>,
    /// Events that were taken for the end of observation.
    pub censored_events: Vec<String>,
    /// The groups, and what was observed in each.
    pub groups: Vec<GroupCount>,
    /// The group with which others are compared.
    pub reference: String,
    /// The columns whose combinations are the strata of the tests.
    pub strata: Vec<String>,
    /// The confidence level of every interval.
    pub level: f64,
    /// The scale on which limits of probabilities are symmetric.
    pub limits: &'static str,
    /// The column of weights, where there is one.
    pub weights: Option<String>,
    /// The column of persons, where there is one.
    pub subject: Option<String>,
    /// The column of clusters, where there is one.
    pub cluster: Option<String>,
    /// Rows used and left out.
    pub rows: RowsUsed,
    /// Persons under observation, and what has happened, at each time in each group.
    pub at_risk: Vec<AtRisk>,
    /// Probabilities at each time in each group.
    pub probabilities: Vec<Probability>,
    /// Differences of probabilities, group − reference, at each time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<MeanRow>,
    /// Mean times in the states until a time, where asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restricted_means: Vec<MeanRow>,
    /// Their differences, group − reference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mean_differences: Vec<MeanRow>,
    /// Their ratios, group / reference, on the logarithmic scale.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mean_ratios: Vec<MeanRow<RatioRow>>,
    /// Quantiles of the times.
    pub quantiles: Vec<QuantileRow>,
    /// Tests between the groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<RankTestRow>,
    /// What a reader of the numbers should know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cautions: Vec<String>,
    /// What was found in the data, row by row.
    #[serde(skip_serializing_if = "Findings::is_empty")]
    pub findings: Findings,
}

/// What was observed in a group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupCount {
    /// The group.
    pub group: String,
    /// What was observed.
    #[serde(flatten)]
    pub observed: Observed,
}

/// A probability at a time; nothing where observation has ended before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Probability {
    /// The group.
    pub group: String,
    /// The state.
    pub state: String,
    /// The time.
    pub time: f64,
    /// The probability of the state.
    pub probability: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// The lower limit.
    pub conf_low: Option<f64>,
    /// The upper limit.
    pub conf_high: Option<f64>,
}

/// An estimate about a state at a time, or until it; a logarithm has its ratio beside it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeanRow<R = Row> {
    /// The state.
    pub state: String,
    /// The time.
    pub time: f64,
    /// The estimate.
    #[serde(flatten)]
    pub row: R,
}

/// The time by which a share has left the start, or reached a state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuantileRow {
    /// The group.
    pub group: String,
    /// The state.
    pub state: String,
    /// The share.
    pub share: f64,
    /// The time; none where the curve does not get so far.
    pub estimate: Option<f64>,
    /// The lower limit.
    pub conf_low: Option<f64>,
    /// The upper limit.
    pub conf_high: Option<f64>,
}
