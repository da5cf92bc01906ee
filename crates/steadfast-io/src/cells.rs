//! The cells of a column as text, whatever type the file gave them, so that one set of rules serves every format.

use std::fmt::Write as _;

use polars::prelude::{Column, DataType, TimeUnit};
use steadfast_core::frame::{Code, Date};

use crate::dictionary::DateFormat;
use crate::error::{Error, Result};
use crate::note::Note;
use crate::read::DecimalMark;

/// How numbers and days are written in the cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Notation {
    pub(crate) decimal_mark: DecimalMark,
    pub(crate) date_format: DateFormat,
}

impl Notation {
    /// The notation of cells that were numbers or days already.
    pub(crate) const TYPED: Notation =
        Notation { decimal_mark: DecimalMark::Point, date_format: DateFormat::YearMonthDay('-') };
}

/// A column whose cells can be visited as text.
pub(crate) struct Cells<'a> {
    column: &'a Column,
    note: Option<&'a Note>,
    notation: Notation,
}

impl<'a> Cells<'a> {
    /// The cells of `column`; `notation` is how text writes numbers and days, and is not needed for other types.
    pub(crate) fn of(column: &'a Column, notation: Notation) -> Self {
        let notation = if column.dtype() == &DataType::String { notation } else { Notation::TYPED };
        Self { column, note: None, notation }
    }

    /// The same cells with what their file says about them: where a code stands for an absent value, that is the cell.
    pub(crate) fn with_note(mut self, note: Option<&'a Note>) -> Self {
        self.note = note;
        self
    }

    /// What the file says about absent values.
    pub(crate) fn note(&self) -> Option<&'a Note> {
        self.note
    }

    /// Whether the file declares the value of `row` to be absent.
    pub(crate) fn is_absent(&self, row: usize) -> bool {
        self.note.is_some_and(|note| note.coding.reason_index(row).is_some())
    }

    pub(crate) fn notation(&self) -> Notation {
        self.notation
    }

    pub(crate) fn len(&self) -> usize {
        self.column.len()
    }

    /// Calls `visit` with every cell in the order of the rows; `None` for a null. Numbers are written with the fewest
    /// digits that give them back.
    ///
    /// # Errors
    /// `unsupported_type` when the column holds something that is no number, text, date or truth value.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(Option<&str>)) -> Result<()> {
        let Some(note) = self.note.filter(|note| note.coding.has_reasons()) else { return self.for_each_value(visit) };
        let mut row = 0;
        self.for_each_value(|cell| {
            visit(note.coding.reason(row).map(Code::code).or(cell));
            row += 1;
        })
    }

    fn for_each_value(&self, mut visit: impl FnMut(Option<&str>)) -> Result<()> {
        let series = self.column.as_materialized_series();
        let mut buffer = String::new();
        macro_rules! written {
            ($values:expr, |$value:ident| $shown:expr) => {
                for cell in $values.map_err(|error| unsupported(self.column, error))?.iter() {
                    visit(cell.map(|$value| {
                        buffer.clear();
                        // Writing to a string cannot fail.
                        let _ = write!(buffer, "{}", $shown);
                        buffer.as_str()
                    }));
                }
            };
        }
        match self.column.dtype() {
            DataType::String => {
                for chunk in series.str().map_err(|error| unsupported(self.column, error))?.downcast_iter() {
                    chunk.iter().for_each(&mut visit);
                }
            }
            DataType::Float64 => written!(series.f64(), |value| value),
            DataType::Float32 => written!(series.f32(), |value| f64::from(value)),
            DataType::Int64 => written!(series.i64(), |value| value),
            DataType::Int32 => written!(series.i32(), |value| value),
            DataType::UInt64 => written!(series.u64(), |value| value),
            DataType::UInt32 => written!(series.u32(), |value| value),
            DataType::Boolean => written!(series.bool(), |value| value),
            DataType::Null => (0..series.len()).for_each(|_| visit(None)),
            DataType::Date => written!(series.date().map(|days| days.physical()), |days| Date(days)),
            DataType::Datetime(unit, _) => {
                written!(series.datetime().map(|times| times.physical()), |time| written_time(time, *unit))
            }
            _ => {
                let text = series.cast(&DataType::String).map_err(|error| unsupported(self.column, error))?;
                return Cells::of(&Column::from(text), self.notation).for_each_value(visit);
            }
        }
        Ok(())
    }
}

/// The day, when the time is midnight; otherwise the day and the time, which is no date.
fn written_time(time: i64, unit: TimeUnit) -> String {
    let per_day = ticks_per_day(unit);
    let (day, rest) = (time.div_euclid(per_day), time.rem_euclid(per_day));
    match i32::try_from(day) {
        Ok(day) if rest == 0 => Date(day).to_string(),
        Ok(day) => format!("{}T+{rest}/{per_day}", Date(day)),
        Err(_) => "beyond the calendar".to_owned(),
    }
}

/// How many ticks of `unit` a day has.
pub(crate) fn ticks_per_day(unit: TimeUnit) -> i64 {
    let per_second = match unit {
        TimeUnit::Milliseconds => 1_000,
        TimeUnit::Microseconds => 1_000_000,
        TimeUnit::Nanoseconds => 1_000_000_000,
    };
    86_400 * per_second
}

/// The error of a column that is no number, text, date or truth value.
pub(crate) fn unsupported(column: &Column, why: impl std::fmt::Display) -> Error {
    Error::data("unsupported_type", format!("column `{}` has the type {}: {why}", column.name(), column.dtype()))
}
