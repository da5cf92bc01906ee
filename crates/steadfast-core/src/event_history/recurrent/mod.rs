//! Events that happen again and again to the same person, and what ends them for good.
//!
//! ```
//! use steadfast_core::event_history::{Columns, Layout, RecurrentHistory};
//! use steadfast_core::frame::{Column, Frame};
//!
//! // Two children: moves after 3 and 7 months, then adopted after 9; no move within 5 months.
//! let frame = Frame::new(vec![
//!     Column::integer("child", vec![1, 1, 1, 2]),
//!     Column::float("month", vec![3.0, 7.0, 9.0, 5.0]),
//!     Column::factor("event", ["move", "move", "adopted", "none"]),
//! ])?;
//! let columns = Columns::new("month", "event").subject("child").censored("none");
//! let history = RecurrentHistory::from_frame(&frame, &columns, &["adopted"])?;
//! assert_eq!(history.kinds(), ["move"]);
//! let gap = history.layout(&frame, Layout::GapTime, None)?;
//! // Nobody has a third move, so that the time after a second is at risk of none.
//! assert_eq!(*gap.column("stop")?.to_numeric().unwrap(), [3.0, 4.0, 5.0]);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod layout;

pub use layout::Layout;

use super::columns::{CONTRADICTION, spells};
use super::{Columns, EventHistory, Spells};
use crate::error::{Error, Result};
use crate::findings::{Finding, Severity};
use crate::frame::{Column, Frame};

/// One event of a person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recurrence {
    /// The row of the observation within which it happens.
    pub row: u32,
    /// When it happens.
    pub time: f64,
    /// Its kind, a place among [`RecurrentHistory::kinds`].
    pub kind: u32,
}

/// Observation of people, the events that happen to them meanwhile, and the states that end such events for good.
///
/// A person who has an event stays where he is. Several events at one time are several rows that stop then.
#[derive(Debug, Clone, PartialEq)]
pub struct RecurrentHistory {
    observation: EventHistory,
    kinds: Vec<String>,
    events: Vec<Recurrence>,
}

impl RecurrentHistory {
    /// The history that the `columns` of `frame` tell, whose events in `terminal` end all others.
    ///
    /// Without a column of starts, the rows of a person follow each other from time 0. A row of no length is a further event at the end
    /// of the row before; where there is none, it is left out with the finding `no_time`.
    ///
    /// # Errors
    /// As [`EventHistory::from_frame`]; `from_column` when the columns name states; `unknown_state` when `terminal` is none of the
    /// events; `unobserved_event` for an event of a person who has not been under observation.
    pub fn from_frame(frame: &Frame, columns: &Columns, terminal: &[&str]) -> Result<Self> {
        if columns.from.is_some() {
            return Err(Error::usage("from_column", "events that recur change no state: name no column of states"));
        }
        let used: Vec<&Column> = columns.names().into_iter().map(|name| frame.column(name)).collect::<Result<_>>()?;
        let complete = |row: &u32| used.iter().all(|column| column.is_observed(*row as usize));
        let rows: Vec<u32> = (0..frame.n_rows() as u32).filter(complete).collect();
        if rows.is_empty() {
            return Err(Error::data("no_rows", "no row has a value in every column of the event history"));
        }
        let mut told = spells(frame, columns, &rows)?;
        let order = by_person(&told);
        if columns.start.is_none() {
            follow_each_other(&mut told, &order);
        }
        Self::of_spells(told, frame, rows, &order, terminal).map_err(|error| columns.named_in(error))
    }

