//! Participant flow: clusters and subjects at every step, and why some did not reach it.

use serde::Serialize;
use steadfast_core::frame::{Column, Presence};

use super::absences::absences;
use super::{ByArm, Trial};
use crate::analysis_sets::Applied;
use crate::error::Result;

/// The reasons for which a value is absent, in the order of the flow.
const ABSENCES: [Presence; 4] = [Presence::Missing, Presence::Withdrawn, Presence::NotYetDue, Presence::NotApplicable];

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

/// What the leading analysis needs of a row.
#[derive(Debug, Clone)]
pub struct Needs<'a> {
    /// The columns that must have a value.
    pub columns: Vec<&'a Column>,
    /// The rows that its condition admits, ascending.
    pub rows: Vec<u32>,
}

/// The flow through `trial` to the analysis `set`, with the reasons of its steps, and at each visit to the rows that the leading analysis
/// can use; at a visit that it does not use, to the rows where the outcome was observed.
///
/// # Errors
/// `unknown_column` when the design names a column that the frame lacks.
pub fn flow(trial: &Trial<'_>, set: &Applied, needs: &Needs<'_>) -> Result<Flow> {
    let population = &set.rows;
    let count = trial.count(trial.all_rows());
    let mut steps = vec![Step { step: "In the file".to_owned(), visit: None, count, lost: Vec::new() }];
    let mut lost = Vec::new();
    for (reason, rows) in &set.losses {
        add_loss(trial, &mut lost, reason, rows);
    }
    let count = trial.count(population.iter().copied());
    steps.push(Step { step: format!("Population: {}", set.result.label), visit: None, count, lost });
    if let Some(column) = &trial.design.baseline {
        steps.push(with_baseline(trial, population, column)?);
    }
    for (code, visit) in trial.visits().iter().enumerate() {
        steps.push(at_visit(trial, population, (code, visit), needs)?);
    }
    Ok(Flow { steps })
}

fn with_baseline(trial: &Trial<'_>, population: &[u32], name: &str) -> Result<Step> {
    let column = trial.frame.column(name)?;
    let first = trial.first_rows(population);
    let of = |why: Presence| -> Vec<u32> {
        first.iter().copied().filter(|&row| column.presence(row as usize) == why).collect()
    };
    let mut lost = Vec::new();
    for why in ABSENCES {
        add_loss(trial, &mut lost, &format!("{} {}", column.label(), why.name()), &of(why));
    }
    let count = trial.count(of(Presence::Observed));
    Ok(Step { step: format!("With {}", column.label()), visit: None, count, lost })
}

fn at_visit(trial: &Trial<'_>, population: &[u32], visit: (usize, &str), needs: &Needs<'_>) -> Result<Step> {
    let here = trial.at_visit(population, visit.0);
    let outcome = trial.outcome;
    let mut lost = Vec::new();
    let elsewhere = trial.lost_subjects(&trial.first_rows(population), &here);
    for (reason, rows) in absences(trial, visit.0, &here, &elsewhere) {
        add_loss(trial, &mut lost, &reason, &rows);
    }
    let (admitted, outside): (Vec<u32>, Vec<u32>) = here
        .into_iter()
        .filter(|&row| outcome.is_observed(row as usize))
        .partition(|row| needs.rows.binary_search(row).is_ok());
    let label = format!("{} {}", trial.frame.column(&trial.design.visit)?.label(), visit.1);
    let (step, reached) = if admitted.is_empty() {
        (format!("Observed at {label}"), outside)
    } else {
        add_loss(trial, &mut lost, "outside the condition of the analysis", &outside);
        (format!("Analysed at {label}"), complete(trial, &admitted, needs, &mut lost))
    };
    Ok(Step { step, visit: Some(visit.1.to_owned()), count: trial.count(reached), lost })
}

/// Those of `rows` that have every value the analysis needs; where several reasons hold,
/// [`Presence::and`] says which counts.
fn complete(trial: &Trial<'_>, rows: &[u32], needs: &Needs<'_>, lost: &mut Vec<Loss>) -> Vec<u32> {
    let presence = |row: u32| {
        let each = needs.columns.iter().map(|column| column.presence(row as usize));
        each.fold(Presence::Observed, Presence::and)
    };
    let of = |why: Presence| rows.iter().copied().filter(|&row| presence(row) == why).collect::<Vec<u32>>();
    for why in ABSENCES {
        add_loss(trial, lost, &format!("a covariate of the analysis {}", why.name()), &of(why));
    }
    of(Presence::Observed)
}

fn add_loss(trial: &Trial<'_>, lost: &mut Vec<Loss>, reason: &str, rows: &[u32]) {
    if !rows.is_empty() {
        lost.push(Loss { reason: reason.to_owned(), count: trial.count(rows.iter().copied()) });
    }
}
