//! Participant flow: clusters and subjects at every step, and why some did not reach it.

use serde::Serialize;
use steadfast_core::formula::Formula;
use steadfast_core::frame::{Frame, Presence};

use super::{ByArm, Trial};
use crate::error::Result;

/// The steps from the file to the analysis of each visit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flow {
    /// The steps; those at a visit follow the population, not each other.
    pub steps: Vec<Step>,
}

/// One box of the flow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// What those in the box have in common.
    pub step: String,
    /// The visit, where the box is about one.
    pub visit: Option<String>,
    /// Who is in the box.
    #[serde(flatten)]
    pub count: ByArm,
    /// Who was expected in the box and is not, by reason.
    pub lost: Vec<Loss>,
}

/// Those who did not reach a step for one reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Loss {
    /// The reason.
    pub reason: String,
    /// Who they are; their clusters may reach the step with other subjects.
    #[serde(flatten)]
    pub count: ByArm,
}

/// The flow through `trial` to the `population`, and at each visit to the rows that `model` can use.
///
/// # Errors
/// When the model names a column that the frame lacks.
pub fn flow(trial: &Trial<'_>, name: &str, population: &[u32], model: &Formula) -> Result<Flow> {
    let file = trial.all_rows();
    let mut steps =
        vec![Step { step: "In the file".to_owned(), visit: None, count: trial.count(file.clone()), lost: Vec::new() }];
    let outside = without(trial, &file, population);
    let mut lost = Vec::new();
    add_loss(trial, &mut lost, "outside the population", &outside);
    let count = trial.count(population.iter().copied());
    steps.push(Step { step: format!("Population: {name}"), visit: None, count, lost });
    if let Some(column) = &trial.design.baseline {
        steps.push(with_baseline(trial, population, column)?);
    }
    let columns = columns(model, trial.frame);
    for (code, visit) in trial.visits().iter().enumerate() {
        steps.push(at_visit(trial, population, code, visit, &columns)?);
    }
    Ok(Flow { steps })
}

/// The columns of `model` that `frame` has.
fn columns(model: &Formula, frame: &Frame) -> Vec<String> {
    model.columns().into_iter().filter(|name| frame.get(name).is_some()).collect()
}

fn with_baseline(trial: &Trial<'_>, population: &[u32], name: &str) -> Result<Step> {
    let column = trial.frame.column(name)?;
    let first = trial.first_rows(population);
    let of = |why: Presence| -> Vec<u32> {
        first.iter().copied().filter(|&row| column.presence(row as usize) == why).collect()
    };
    let mut lost = Vec::new();
    add_loss(trial, &mut lost, &format!("{} missing", column.label()), &of(Presence::Missing));
    add_loss(trial, &mut lost, &format!("{} not applicable", column.label()), &of(Presence::NotApplicable));
    let count = trial.count(of(Presence::Observed));
    Ok(Step { step: format!("With {}", column.label()), visit: None, count, lost })
}

fn at_visit(trial: &Trial<'_>, population: &[u32], code: usize, visit: &str, columns: &[String]) -> Result<Step> {
    let here = trial.at_visit(population, code);
    let outcome = trial.outcome;
    let of = |why: Presence| -> Vec<u32> {
        here.iter().copied().filter(|&row| outcome.presence(row as usize) == why).collect()
    };
    let models =
        columns.iter().map(|name| trial.frame.column(name)).collect::<steadfast_core::error::Result<Vec<_>>>()?;
    let complete = |row: u32| models.iter().all(|column| column.is_observed(row as usize));
    let (analysed, incomplete): (Vec<u32>, Vec<u32>) =
        of(Presence::Observed).into_iter().partition(|&row| complete(row));
    let mut lost = Vec::new();
    add_loss(trial, &mut lost, "no record of the visit", &without(trial, &trial.first_rows(population), &here));
    add_loss(trial, &mut lost, &format!("{} missing", outcome.label()), &of(Presence::Missing));
    add_loss(trial, &mut lost, &format!("{} not applicable", outcome.label()), &of(Presence::NotApplicable));
    add_loss(trial, &mut lost, "a covariate of the primary model missing", &incomplete);
    let step = format!("Analysed at {} {visit}", trial.frame.column(&trial.design.visit)?.label());
    Ok(Step { step, visit: Some(visit.to_owned()), count: trial.count(analysed), lost })
}

/// The rows of subjects in `from` that have no row in `there`.
fn without(trial: &Trial<'_>, from: &[u32], there: &[u32]) -> Vec<u32> {
    let subject = |row: u32| trial.subject.codes()[row as usize];
    let present: std::collections::BTreeSet<u32> = there.iter().map(|&row| subject(row)).collect();
    from.iter().copied().filter(|&row| !present.contains(&subject(row))).collect()
}

fn add_loss(trial: &Trial<'_>, lost: &mut Vec<Loss>, reason: &str, rows: &[u32]) {
    if !rows.is_empty() {
        lost.push(Loss { reason: reason.to_owned(), count: trial.count(rows.iter().copied()) });
    }
}
