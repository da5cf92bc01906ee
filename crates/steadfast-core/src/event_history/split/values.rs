//! The column of a covariate that changes.

use crate::error::{Error, Result};
use crate::frame::{Column, ColumnData, Date, Factor, Presence};

/// The value of a covariate before its first change.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Before {
    /// Nobody knows: missing.
    #[default]
    Absent,
    /// A number, or 0 and 1 for no and yes.
    Number(f64),
    /// A level; one that does not occur among the changes comes first.
    Level(String),
}

/// The values of `column` at the `picked` rows, all of them observed, and that of `before` where none was picked.
///
/// # Errors
/// `start_value` when the value before is not of the type of the others.
pub(super) fn values(column: &Column, picked: &[Option<u32>], before: &Before) -> Result<Column> {
    let none = |&at: &Option<u32>| if at.is_none() { Presence::Missing } else { Presence::Observed };
    let absent = || picked.iter().map(none).collect::<Vec<_>>();
    let name = column.name();
    let made = match (column.data(), before) {
        (ColumnData::Factor(factor), Before::Absent) => Column::from_factor(name, levels(factor, picked, None)?),
        (ColumnData::Factor(factor), Before::Level(level)) => {
            Column::from_factor(name, levels(factor, picked, Some(level))?)
        }
        (ColumnData::Integer(values), Before::Absent) => {
            Column::integer(name, pick(values, picked, 0)).with_presence(absent())
        }
        (ColumnData::Integer(values), Before::Number(first)) if is_whole(*first) => {
            Column::integer(name, pick(values, picked, *first as i64))
        }
        (ColumnData::Integer(values), Before::Number(first)) => {
            let values: Vec<f64> = values.iter().map(|value| *value as f64).collect();
            Column::float(name, pick(&values, picked, *first))
        }
        (ColumnData::Float(values), Before::Absent) => Column::float(name, pick(values, picked, f64::NAN)),
        (ColumnData::Float(values), Before::Number(first)) => Column::float(name, pick(values, picked, *first)),
        (ColumnData::Bool(values), Before::Absent) => {
            Column::bool(name, pick(values, picked, false)).with_presence(absent())
        }
        (ColumnData::Bool(values), Before::Number(first)) if is_whole(*first) && (0.0..=1.0).contains(first) => {
            Column::bool(name, pick(values, picked, *first > 0.5))
        }
        (ColumnData::Date(values), Before::Absent) => {
            Column::date(name, pick(values, picked, Date(0))).with_presence(absent())
        }
        _ => {
            let message = format!("the value before the first change is not of the type of column `{name}`");
            return Err(Error::usage("start_value", message));
        }
    };
    let made = if column.label() == name { made } else { made.with_label(column.label()) };
    Ok(column.unit().into_iter().fold(made, Column::with_unit))
}

fn is_whole(number: f64) -> bool {
    number.fract().abs() <= 0.0 && number.abs() <= 9_007_199_254_740_992.0
}

fn pick<T: Copy>(values: &[T], picked: &[Option<u32>], before: T) -> Vec<T> {
    picked.iter().map(|at| at.map_or(before, |at| values[at as usize])).collect()
}

fn levels(factor: &Factor, picked: &[Option<u32>], before: Option<&String>) -> Result<Factor> {
    let known = before.map(|level| factor.level_index(level));
    let mut levels = factor.levels().to_vec();
    let (shift, first) = match (before, known) {
        (Some(level), Some(None)) => {
            levels.insert(0, level.clone());
            (1, Some(0))
        }
        (_, known) => (0, known.flatten().map(|at| at as u32)),
    };
    let code = |at: &Option<u32>| at.map_or(first, |at| Some(factor.codes()[at as usize] + shift));
    Ok(Factor::from_codes(levels, picked.iter().map(code).collect())?.ordered(factor.is_ordered()))
}
