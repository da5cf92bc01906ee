//! Analysis sets: who remains after each declared step, who does not, and why; clusters and subjects by arm.
//!
//! A row stays when the condition of the step is true. A subject is lost at the step at which its last row goes, a cluster
//! at the step at which its last subject goes. Where an absent value leaves the condition of one of those last rows
//! undecided, nobody knows whether the reason of the step applies: such losses are counted by themselves.

use serde::Serialize;
use steadfast_core::frame::Frame;

use crate::error::Result;
use crate::filter::Filter;
use crate::plan::{AnalysisSet, Plan, SetStep};
use crate::trial::{ByArm, Trial};

/// What is said of those whose condition an absent value leaves undecided.
pub(crate) const UNDECIDED: &str = "not known: a value of the condition is absent";

/// A set of rows with the way to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetResult {
    /// The plan's short name.
    pub name: String,
    /// The name for tables.
    pub label: String,
    /// The column of the arm by which the set is counted.
    pub arm: String,
    /// Everyone in the file.
    pub file: ByArm,
    /// The steps in their order.
    pub steps: Vec<StepResult>,
    /// Rows in the set.
    pub rows: usize,
    /// Who is in it.
    #[serde(flatten)]
    pub count: ByArm,
}

/// One step towards a set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepResult {
    /// The condition of staying.
    #[serde(rename = "where")]
    pub condition: String,
    /// Why those are left out for whom it is false.
    pub reason: String,
    /// Rows that stay.
    pub rows: usize,
    /// Rows left out because the condition is false.
    pub rows_lost: usize,
    /// Rows left out because an absent value leaves the condition undecided.
    pub rows_undecided: usize,
    /// Who has a row left.
    pub remaining: ByArm,
    /// Who lost the last row, the condition being false.
    pub lost: ByArm,
    /// Who lost the last row, and for at least one of the last the condition is undecided.
    pub undecided: ByArm,
}

/// A set held against the data.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The numbers.
    pub result: SetResult,
    /// The rows of the set, ascending.
    pub rows: Vec<u32>,
    /// The rows of the subjects who left at each step, by reason.
    pub losses: Vec<(String, Vec<u32>)>,
}

/// The rows of one step.
struct Split {
    kept: Vec<u32>,
    undecided: Vec<u32>,
    n_lost: usize,
}

/// Every set of `plan` on the rows of `frame`, in the order of the plan.
///
/// # Errors
/// `unknown_column`, `unknown_level` or `filter_type` when a condition does not fit the frame; `arm_changes` and the like
/// as [`Trial::new`].
pub fn apply(frame: &Frame, plan: &Plan) -> Result<Vec<Applied>> {
    let of_set = |set: &AnalysisSet| {
        let applied = of(frame, plan, set);
        applied.map_err(|error| error.within(format!("analysis set `{}`", set.name)))
    };
    plan.analysis_sets.iter().map(of_set).collect()
}

fn of(frame: &Frame, plan: &Plan, set: &AnalysisSet) -> Result<Applied> {
    let design = plan.design_for(set);
    let trial = Trial::new(frame, &design)?;
    let mut rows = trial.all_rows();
    let file = trial.count(rows.iter().copied());
    let (mut steps, mut losses) = (Vec::new(), Vec::new());
    for step in &set.steps {
        let split = split(frame, step, &rows)?;
        let gone = trial.lost_subjects(&rows, &split.kept);
        let decided = trial.lost_subjects(&gone, &split.undecided);
        let undecided = trial.lost_subjects(&gone, &decided);
        steps.push(result(&trial, step, &rows, &split, (&decided, &undecided)));
        losses.push((step.reason.clone(), decided));
        losses.push((UNDECIDED.to_owned(), undecided));
        rows = split.kept;
    }
    let count = trial.count(rows.iter().copied());
    let (name, label) = (set.name.clone(), set.label.clone());
    let result = SetResult { name, label, arm: design.arm.clone(), file, steps, rows: rows.len(), count };
    Ok(Applied { result, rows, losses })
}

fn split(frame: &Frame, step: &SetStep, rows: &[u32]) -> Result<Split> {
    let truths = step.condition.parse::<Filter>()?.truths(frame)?;
    let of = |truth: Option<bool>| -> Vec<u32> {
        rows.iter().copied().filter(|&row| truths[row as usize] == truth).collect()
    };
    Ok(Split { kept: of(Some(true)), undecided: of(None), n_lost: of(Some(false)).len() })
}

/// The counts of a step; `lost` holds the rows of the subjects who left, decided and undecided.
fn result(trial: &Trial<'_>, step: &SetStep, before: &[u32], split: &Split, lost: (&[u32], &[u32])) -> StepResult {
    let clusters = trial.lost_clusters(before, &split.kept);
    let decided = trial.lost_clusters(&clusters, &split.undecided);
    let undecided = trial.lost_clusters(&clusters, &decided);
    let count = |rows: &[u32]| trial.count(rows.iter().copied());
    StepResult {
        condition: step.condition.clone(),
        reason: step.reason.clone(),
        rows: split.kept.len(),
        rows_lost: split.n_lost,
        rows_undecided: split.undecided.len(),
        remaining: count(&split.kept),
        lost: joined(&count(&decided), count(lost.0)),
        undecided: joined(&count(&undecided), count(lost.1)),
    }
}

/// The clusters of one count with the subjects of the other.
fn joined(clusters: &ByArm, mut subjects: ByArm) -> ByArm {
    subjects.total.clusters = clusters.total.clusters;
    for (arm, other) in subjects.arms.iter_mut().zip(&clusters.arms) {
        arm.count.clusters = other.count.clusters;
    }
    subjects
}

#[cfg(test)]
mod tests;
