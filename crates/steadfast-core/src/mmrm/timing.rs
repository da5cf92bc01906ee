//! Whether baseline came before randomisation.

use super::Baseline;
use super::baseline::{Place, Recorded, Timing};
use super::measured::{Measured, numbers};
use super::subjects::Subjects;
use crate::error::{Error, Result};
use crate::findings::{Finding, Findings, Severity};
use crate::frame::{Column, ColumnData, Frame};

/// What the dates say.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// A warning for each subject whose baseline was assessed on a day after randomisation.
    pub(super) findings: Findings,
    /// The number of subjects with a baseline and without one of the dates.
    pub(super) unknown: usize,
}

/// Compares the dates of every subject that has a baseline.
///
/// # Errors
/// `different_time_scales` when one column holds dates and the other numbers; `not_numeric`, `unknown_column`.
pub(super) fn order(
    frame: &Frame,
    recorded: &Recorded,
    subjects: &Subjects,
    measured: &[Measured],
) -> Result<Option<Order>> {
    let Some(Timing { assessed, randomised }) = &recorded.timing else { return Ok(None) };
    let (assessed, randomised) = (frame.column(assessed)?, frame.column(randomised)?);
    let is_date = |column: &Column| matches!(column.data(), ColumnData::Date(_));
    if is_date(assessed) != is_date(randomised) {
        let message = format!("`{}` and `{}` are not both dates or both numbers", assessed.name(), randomised.name());
        return Err(Error::usage("different_time_scales", message));
    }
    let (assessed_on, randomised_on) = (numbers(assessed)?, numbers(randomised)?);
    let mut order = Order::default();
    for (subject, known) in measured.iter().enumerate().filter(|(_, known)| known.is_observed()) {
        let row = match recorded.place {
            Place::Row => known.row.filter(|&row| assessed.is_observed(row as usize)),
            Place::Column => subjects.values(subject, assessed).0,
        };
        match (row, subjects.values(subject, randomised).0) {
            (Some(row), Some(from)) if assessed_on[row as usize] > randomised_on[from as usize] => {
                order.findings.push(late(assessed, row));
            }
            (Some(_), Some(_)) => {}
            _ => order.unknown += 1,
        }
    }
    Ok(Some(order))
}

fn late(assessed: &Column, row: u32) -> Finding {
    Finding {
        severity: Severity::Warning,
        file: None,
        row: Some(u64::from(row) + 1),
        column: Some(assessed.name().to_owned()),
        code: "baseline_after_randomisation".to_owned(),
        message: "baseline was assessed after randomisation".to_owned(),
    }
}

/// What late baselines mean for the analysis, and which could not be checked.
pub(super) fn notes(order: &Order, analysis: Baseline) -> Vec<String> {
    let mut notes = Vec::new();
    let late = order.findings.len();
    let meaning = match analysis {
        Baseline::Unused => "it does not enter",
        Baseline::Constrained => "arms may differ at baseline, where the model holds them equal",
        _ => "what the arm did before that day is taken out of its effect",
    };
    if late > 0 {
        notes.push(format!("{late} subjects were assessed at baseline after randomisation: {meaning}"));
    }
    if order.unknown > 0 {
        notes.push(format!("whether baseline came before randomisation is not known for {} subjects", order.unknown));
    }
    notes
}
