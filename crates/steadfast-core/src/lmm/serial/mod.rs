//! Whether residuals of a person still go together over time: autocorrelation by lag, semivariogram by distance.

mod autocorrelation;
mod semivariogram;

pub use autocorrelation::Lag;
pub use semivariogram::Distance;

use super::residuals::Residuals;
use crate::error::{Error, Result};
use crate::frame::Frame;

/// Residuals with whose they are and when they were taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Serial {
    /// For each subject its residuals by time: the place of the time among all times, the time as a number where it is
    /// one, and the residual.
    subjects: Vec<Vec<(u32, Option<f64>, f64)>>,
}

impl Serial {
    /// The normalised residuals of a fit, which have no correlation left where the model is right. `frame` is the frame of
    /// the fit; `subject` and `time` are columns of it.
    ///
    /// # Errors
    /// As [`Serial::new`].
    pub fn normalized(residuals: &Residuals, frame: &Frame, subject: &str, time: &str) -> Result<Self> {
        Self::new(&residuals.rows, residuals.normalized.get()?, frame, subject, time)
    }

    /// Any `values` at `rows` of the frame.
    ///
    /// # Errors
    /// `different_frame` when the frame has no such rows; `unknown_column`; `missing_value` with column and row.
    pub fn new(rows: &[u32], values: &[f64], frame: &Frame, subject: &str, time: &str) -> Result<Self> {
        if rows.len() != values.len() || rows.iter().any(|&row| row as usize >= frame.n_rows()) {
            return Err(Error::usage("different_frame", "the residuals do not belong to the rows of this frame"));
        }
        for name in [subject, time] {
            let column = frame.column(name)?;
            if let Some(row) = rows.iter().find(|&&row| !column.is_observed(row as usize)) {
                return Err(Error::data("missing_value", format!("column `{name}` has no value in row {}", row + 1)));
            }
        }
        let who = frame.column(subject)?.to_factor();
        let when = frame.column(time)?.to_factor();
        let number = frame.column(time)?.to_numeric();
        let mut subjects = vec![Vec::new(); who.levels().len()];
        for (&row, &value) in rows.iter().zip(values) {
            let row = row as usize;
            let time = number.as_ref().map(|numbers| numbers[row]);
            subjects[who.codes()[row] as usize].push((when.codes()[row], time, value));
        }
        subjects.iter_mut().for_each(|own: &mut Vec<(u32, Option<f64>, f64)>| own.sort_by_key(|(place, ..)| *place));
        Ok(Self { subjects })
    }
}

#[cfg(test)]
mod tests;
