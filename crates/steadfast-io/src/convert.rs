//! From a polars data frame to the typed columns of the core.

use polars::prelude::{Column, DataFrame, DataType, PolarsError, StringChunked};
use steadfast_core::frame::{self, Date, Factor, Frame, Presence};

use crate::cells::{ticks_per_day, unsupported};
use crate::error::{Error, Result};
use crate::raw::RawTable;

/// The data frame as a [`Frame`]: numbers, truth values and dates as they are, text and categories as factors with
/// their levels in [`steadfast_core::frame::level_order`], nulls and NaN as missing, times as dates when all are
/// midnight.
///
/// ```
/// use steadfast_io::frame_from_polars;
/// use steadfast_io::polars::prelude::df;
///
/// let frame = frame_from_polars(&df!("child" => ["007", "008"], "sdq" => [Some(12), None]).unwrap())?;
/// assert!(!frame.column("sdq")?.is_complete());
/// # Ok::<(), steadfast_io::Error>(())
/// ```
///
/// # Errors
/// `unsupported_type` when a column is no number, text, date or truth value, has whole numbers past 2⁶³ or times that
/// are not midnight.
pub fn frame_from_polars(data: &DataFrame) -> Result<Frame> {
    let columns: Result<Vec<frame::Column>> = data.columns().iter().map(column).collect();
    Ok(Frame::new(columns?)?)
}

/// As [`frame_from_polars`], for a table that must have rows.
pub(crate) fn non_empty_frame(raw: &RawTable) -> Result<Frame> {
    if raw.n_rows() == 0 {
        return Err(no_rows(raw));
    }
    frame_from_polars(raw.as_polars())
}

/// The error of a table without rows.
pub(crate) fn no_rows(raw: &RawTable) -> Error {
    Error::data("empty_table", format!("`{}` has a header and no rows", raw.file()))
}

fn column(column: &Column) -> Result<frame::Column> {
    let (name, series) = (column.name().as_str(), column.as_materialized_series());
    let refuse = |error: PolarsError| unsupported(column, error);
    let beyond = || unsupported(column, "a number is too large, or a time is not midnight");
    let integers = |found: Option<(Vec<i64>, Vec<Presence>)>| {
        found.ok_or_else(beyond).map(|(values, presence)| frame::Column::integer(name, values).with_presence(presence))
    };
    let floats = |found: Option<(Vec<f64>, Vec<Presence>)>| {
        found.ok_or_else(beyond).map(|(values, presence)| frame::Column::float(name, values).with_presence(presence))
    };
    let dates = |found: Option<(Vec<Date>, Vec<Presence>)>| {
        found.ok_or_else(beyond).map(|(values, presence)| frame::Column::date(name, values).with_presence(presence))
    };
    match column.dtype() {
        DataType::Float64 => floats(gather(series.f64().map_err(refuse)?.iter(), f64::NAN, Some)),
        DataType::Float32 => floats(gather(series.f32().map_err(refuse)?.iter(), f64::NAN, |v| Some(f64::from(v)))),
        DataType::Int64 => integers(gather(series.i64().map_err(refuse)?.iter(), 0, Some)),
        DataType::Int32 => integers(gather(series.i32().map_err(refuse)?.iter(), 0, |v| Some(i64::from(v)))),
        DataType::UInt32 => integers(gather(series.u32().map_err(refuse)?.iter(), 0, |v| Some(i64::from(v)))),
        DataType::UInt64 => integers(gather(series.u64().map_err(refuse)?.iter(), 0, |v| i64::try_from(v).ok())),
        DataType::Boolean => gather(series.bool().map_err(refuse)?.iter(), false, Some)
            .ok_or_else(beyond)
            .map(|(values, presence)| frame::Column::bool(name, values).with_presence(presence)),
        DataType::Date => {
            dates(gather(series.date().map_err(refuse)?.physical().iter(), Date(0), |day| Some(Date(day))))
        }
        DataType::Datetime(unit, _) => {
            let per_day = ticks_per_day(*unit);
            let midnight = |time: i64| (time % per_day == 0).then(|| i32::try_from(time / per_day).ok().map(Date));
            dates(gather(series.datetime().map_err(refuse)?.physical().iter(), Date(0), |time| midnight(time)?))
        }
        DataType::Null => floats(gather((0..series.len()).map(|_| None), f64::NAN, Some)),
        DataType::String => Ok(text(name, series.str().map_err(refuse)?)),
        _ => {
            let written = series.cast(&DataType::String).map_err(refuse)?;
            Ok(text(name, written.str().map_err(refuse)?))
        }
    }
}

fn text(name: &str, values: &StringChunked) -> frame::Column {
    frame::Column::from_factor(name, Factor::from_values(values.iter()))
}

/// The values with a placeholder for each null, or `None` when one of them cannot be converted.
fn gather<V, T: Copy>(
    cells: impl Iterator<Item = Option<V>>,
    placeholder: T,
    convert: impl Fn(V) -> Option<T>,
) -> Option<(Vec<T>, Vec<Presence>)> {
    cells
        .map(|cell| match cell {
            None => Some((placeholder, Presence::Missing)),
            Some(value) => convert(value).map(|value| (value, Presence::Observed)),
        })
        .collect::<Option<Vec<_>>>()
        .map(|pairs| pairs.into_iter().unzip())
}
