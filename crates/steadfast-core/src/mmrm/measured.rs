//! Each subject's baseline, wherever the data hold it.

use super::baseline::{Place, Recorded};
use super::subjects::Subjects;
use crate::error::{Error, Result};
use crate::frame::{Column, Factor, Frame, Presence};

/// A baseline, or why there is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    pub(super) presence: Presence,
    /// Read only where the presence is `Observed`.
    pub(super) value: f64,
    /// The row that holds it.
    pub(super) row: Option<u32>,
}

impl Measured {
    const NOWHERE: Measured = Measured { presence: Presence::Missing, value: f64::NAN, row: None };

    fn at(column: &Column, values: &[f64], row: u32) -> Self {
        Self { presence: column.presence(row as usize), value: values[row as usize], row: Some(row) }
    }

    pub(super) fn is_observed(&self) -> bool {
        self.presence == Presence::Observed
    }
}

/// The values of a column of numbers.
pub(super) fn numbers(column: &Column) -> Result<std::sync::Arc<Vec<f64>>> {
    let refuse = || Error::usage("not_numeric", format!("`{}` is a factor where a number is needed", column.name()));
    column.to_numeric().ok_or_else(refuse)
}

/// The baseline of every subject; `visits` is the factor of visits.
pub(super) fn measured(
    frame: &Frame,
    recorded: &Recorded,
    outcome: &str,
    visits: &Factor,
    subjects: &Subjects,
) -> Result<Vec<Measured>> {
    let level = visits.level_index(&recorded.visit).map(|level| level as u32);
    let at_baseline = |row: u32| level.is_some() && Some(visits.codes()[row as usize]) == level;
    match recorded.place {
        Place::Column => {
            if (0..frame.n_rows() as u32).any(at_baseline) {
                return Err(twice(recorded));
            }
            in_column(frame.column(&recorded.column)?, subjects)
        }
        Place::Row => {
            if level.is_none() {
                let message = format!("`{}` is not one of the {} visits", recorded.visit, visits.levels().len());
                return Err(Error::usage("unknown_visit", message));
            }
            in_rows(frame.column(outcome)?, subjects, at_baseline)
        }
    }
}

fn twice(recorded: &Recorded) -> Error {
    let (column, visit) = (&recorded.column, &recorded.visit);
    let message = format!(
        "baseline is declared to be the column `{column}`, and there are rows of the visit `{visit}`: \
         say which of the two is baseline, or give the visit of baseline another name"
    );
    Error::usage("baseline_twice", message)
}

fn in_column(column: &Column, subjects: &Subjects) -> Result<Vec<Measured>> {
    subjects.require_constant(column, "baseline_differs")?;
    let values = numbers(column)?;
    let of = |subject: usize| {
        let (first, _) = subjects.values(subject, column);
        let row = first.or_else(|| subjects.rows[subject].first().copied());
        row.map_or(Measured::NOWHERE, |row| Measured::at(column, &values, row))
    };
    Ok((0..subjects.len()).map(of).collect())
}

fn in_rows(outcome: &Column, subjects: &Subjects, at_baseline: impl Fn(u32) -> bool) -> Result<Vec<Measured>> {
    let values = numbers(outcome)?;
    let of = |rows: &Vec<u32>| {
        let mut found = rows.iter().copied().filter(|&row| at_baseline(row));
        match (found.next(), found.next()) {
            (None, _) => Ok(Measured::NOWHERE),
            (Some(row), None) => Ok(Measured::at(outcome, &values, row)),
            (Some(first), Some(second)) => {
                let message = format!("rows {} and {} are both baseline of one subject", first + 1, second + 1);
                Err(Error::data("duplicate_baseline", message))
            }
        }
    };
    subjects.rows.iter().map(of).collect()
}
