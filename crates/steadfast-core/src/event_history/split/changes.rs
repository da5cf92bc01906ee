//! Covariates whose values hold from a time on.

use std::collections::HashMap;

use super::super::{Columns, EventHistory};
use super::pieces::{self, Piece};
use super::values::{Before, values};
use super::{Split, added};
use crate::error::{Error, Result};
use crate::findings::{Finding, Findings, Severity};
use crate::frame::{Column, Factor, Frame};

/// What is said of a change of somebody whose rows are not there.
const UNKNOWN: &str = "the history has no such person";

/// Which columns of a table say whose covariate has which value from when on; a row is a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    subject: String,
    time: String,
    value: String,
    before: Before,
}

impl Changes {
    /// The persons, the times, on the scale of the history, and the values; before its first change a covariate is missing.
    pub fn new(subject: impl Into<String>, time: impl Into<String>, value: impl Into<String>) -> Self {
        Self { subject: subject.into(), time: time.into(), value: value.into(), before: Before::Absent }
    }

    /// What holds before the first change.
    pub fn before(mut self, before: Before) -> Self {
        self.before = before;
        self
    }

    /// The number that holds before the first change.
    pub fn starting_at(self, value: f64) -> Self {
        self.before(Before::Number(value))
    }

    /// The level that holds before the first change.
    pub fn starting_as(self, level: impl Into<String>) -> Self {
        self.before(Before::Level(level.into()))
    }
}

/// The rows of `frame` cut where a covariate changes, with its values in a column called as that of the `changes`.
///
/// A change at time c holds over (c, …]: a piece that starts at or after c has the new value, and an event at c comes before the
/// change. One before observation, or during a gap, holds when observation begins; one at its end or later holds over nothing. These
/// are found:
///
/// | code | severity | when |
/// |---|---|---|
/// | `conflicting_changes` | error | a person has two values from one time on |
/// | `bad_time` | error | a time is not a finite number |
/// | `incomplete_change` | warning | a change without person, time or value, which is left out |
/// | `unknown_person` | warning | a person of whom the history knows nothing |
/// | `after_observation` | note | a change at the end of a person's observation or later |
///
/// O((rows + changes) ln(rows + changes)); the order of the changes means nothing.
///
/// # Errors
/// As [`EventHistory::from_frame`]; `no_subject` when the history does not name persons; `unknown_column`, `not_numeric` for those of
/// the changes; `start_value` when the value before is not of the type of the others; `column_exists` as in [`super::split_at`];
/// `invalid_changes` with everything found, when one finding is an error; rows are those of the changes.
pub fn with_changes(frame: &Frame, columns: &Columns, changes: &Frame, spec: &Changes) -> Result<Split> {
    let persons = match &columns.subject {
        Some(name) => frame.column(name)?.to_factor(),
        None => return Err(Error::usage("no_subject", "name the column of persons, whose covariates change")),
    };
    let history = EventHistory::from_frame(frame, columns)?;
    let mut timeline = Timeline::read(&persons, changes, spec)?;
    timeline.judge(&history, changes, spec);
    if timeline.findings.has_errors() {
        let message = "the changes contradict each other";
        return Err(Error::findings("invalid_changes", message, timeline.findings.sorted()));
    }
    let mut pieces = Vec::with_capacity(history.n_rows() + timeline.changes.len());
    let mut picked = Vec::with_capacity(pieces.capacity());
    for row in 0..history.n_rows() {
        let own = timeline.of(history.subject()[row]);
        let (start, stop) = (history.start()[row], history.stop()[row]);
        let first = own.partition_point(|change| change.time <= start);
        let mut within: Vec<f64> =
            own[first..].iter().map(|change| change.time).take_while(|time| *time < stop).collect();
        within.dedup();
        for piece in Piece::cut(history.source()[row], (start, stop), within.into_iter()) {
            let holds = own.partition_point(|change| change.time <= piece.start);
            picked.push(holds.checked_sub(1).map(|at| own[at].row));
            pieces.push(piece);
        }
    }
    let value = values(changes.column(&spec.value)?, &picked, &spec.before)?;
    let (frame, columns) = pieces::frame_of(frame, columns, &pieces)?;
    let mut findings = history.findings;
    findings.extend(timeline.findings);
    Ok(Split { frame: added(frame, value)?, columns, findings: findings.sorted() })
}

