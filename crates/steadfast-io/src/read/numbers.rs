//! Columns of files whose only numbers are doubles, or nearly so: what formats and labels say about them.

use polars::prelude::{Column, DataType, IntoColumn, NamedFrom, PlSmallStr, Series};

use crate::error::{Error, Result};
use crate::note::{Absences, Note};

/// Past this, whole numbers and doubles no longer correspond one to one.
const WHOLE_DOUBLES: f64 = 9_007_199_254_740_992.0;

/// What a column's numbers count, as its display format says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meaning {
    /// Numbers.
    Number,
    /// Numbers that are shown without decimals.
    Whole,
    /// Ticks since a day, `per_day` of them; the day counted from 1970-01-01, and what the number is when it is no day.
    Ticks { per_day: f64, epoch: i32, unit: &'static str },
    /// Numbers in a unit.
    Unit(&'static str),
}

/// A numeric column while it is being read; `None` where a value is absent.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    pub(super) values: Vec<Option<f64>>,
    pub(super) absences: Absences,
}

impl Numbers {
    /// Adds an absent value with the code that stands in its place.
    pub(super) fn push_absent(&mut self, code: &str) -> Result<()> {
        self.absences.push(self.values.len(), code)?;
        self.values.push(None);
        Ok(())
    }

    /// The column: dates where all values are days, whole numbers where they are declared and are so, otherwise real
    /// numbers, with their unit in `note`.
    pub(super) fn column(values: Vec<Option<f64>>, name: &str, meaning: Meaning, note: &mut Note) -> Result<Column> {
        let name = PlSmallStr::from(name);
        match meaning {
            Meaning::Whole => {
                if let Some(whole) = mapped(&values, whole) {
                    return Ok(Series::new(name, whole).into_column());
                }
            }
            Meaning::Ticks { per_day, epoch, unit } => {
                if let Some(days) = mapped(&values, |ticks| day(ticks, per_day, epoch)) {
                    let days = Series::new(name, days).cast(&DataType::Date);
                    return Ok(days.map_err(|error| Error::data("unsupported_type", error))?.into_column());
                }
                note.unit = Some(unit.to_owned());
            }
            Meaning::Unit(unit) => note.unit = Some(unit.to_owned()),
            Meaning::Number => {}
        }
        Ok(Series::new(name, values).into_column())
    }
}

/// Every value through `map`, or `None` when one of them has no counterpart.
fn mapped<T>(values: &[Option<f64>], map: impl Fn(f64) -> Option<T>) -> Option<Vec<Option<T>>> {
    values.iter().map(|value| value.map_or(Some(None), |value| map(value).map(Some))).collect()
}

fn whole(value: f64) -> Option<i64> {
    (value.fract().abs() <= 0.0 && value.abs() < WHOLE_DOUBLES).then_some(value as i64)
}

/// The day since 1970-01-01, within the years that dates are written with.
fn day(ticks: f64, per_day: f64, epoch: i32) -> Option<i32> {
    let days = whole(ticks / per_day)?;
    let is_exact = (days as f64 * per_day - ticks).abs() <= 0.0;
    let day = i32::try_from(days).ok()?.checked_add(epoch)?;
    // 0001-01-01 to 9999-12-31.
    (is_exact && (-719_162..=2_932_896).contains(&day)).then_some(day)
}
