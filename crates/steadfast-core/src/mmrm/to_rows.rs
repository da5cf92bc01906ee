//! Baseline as a row of its own, above the later rows of the subject.

use super::factors::{dressed, factor, with_factor, with_first};
use super::measured::{Measured, numbers};
use super::subjects::Subjects;
use crate::error::{Error, Result};
use crate::frame::{Column, Factor, Frame, Presence};

/// Where each row of the new frame comes from.
enum Row {
    /// This row of the old frame.
    Copy(u32),
    /// The baseline of this subject.
    Baseline(usize),
}

/// `frame` with a row at the visit `baseline` for each subject whose baseline was observed; the visit is the first
/// level and the reference.
///
/// In these rows a column has the value that it has in all rows of the subject, and is missing where it varies.
///
/// # Errors
/// `varies_within_subject` when one of the columns `needed` by the model varies.
pub(super) fn rows(
    frame: &Frame,
    (outcome, visit, baseline): (&str, &str, &str),
    needed: &[String],
    subjects: &Subjects,
    measured: &[Measured],
) -> Result<Frame> {
    for name in needed.iter().filter(|name| ![outcome, visit].contains(&name.as_str())) {
        subjects.require_constant(frame.column(name)?, "varies_within_subject").map_err(|varies| {
            let message = format!("{varies}: what it is at baseline is not known unless baseline has rows of its own");
            Error::usage("varies_within_subject", message)
        })?;
    }
    let order = order(subjects, measured);
    let columns = frame.columns().iter().map(|column| constant(column, &order, subjects)).collect();
    let made = Frame::new(columns)?;
    let made = made.with_column(outcomes(frame.column(outcome)?, &order, measured)?)?;
    made.with_column(visits(frame.column(visit)?, baseline, &order)?)
}

/// `frame`, which has rows of baseline, with that visit as the first level and the reference.
pub(super) fn baseline_first(frame: Frame, visit: &str, baseline: &str) -> Result<Frame> {
    let factor = with_first(&factor(&frame, visit)?, baseline)?;
    with_factor(frame, visit, factor)
}

fn order(subjects: &Subjects, measured: &[Measured]) -> Vec<Row> {
    let mut order = Vec::with_capacity(subjects.of_row.len() + subjects.len());
    for (row, subject) in subjects.of_row.iter().enumerate() {
        if let Some(subject) = *subject {
            let first = subjects.rows[subject].first() == Some(&(row as u32));
            if first && measured[subject].is_observed() {
                order.push(Row::Baseline(subject));
            }
        }
        order.push(Row::Copy(row as u32));
    }
    order
}

/// A column at the new rows.
fn constant(column: &Column, order: &[Row], subjects: &Subjects) -> Column {
    let mut presence = vec![Presence::Observed; order.len()];
    let mut source = Vec::with_capacity(order.len());
    for (at, row) in order.iter().enumerate() {
        source.push(match row {
            Row::Copy(row) => *row,
            Row::Baseline(subject) => {
                let (first, other) = subjects.values(*subject, column);
                if other.is_some() {
                    presence[at] = Presence::Missing;
                }
                first.unwrap_or(subjects.rows[*subject][0])
            }
        });
    }
    column.select(&source).with_presence(presence)
}

fn outcomes(outcome: &Column, order: &[Row], measured: &[Measured]) -> Result<Column> {
    let values = numbers(outcome)?;
    let value = |row: &Row| match row {
        Row::Copy(row) => (values[*row as usize], outcome.presence(*row as usize)),
        Row::Baseline(subject) => (measured[*subject].value, Presence::Observed),
    };
    let (values, presence) = order.iter().map(value).unzip();
    Ok(dressed(Column::float(outcome.name(), values).with_presence(presence), outcome))
}

/// The visits of the new rows, baseline being the first level.
fn visits(old: &Column, baseline: &str, order: &[Row]) -> Result<Column> {
    let known = with_first(&old.to_factor(), baseline)?;
    let code = |row: &Row| match row {
        Row::Copy(row) => (known.codes()[*row as usize], old.presence(*row as usize)),
        Row::Baseline(_) => (known.reference() as u32, Presence::Observed),
    };
    let (codes, presence) = order.iter().map(code).unzip();
    let visits = Factor::from_raw(known.levels().to_vec(), codes)?.ordered(known.is_ordered());
    Ok(dressed(Column::from_factor(old.name(), visits).with_presence(presence), old))
}
