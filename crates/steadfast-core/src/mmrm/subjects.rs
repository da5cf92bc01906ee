//! The rows of each subject, and what must be the same in all of them.

use crate::error::{Error, Result};
use crate::frame::{Column, ColumnData, Frame};

/// The rows of each subject, in the order of the frame.
pub(super) struct Subjects {
    /// The subject of each row; `None` where the row names none.
    pub(super) of_row: Vec<Option<usize>>,
    /// The rows of each subject that has any.
    pub(super) rows: Vec<Vec<u32>>,
}

impl Subjects {
    pub(super) fn of(frame: &Frame, column: &str) -> Result<Self> {
        let factor = frame.column(column)?.to_factor();
        let mut position = vec![None; factor.levels().len()];
        let (mut of_row, mut rows) = (Vec::with_capacity(frame.n_rows()), Vec::new());
        for (row, &code) in factor.codes().iter().enumerate() {
            // Subjects are numbered as they first occur; levels without rows are nobody.
            let subject = position.get_mut(code as usize).map(|known: &mut Option<usize>| {
                *known.get_or_insert_with(|| {
                    rows.push(Vec::new());
                    rows.len() - 1
                })
            });
            if let Some(subject) = subject {
                rows[subject].push(row as u32);
            }
            of_row.push(subject);
        }
        Ok(Self { of_row, rows })
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The first row of `subject` with a value in `column`, and the first that has another value.
    pub(super) fn values(&self, subject: usize, column: &Column) -> (Option<u32>, Option<u32>) {
        let mut observed = self.rows[subject].iter().copied().filter(|&row| column.is_observed(row as usize));
        let first = observed.next();
        let other = first.and_then(|first| observed.find(|&row| !same(column, first as usize, row as usize)));
        (first, other)
    }

    /// Refuses a column that has two values in the rows of one subject.
    pub(super) fn require_constant(&self, column: &Column, code: &'static str) -> Result<()> {
        for subject in 0..self.len() {
            if let (Some(first), Some(other)) = self.values(subject, column) {
                let (name, first, other) = (column.name(), first + 1, other + 1);
                let message = format!("`{name}` differs between rows {first} and {other} of one subject");
                return Err(Error::data(code, message));
            }
        }
        Ok(())
    }
}

/// Whether two rows have the same value; exactly, since both are copies of one.
fn same(column: &Column, a: usize, b: usize) -> bool {
    match column.data() {
        ColumnData::Float(values) => values[a].to_bits() == values[b].to_bits(),
        ColumnData::Integer(values) => values[a] == values[b],
        ColumnData::Factor(factor) => factor.codes()[a] == factor.codes()[b],
        ColumnData::Date(values) => values[a] == values[b],
        ColumnData::Bool(values) => values[a] == values[b],
    }
}
