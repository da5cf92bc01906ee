//! Typed columns with roles: the form in which data reach every model.
//!
//! ```
//! use steadfast_core::frame::{Column, Frame};
//!
//! let frame = Frame::new(vec![
//!     Column::float("sdq", vec![12.0, 9.0, 14.0, 11.0]),
//!     Column::factor("child", ["a", "a", "b", "b"]),
//! ])?;
//! assert_eq!(frame.n_rows(), 4);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod coding;
mod column;
mod factor;
mod partitions;
mod stack;

pub use coding::{Code, Coding};
pub use column::{Column, ColumnData, Date, Presence, Role};
pub use factor::{Factor, level_order};
pub use partitions::Partitions;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::error::{Error, Result};

/// Columns of equal length with distinct names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    columns: Vec<Column>,
    n_rows: usize,
    /// Where each row stood in its file, from 1; as here, where nothing is said.
    numbers: Option<Arc<Vec<u64>>>,
}

impl Frame {
    /// A frame of `columns`.
    ///
    /// # Errors
    /// `unequal_lengths` or `duplicate_column` when the columns do not make a table.
    pub fn new(columns: Vec<Column>) -> Result<Self> {
        let n_rows = columns.first().map_or(0, Column::len);
        let mut seen = BTreeSet::new();
        for column in &columns {
            if column.len() != n_rows {
                return Err(Error::data(
                    "unequal_lengths",
                    format!("column `{}` has {} rows where the first column has {n_rows}", column.name(), column.len()),
                ));
            }
            if !seen.insert(column.name()) {
                return Err(Error::data("duplicate_column", format!("two columns are called `{}`", column.name())));
            }
        }
        Ok(Self { columns, n_rows, numbers: None })
    }

    /// The same rows with the numbers, from 1, that messages call them by: where they stood in their file.
    ///
    /// # Errors
    /// `unequal_lengths` when there is not a number for each row.
    pub fn with_row_numbers(self, numbers: Vec<u64>) -> Result<Self> {
        if numbers.len() != self.n_rows {
            return Err(Error::data("unequal_lengths", "rows are numbered each or not at all"));
        }
        Ok(Self { numbers: Some(Arc::new(numbers)), ..self })
    }

    /// The number of the 0-based `row`, as messages have it.
    pub fn row_number(&self, row: usize) -> u64 {
        self.numbers.as_ref().map_or(row as u64 + 1, |numbers| numbers[row])
    }

    /// The numbers of all rows, where they were given.
    pub(crate) fn row_numbers(&self) -> Option<Arc<Vec<u64>>> {
        self.numbers.clone()
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The columns in their order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column called `name`, if there is one.
    pub fn get(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name() == name)
    }

    /// The column called `name`.
    ///
    /// # Errors
    /// `unknown_column`, with the names that exist.
    pub fn column(&self, name: &str) -> Result<&Column> {
        self.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.columns.iter().map(Column::name).collect();
            Error::usage(
                "unknown_column",
                format!("there is no column `{name}`; the columns are: {}", names.join(", ")),
            )
        })
    }

    /// The columns that carry `role`.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(move |column| column.role() == Some(role))
    }

    /// The rows at `rows` (0-based, in that order); levels that no longer occur are kept, and messages call the rows by the
    /// numbers that they have here.
    pub fn select(&self, rows: &[u32]) -> Frame {
        let numbers = Some(Arc::new(rows.iter().map(|&row| self.row_number(row as usize)).collect()));
        let columns = self.columns.iter().map(|column| column.select(rows)).collect();
        Frame { columns, n_rows: rows.len(), numbers }
    }

    /// The frame with `column` added, or put in the place of the column of the same name.
    ///
    /// # Errors
    /// `unequal_lengths` when the column has another number of rows.
    pub fn with_column(mut self, column: Column) -> Result<Frame> {
        match self.columns.iter().position(|existing| existing.name() == column.name()) {
            Some(at) => self.columns[at] = column,
            None => self.columns.push(column),
        }
        Ok(Frame { numbers: self.numbers, ..Frame::new(self.columns)? })
    }
}

#[cfg(test)]
mod tests;
