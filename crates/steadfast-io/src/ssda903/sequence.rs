//! The episodes of each child in order, as the rules of succession look at them.

use std::ops::Range;

use steadfast_core::frame::Date;

use super::rows::{Day, EpisodeRow, REC, Returns};
use crate::interner::NONE;

/// The episodes in the order child, start, end (open ones last), return; a repetition in another return, or within one,
/// stands aside.
pub(super) struct Sequence {
    /// Places in `Returns::episodes`.
    pub(super) order: Vec<u32>,
    /// Where each child's episodes stand in `order`; only children whose dates can all be read.
    pub(super) children: Vec<(u32, Range<usize>)>,
    /// Pairs of rows with the same child and start in two returns: the earlier return first.
    pub(super) repeated: Vec<(u32, u32)>,
    /// Rows that repeat another of the same return.
    pub(super) duplicates: Vec<u32>,
    /// Children with an episode that cannot be put in order.
    pub(super) unordered: Vec<bool>,
}

impl Sequence {
    /// Operations: one sort, O(n log n), and one pass.
    pub(super) fn of(returns: &Returns) -> Self {
        let mut unordered = vec![false; returns.children.len()];
        for row in returns.episodes.iter().filter(|row| row.child != NONE && !is_ordered(row)) {
            unordered[row.child as usize] = true;
        }
        let usable = |row: &EpisodeRow| row.child != NONE && !unordered[row.child as usize];
        let all = 0..returns.episodes.len() as u32;
        let mut order: Vec<u32> = all.filter(|&at| usable(&returns.episodes[at as usize])).collect();
        order.sort_by_key(|&at| key(&returns.episodes[at as usize]));
        let (mut repeated, mut duplicates) = (Vec::new(), Vec::new());
        let mut kept: Vec<u32> = Vec::with_capacity(order.len());
        let row = |at: u32| &returns.episodes[at as usize];
        for same_start in order.chunk_by(|&a, &b| same_start(row(a), row(b))) {
            let newest = same_start.iter().map(|&at| row(at).year).max().unwrap_or_default();
            let first = kept.len();
            let of_newest = same_start.iter().copied().filter(|&at| row(at).year == newest);
            let again = |at: u32| of_newest.clone().any(|latest| row(latest).end == row(at).end);
            // What began and ended on the first day of an episode that a later return repeats is an episode before it.
            let is_own = |at: u32| row(at).year == newest || (row(at).end == row(at).start && !again(at));
            for &at in same_start.iter().filter(|&&at| is_own(at)) {
                match kept[first..].iter().any(|&before| row(before).end == row(at).end) {
                    true => duplicates.push(at),
                    false => kept.push(at),
                }
            }
            if let Some(latest) = of_newest.clone().next() {
                repeated.extend(same_start.iter().filter(|&&at| !is_own(at)).map(|&at| (at, latest)));
            }
        }
        let mut children = Vec::new();
        let mut from = 0;
        for same_child in kept.chunk_by(|&a, &b| row(a).child == row(b).child) {
            children.push((row(same_child[0]).child, from..from + same_child.len()));
            from += same_child.len();
        }
        Self { order: kept, children, repeated, duplicates, unordered }
    }

    /// The episodes of each child in order.
    pub(super) fn by_child<'a>(&'a self, returns: &'a Returns) -> impl Iterator<Item = Vec<&'a EpisodeRow>> {
        let row = |&at: &u32| &returns.episodes[at as usize];
        self.children.iter().map(move |(_, range)| self.order[range.clone()].iter().map(row).collect())
    }

    /// Each episode with the one that follows it.
    pub(super) fn pairs<'a>(&'a self, returns: &'a Returns) -> impl Iterator<Item = (&'a EpisodeRow, &'a EpisodeRow)> {
        let row = |at: u32| &returns.episodes[at as usize];
        self.children.iter().flat_map(move |(_, range)| {
            self.order[range.clone()].windows(2).map(move |pair| (row(pair[0]), row(pair[1])))
        })
    }

    /// Each episode with the one that follows it, if any.
    pub(super) fn with_next<'a>(
        &'a self,
        returns: &'a Returns,
    ) -> impl Iterator<Item = (&'a EpisodeRow, Option<&'a EpisodeRow>)> {
        let row = |at: u32| &returns.episodes[at as usize];
        self.children.iter().flat_map(move |(_, range)| {
            let mine = &self.order[range.clone()];
            mine.iter().enumerate().map(move |(at, &here)| (row(here), mine.get(at + 1).map(|&next| row(next))))
        })
    }
}

/// Whether the episode has its place in time: a start, an end that can be read and is not before it.
fn is_ordered(row: &EpisodeRow) -> bool {
    match (row.start, row.end) {
        (Day::Is(start), Day::Is(end)) => start <= end,
        (Day::Is(_), Day::Blank) => row.codes[REC] == NONE,
        _ => false,
    }
}

fn key(row: &EpisodeRow) -> (u32, Option<Date>, Date, i32, [u32; 7], super::rows::Place) {
    let end = row.end.date().unwrap_or(Date(i32::MAX));
    (row.child, row.start.date(), end, row.year, row.codes, row.place)
}

fn same_start(a: &EpisodeRow, b: &EpisodeRow) -> bool {
    (a.child, a.start) == (b.child, b.start)
}
