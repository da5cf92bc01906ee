//! A table of the report: text in cells, ready to be laid out.

use serde::Serialize;

/// A table with a caption.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<TableRow>,
    /// How many columns are flush left: those that name the row.
    pub(super) left: usize,
    pub(super) notes: Vec<String>,
}

/// A row, possibly one that stands above those that belong to it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct TableRow {
    pub(super) cells: Vec<String>,
    pub(super) kind: Kind,
}

/// How a row looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Plain,
    /// A heading of the rows below it.
    Group,
    /// It belongs to the row or heading above it.
    Inner,
    /// The row that answers the question.
    Strong,
}

impl Table {
    /// A table without rows.
    pub(super) fn new<S: Into<String>>(caption: &str, header: impl IntoIterator<Item = S>, left: usize) -> Self {
        let header = header.into_iter().map(Into::into).collect();
        Self { caption: caption.to_owned(), header, rows: Vec::new(), left, notes: Vec::new() }
    }

    /// Adds a row.
    pub(super) fn row<S: Into<String>>(&mut self, kind: Kind, cells: impl IntoIterator<Item = S>) {
        self.rows.push(TableRow { cells: cells.into_iter().map(Into::into).collect(), kind });
    }

    /// Adds a remark below the table.
    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }
}
