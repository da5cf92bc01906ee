//! Pieces of rows, and the frame that they make.

use std::sync::Arc;

use super::super::Columns;
use super::added;
use crate::error::{Error, Result};
use crate::frame::{Column, ColumnData, Date, Frame};

/// Part of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    /// The row of the frame.
    pub(super) source: u32,
    pub(super) start: f64,
    pub(super) stop: f64,
    /// Whether the row ends with it.
    pub(super) last: bool,
}

impl Piece {
    /// The pieces of the row `source` over (start, stop], cut `at` ascending times within it.
    pub(super) fn cut(
        source: u32,
        (start, stop): (f64, f64),
        at: impl Iterator<Item = f64>,
    ) -> impl Iterator<Item = Self> {
        let mut from = start;
        at.map(|time| (time, false)).chain([(stop, true)]).map(move |(stop, last)| {
            let start = std::mem::replace(&mut from, stop);
            Self { source, start, stop, last }
        })
    }
}

/// What a frame's history has in common with its pieces': the rows with their times and events replaced.
///
/// # Errors
/// `column_exists` when the starts need a column and there is one called `start`; `bad_event` for events that are days.
pub(super) fn frame_of(frame: &Frame, columns: &Columns, pieces: &[Piece]) -> Result<(Frame, Columns)> {
    let rows: Vec<u32> = pieces.iter().map(|piece| piece.source).collect();
    let starts: Vec<f64> = pieces.iter().map(|piece| piece.start).collect();
    let stops: Vec<f64> = pieces.iter().map(|piece| piece.stop).collect();
    let mut made = frame.select(&rows);
    let stop = times(made.column(&columns.stop)?, stops);
    let event = events(made.column(&columns.event)?, columns.censored.as_deref(), pieces)?;
    made = match &columns.start {
        Some(name) => {
            let start = times(made.column(name)?, starts);
            made.with_column(start)?
        }
        None => added(made, Column::float("start", starts))?,
    };
    let named = columns.start.clone().unwrap_or_else(|| "start".to_owned());
    Ok((made.with_column(stop)?.with_column(event)?, columns.clone().start(named)))
}

/// `column` with other times, of its type where they all are.
fn times(column: &Column, times: Vec<f64>) -> Column {
    // Beyond 2⁵³ not every whole number is a real one.
    let whole = |most: f64| times.iter().all(|time| time.fract().abs() <= 0.0 && time.abs() <= most);
    let data = match column.data() {
        ColumnData::Integer(_) if whole(9_007_199_254_740_992.0) => {
            ColumnData::Integer(Arc::new(times.iter().map(|time| *time as i64).collect()))
        }
        ColumnData::Date(_) if whole(f64::from(i32::MAX)) => {
            ColumnData::Date(Arc::new(times.iter().map(|time| Date(*time as i32)).collect()))
        }
        _ => ColumnData::Float(Arc::new(times)),
    };
    column.holding(data, None)
}

/// `column` with nothing happening at the end of pieces that are not the last.
fn events(column: &Column, censored: Option<&str>, pieces: &[Piece]) -> Result<Column> {
    fn ended<T: Copy>(values: &[T], nothing: T, pieces: &[Piece]) -> Vec<T> {
        let value = |(value, piece): (&T, &Piece)| if piece.last { *value } else { nothing };
        values.iter().zip(pieces).map(value).collect()
    }
    let message = || format!("column `{}` has no value that says that nothing happened", column.name());
    let unknown = || Error::usage("bad_event", message());
    let data = match column.data() {
        ColumnData::Factor(factor) => {
            let nothing = censored.map_or(Some(0), |level| factor.level_index(level)).ok_or_else(unknown)?;
            ColumnData::Factor(factor.with_codes(ended(factor.codes(), nothing as u32, pieces)))
        }
        ColumnData::Float(values) => {
            let nothing = censored.map_or(Ok(0.0), str::parse).map_err(|_| unknown())?;
            ColumnData::Float(Arc::new(ended(values, nothing, pieces)))
        }
        ColumnData::Integer(values) => {
            let nothing = censored.map_or(Ok(0), str::parse).map_err(|_| unknown())?;
            ColumnData::Integer(Arc::new(ended(values, nothing, pieces)))
        }
        ColumnData::Bool(values) => {
            let nothing = censored.map_or(Ok(false), str::parse).map_err(|_| unknown())?;
            ColumnData::Bool(Arc::new(ended(values, nothing, pieces)))
        }
        _ => return Err(unknown()),
    };
    Ok(column.holding(data, None))
}
