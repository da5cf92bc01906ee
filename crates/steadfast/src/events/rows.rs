//! The rows that a request about times to events uses, and what is counted in them: persons and clusters, not rows.

use serde::Serialize;
use steadfast_core::event_history::{Columns, EventHistory};
use steadfast_core::formula::Formula;
use steadfast_core::frame::{Frame, Presence};

use super::response::Response;
use super::text::plural;
use crate::core;
use crate::error::{Error, Result};

/// Rows used, and rows left out by the reason why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct RowsUsed {
    /// Rows used.
    pub used: usize,
    /// Rows left out because a variable is missing.
    pub missing: usize,
    /// Rows left out because a variable is not applicable.
    pub not_applicable: usize,
    /// Rows left out because a variable is not yet due.
    pub not_yet_due: usize,
    /// Rows left out because a variable is absent after withdrawal.
    pub withdrawn: usize,
    /// Rows left out because their weight is zero.
    pub zero_weight: usize,
}

/// How the rows of a table are to be read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading<'a> {
    /// The column that says whose rows they are.
    pub(crate) subject: Option<&'a str>,
    /// The column of weights.
    pub(crate) weights: Option<&'a str>,
    /// The level of the event column that says that observation ended.
    pub(crate) censored: Option<&'a str>,
    /// The column of the state in which a row is.
    pub(crate) from: Option<&'a str>,
    /// The column of clusters, where the formula does not name it.
    pub(crate) cluster: Option<&'a str>,
}

/// Complete rows and the history that they tell.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    /// The complete rows of a weight above zero; they keep the numbers that they have in their file.
    pub(crate) frame: Frame,
    /// The history, a row for each row of the frame.
    pub(crate) history: EventHistory,
    /// The person of each row, also where rows of a person overlap, as in layouts of recurrent events.
    pub(crate) persons: Vec<u32>,
    /// Rows used and left out.
    pub(crate) counts: RowsUsed,
    /// What is to be said where nobody named the level that means the end of observation.
    pub(crate) assumed: Option<String>,
}

impl Rows {
    /// The rows of `frame` that are complete in everything that `formula` and `reading` name.
    ///
    /// # Errors
    /// `unknown_column`, `no_rows`, those of `EventHistory::from_frame`, with every finding.
    pub(crate) fn new(formula: &Formula, response: &Response, reading: Reading<'_>, frame: &Frame) -> Result<Self> {
        let (frame, counts) = complete(formula, reading, frame)?;
        let columns = response.columns(reading.subject, reading.weights, reading.censored);
        let columns = reading.from.into_iter().fold(columns, Columns::from);
        let history = EventHistory::from_frame(&frame, &columns).map_err(|error| again(error, reading.from))?;
        let persons = history.subject().to_vec();
        let assumed = assumed(&frame, &response.event, reading.censored);
        Ok(Self { frame, history, persons, counts, assumed })
    }

    /// The place of the state called `name`.
    ///
    /// # Errors
    /// `unknown_cause` with the states that there are.
    pub(crate) fn state(&self, name: &str) -> Result<u32> {
        let states = self.history.states();
        let at = states.iter().skip(1).position(|state| state == name).map(|at| at as u32 + 1);
        at.ok_or_else(|| {
            let known = states.get(1..).unwrap_or_default().join(", ");
            Error::usage("unknown_cause", format!("there is no event `{name}`; the events are: {known}"))
        })
    }
}

/// `error`, with what to do where the history contradicts itself because something happened to a person twice.
fn again(error: core::error::Error, from: Option<&str>) -> core::error::Error {
    match error.as_findings() {
        Some(findings) if from.is_none() && findings.iter().any(|one| one.code == "jump") => {
            let message = "the event history contradicts itself: persons go on after an event. Events that happen again are of \
                           `fit --layout` and of `curves --kind mean-cumulative`; states that people leave and return to need \
                           `curves --kind occupation --from`";
            core::error::Error::findings("invalid_history", message, findings.clone())
        }
        _ => error,
    }
}

/// The level of the factor `event` that counts as the end of observation though nobody said so: the first may well be an event, as
/// adoption is the first of many lists.
pub(crate) fn assumed(frame: &Frame, event: &str, censored: Option<&str>) -> Option<String> {
    let factor = frame.get(event).filter(|_| censored.is_none())?.as_factor()?;
    let level = factor.levels().first()?;
    let rows = factor.codes().iter().filter(|code| **code == 0).count();
    Some(format!(
        "`{level}` ({rows} of {}), the first level of `{event}`, is taken for the end of observation: --censored names the level that is",
        plural(factor.codes().len(), "row")
    ))
}