    fn of_spells(told: Spells, frame: &Frame, source: Vec<u32>, order: &[usize], terminal: &[&str]) -> Result<Self> {
        let number = |row: &u32| frame.row_number(*row as usize);
        let numbers: Vec<u64> = source.iter().map(number).collect();
        let known = |name: &str| told.states[1..].iter().any(|state| state == name);
        if let Some(unknown) = terminal.iter().find(|name| !known(name)) {
            return Err(Error::usage("unknown_state", format!("there is no event `{unknown}`")));
        }
        let ends = |state: &String| terminal.contains(&state.as_str());
        let (states, kinds): (Vec<String>, Vec<String>) = told.states[1..].iter().cloned().partition(ends);
        let mut made = Made::default();
        for &row in order {
            let meaning = told.to[row].map(|to| &told.states[to as usize]);
            let place = |names: &[String]| names.iter().position(|name| Some(name) == meaning).map(|at| at as u32);
            made.add(&told, (&source, &numbers), row, place(&kinds), place(&states).map(|at| at + 1))?;
        }
        made.spells.states = told.states[..1].iter().cloned().chain(states).collect();
        let numbers: Vec<u64> = made.source.iter().map(number).collect();
        let mut observation = EventHistory::of_rows(made.spells, made.source, &numbers)
            .map_err(|findings| Error::findings("invalid_history", CONTRADICTION, findings))?;
        made.findings.into_iter().for_each(|finding| observation.findings.push(finding));
        Ok(Self { observation, kinds, events: made.events })
    }

    /// Who is under observation from when to when, and which state ends it for good; rows are ordered by person and time.
    pub fn observation(&self) -> &EventHistory {
        &self.observation
    }

    /// The names of the events that recur.
    pub fn kinds(&self) -> &[String] {
        &self.kinds
    }

    /// The events, ordered by person and time.
    pub fn events(&self) -> &[Recurrence] {
        &self.events
    }
}

/// The rows, by person and time; of rows of one time, those of a length first and those that end observation last.
fn by_person(told: &Spells) -> Vec<usize> {
    let mut order: Vec<usize> = (0..told.stop.len()).collect();
    let length = |row: usize| told.stop[row] - told.start[row];
    order.sort_by(|&a, &b| {
        let times = told.stop[a].total_cmp(&told.stop[b]).then(length(b).total_cmp(&length(a)));
        let events = told.to[a].is_none().cmp(&told.to[b].is_none());
        told.subject[a].cmp(&told.subject[b]).then(times).then(events).then(a.cmp(&b))
    });
    order
}

/// Each row of a person starts where the one before stops, the first at 0.
fn follow_each_other(told: &mut Spells, order: &[usize]) {
    for pair in order.windows(2).filter(|pair| told.subject[pair[0]] == told.subject[pair[1]]) {
        told.start[pair[1]] = told.stop[pair[0]];
    }
}

/// The observation and the events that rows add up to.
#[derive(Debug, Default)]
struct Made {
    spells: Spells,
    source: Vec<u32>,
    events: Vec<Recurrence>,
    findings: Vec<Finding>,
}

impl Made {
    /// Takes in `row`, which ends with an event of `kind`, in the state `to`, or with neither.
    fn add(
        &mut self,
        told: &Spells,
        (source, numbers): (&[u32], &[u64]),
        row: usize,
        kind: Option<u32>,
        to: Option<u32>,
    ) -> Result<()> {
        let (start, stop) = (told.start[row], told.stop[row]);
        if start.total_cmp(&stop).is_ne() || !start.is_finite() {
            let spells = &mut self.spells;
            spells.subject.push(told.subject[row]);
            spells.cluster.push(told.cluster[row]);
            spells.start.push(start);
            spells.stop.push(stop);
            spells.from.push(0);
            spells.to.push(to);
            spells.weight.push(told.weight[row]);
            self.source.push(source[row]);
        } else if !self.ends_now(told.subject[row], stop) {
            return self.unobserved(numbers[row], kind.is_some());
        } else if let Some(end) = self.spells.to.last_mut() {
            *end = to.or(*end);
        }
        if let Some(kind) = kind {
            self.events.push(Recurrence { row: self.source.len() as u32 - 1, time: stop, kind });
        }
        Ok(())
    }

    /// Whether the last row is of `subject` and stops at `time`.
    fn ends_now(&self, subject: u32, time: f64) -> bool {
        let last = self.spells.subject.last().zip(self.spells.stop.last());
        last.is_some_and(|(person, stop)| *person == subject && stop.total_cmp(&time).is_eq())
    }

    fn unobserved(&mut self, row: u64, event: bool) -> Result<()> {
        if event {
            let message = format!("row {row}: an event before the person was under observation");
            return Err(Error::data("unobserved_event", message));
        }
        self.findings.push(Finding {
            severity: Severity::Warning,
            file: None,
            row: Some(row),
            column: None,
            code: "no_time".to_owned(),
            message: "the person was never under observation: the row is left out".to_owned(),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests;
