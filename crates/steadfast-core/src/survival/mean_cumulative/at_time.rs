//! Mean numbers of events at one time, and their comparison between groups.

use libm::log;

use super::super::part::Moments;
use super::MeanCounts;
use super::rows::{COUNT, STATES};
use crate::error::{Error, Result};
use crate::report::{FTest, Row};

/// The mean numbers of events until one time.
#[derive(Debug, Clone)]
pub struct MeanAt<'a> {
    pub(super) of: &'a MeanCounts,
    pub(super) time: f64,
    pub(super) moments: Moments,
}

impl MeanAt<'_> {
    /// The mean number of events in `group`; limits symmetric for the number itself.
    ///
    /// # Errors
    /// `unknown_group`.
    pub fn mean(&self, group: usize) -> Result<Row> {
        let label = format!("events: {}", self.label(group)?);
        Ok(self.row(label, &[(Self::place(group), 1.0)]))
    }

    /// The mean number of events in group `first` less that in `second`; groups that share clusters are not taken to be independent.
    ///
    /// # Errors
    /// `unknown_group`.
    pub fn difference(&self, first: usize, second: usize) -> Result<Row> {
        let label = format!("events: {} - {}", self.label(first)?, self.label(second)?);
        Ok(self.row(label, &[(Self::place(first), 1.0), (Self::place(second), -1.0)]))
    }

    /// ln of the ratio of the mean numbers, group `first` to `second`.
    ///
    /// # Errors
    /// `unknown_group`; `no_events` when a group has none until then.
    pub fn log_ratio(&self, first: usize, second: usize) -> Result<Row> {
        let label = format!("ln events: {} / {}", self.label(first)?, self.label(second)?);
        let (a, b) = (Self::place(first), Self::place(second));
        let (x, y) = (self.moments.value[a], self.moments.value[b]);
        if x <= 0.0 || y <= 0.0 {
            return Err(Error::data("no_events", "a group has no event until then"));
        }
        Ok(self.moments.row(label, log(x) - log(y), &[(a, 1.0 / x), (b, -1.0 / y)], self.of.z))
    }

    /// The mean number of events a `unit` of time since the group's start, such as 12 for a year of months.
    ///
    /// # Errors
    /// `unknown_group`; `no_time` when the time is not after the start; `bad_unit` when the unit is not positive.
    pub fn rate(&self, group: usize, unit: f64) -> Result<Row> {
        let label = format!("events a unit of time: {}", self.label(group)?);
        Ok(self.row(label, &[(Self::place(group), self.per(group, unit)?)]))
    }

    /// The mean number of events a `unit` of time in group `first` less that in `second`.
    ///
    /// # Errors
    /// As [`MeanAt::rate`].
    pub fn rate_difference(&self, first: usize, second: usize, unit: f64) -> Result<Row> {
        let label = format!("events a unit of time: {} - {}", self.label(first)?, self.label(second)?);
        let (a, b) = (self.per(first, unit)?, self.per(second, unit)?);
        Ok(self.row(label, &[(Self::place(first), a), (Self::place(second), -b)]))
    }

    /// The probability that events can still happen in `group`: that no state has ended them.
    ///
    /// # Errors
    /// `unknown_group`; `terminal_needs_jackknife` when another variance was asked for.
    pub fn remaining(&self, group: usize) -> Result<Row> {
        let label = format!("not ended: {}", self.label(group)?);
        if !self.of.variance.is_of_clusters() {
            return Err(Error::usage("terminal_needs_jackknife", "only the jackknife knows the error of an end"));
        }
        Ok(self.row(label, &[(group * 2 * STATES, 1.0)]))
    }

    /// The test that the mean number is the same in all groups: χ² with one degree of freedom less than there are groups.
    ///
    /// # Errors
    /// `one_group`; `no_reference` when a difference has no variance.
    pub fn equal(&self) -> Result<FTest> {
        let places: Vec<usize> = (0..self.of.groups.len()).map(Self::place).collect();
        self.moments.equal("events", &places)
    }

    /// The place of a group's mean among the moments.
    pub(super) fn place(group: usize) -> usize {
        group * 2 * STATES + COUNT
    }

    fn label(&self, group: usize) -> Result<&str> {
        let found = self.of.groups.get(group);
        found.map(String::as_str).ok_or_else(|| Error::usage("unknown_group", format!("there is no group {group}")))
    }

    fn per(&self, group: usize, unit: f64) -> Result<f64> {
        let long = self.time - self.of.parts[group].origin.time;
        if long <= 0.0 {
            return Err(Error::usage("no_time", "the time is not after the start of the group's observation"));
        }
        if unit > 0.0 && unit.is_finite() {
            Ok(unit / long)
        } else {
            Err(Error::usage("bad_unit", "a unit of time is a positive number"))
        }
    }

    fn row(&self, label: String, terms: &[(usize, f64)]) -> Row {
        let estimate = terms.iter().map(|(at, by)| by * self.moments.value[*at]).sum();
        self.moments.row(label, estimate, terms, self.of.z)
    }
}
