//! Probabilities and mean times in states at one time, and their comparison between groups.

use libm::{log, sqrt};

use super::part::Moments;
use super::{Occupation, StateProbabilities};
use crate::error::{Error, Result};
use crate::report::Row;
use crate::special::Normal;

/// The probabilities, and the times spent in each state until then, at one time.
#[derive(Debug, Clone)]
pub struct AtTime<'a> {
    pub(super) of: &'a StateProbabilities,
    pub(super) time: f64,
    pub(super) moments: Vec<Moments>,
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
        let (part, place) = self.place(group, state, Quantity::Probability)?;
        let moments = &self.moments[part];
        let (probability, std_error) = (moments.p[place], self.std_error(&[(part, place, 1.0)]));
        let process = &self.of.parts[part].process;
        let at_risk = |k: usize| process.n_at_risk[k * process.n_states + place];
        let next = process.times.partition_point(|known| *known < self.time);
        let limits = self.of.transformation.limits(probability, std_error, self.of.z);
        let n_at_risk = if next < process.times.len() { at_risk(next) } else { 0 };
        Ok(Occupation { probability, std_error, limits, n_at_risk })
    }

    /// The mean time spent in `state` by `group` from the origin until this time, as R's restricted mean.
    ///
    /// # Errors
    /// As [`AtTime::occupation`].
    pub fn time_in(&self, group: usize, state: &str) -> Result<Row> {
        let label = format!("time in {state}: {}", self.of.groups.get(group).cloned().unwrap_or_default());
        let (part, place) = self.place(group, state, Quantity::TimeIn)?;
        Ok(self.row(label, self.value(part, place), &[(part, place, 1.0)]))
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
        let (x, y) = (self.value(a.0, a.1), self.value(b.0, b.1));
        if x <= 0.0 || y <= 0.0 {
            return Err(Error::data("no_time", format!("no time is spent in `{state}` until then")));
        }
        let label = format!("ln time in {state}: {} / {}", self.of.groups[first], self.of.groups[second]);
        Ok(self.row(label, log(x) - log(y), &[(a.0, a.1, 1.0 / x), (b.0, b.1, -1.0 / y)]))
    }

    fn compare(&self, quantity: Quantity, state: &str, first: usize, second: usize) -> Result<Row> {
        let (a, b) = (self.place(first, state, quantity)?, self.place(second, state, quantity)?);
        let what = if quantity == Quantity::TimeIn { "time in " } else { "" };
        let label = format!("{what}{state}: {} - {}", self.of.groups[first], self.of.groups[second]);
        let estimate = self.value(a.0, a.1) - self.value(b.0, b.1);
        Ok(self.row(label, estimate, &[(a.0, a.1, 1.0), (b.0, b.1, -1.0)]))
    }

    /// The part of the group, and the place of the quantity among its probabilities and times.
    fn place(&self, group: usize, state: &str, quantity: Quantity) -> Result<(usize, usize)> {
        let curve = self.of.curve(group)?;
        let part = self.of.parts.iter().position(|part| std::ptr::eq(part, curve.part)).unwrap_or_default();
        let shift = if quantity == Quantity::TimeIn { curve.part.process.n_states } else { 0 };
        Ok((part, shift + curve.offset + self.of.state(state)?))
    }

    fn value(&self, part: usize, place: usize) -> f64 {
        let moments = &self.moments[part];
        moments.p.iter().chain(&moments.time_in).nth(place).copied().unwrap_or_default()
    }

    /// The standard error of Σ coefficient × quantity, over (part, place, coefficient).
    fn std_error(&self, terms: &[(usize, usize, f64)]) -> f64 {
        let mut variance = 0.0;
        for (part, i, a) in terms {
            let (covariance, d) = (&self.moments[*part].covariance, 2 * self.of.parts[*part].process.n_states);
            for (_, j, b) in terms.iter().filter(|(other, _, _)| other == part) {
                variance += a * b * covariance[i * d + j];
            }
        }
        sqrt(variance.max(0.0))
    }

    fn row(&self, term: String, estimate: f64, terms: &[(usize, usize, f64)]) -> Row {
        let std_error = self.std_error(terms);
        let statistic = if std_error > 0.0 { estimate / std_error } else { 0.0 };
        let half = self.of.z * std_error;
        Row {
            term,
            estimate,
            std_error,
            df: None,
            statistic,
            p_value: Normal.two_sided(statistic),
            conf_low: estimate - half,
            conf_high: estimate + half,
        }
    }
}
