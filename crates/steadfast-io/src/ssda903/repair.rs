//! Repairs that a user asks for; every one is recorded.

use std::collections::BTreeMap;

use serde::Serialize;
use steadfast_core::frame::Date;

use super::rows::{DatedRow, Day, EpisodeRow, LS, PLACE, PROVIDER, REC, RNE, Returns};
use crate::interner::NONE;

/// Which repairs to make; none by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Repairs {
    /// An episode or absence that is open in one year's return and stands again in a later one, with the same child and
    /// first day, is one: the later return says how it ended.
    pub spanning_returns: bool,
}

impl Repairs {
    /// The repairs named `names`, such as `spanning-returns`; `None` when one is unknown.
    pub fn named<S: AsRef<str>>(names: &[S]) -> Option<Self> {
        let mut repairs = Self::default();
        for name in names {
            match name.as_ref() {
                "spanning-returns" => repairs.spanning_returns = true,
                _ => return None,
            }
        }
        Some(repairs)
    }
}

/// A repair that was made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Repair {
    /// The file of the row that gave way.
    pub file: String,
    /// The row that gave way: 1 is the first after the header.
    pub row: u64,
    /// The file of the row that stays.
    pub kept_file: String,
    /// The row that stays.
    pub kept_row: u64,
    /// The rule by which it was made.
    pub rule: &'static str,
}

/// Merges what spans returns, and says what was merged.
pub(super) fn spanning_returns(returns: &mut Returns) -> Vec<Repair> {
    let mut repairs = Vec::new();
    let episodes = std::mem::take(&mut returns.episodes);
    let open = |row: &EpisodeRow| row.end == Day::Blank && row.codes[REC] == NONE;
    // What the later return must not have changed; a change is a finding of its own and is not merged away.
    let content = |row: &EpisodeRow| {
        let codes = [row.codes[RNE], row.codes[LS], row.codes[PLACE], row.codes[PROVIDER]];
        (codes, row.postcode, row.urn)
    };
    let later = later_rows(&episodes, |row| (row.child, row.start.date(), row.year));
    let mut kept = Vec::with_capacity(episodes.len());
    for (at, row) in episodes.iter().enumerate() {
        match later[at].map(|next| &episodes[next]) {
            Some(next) if open(row) && content(row) == content(next) => {
                repairs.push(returns.repair(row.place, next.place));
            }
            _ => kept.push(*row),
        }
    }
    returns.episodes = kept;
    let absences = std::mem::take(&mut returns.absences);
    let later = later_rows(&absences, |row: &DatedRow| (row.child, row.first.date(), row.year));
    let mut kept = Vec::with_capacity(absences.len());
    for (at, row) in absences.iter().enumerate() {
        match later[at].map(|next| &absences[next]) {
            Some(next) if row.second == Day::Blank && row.code == next.code => {
                repairs.push(returns.repair(row.place, next.place));
            }
            _ => kept.push(*row),
        }
    }
    returns.absences = kept;
    repairs.sort();
    repairs
}

/// For each row the row of the same child and day in the next return that has one; `None` where that is not one row.
fn later_rows<T>(rows: &[T], key: impl Fn(&T) -> (u32, Option<Date>, i32)) -> Vec<Option<usize>> {
    let mut places: BTreeMap<(u32, Date, i32), Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        if let (child, Some(day), year) = key(row)
            && child != NONE
        {
            places.entry((child, day, year)).or_default().push(at);
        }
    }
    let next = |row: &T| {
        let (child, day, year) = key(row);
        let day = day?;
        let mut later = places.range((child, day, year + 1)..=(child, day, i32::MAX));
        match later.next().map(|(_, places)| places.as_slice()) {
            Some([only]) => Some(*only),
            _ => None,
        }
    };
    rows.iter().map(next).collect()
}

impl Returns {
    fn repair(&self, gone: super::rows::Place, kept: super::rows::Place) -> Repair {
        let file = |place: super::rows::Place| self.files[place.file as usize].0.clone();
        Repair {
            file: file(gone),
            row: u64::from(gone.row) + 1,
            kept_file: file(kept),
            kept_row: u64::from(kept.row) + 1,
            rule: "spanning_returns",
        }
    }
}
