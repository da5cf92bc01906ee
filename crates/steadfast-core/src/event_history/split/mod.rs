//! Rows of an event history cut in pieces: at given times, or where a covariate changes.
//!
//! ```
//! use steadfast_core::event_history::{Changes, Columns, split_at, with_changes};
//! use steadfast_core::frame::{Column, Frame};
//!
//! let frame = Frame::new(vec![
//!     Column::integer("child", vec![1, 2]),
//!     Column::float("months", vec![10.0, 4.0]),
//!     Column::integer("home", vec![1, 0]),
//! ])?;
//! let columns = Columns::new("months", "home").subject("child");
//! let bands = split_at(&frame, &columns, &[6.0], "band")?;
//! assert_eq!(bands.frame().column("band")?.to_factor().levels(), ["months<=6", "months>6"]);
//! assert_eq!(*bands.frame().column("home")?.to_numeric().unwrap(), [0.0, 1.0, 0.0]);
//!
//! // The first child got a key worker after 3 months.
//! let workers = Frame::new(vec![
//!     Column::integer("child", vec![1]),
//!     Column::float("since", vec![3.0]),
//!     Column::integer("worker", vec![1]),
//! ])?;
//! let split = with_changes(&frame, &columns, &workers, &Changes::new("child", "since", "worker").starting_at(0.0))?;
//! assert_eq!(*split.frame().column("months")?.to_numeric().unwrap(), [3.0, 10.0, 4.0]);
//! assert_eq!(*split.frame().column("worker")?.to_numeric().unwrap(), [0.0, 1.0, 0.0]);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod changes;
mod pieces;
mod values;

pub use changes::{Changes, with_changes};
pub use values::Before;

use super::{Columns, EventHistory};
use crate::error::{Error, Result};
use crate::findings::Findings;
use crate::frame::{Column, Factor, Frame};
use pieces::Piece;

/// The rows in pieces, and the columns that tell their history.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    frame: Frame,
    columns: Columns,
    findings: Findings,
}

impl Split {
    /// The pieces, each with the other columns of the row that it is of and with that row's number; those of a row follow each
    /// other in time, in the order of the rows.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The columns of the history, that of the starts among them: `start`, where there was none.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// What was not used, and why.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The pieces alone.
    pub fn into_frame(self) -> Frame {
        self.frame
    }
}

/// The rows of `frame` cut at `times`, with a factor called `band` that says between which of them a piece lies.
///
/// A row (a, b] becomes (a, t₁], (t₁, t₂], …, (t_k, b] with the times a < t₁ < … < t_k < b. Only its last piece ends as the row
/// did, the others with observation going on. A time at which a row starts or stops does not cut it. Rows with an absent value
/// in one of the `columns` are left out, as they are by [`EventHistory::from_frame`]. O((rows + pieces) ln times), and the order
/// of the rows once.
///
/// # Errors
/// As [`EventHistory::from_frame`]; `bad_times` when there is none or one is no finite number; `column_exists` when the frame
/// has a column `band`, or one called `start` without it being named as that of the starts.
///
/// # Source
/// Therneau and Grambsch 2000, Modeling Survival Data, section 3.7: rows cut in pieces have the same likelihood.
pub fn split_at(frame: &Frame, columns: &Columns, times: &[f64], band: &str) -> Result<Split> {
    if times.is_empty() || times.iter().any(|time| !time.is_finite()) {
        return Err(Error::usage("bad_times", "rows are cut at one time or several, each a finite number"));
    }
    let mut cuts: Vec<f64> = times.iter().map(|time| time + 0.0).collect();
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    let history = EventHistory::from_frame(frame, columns)?;
    let mut pieces = Vec::with_capacity(history.n_rows());
    let mut bands = Vec::with_capacity(history.n_rows());
    for row in 0..history.n_rows() {
        let (start, stop) = (history.start()[row], history.stop()[row]);
        let first = cuts.partition_point(|cut| *cut <= start);
        let within = cuts[first..].iter().copied().take_while(|cut| *cut < stop);
        let before = pieces.len();
        pieces.extend(Piece::cut(history.source()[row], (start, stop), within));
        bands.extend((0..pieces.len() - before).map(|piece| (first + piece) as u32));
    }
    let (frame, columns) = pieces::frame_of(frame, columns, &pieces)?;
    let factor = Factor::from_raw(labels(&columns.stop, &cuts), bands)?;
    Ok(Split { frame: added(frame, Column::from_factor(band, factor))?, columns, findings: history.findings })
}

/// The bands between `cuts`, called as the coefficients of `tt(x, cut = c(…))` are.
fn labels(stop: &str, cuts: &[f64]) -> Vec<String> {
    let label = |at: usize| match (at.checked_sub(1).map(|at| cuts[at]), cuts.get(at)) {
        (None, Some(high)) => format!("{stop}<={high}"),
        (Some(low), Some(high)) => format!("{low}<{stop}<={high}"),
        (low, None) => format!("{stop}>{}", low.unwrap_or_default()),
    };
    (0..=cuts.len()).map(label).collect()
}

/// `frame` with a column that it does not have yet.
fn added(frame: Frame, column: Column) -> Result<Frame> {
    match frame.get(column.name()) {
        Some(_) => Err(Error::usage("column_exists", format!("there is a column `{}` already", column.name()))),
        None => frame.with_column(column),
    }
}

#[cfg(test)]
mod tests;
