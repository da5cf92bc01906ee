//! Which rows enter a model, and why the others do not.

use crate::error::{Error, Result};
use crate::frame::{Column, Frame, Presence};

/// How many rows do not enter the model, by reason; a row counts once, for the first reason that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Excluded {
    /// Rows where some variable can have no value by design.
    pub not_applicable: usize,
    /// Rows where some variable is expected later.
    pub not_yet_due: usize,
    /// Rows where some variable has no value because the person had withdrawn.
    pub withdrawn: usize,
    /// Rows where some variable should have a value and has none.
    pub missing: usize,
    /// Complete rows whose weight is zero.
    pub zero_weight: usize,
}

/// The rows of `frame` that are complete in `columns` and have a weight above zero, ascending.
///
/// # Errors
/// `negative_weight`, `not_finite` with the row.
pub(super) fn complete(frame: &Frame, columns: &[&Column], weights: Option<&[f64]>) -> Result<(Vec<u32>, Excluded)> {
    let n = u32::try_from(frame.n_rows())
        .ok()
        .filter(|&n| n < u32::MAX)
        .ok_or_else(|| Error::data("too_many_rows", "a model takes fewer than 4294967295 rows"))?;
    let incomplete: Vec<&Column> = columns.iter().copied().filter(|column| !column.is_complete()).collect();
    let mut excluded = Excluded::default();
    let mut rows: Vec<u32> = if incomplete.is_empty() {
        (0..n).collect()
    } else {
        (0..n).filter(|&row| count(&incomplete, row as usize, &mut excluded)).collect()
    };
    if let Some(weights) = weights {
        check_weights(weights, &rows, frame)?;
        let complete = rows.len();
        rows.retain(|&row| weights[row as usize] > 0.0);
        excluded.zero_weight = complete - rows.len();
    }
    Ok((rows, excluded))
}

/// Whether the row is complete; if not, it is counted.
fn count(columns: &[&Column], row: usize, excluded: &mut Excluded) -> bool {
    let presence = columns.iter().fold(Presence::Observed, |known, column| known.and(column.presence(row)));
    match presence {
        Presence::Observed => return true,
        Presence::Missing => excluded.missing += 1,
        Presence::Withdrawn => excluded.withdrawn += 1,
        Presence::NotYetDue => excluded.not_yet_due += 1,
        Presence::NotApplicable => excluded.not_applicable += 1,
    }
    false
}

fn check_weights(weights: &[f64], rows: &[u32], frame: &Frame) -> Result<()> {
    for &row in rows {
        let (weight, number) = (weights[row as usize], frame.row_number(row as usize));
        if !weight.is_finite() {
            return Err(Error::data("not_finite", format!("the weight in row {number} is not a finite number")));
        }
        if weight < 0.0 {
            return Err(Error::data("negative_weight", format!("the weight in row {number} is negative")));
        }
    }
    Ok(())
}
