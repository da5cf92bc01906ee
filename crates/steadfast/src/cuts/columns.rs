//! What changed in each column that both cuts have.

use std::collections::BTreeSet;

use serde::Serialize;
use steadfast_core::frame::Column;

use super::cells::{self, Cells, Change};
use super::matching::Matching;
use super::{CellCounts, Cut, Rows};

/// One column in which something changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnChange {
    /// The column.
    pub column: String,
    /// Its cells.
    #[serde(flatten)]
    pub cells: CellCounts,
    /// Rows of the new cut in which it had no value and has one.
    pub newly_observed_rows: Vec<usize>,
    /// Rows of the new cut in which it had a value and has none.
    pub newly_absent_rows: Vec<usize>,
    /// Rows of the new cut in which it has another value.
    pub changed_rows: Vec<usize>,
    /// Rows of the new cut in which it has no value for another reason.
    pub reason_changed_rows: Vec<usize>,
    /// The levels of a factor that came and went.
    pub levels: Option<Levels>,
}

/// How many of a factor's levels occur in one cut only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Levels {
    /// Levels that occur in the new cut only.
    pub new: usize,
    /// Levels that occur in the old cut only.
    pub lost: usize,
}

/// The columns that both cuts have, by name.
pub(super) fn shared<'a>(old: &'a Cut, new: &'a Cut) -> impl Iterator<Item = (&'a str, Cells<'a>, Cells<'a>)> {
    let names: BTreeSet<&str> = new.assessment.frame().columns().iter().map(Column::name).collect();
    names.into_iter().filter_map(|name| Some((name, old.cells(name)?, new.cells(name)?)))
}

/// The columns in which something changed, by name, with up to `limit` rows of each kind. Who came and went is said of the
/// subjects, and not again of the levels of their column.
pub(super) fn compare(
    old: &Cut,
    new: &Cut,
    matching: &Matching,
    subject: Option<&str>,
    limit: usize,
) -> Vec<ColumnChange> {
    let columns = shared(old, new).filter(|(name, ..)| Some(*name) != subject);
    columns.filter_map(|(name, old, new)| of(name, &old, &new, matching, limit)).collect()
}

fn of(name: &str, old: &Cells<'_>, new: &Cells<'_>, matching: &Matching, limit: usize) -> Option<ColumnChange> {
    let mut cells = CellCounts::default();
    let mut changes: Vec<(Change, usize)> = Vec::new();
    for &(a, b) in &matching.pairs {
        if let Some(change) = cells::change(old, a, new, b) {
            cells.add(change);
            changes.push((change, b));
        }
    }
    let rows = |kind: Change| {
        let of_kind = changes.iter().filter(|(change, _)| *change == kind).map(|(_, row)| *row);
        Rows::of(of_kind.collect(), limit).rows
    };
    let levels = levels(old.column, new.column);
    let moved = levels.is_some_and(|levels| levels.new + levels.lost > 0);
    (cells.total() > 0 || moved).then(|| ColumnChange {
        column: name.to_owned(),
        cells,
        newly_observed_rows: rows(Change::NewlyObserved),
        newly_absent_rows: rows(Change::NewlyAbsent),
        changed_rows: rows(Change::Value),
        reason_changed_rows: rows(Change::Reason),
        levels,
    })
}

fn levels(old: &Column, new: &Column) -> Option<Levels> {
    let (old, new) = (occurring(old)?, occurring(new)?);
    Some(Levels { new: new.difference(&old).count(), lost: old.difference(&new).count() })
}

/// The levels that occur; none when the column is no factor.
fn occurring(column: &Column) -> Option<BTreeSet<&str>> {
    let factor = column.as_factor()?;
    Some((0..column.len()).filter(|&row| column.is_observed(row)).filter_map(|row| factor.level(row)).collect())
}
