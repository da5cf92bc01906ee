//! State occupation probabilities of any multi-state process by Aalen and Johansen's estimator; with two states it is
//! Kaplan and Meier's, with several exits it gives cumulative incidences.
//!
//! ```
//! use steadfast_core::event_history::{Columns, EventHistory};
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::survival::AalenJohansen;
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 8.0, 8.0, 12.0]),
//!     Column::factor("exit", ["home", "none", "adopted", "home"]),
//! ])?;
//! let history = EventHistory::from_frame(&frame, &Columns::new("months", "exit").censored("none"))?;
//! let curves = AalenJohansen::new().estimate(&history)?;
//! let adopted = curves.at(8.0)?.occupation(0, "adopted")?;
//! assert!((adopted.probability - 0.25).abs() < 1e-15);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod at_time;
mod curve;
mod part;

pub use at_time::AtTime;
pub use curve::{Curve, Occupation, Quantile};

use super::limits::Transformation;
use crate::error::{Error, Result};
use crate::event_history::EventHistory;
use crate::frame::Factor;
use crate::special::Normal;
use part::Part;

/// The specification: how probabilities are estimated and their limits made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AalenJohansen {
    level: f64,
    transformation: Transformation,
}

impl Default for AalenJohansen {
    fn default() -> Self {
        Self { level: 0.95, transformation: Transformation::default() }
    }
}

impl AalenJohansen {
    /// Limits of 95 %, symmetric for ln(−ln p).
    pub fn new() -> Self {
        Self::default()
    }

    /// Limits that hold with probability `level`.
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// Limits symmetric on the scale of `transformation`.
    pub fn transformation(mut self, transformation: Transformation) -> Self {
        self.transformation = transformation;
        self
    }

    /// The probabilities of all rows together.
    ///
    /// # Errors
    /// `no_rows`, `bad_level`.
    pub fn estimate(&self, history: &EventHistory) -> Result<StateProbabilities> {
        self.parts(history, vec!["all".to_owned()], &vec![0; history.n_rows()])
    }

    /// The probabilities in each level of `groups`, which has one element for each row of the history.
    ///
    /// # Errors
    /// `no_rows`, `bad_level`; `unequal_lengths`; `absent_group` when a row has no group.
    pub fn by_group(&self, history: &EventHistory, groups: &Factor) -> Result<StateProbabilities> {
        if groups.codes().len() != history.n_rows() {
            return Err(Error::data(
                "unequal_lengths",
                "the groups do not have one element for each row of the history",
            ));
        }
        let n = groups.levels().len();
        if let Some(row) = groups.codes().iter().position(|&code| code as usize >= n) {
            let row = history.source()[row] + 1;
            return Err(Error::data("absent_group", format!("row {row} has no group")));
        }
        self.parts(history, groups.levels().to_vec(), groups.codes())
    }

    /// Groups that share clusters are estimated together, as states that nothing connects; others one by one.
    fn parts(&self, history: &EventHistory, labels: Vec<String>, groups: &[u32]) -> Result<StateProbabilities> {
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(Error::usage("bad_level", "a confidence level lies between 0 and 1"));
        }
        if history.n_rows() == 0 {
            return Err(Error::data("no_rows", "the event history has no row"));
        }
        let together = share_clusters(history, groups);
        let sets: Vec<Vec<usize>> =
            if together { vec![(0..labels.len()).collect()] } else { (0..labels.len()).map(|g| vec![g]).collect() };
        let parts = sets.into_iter().map(|set| Part::new(history, groups, set)).collect();
        let z = Normal.quantile(0.5 + 0.5 * self.level)?;
        let states = history.states().to_vec();
        Ok(StateProbabilities { states, groups: labels, parts, z, transformation: self.transformation })
    }
}

fn share_clusters(history: &EventHistory, groups: &[u32]) -> bool {
    let mut pairs: Vec<(u32, u32)> = history.cluster().iter().copied().zip(groups.iter().copied()).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs.windows(2).any(|pair| pair[0].0 == pair[1].0)
}

/// The estimated probabilities of every state in every group.
#[derive(Debug, Clone)]
pub struct StateProbabilities {
    states: Vec<String>,
    groups: Vec<String>,
    parts: Vec<Part>,
    z: f64,
    transformation: Transformation,
}

impl StateProbabilities {
    /// The states.
    pub fn states(&self) -> &[String] {
        &self.states
    }

    /// The groups.
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// The curve of the group at the place `group`.
    ///
    /// # Errors
    /// `unknown_group`.
    pub fn curve(&self, group: usize) -> Result<Curve<'_>> {
        let place = |part: &Part| part.groups.iter().position(|known| *known == group);
        let found = self.parts.iter().find_map(|part| Some((part, place(part)?)));
        let (part, block) = found.ok_or_else(|| Error::usage("unknown_group", format!("there is no group {group}")))?;
        Ok(Curve { of: self, part, offset: block * self.states.len() })
    }

    /// Everything that can be asked about one time.
    ///
    /// # Errors
    /// `bad_time` when it is not a finite number.
    pub fn at(&self, time: f64) -> Result<AtTime<'_>> {
        if !time.is_finite() {
            return Err(Error::usage("bad_time", "the time is not a finite number"));
        }
        Ok(AtTime { of: self, time, moments: self.parts.iter().map(|part| part.at(time)).collect() })
    }

    fn state(&self, name: &str) -> Result<usize> {
        let unknown =
            || Error::usage("unknown_state", format!("there is no state `{name}`: {}", self.states.join(", ")));
        self.states.iter().position(|state| state == name).ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests;