/// The rows of `frame` that are complete in everything that `formula` and `reading` name, and how many are not.
///
/// # Errors
/// `unknown_column`, `no_rows`.
pub(crate) fn complete(formula: &Formula, reading: Reading<'_>, frame: &Frame) -> Result<(Frame, RowsUsed)> {
    let named = formula.columns();
    let more = [reading.subject, reading.weights, reading.from, reading.cluster];
    let names = named.iter().map(String::as_str).filter(|name| *name != "pi" || frame.get(name).is_some());
    let columns = names
        .chain(more.into_iter().flatten())
        .map(|name| frame.column(name))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let weight = reading.weights.and_then(|name| frame.get(name)?.to_numeric());
    let mut counts = RowsUsed::default();
    let used = |row: &u32| {
        let row = *row as usize;
        let presence = columns.iter().fold(Presence::Observed, |known, column| known.and(column.presence(row)));
        let place = match presence {
            Presence::Observed if weight.as_ref().is_some_and(|weight| weight[row] == 0.0) => &mut counts.zero_weight,
            Presence::Observed => &mut counts.used,
            Presence::Missing => &mut counts.missing,
            Presence::Withdrawn => &mut counts.withdrawn,
            Presence::NotYetDue => &mut counts.not_yet_due,
            Presence::NotApplicable => &mut counts.not_applicable,
        };
        *place += 1;
        presence == Presence::Observed && weight.as_ref().is_none_or(|weight| weight[row] != 0.0)
    };
    let rows: Vec<u32> = (0..frame.n_rows() as u32).filter(used).collect();
    if rows.is_empty() {
        return Err(Error::data(
            "no_rows",
            "no row has a value in every variable of the request, and a weight above zero",
        ));
    }
    let frame = if rows.len() == frame.n_rows() { frame.clone() } else { frame.select(&rows) };
    Ok((frame, counts))
}

/// What was observed in some rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Observed {
    /// Rows.
    pub rows: usize,
    /// Persons: the levels of the subject column, or the rows where none is named.
    pub persons: usize,
    /// Clusters, where they are named; else persons.
    pub clusters: usize,
    /// Events, by what they are, in the order of the states.
    pub events: Vec<EventCount>,
    /// Σ (stop − start), unweighted.
    pub time_at_risk: f64,
}

/// How often something happened, and to how many persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventCount {
    /// What happened: the state passed to.
    pub event: String,
    /// How often.
    pub count: usize,
    /// To how many persons.
    pub persons: usize,
}

impl Observed {
    /// What was observed in all `rows`.
    pub(crate) fn of(rows: &Rows) -> Self {
        Self::of_rows(&rows.history, &rows.persons, &(0..rows.history.n_rows()).collect::<Vec<_>>())
    }

    /// What was observed in the rows of each of `n` groups, `persons` saying whose they are; rows whose code is another are in none.
    pub(crate) fn by(history: &EventHistory, persons: &[u32], codes: &[u32], n: usize) -> Vec<Self> {
        let mut rows = vec![Vec::new(); n];
        for (row, &code) in codes.iter().enumerate() {
            if let Some(group) = rows.get_mut(code as usize) {
                group.push(row);
            }
        }
        rows.iter().map(|rows| Self::of_rows(history, persons, rows)).collect()
    }

    fn of_rows(history: &EventHistory, persons: &[u32], rows: &[usize]) -> Self {
        let mut seen: Vec<(u32, u32)> = rows.iter().filter_map(|&row| Some((history.to(row)?, persons[row]))).collect();
        seen.sort_unstable();
        let events = seen.chunk_by(|a, b| a.0 == b.0).map(|of_state| EventCount {
            event: history.states()[of_state[0].0 as usize].clone(),
            count: of_state.len(),
            persons: distinct(of_state.iter().map(|pair| pair.1)),
        });
        Self {
            events: events.collect(),
            rows: rows.len(),
            persons: distinct(rows.iter().map(|&row| persons[row])),
            clusters: distinct(rows.iter().map(|&row| history.cluster()[row])),
            time_at_risk: total(rows.iter().map(|&row| history.stop()[row] - history.start()[row])),
        }
    }

    /// How often `event` happened.
    pub fn count(&self, event: &str) -> usize {
        self.events.iter().find(|known| known.event == event).map_or(0, |known| known.count)
    }
}

/// The sum, whose bits do not depend on the order of rows.
fn total(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.into_iter().sum()
}

/// The number of different values.
pub(crate) fn distinct(values: impl Iterator<Item = u32>) -> usize {
    let mut values: Vec<u32> = values.collect();
    values.sort_unstable();
    values.dedup();
    values.len()
}
