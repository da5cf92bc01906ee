//! Probabilities and mean times in states at one time, and their comparison between groups.

use libm::log;

use super::super::part::Moments;
use super::{Occupation, StateProbabilities};
use crate::error::{Error, Result};
use crate::report::{FTest, Row};

/// The probabilities, and the times spent in each state until then, at one time.
#[derive(Debug, Clone)]
pub struct AtTime<'a> {
    pub(super) of: &'a StateProbabilities,
    pub(super) time: f64,
    pub(super) moments: Moments,
}

/// What is compared between groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantity {
    Probability,
    TimeIn,
}

impl AtTime<'_> {
    /// The probability of `state` in `group`.
    ///
    /// # Errors
    /// `unknown_group`, `unknown_state`.
    pub fn occupation(&self, group: usize, state: &str) -> Result<Occupation> {
        let place = self.place(group, state, Quantity::Probability)?;
        let (probability, std_error) = (self.moments.value[place], self.moments.std_error(&[(place, 1.0)]));
        let limits = self.of.transformation.limits(probability, std_error, self.of.z);
        let n_at_risk = self.of.curve(group)?.part.n_at_risk(self.time, self.of.state(state)?);
        Ok(Occupation { probability, std_error, limits, n_at_risk })
    }

    /// The mean time spent in `state` by `group` from the origin until this time, as R's restricted mean.
    ///
    /// # Errors
    /// As [`AtTime::occupation`].
    pub fn time_in(&self, group: usize, state: &str) -> Result<Row> {
        let label = format!("time in {state}: {}", self.of.groups.get(group).cloned().unwrap_or_default());
        let place = self.place(group, state, Quantity::TimeIn)?;
        Ok(self.row(label, self.moments.value[place], &[(place, 1.0)]))
    }

    /// The test that the mean time in `state` until this time is the same in all groups: χ² with one degree of freedom less than there are
    /// groups.
    ///
    /// # Errors
    /// `unknown_state`, `one_group`; `no_reference` when a difference has no variance.
    pub fn equal_times(&self, state: &str) -> Result<FTest> {
        self.equal(Quantity::TimeIn, state, &format!("time in {state}"))
    }

    /// The test that the probability of `state` at this time is the same in all groups.
    ///
    /// # Errors
    /// As [`AtTime::equal_times`].
    pub fn equal_probabilities(&self, state: &str) -> Result<FTest> {
        self.equal(Quantity::Probability, state, state)
    }

    fn equal(&self, quantity: Quantity, state: &str, term: &str) -> Result<FTest> {
        let places = (0..self.of.groups.len()).map(|group| self.place(group, state, quantity));
        self.moments.equal(term, &places.collect::<Result<Vec<_>>>()?)
    }

    /// The probability of `state` in group `first` less that in `second`; groups that share clusters are not taken to be
    /// independent.
    ///
    /// # Errors
    /// As [`AtTime::occupation`].
    pub fn difference(&self, state: &str, first: usize, second: usize) -> Result<Row> {
        self.compare(Quantity::Probability, state, first, second)
    }

    /// The mean time in `state` until this time in group `first` less that in `second`.
    ///
    /// # Errors
    /// As [`AtTime::occupation`].
    pub fn time_difference(&self, state: &str, first: usize, second: usize) -> Result<Row> {
        self.compare(Quantity::TimeIn, state, first, second)
    }

    /// ln of the ratio of the mean times in `state` until this time, group `first` to `second`.
    ///
    /// # Errors
    /// As [`AtTime::occupation`]; `no_time` when a mean is zero.
    pub fn log_time_ratio(&self, state: &str, first: usize, second: usize) -> Result<Row> {
        let (a, b) = (self.place(first, state, Quantity::TimeIn)?, self.place(second, state, Quantity::TimeIn)?);
        let (x, y) = (self.moments.value[a], self.moments.value[b]);
        if x <= 0.0 || y <= 0.0 {
            return Err(Error::data("no_time", format!("no time is spent in `{state}` until then")));
        }
        let label = format!("ln time in {state}: {} / {}", self.of.groups[first], self.of.groups[second]);
        Ok(self.row(label, log(x) - log(y), &[(a, 1.0 / x), (b, -1.0 / y)]))
    }

    fn compare(&self, quantity: Quantity, state: &str, first: usize, second: usize) -> Result<Row> {
        let (a, b) = (self.place(first, state, quantity)?, self.place(second, state, quantity)?);
        let what = if quantity == Quantity::TimeIn { "time in " } else { "" };
        let label = format!("{what}{state}: {} - {}", self.of.groups[first], self.of.groups[second]);
        let estimate = self.moments.value[a] - self.moments.value[b];
        Ok(self.row(label, estimate, &[(a, 1.0), (b, -1.0)]))
    }

    /// The place of the quantity among the values of all groups.
    fn place(&self, group: usize, state: &str, quantity: Quantity) -> Result<usize> {
        let s = self.of.curve(group)?.part.process.n_states;
        let shift = if quantity == Quantity::TimeIn { s } else { 0 };
        Ok(group * 2 * s + shift + self.of.state(state)?)
    }

    fn row(&self, term: String, estimate: f64, terms: &[(usize, f64)]) -> Row {
        self.moments.row(term, estimate, terms, self.of.z)
    }
}
