//! Who was under observation from when to when, in which state, and what ended each spell: the form in which event data reach
//! every model of time to event.
//!
//! ```
//! use steadfast_core::event_history::{Columns, EventHistory};
//! use steadfast_core::frame::{Column, Frame};
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 8.0, 8.0, 12.0]),
//!     Column::factor("exit", ["home", "none", "adopted", "home"]),
//! ])?;
//! let history = EventHistory::from_frame(&frame, &Columns::new("months", "exit").censored("none"))?;
//! assert_eq!(history.states(), ["(start)", "adopted", "home"]);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod check;
mod columns;
mod recurrent;
mod split;

pub use columns::Columns;
pub use recurrent::{Layout, Recurrence, RecurrentHistory};
pub use split::{Before, Changes, Split, split_at, with_changes};

use crate::findings::Findings;

/// What stands for the state after a spell that ended because observation did.
const CENSORED: u32 = u32::MAX;

/// Spells as plain data, one element a row, before anybody has judged them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spells {
    /// The names of the states; rows refer to them by their 0-based place.
    pub states: Vec<String>,
    /// The person, numbered from 0.
    pub subject: Vec<u32>,
    /// The group whose members depend on each other, such as a family, numbered from 0.
    pub cluster: Vec<u32>,
    /// The time after which the row is under observation.
    pub start: Vec<f64>,
    /// The time until which it is.
    pub stop: Vec<f64>,
    /// The state of the row.
    pub from: Vec<u32>,
    /// The state that it passes to at `stop`; `None` where observation ends or merely goes on.
    pub to: Vec<Option<u32>>,
    /// The weight of the row.
    pub weight: Vec<f64>,
}

/// Spells (start, stop] that contradict neither themselves nor each other.
#[derive(Debug, Clone, PartialEq)]
pub struct EventHistory {
    states: Vec<String>,
    subject: Vec<u32>,
    cluster: Vec<u32>,
    start: Vec<f64>,
    stop: Vec<f64>,
    from: Vec<u32>,
    to: Vec<u32>,
    weight: Vec<f64>,
    source: Vec<u32>,
    findings: Findings,
}

impl EventHistory {
    /// The history that `spells` tell. These rules are held:
    ///
    /// | code | severity | broken when |
    /// |---|---|---|
    /// | `unequal_lengths` | error | the columns do not have the same length |
    /// | `unknown_state` | error | a row is in, or passes to, a state that has no name |
    /// | `bad_time` | error | a time is not a finite number |
    /// | `zero_length` | error | a row stops when it starts |
    /// | `negative_length` | error | a row stops before it starts |
    /// | `bad_weight` | error | a weight is negative or not a finite number |
    /// | `no_transition` | error | a row passes to the state that it is in |
    /// | `overlap` | error | two rows of a person share time |
    /// | `jump` | error | a row does not begin in the state in which the one before it ended |
    /// | `subject_in_two_clusters` | error | a person is in two clusters |
    /// | `gap` | warning | a person is not under observation between two rows |
    ///
    /// # Errors
    /// Everything found, when one finding is an error; rows are numbered from 1.
    pub fn new(spells: Spells) -> Result<Self, Findings> {
        let source = (0..spells.start.len() as u32).collect();
        let numbers: Vec<u64> = (1..=spells.start.len() as u64).collect();
        Self::of_rows(spells, source, &numbers)
    }

    /// As [`EventHistory::new`], the rows being the 0-based `source` rows of a table, which messages call by their `numbers`.
    fn of_rows(spells: Spells, source: Vec<u32>, numbers: &[u64]) -> Result<Self, Findings> {
        let findings = check::check(&spells, numbers);
        if findings.has_errors() {
            return Err(findings);
        }
        Ok(Self {
            states: spells.states,
            subject: spells.subject,
            cluster: spells.cluster,
            start: spells.start,
            stop: spells.stop,
            from: spells.from,
            to: spells.to.into_iter().map(|to| to.unwrap_or(CENSORED)).collect(),
            weight: spells.weight,
            source,
            findings,
        })
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.start.len()
    }

    /// The names of the states.
    pub fn states(&self) -> &[String] {
        &self.states
    }

    /// The cautions that came up: gaps in the observation of a person.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The 0-based rows of the table that the history was made from; rows with an absent value are not among them.
    pub fn source(&self) -> &[u32] {
        &self.source
    }

    /// The person of each row.
    pub fn subject(&self) -> &[u32] {
        &self.subject
    }

    /// The cluster of each row.
    pub fn cluster(&self) -> &[u32] {
        &self.cluster
    }

    /// The time after which each row is under observation.
    pub fn start(&self) -> &[f64] {
        &self.start
    }

    /// The time until which each row is under observation.
    pub fn stop(&self) -> &[f64] {
        &self.stop
    }

    /// The state of each row.
    pub fn from(&self) -> &[u32] {
        &self.from
    }

    /// The state that `row` passes to when it stops.
    pub fn to(&self, row: usize) -> Option<u32> {
        Some(self.to[row]).filter(|to| *to != CENSORED)
    }

    /// The weight of each row.
    pub fn weight(&self) -> &[f64] {
        &self.weight
    }
}

#[cfg(test)]
mod tests;
