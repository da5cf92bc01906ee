//! Conditions that choose rows: `visit == "30 months" & age >= 4 | !missing(sdq)`.
//!
//! | written | meaning |
//! |---|---|
//! | `a \| b`, `a & b`, `!a` | or, and, not; `&` binds tighter than `\|`; `\|\|` and `&&` are the same |
//! | `==`, `!=`, `<`, `<=`, `>`, `>=` | comparison of a column with a value or with another column |
//! | `arm in ["NIM", "SAU"]` | one of a list |
//! | `missing(x)`, `withdrawn(x)`, `not_yet_due(x)`, `not_applicable(x)`, `observed(x)` | why a value is absent, or that it is there |
//! | `"text"`, `'text'`, `12.5`, `true`, `false` | values; a day is a text as yyyy-mm-dd |
//! | `` `days in care` `` | a column whose name is not a plain word |
//!
//! A comparison with an absent value is neither true nor false; a row is kept only when the condition is true.

mod ast;
mod check;
mod named;
mod parse;

use std::fmt;
use std::str::FromStr;

use steadfast_core::frame::Frame;

use crate::error::{Error, Result};
use ast::Condition;
pub(crate) use named::with_levels;

/// A condition on the columns of a frame.
#[derive(Debug, Clone)]
pub struct Filter {
    source: String,
    condition: Condition,
}

/// The rows that a filter keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The rows where the condition is true, ascending, 0-based.
    pub rows: Vec<u32>,
    /// The number of rows that are not kept because an absent value leaves the condition undecided.
    pub undecided: usize,
}

impl Filter {
    /// The rows of `frame` where the condition is true.
    ///
    /// # Errors
    /// `unknown_column`, `unknown_level` or `filter_type` when the condition does not fit the frame.
    pub fn select(&self, frame: &Frame) -> Result<Selection> {
        let mut selection = Selection { rows: Vec::new(), undecided: 0 };
        for (row, truth) in self.truths(frame)?.into_iter().enumerate() {
            match truth {
                Some(true) => selection.rows.push(row as u32),
                Some(false) => {}
                None => selection.undecided += 1,
            }
        }
        Ok(selection)
    }

    /// For each row of `frame` whether the condition is true; `None` where an absent value leaves it undecided.
    ///
    /// # Errors
    /// As [`Filter::select`].
    pub fn truths(&self, frame: &Frame) -> Result<Vec<Option<bool>>> {
        let predicate = check::predicate(&self.condition, frame).map_err(|at| at.into_error(&self.source))?;
        Ok((0..frame.n_rows()).map(|row| predicate.truth(row)).collect())
    }
}

impl FromStr for Filter {
    type Err = Error;

    fn from_str(source: &str) -> Result<Self> {
        let condition = parse::condition(source).map_err(|at| at.into_error(source))?;
        Ok(Self { source: source.to_owned(), condition })
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

/// What is wrong with a condition, and from which byte to which.
#[derive(Debug)]
struct Fault {
    code: &'static str,
    start: usize,
    end: usize,
    message: String,
}

impl Fault {
    /// The error with the condition and carets under the place.
    fn into_error(self, source: &str) -> Error {
        let before = source.get(..self.start).unwrap_or(source).chars().count();
        let width = source.get(self.start..self.end).map_or(1, |text| text.chars().count().max(1));
        Error::usage(
            self.code,
            format!("{}\n  {}\n  {}{}", self.message, source, " ".repeat(before), "^".repeat(width)),
        )
    }
}

#[cfg(test)]
mod tests;
