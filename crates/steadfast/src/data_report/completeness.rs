//! Which values are there, and why others are not: of a column, and of a column at each visit.

use serde::Serialize;
use steadfast_core::frame::{Column, Presence};

use super::disclosure::{Disclosure, Persons, Shown, Tally};
use super::{ColumnReport, Visits};

/// Why a value is not there, or that it is, as reports call it; a further reason is a further line.
const REASONS: [(Presence, &str); 5] = [
    (Presence::Observed, "observed"),
    (Presence::Missing, "missing"),
    (Presence::Withdrawn, "withdrawn"),
    (Presence::NotYetDue, "not_yet_due"),
    (Presence::NotApplicable, "not_applicable"),
];

/// The reasons that tables always have; the others stand where they occur.
const ALWAYS: [&str; 3] = ["observed", "missing", "not_applicable"];

/// What a cell is called whose content was refused: it is neither observed nor missing.
const REFUSED: &str = "refused";

/// So many cells are observed, or absent for one reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// `observed`, `missing`, `withdrawn`, `not_yet_due`, `not_applicable` or `refused`.
    pub reason: &'static str,
    /// How many.
    pub cells: Shown,
}

/// One column at one visit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VisitCompleteness {
    /// The visit.
    pub visit: String,
    /// Its cells.
    pub parts: Vec<Part>,
}

/// The cells of one column in some rows, by reason.
pub(super) type Tallies = Vec<(&'static str, Tally)>;

/// The cells of `column` in `rows`.
pub(super) fn tallies(column: &Column, refused: &[usize], rows: &[usize], persons: &Persons) -> Tallies {
    let is_refused = |row: &usize| refused.binary_search(row).is_ok();
    let of = |why: Presence| {
        let here = rows.iter().copied().filter(|row| column.presence(*row) == why && !is_refused(row));
        persons.tally(here)
    };
    let reasons = REASONS.iter().map(|(why, name)| (*name, of(*why)));
    reasons.chain([(REFUSED, persons.tally(rows.iter().copied().filter(is_refused)))]).collect()
}

/// The cells of `column` at each visit.
pub(super) fn by_visit(
    column: &Column,
    refused: &[usize],
    visits: &Visits,
    persons: &Persons,
) -> Vec<(String, Tallies)> {
    visits.iter().map(|(visit, rows)| (visit.clone(), tallies(column, refused, rows, persons))).collect()
}

/// The tallies as they may be shown.
pub(super) fn parts(tallies: &Tallies, disclosure: &Disclosure, coarse: bool) -> Vec<Part> {
    // A part that is all there is equals a total that is known anyway.
    let coarse = coarse && tallies.iter().filter(|(_, tally)| tally.rows > 0).count() > 1;
    tallies.iter().map(|(reason, tally)| Part { reason, cells: disclosure.show(*tally, coarse) }).collect()
}

/// The reasons that tables of these columns have, in their order.
pub(super) fn reasons(columns: &[ColumnReport]) -> Vec<&'static str> {
    let occurs = |reason: &str| columns.iter().any(|column| !part(&column.parts, reason).is_zero());
    let all = REASONS.iter().map(|(_, name)| *name).chain([REFUSED]);
    all.filter(|reason| ALWAYS.contains(reason) || occurs(reason)).collect()
}

/// The reason as a heading has it.
pub(super) fn heading(reason: &str) -> String {
    reason.replace('_', " ")
}

/// The part called `reason`.
pub(super) fn part(parts: &[Part], reason: &str) -> Shown {
    parts.iter().find(|part| part.reason == reason).map_or(Shown::Exact(0), |part| part.cells)
}

/// Of the cells that could have a value, how many have one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Share {
    /// No cell could, or too few people stand behind those that have.
    Unknown,
    /// All but a count that is withheld: a percentage would say more than may be said, or something else.
    AllBut(Shown),
    /// Per cent.
    Percent(f64),
    /// Per cent of rounded counts.
    About(f64),
}

/// The share observed, from the counts that are shown.
pub(super) fn share(parts: &[Part]) -> Share {
    let observed = part(parts, "observed");
    let absent = ["missing", "withdrawn", REFUSED].map(|reason| part(parts, reason));
    let withheld = absent.into_iter().find(|shown| matches!(shown, Shown::Below(_)));
    let all = observed.height() + absent.iter().map(|shown| shown.height()).sum::<f64>();
    let percent = 100.0 * observed.height() / all;
    let exact = absent.iter().chain([&observed]).all(|shown| matches!(shown, Shown::Exact(_)));
    match withheld {
        _ if matches!(observed, Shown::Below(_)) || all <= 0.0 => Share::Unknown,
        Some(count) if absent.iter().all(|shown| shown.height() <= 0.0) => Share::AllBut(count),
        _ if exact => Share::Percent(percent),
        _ => Share::About(percent),
    }
}
