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

pub use at_time::AtTime;
pub use curve::{Curve, Occupation, Quantile, QuantileConvention};

use super::limits::Transformation;
use super::part::{Moments, Part, normal_width, rows_by_group};
use crate::error::{Error, Result};
use crate::event_history::EventHistory;
use crate::frame::Factor;

/// The specification: how probabilities are estimated and their limits made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AalenJohansen {
    level: f64,
    transformation: Transformation,
    quantiles: QuantileConvention,
}

impl Default for AalenJohansen {
    fn default() -> Self {
        Self { level: 0.95, transformation: Transformation::default(), quantiles: QuantileConvention::default() }
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

    /// Quantiles as `convention` says where a curve is flat at their height.
    pub fn quantiles(mut self, convention: QuantileConvention) -> Self {
        self.quantiles = convention;
        self
    }

    /// The probabilities of all rows together.
    ///
    /// # Errors
    /// `no_rows`, `bad_level`.
    pub fn estimate(&self, history: &EventHistory) -> Result<StateProbabilities> {
        self.parts(history, vec!["all".to_owned()], &[(0..history.n_rows()).collect()])
    }

    /// The probabilities in each level of `groups`, which has one element for each row of the history.
    ///
    /// # Errors
    /// `no_rows`, `bad_level`; `unequal_lengths`; `absent_group` when a row has no group.
    pub fn by_group(&self, history: &EventHistory, groups: &Factor) -> Result<StateProbabilities> {
        self.parts(history, groups.levels().to_vec(), &rows_by_group(groups, history.source())?)
    }

    fn parts(&self, history: &EventHistory, groups: Vec<String>, rows: &[Vec<usize>]) -> Result<StateProbabilities> {
        let z = normal_width(self.level)?;
        if history.n_rows() == 0 {
            return Err(Error::data("no_rows", "the event history has no row"));
        }
        let parts = rows.iter().map(|rows| Part::occupation(history, rows)).collect();
        let states = history.states().to_vec();
        Ok(StateProbabilities {
            states,
            groups,
            parts,
            z,
            transformation: self.transformation,
            quantiles: self.quantiles,
        })
    }
}

/// The estimated probabilities of every state in every group.
#[derive(Debug, Clone)]
pub struct StateProbabilities {
    states: Vec<String>,
    groups: Vec<String>,
    parts: Vec<Part>,
    z: f64,
    transformation: Transformation,
    quantiles: QuantileConvention,
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
        let unknown = || Error::usage("unknown_group", format!("there is no group {group}"));
        Ok(Curve { of: self, part: self.parts.get(group).ok_or_else(unknown)? })
    }

    /// Everything that can be asked about one time.
    ///
    /// # Errors
    /// `bad_time` when it is not a finite number.
    pub fn at(&self, time: f64) -> Result<AtTime<'_>> {
        if !time.is_finite() {
            return Err(Error::usage("bad_time", "the time is not a finite number"));
        }
        Ok(AtTime { of: self, time, moments: Moments::new(&self.parts, time) })
    }

    fn state(&self, name: &str) -> Result<usize> {
        let unknown =
            || Error::usage("unknown_state", format!("there is no state `{name}`: {}", self.states.join(", ")));
        self.states.iter().position(|state| state == name).ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests;
