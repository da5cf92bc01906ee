//! What happens to a cell from one cut to the next.

use serde::Serialize;
use steadfast_core::frame::{Column, ColumnData, Presence};

/// A column of a cut with the rows whose content was refused.
pub(super) struct Cells<'a> {
    pub(super) column: &'a Column,
    /// Ascending, 0-based.
    pub(super) refused: &'a [usize],
}

/// Why a cell has no value, or that it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Observed,
    Absent(Presence),
    Refused,
}

impl Cells<'_> {
    fn state(&self, row: usize) -> State {
        match self.column.presence(row) {
            Presence::Observed => State::Observed,
            _ if self.refused.binary_search(&row).is_ok() => State::Refused,
            reason => State::Absent(reason),
        }
    }
}

/// What happened to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It had no value and has one.
    NewlyObserved,
    /// It had a value and has none.
    NewlyAbsent,
    /// It has another value.
    Value,
    /// It has no value for another reason.
    Reason,
}

/// How many cells changed, by what happened to them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CellCounts {
    /// Cells that had no value and have one.
    pub newly_observed: usize,
    /// Cells that had a value and have none.
    pub newly_absent: usize,
    /// Cells with another value.
    pub changed: usize,
    /// Cells without a value for another reason: missing, not applicable, refused.
    pub reason_changed: usize,
}

impl CellCounts {
    /// The counts of one column over `pairs` of old and new rows.
    pub(super) fn of(old: &Cells<'_>, new: &Cells<'_>, pairs: &[(usize, usize)]) -> Self {
        let mut counts = Self::default();
        pairs.iter().filter_map(|&(a, b)| change(old, a, new, b)).for_each(|change| counts.add(change));
        counts
    }

    pub(super) fn add(&mut self, change: Change) {
        match change {
            Change::NewlyObserved => self.newly_observed += 1,
            Change::NewlyAbsent => self.newly_absent += 1,
            Change::Value => self.changed += 1,
            Change::Reason => self.reason_changed += 1,
        }
    }

    /// All of them.
    pub fn total(&self) -> usize {
        self.newly_observed + self.newly_absent + self.changed + self.reason_changed
    }
}

/// What happened to the cell that stands in row `a` of `old` and in row `b` of `new`, if anything did.
pub(super) fn change(old: &Cells<'_>, a: usize, new: &Cells<'_>, b: usize) -> Option<Change> {
    match (old.state(a), new.state(b)) {
        (State::Observed, State::Observed) => {
            (!same(old.column.data(), a, new.column.data(), b)).then_some(Change::Value)
        }
        (State::Observed, _) => Some(Change::NewlyAbsent),
        (_, State::Observed) => Some(Change::NewlyObserved),
        (before, after) => (before != after).then_some(Change::Reason),
    }
}

/// Whether two observed cells hold the same value; values of different types never are.
fn same(old: &ColumnData, a: usize, new: &ColumnData, b: usize) -> bool {
    match (old, new) {
        // Adding zero makes the two zeros one value.
        (ColumnData::Float(x), ColumnData::Float(y)) => (x[a] + 0.0).to_bits() == (y[b] + 0.0).to_bits(),
        (ColumnData::Integer(x), ColumnData::Integer(y)) => x[a] == y[b],
        (ColumnData::Date(x), ColumnData::Date(y)) => x[a] == y[b],
        (ColumnData::Bool(x), ColumnData::Bool(y)) => x[a] == y[b],
        (ColumnData::Factor(x), ColumnData::Factor(y)) => x.level(a) == y.level(b),
        _ => false,
    }
}