#[derive(Debug, Clone, Copy)]
struct Change {
    person: u32,
    time: f64,
    /// The place of the value among the distinct ones.
    value: u32,
    row: u32,
}

/// The changes of everybody, by person and time.
struct Timeline {
    changes: Vec<Change>,
    findings: Findings,
}

impl Timeline {
    /// The changes of those who are among `persons`.
    fn read(persons: &Factor, changes: &Frame, spec: &Changes) -> Result<Self> {
        let used = [&spec.subject, &spec.time, &spec.value];
        let used = used.into_iter().map(|name| changes.column(name)).collect::<Result<Vec<&Column>>>()?;
        let (who, values) = (used[0].to_factor(), used[2].to_factor());
        let not_numeric = || Error::usage("not_numeric", format!("column `{}` is no number", spec.time));
        let times = used[1].to_numeric().ok_or_else(not_numeric)?;
        let codes: HashMap<&str, u32> = persons.levels().iter().map(String::as_str).zip(0..).collect();
        let mut found = Self { changes: Vec::with_capacity(changes.n_rows()), findings: Findings::new() };
        for row in 0..changes.n_rows() {
            let number = changes.row_number(row);
            let mut refuse = |severity, column: &str, code, message: &str| {
                found.findings.push(finding(severity, (number, column), code, message.to_owned()));
            };
            if let Some(absent) = used.iter().find(|column| !column.is_observed(row)) {
                refuse(Severity::Warning, absent.name(), "incomplete_change", "left out: there is no value");
            } else if !times[row].is_finite() {
                refuse(Severity::Error, &spec.time, "bad_time", "a time is not a finite number");
            } else if let Some(&person) = who.level(row).and_then(|label| codes.get(label)) {
                // Adding 0 makes −0 the same time as 0.
                found.changes.push(Change {
                    person,
                    time: times[row] + 0.0,
                    value: values.codes()[row],
                    row: row as u32,
                });
            } else {
                refuse(Severity::Warning, &spec.subject, "unknown_person", UNKNOWN);
            }
        }
        let order =
            |a: &Change, b: &Change| a.person.cmp(&b.person).then(a.time.total_cmp(&b.time)).then(a.row.cmp(&b.row));
        found.changes.sort_unstable_by(order);
        Ok(found)
    }

    /// The changes of a person, ascending.
    fn of(&self, person: u32) -> &[Change] {
        let first = self.changes.partition_point(|change| change.person < person);
        let end = first + self.changes[first..].partition_point(|change| change.person == person);
        &self.changes[first..end]
    }

    /// What the changes say of each other, and of the time of observation.
    fn judge(&mut self, history: &EventHistory, changes: &Frame, spec: &Changes) {
        let number = |change: &Change| changes.row_number(change.row as usize);
        let persons = history.subject().iter().max().map_or(0, |last| *last as usize + 1);
        let mut end = vec![f64::NEG_INFINITY; persons];
        for (person, stop) in history.subject().iter().zip(history.stop()) {
            end[*person as usize] = end[*person as usize].max(*stop);
        }
        for pair in self.changes.windows(2).filter(|pair| pair[0].person == pair[1].person) {
            if pair[0].time >= pair[1].time && pair[0].value != pair[1].value {
                let message = format!("row {} has another value from the same time on", number(&pair[0]));
                let at = (number(&pair[1]), spec.value.as_str());
                self.findings.push(finding(Severity::Error, at, "conflicting_changes", message));
            }
        }
        for change in &self.changes {
            let end = end.get(change.person as usize).copied().unwrap_or(f64::NEG_INFINITY);
            if end <= f64::NEG_INFINITY {
                let at = (number(change), spec.subject.as_str());
                self.findings.push(finding(Severity::Warning, at, "unknown_person", UNKNOWN.to_owned()));
            } else if change.time >= end {
                let at = (number(change), spec.time.as_str());
                let message = "observation of the person has ended by then".to_owned();
                self.findings.push(finding(Severity::Note, at, "after_observation", message));
            }
        }
    }
}

fn finding(severity: Severity, (row, column): (u64, &str), code: &str, message: String) -> Finding {
    Finding { severity, file: None, row: Some(row), column: Some(column.to_owned()), code: code.to_owned(), message }
}
