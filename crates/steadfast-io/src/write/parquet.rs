//! Parquet, and the way there through polars.

use std::fs::File;
use std::path::Path;

use polars::prelude::{self as pl, DataFrame, IntoColumn, NamedFrom, ParquetWriter, Series};
use steadfast_core::frame::{Column, ColumnData, Frame, Presence};

use crate::error::{Error, Result};

/// The frame as a polars data frame: factors as text, absent values as nulls.
///
/// # Errors
/// `not_applicable`, `not_yet_due` or `withdrawn` when a value is absent for that reason: a null would turn it into a
/// missing one. `unsupported_type` when the columns do not make a data frame.
pub fn frame_to_polars(frame: &Frame) -> Result<DataFrame> {
    let columns: Result<Vec<pl::Column>> = frame.columns().iter().map(column).collect();
    DataFrame::new(frame.n_rows(), columns?).map_err(|error| Error::data("unsupported_type", error))
}

/// Writes `frame` as Parquet. Levels, roles and labels are not in the file.
///
/// # Errors
/// `unwritable_file`, or as [`frame_to_polars`].
pub fn write_parquet(frame: &Frame, path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    let mut data = frame_to_polars(frame)?;
    let file = File::create(path).map_err(|source| Error::unwritable(path, source))?;
    match ParquetWriter::new(file).finish(&mut data) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::unwritable(path, std::io::Error::other(error.to_string()))),
    }
}

fn column(column: &Column) -> Result<pl::Column> {
    let rows = 0..column.len();
    rows.clone().try_for_each(|row| carried(column, row))?;
    let name = pl::PlSmallStr::from(column.name());
    let observed = |row: &usize| column.is_observed(*row);
    let series = match column.data() {
        ColumnData::Float(values) => {
            Series::new(name, rows.map(|row| observed(&row).then(|| values[row])).collect::<Vec<_>>())
        }
        ColumnData::Integer(values) => {
            Series::new(name, rows.map(|row| observed(&row).then(|| values[row])).collect::<Vec<_>>())
        }
        ColumnData::Bool(values) => {
            Series::new(name, rows.map(|row| observed(&row).then(|| values[row])).collect::<Vec<_>>())
        }
        ColumnData::Factor(factor) => {
            Series::new(name, rows.map(|row| factor.level(row).filter(|_| observed(&row))).collect::<Vec<_>>())
        }
        ColumnData::Date(values) => {
            let days = Series::new(name, rows.map(|row| observed(&row).then(|| values[row].0)).collect::<Vec<_>>());
            days.cast(&pl::DataType::Date).map_err(|error| Error::data("unsupported_type", error))?
        }
        _ => return Err(Error::data("unsupported_type", format!("column `{}` has no counterpart", column.name()))),
    };
    Ok(series.into_column())
}

/// Refuses a value that is absent for a reason which a null does not tell.
fn carried(column: &Column, row: usize) -> Result<()> {
    let presence = column.presence(row);
    let code = match presence {
        Presence::Observed | Presence::Missing => return Ok(()),
        Presence::Withdrawn => "withdrawn",
        Presence::NotYetDue => "not_yet_due",
        Presence::NotApplicable => "not_applicable",
    };
    let (name, row, why) = (column.name(), row + 1, presence.name());
    Err(Error::data(code, format!("column `{name}` row {row} is {why}, which Parquet cannot tell from missing")))
}
