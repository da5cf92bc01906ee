//! The shape of `results.json`.

use std::collections::BTreeMap;

use serde::Serialize;
use steadfast_core::report::Row;

use super::events::PlacementResults;
use crate::analysis_sets::SetResult;
use crate::plan::{DesignColumns, Estimand, Role};
use crate::results::ModelResult;
use crate::trial::ByArm;
use crate::trial::baseline::BaselineTable;
use crate::trial::completeness::Completeness;
use crate::trial::flow::Flow;
use crate::trial::observed::ObservedMean;

/// The version of the shape.
pub const RESULTS_SCHEMA: &str = "steadfast-results/1";

/// Everything that a plan's run computes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StudyResults {
    /// The version of the shape.
    pub schema: String,
    /// The plan's title.
    pub title: String,
    /// The columns of the design.
    pub design: DesignColumns,
    /// The analysis set in which the trial is described: that of the leading analysis.
    pub population: PopulationResult,
    /// The analysis sets in the order of the plan.
    pub analysis_sets: Vec<SetResult>,
    /// Who is where.
    pub flow: Flow,
    /// What became of every observation expected, where the dictionary has a schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completeness: Option<Completeness>,
    /// Who they were.
    pub baseline: BaselineTable,
    /// The outcome as observed.
    pub observed: Vec<ObservedMean>,
    /// The analyses in the order of the plan.
    pub analyses: Vec<AnalysisResult>,
    /// What happened between the visits, where the plan asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placements: Option<PlacementResults>,
}

/// The analysis set in which the trial is described.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PopulationResult {
    /// Its name.
    pub name: String,
    /// The condition on the rows.
    #[serde(rename = "where")]
    pub condition: Option<String>,
    /// Rows in it.
    pub rows: usize,
    /// Rows left out because an absent value leaves the condition undecided.
    pub undecided: usize,
    /// Who is in it.
    #[serde(flatten)]
    pub count: ByArm,
}

/// One analysis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnalysisResult {
    /// The plan's short name.
    pub id: String,
    /// The plan's label.
    pub label: String,
    /// Its place in the trial.
    pub role: Role,
    /// Whether it adjusts for covariates beyond the design.
    pub adjusted: bool,
    /// What is estimated.
    pub estimand: Option<Estimand>,
    /// The name of its analysis set.
    pub set: String,
    /// A further condition on the rows of the analysis set.
    #[serde(rename = "where")]
    pub condition: Option<String>,
    /// The difference that answers the question.
    pub contrast: ContrastResult,
    /// The model.
    pub fit: ModelResult,
}

/// The difference that an analysis reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContrastResult {
    /// The factor compared.
    pub factor: String,
    /// The levels: first minus second.
    pub levels: [String; 2],
    /// The levels at which other factors are held.
    pub at: BTreeMap<String, String>,
    /// The difference.
    #[serde(flatten)]
    pub row: Row,
    /// The difference in standard deviations of the observed response at that visit, pooled over the two arms.
    pub standardised: Option<f64>,
}

/// √(((n₁ − 1)s₁² + (n₂ − 1)s₂²)/(n₁ + n₂ − 2)) of the outcome in two arms at `visit`.
pub(super) fn pooled_std_dev(observed: &[ObservedMean], arms: &[String; 2], visit: &str) -> Option<f64> {
    let of = |arm: &String| {
        let mean = observed.iter().find(|mean| mean.arm == *arm && mean.visit == visit)?;
        Some((mean.subjects as f64 - 1.0, mean.std_dev?))
    };
    let ((n1, s1), (n2, s2)) = (of(&arms[0])?, of(&arms[1])?);
    let variance = (n1 * s1 * s1 + n2 * s2 * s2) / (n1 + n2);
    (variance > 0.0).then(|| variance.sqrt())
}
