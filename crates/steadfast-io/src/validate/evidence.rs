//! What the rules look at: the typed columns, the refused cells, and the names that do not match.

use polars::prelude::Column as RawColumn;
use steadfast_core::frame::{Column, Frame, Role};

use crate::dictionary::{Dictionary, Variable};
use crate::error::Result;
use crate::raw::RawTable;
use crate::typing::{Reason, Rejected, decimal_mark, typed};

/// Some rows of a table, typed.
pub(crate) struct SomeRows {
    pub(crate) frame: Frame,
    /// The refused cells by column.
    pub(crate) rejected: Vec<(String, Vec<Rejected>)>,
    /// The 0-based row of the file of each row.
    pub(crate) rows: Vec<u64>,
    /// The rows of the table.
    pub(crate) n_rows: usize,
    pub(crate) undescribed: Vec<String>,
}

/// A table with its cells typed, before anybody has judged it.
pub(super) struct Evidence<'a> {
    dictionary: &'a Dictionary,
    frame: Frame,
    n_rows: usize,
    rejected: Vec<(String, Vec<Rejected>)>,
    undescribed: Vec<String>,
    rows: Option<Vec<u64>>,
    together: Together<'a>,
}

/// Whether rows that agree in some columns are all among those at hand, and are to be judged here.
pub(crate) type Together<'a> = Box<dyn Fn(&[&str]) -> bool + 'a>;

impl<'a> Evidence<'a> {
    pub(super) fn of(raw: &RawTable, dictionary: &'a Dictionary) -> Result<Self> {
        let mark = decimal_mark(dictionary, raw.decimal_mark());
        let (mut columns, mut rejected, mut undescribed) = (Vec::new(), Vec::new(), Vec::new());
        for (index, column) in raw.as_polars().columns().iter().enumerate() {
            let name = RawColumn::name(column).to_string();
            match dictionary.variable(&name) {
                Some(variable) => {
                    let found = typed((column, raw.note(index)), variable, mark)?;
                    columns.push(found.column);
                    rejected.push((name, found.rejected));
                }
                None => undescribed.push(name),
            }
        }
        let (frame, n_rows) = (Frame::new(columns)?, raw.n_rows());
        Ok(Self { dictionary, frame, n_rows, rejected, undescribed, rows: None, together: Box::new(|_| true) })
    }

    /// Some rows of a table of `n_rows` rows.
    pub(super) fn of_rows(dictionary: &'a Dictionary, some: SomeRows, together: Together<'a>) -> Self {
        let SomeRows { frame, rejected, rows, n_rows, undescribed } = some;
        Self { dictionary, frame, n_rows, rejected, undescribed, rows: Some(rows), together }
    }

    /// Whether rows that agree in `columns` are all here, and are to be judged here.
    pub(super) fn together(&self, columns: &[&Column]) -> bool {
        let names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
        (self.together)(&names)
    }

    /// The number of `row` in the file, as messages have it: from 1.
    pub(super) fn file_row(&self, row: usize) -> u64 {
        self.rows.as_ref().map_or(row as u64, |rows| rows[row]) + 1
    }

    pub(super) fn dictionary(&self) -> &'a Dictionary {
        self.dictionary
    }

    pub(super) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The columns of the file that the dictionary does not describe.
    pub(super) fn undescribed(&self) -> &[String] {
        &self.undescribed
    }

    /// Each described column that the file has, with its description.
    pub(super) fn described(&self) -> impl Iterator<Item = (&Column, &'a Variable)> {
        self.frame.columns().iter().filter_map(|column| Some((column, self.dictionary.variable(column.name())?)))
    }

    /// The column called `name`, if the file has it and the dictionary describes it.
    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.frame.get(name)
    }

    /// The column with `role`, if there is one.
    pub(super) fn with_role(&self, role: Role) -> Option<&Column> {
        self.frame.with_role(role).next()
    }

    /// The columns called `names`, or `None` when one of them is not there (which is a finding of its own).
    pub(super) fn columns(&self, names: &[String]) -> Option<Vec<&Column>> {
        names.iter().map(|name| self.column(name)).collect()
    }

    /// The cells refused for `reason`, as column and 0-based row.
    pub(super) fn rejected(&self, reason: Reason) -> impl Iterator<Item = (&str, usize)> {
        self.rejected.iter().flat_map(move |(column, cells)| {
            cells.iter().filter(move |cell| cell.reason == reason).map(|cell| (column.as_str(), cell.row))
        })
    }

    /// Whether the file has something in this cell that was refused, so that it is neither observed nor missing.
    pub(super) fn is_rejected(&self, column: &str, row: usize) -> bool {
        let cells = self.rejected.iter().find(|(name, _)| name == column).map(|(_, cells)| cells.as_slice());
        cells.is_some_and(|cells| cells.binary_search_by_key(&row, |cell| cell.row).is_ok())
    }

    /// The 0-based rows of the refused cells of each column that has any.
    pub(super) fn refused_rows(&self) -> Vec<(String, Vec<usize>)> {
        let refused = self.rejected.iter().filter(|(_, cells)| !cells.is_empty());
        refused.map(|(name, cells)| (name.clone(), cells.iter().map(|cell| cell.row).collect())).collect()
    }

    pub(super) fn into_frame(self) -> Frame {
        self.frame
    }
}
