//! What became of every observation that the schedule expects (T2), as it may be shown.

use serde::Serialize;
use steadfast_core::frame::{Frame, Role};
use steadfast_core::schedule::Classification;

use super::disclosure::{Disclosure, Shown, Tally};
use crate::trial::Count;
use crate::trial::completeness::{Completeness, CompletenessRow, Groups};

/// One instrument at one visit, all arms together: the report is for those who may be blind to the arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expected {
    /// The instrument's short name.
    pub instrument: String,
    /// Its label.
    pub label: String,
    /// The visit.
    pub visit: String,
    /// The informant, where several are expected to answer.
    pub informant: Option<String>,
    /// Who is in which class: `expected` to `not_applicable`, and of those observed `in_window` to `undated`.
    pub classes: Vec<Class>,
}

/// The persons in one class, and the clusters in which it has a member.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Class {
    /// What became of them.
    pub class: &'static str,
    /// Distinct persons.
    pub subjects: Shown,
    /// Distinct clusters; none where the dictionary names no column of them.
    pub clusters: Option<Shown>,
}

impl Expected {
    /// The class called `name`.
    pub(super) fn class(&self, name: &str) -> Option<&Class> {
        self.classes.iter().find(|class| class.class == name)
    }
}

/// The table of `classification`. Rows of one instrument and visit are of the same persons, and the classes of a row add up: where
/// one of their counts is withheld, all others of them are rounded.
pub(super) fn expected(frame: &Frame, classification: &Classification, disclosure: &Disclosure) -> Vec<Expected> {
    let cluster = frame.with_role(Role::Cluster).next().map(|column| column.to_factor());
    let groups = Groups { arm: None, cluster: cluster.as_ref(), rows: None };
    let is_clustered = cluster.is_some();
    let found = Completeness::of(classification, &groups).rows;
    let together = |a: &CompletenessRow, b: &CompletenessRow| a.instrument == b.instrument && a.visit == b.visit;
    let shown = found.chunk_by(together).flat_map(|rows| {
        let coarse =
            rows.iter().any(|row| row.counts.named().iter().any(|(_, count)| disclosure.is_small(persons(count))));
        rows.iter().map(move |row| shown(row, is_clustered, coarse, disclosure))
    });
    shown.collect()
}

fn persons(count: &Count) -> Tally {
    Tally { rows: count.subjects, persons: count.subjects }
}

fn shown(row: &CompletenessRow, is_clustered: bool, coarse: bool, disclosure: &Disclosure) -> Expected {
    let class = |(class, count): (&'static str, Count)| {
        let clusters = Tally { rows: count.clusters, persons: count.subjects };
        Class {
            class,
            subjects: disclosure.show(persons(&count), coarse),
            clusters: is_clustered.then(|| disclosure.show(clusters, coarse)),
        }
    };
    Expected {
        instrument: row.instrument.clone(),
        label: row.label.clone(),
        visit: row.visit.clone(),
        informant: row.informant.clone(),
        classes: row.counts.named().into_iter().map(class).collect(),
    }
}

/// The classes in the order of tables; those of the second list only where they occur.
const CLASSES: [&str; 10] = [
    "expected",
    "observed",
    "partly_observed",
    "missing",
    "withdrawn",
    "not_yet_due",
    "not_applicable",
    "in_window",
    "early",
    "late",
];

/// The table as texts: how many columns name a row, the header, and the rows.
pub(super) fn table(rows: &[Expected]) -> (usize, Vec<String>, Vec<Vec<String>>) {
    let has_informants = rows.iter().any(|row| row.informant.is_some());
    let is_undated = rows.iter().any(|row| row.class("undated").is_some_and(|class| !class.subjects.is_zero()));
    let classes: Vec<&str> = CLASSES.into_iter().chain(is_undated.then_some("undated")).collect();
    let keys = ["instrument", "visit"].into_iter().chain(has_informants.then_some("informant"));
    let header = keys.chain(classes.iter().copied()).map(super::completeness::heading).collect();
    let line = |row: &Expected| {
        let mut line = vec![row.label.clone(), row.visit.clone()];
        line.extend(has_informants.then(|| row.informant.clone().unwrap_or_default()));
        line.extend(classes.iter().map(|name| row.class(name).map(cell).unwrap_or_default()));
        line
    };
    (2 + usize::from(has_informants), header, rows.iter().map(line).collect())
}

fn cell(class: &Class) -> String {
    match class.clusters {
        Some(clusters) if !class.subjects.is_zero() => format!("{} ({clusters})", class.subjects),
        _ => class.subjects.to_string(),
    }
}

/// What the cells are.
pub(super) fn note(rows: &[Expected]) -> &'static str {
    let is_clustered = rows.iter().flat_map(|row| &row.classes).any(|class| class.clusters.is_some());
    if is_clustered {
        "Each cell: distinct subjects, and in parentheses the distinct clusters in which the class has a member."
    } else {
        "Each cell: distinct subjects."
    }
}
