//! The changes by visit and arm.

use std::collections::BTreeMap;

use serde::Serialize;
use steadfast_core::frame::{Column, Role, level_order};
use steadfast_io::Dictionary;

use super::matching::{Matching, place};
use super::{CellCounts, Cut, cells, columns};

/// What changed at one visit in one arm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaceChange {
    /// The visit; nothing where there is none.
    pub visit: String,
    /// The arm; nothing where there is none.
    pub arm: String,
    /// Rows that came.
    pub rows_added: usize,
    /// Rows that went.
    pub rows_removed: usize,
    /// Rows in which a cell differs.
    pub rows_changed: usize,
    /// The cells of all columns.
    #[serde(flatten)]
    pub cells: CellCounts,
}

/// The columns by which the rows of a cut are placed.
struct Columns<'a> {
    visit: Option<&'a Column>,
    arm: Option<&'a Column>,
}

impl<'a> Columns<'a> {
    fn of(cut: &'a Cut, dictionary: &Dictionary) -> Self {
        let column = |role| cut.column(dictionary.with_role(role)?.name());
        Self { visit: column(Role::Visit), arm: column(Role::Arm) }
    }

    fn at(&self, row: usize) -> (String, String) {
        (place(self.visit, row), place(self.arm, row))
    }
}

#[derive(Default)]
struct Tally {
    added: usize,
    removed: usize,
    changed: usize,
    cells: CellCounts,
}

/// The changes by visit and arm in the order of their levels; a row that both cuts have stands where the new one has it.
/// Nothing where the dictionary names neither.
pub(super) fn compare(old: &Cut, new: &Cut, matching: &Matching, dictionary: &Dictionary) -> Vec<PlaceChange> {
    let (before, after) = (Columns::of(old, dictionary), Columns::of(new, dictionary));
    if after.visit.is_none() && after.arm.is_none() {
        return Vec::new();
    }
    let mut tallies: BTreeMap<(String, String), Tally> = BTreeMap::new();
    for &row in &matching.added {
        tallies.entry(after.at(row)).or_default().added += 1;
    }
    for &row in &matching.removed {
        tallies.entry(before.at(row)).or_default().removed += 1;
    }
    let shared: Vec<_> = columns::shared(old, new).collect();
    for &(a, b) in &matching.pairs {
        let mut changes = shared.iter().filter_map(|(_, old, new)| cells::change(old, a, new, b)).peekable();
        if changes.peek().is_some() {
            let tally = tallies.entry(after.at(b)).or_default();
            tally.changed += 1;
            changes.for_each(|change| tally.cells.add(change));
        }
    }
    let (visits, arms) = (levels([before.visit, after.visit]), levels([before.arm, after.arm]));
    let rank = |levels: &[String], level: &str| levels.iter().position(|known| known == level);
    let mut places: Vec<((String, String), Tally)> = tallies.into_iter().collect();
    places.sort_by_key(|((visit, arm), _)| (rank(&visits, visit), rank(&arms, arm)));
    let row = |((visit, arm), tally): ((String, String), Tally)| PlaceChange {
        visit,
        arm,
        rows_added: tally.added,
        rows_removed: tally.removed,
        rows_changed: tally.changed,
        cells: tally.cells,
    };
    places.into_iter().map(row).collect()
}

/// The levels of both cuts: in the declared order, where both have the same, and otherwise in the natural one.
fn levels(columns: [Option<&Column>; 2]) -> Vec<String> {
    let of = |column: Option<&Column>| column.map(|column| column.to_factor().levels().to_vec()).unwrap_or_default();
    let [old, new] = columns.map(of);
    if old == new {
        return new;
    }
    let mut all: Vec<String> = old.into_iter().chain(new).collect();
    all.sort();
    all.dedup();
    level_order(&mut all);
    all
}
