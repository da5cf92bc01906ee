//! Parquet, and the way there through polars.

use std::path::Path;

use polars::prelude::{self as pl, DataFrame, IntoColumn, KeyValueMetadata, NamedFrom, ParquetWriter, Series};
use steadfast_core::frame::{Column, ColumnData, Frame, Presence};

use super::companion::{Reasons, with_companions};
use super::losses::Losses;
use super::{OutputFormat, WritableFormat, write_bytes};
use crate::error::{Error, Result};
use crate::read::{Carried, Format, METADATA_KEY};

impl OutputFormat {
    /// Apache Parquet.
    pub const PARQUET: OutputFormat = OutputFormat(&Parquet);
}

struct Parquet;

impl WritableFormat for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["parquet", "pq"]
    }

    fn reader(&self) -> Format {
        Format::PARQUET
    }

    fn has_companions(&self) -> bool {
        true
    }

    fn write(&self, frame: &Frame, target: &mut Vec<u8>, _losses: &mut Losses) -> Result<()> {
        let metadata = vec![(METADATA_KEY.to_owned(), Carried::of(frame.columns()).to_text()?)];
        let mut data = columns(&with_companions(frame, Reasons::All)?)?;
        let writer = ParquetWriter::new(target).with_key_value_metadata(Some(KeyValueMetadata::from_static(metadata)));
        writer.finish(&mut data).map(drop).map_err(|error| Error::data("unwritable_value", error))
    }
}

/// The frame as a polars data frame: factors as text, absent values as nulls.
///
/// # Errors
/// `not_applicable`, `not_yet_due` or `withdrawn` when a value is absent for that reason: a null would turn it into a
/// missing one. `unsupported_type` when the columns do not make a data frame.
pub fn frame_to_polars(frame: &Frame) -> Result<DataFrame> {
    for column in frame.columns() {
        (0..column.len()).try_for_each(|row| carried(column, row))?;
    }
    columns(frame)
}

/// The frame as a polars data frame: every absent value is a null.
pub(super) fn columns(frame: &Frame) -> Result<DataFrame> {
    let columns: Result<Vec<pl::Column>> = frame.columns().iter().map(column).collect();
    DataFrame::new(frame.n_rows(), columns?).map_err(|error| Error::data("unsupported_type", error))
}

/// Writes `frame` as Parquet. Labels, levels, roles and units are in the file's metadata; where values are absent for a
/// reason, a column `NAME.reason` tells it. [`crate::read`] puts both back in their places.
///
/// # Errors
/// `unwritable_file`, or as [`crate::write_bytes`].
pub fn write_parquet(frame: &Frame, path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    let written = write_bytes(frame, OutputFormat::PARQUET)?;
    std::fs::write(path, written.bytes()).map_err(|source| Error::unwritable(path, source))
}

fn column(column: &Column) -> Result<pl::Column> {
    let rows = 0..column.len();
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
    Err(Error::data(code, format!("column `{name}` row {row} is {why}, which a null cannot tell from missing")))
}
