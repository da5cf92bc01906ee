//! Probabilities averaged over the covariates of a population, as if all of it had been in each group: g-computation.

use libm::{log, sqrt};
use nalgebra::DMatrix;

use crate::error::{Error, Result};
use crate::frame::{Column, Factor, Frame};
use crate::report::Row;
use crate::special::Normal;

/// Over whom predictions are averaged.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Population<'a> {
    /// The people of the fit, whose frame this is: each with the covariates of the first row, and with its weight. They are a sample of
    /// those about whom something is said where clusters give the variance; a Cox curve's other variances take them as they are.
    Fitted(&'a Frame),
    /// The rows of another frame, which count alike and are taken as they are: nothing of the uncertainty comes from them.
    Fixed(&'a Frame),
}

impl<'a> Population<'a> {
    /// Its frame.
    pub(super) fn frame(self) -> &'a Frame {
        match self {
            Self::Fitted(frame) | Self::Fixed(frame) => frame,
        }
    }

    /// The `rows` of its frame.
    ///
    /// # Errors
    /// `not_the_sample` where there are no such rows.
    pub(super) fn with_rows(self, rows: &[u32]) -> Result<Frame> {
        if rows.iter().any(|row| *row as usize >= self.frame().n_rows()) {
            return Err(Error::usage("not_the_sample", "the frame is not the one that the model was fitted to"));
        }
        Ok(self.frame().select(rows))
    }
}

/// Mean probabilities in each group at each time, and how they vary together.
#[derive(Debug, Clone)]
pub struct StandardisedProbabilities {
    pub(super) what: String,
    pub(super) groups: Vec<String>,
    pub(super) times: Vec<f64>,
    /// Groups × times.
    pub(super) value: Vec<f64>,
    pub(super) covariance: DMatrix<f64>,
    pub(super) level: f64,
}

impl StandardisedProbabilities {
    /// The groups, in the order of the factor's levels.
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// The times.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The same with limits of another confidence level.
    ///
    /// # Errors
    /// `bad_level`.
    pub fn with_level(mut self, level: f64) -> Result<Self> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::usage("bad_level", "a confidence level lies between 0 and 1"));
        }
        self.level = level;
        Ok(self)
    }

    /// The mean probability in `group` at the time at the place `at`.
    ///
    /// # Errors
    /// `unknown_group`, `unknown_time`.
    pub fn probability(&self, group: &str, at: usize) -> Result<Row> {
        let place = self.place(group, at)?;
        self.row(format!("{}: {group}", self.what), self.value[place], &[(place, 1.0)])
    }

    /// The mean probability in `group` less that in `reference`.
    ///
    /// # Errors
    /// As [`StandardisedProbabilities::probability`].
    pub fn difference(&self, group: &str, reference: &str, at: usize) -> Result<Row> {
        let (a, b) = (self.place(group, at)?, self.place(reference, at)?);
        let label = format!("{}: {group} - {reference}", self.what);
        self.row(label, self.value[a] - self.value[b], &[(a, 1.0), (b, -1.0)])
    }

    /// ln of the ratio of the mean probability in `group` to that in `reference`.
    ///
    /// # Errors
    /// As [`StandardisedProbabilities::probability`]; `no_events` where a probability is zero.
    pub fn log_ratio(&self, group: &str, reference: &str, at: usize) -> Result<Row> {
        let (a, b) = (self.place(group, at)?, self.place(reference, at)?);
        let (x, y) = (self.value[a], self.value[b]);
        if x <= 0.0 || y <= 0.0 {
            return Err(Error::data("no_events", "a ratio to nothing: a probability is zero at this time"));
        }
        self.row(format!("ln {}: {group} / {reference}", self.what), log(x / y), &[(a, 1.0 / x), (b, -1.0 / y)])
    }

    fn place(&self, group: &str, at: usize) -> Result<usize> {
        let unknown = || Error::usage("unknown_group", format!("there is no group `{group}`"));
        let number = self.groups.iter().position(|known| known == group).ok_or_else(unknown)?;
        if at >= self.times.len() {
            return Err(Error::usage("unknown_time", format!("there are {} times", self.times.len())));
        }
        Ok(number * self.times.len() + at)
    }

    fn row(&self, term: String, estimate: f64, terms: &[(usize, f64)]) -> Result<Row> {
        let pairs = terms.iter().flat_map(|a| terms.iter().map(move |b| (a, b)));
        let variance: f64 = pairs.map(|((i, a), (j, b))| a * b * self.covariance[(*i, *j)]).sum();
        let std_error = sqrt(variance.max(0.0));
        let statistic = if std_error > 0.0 { estimate / std_error } else { 0.0 };
        let half = Normal.quantile(0.5 + 0.5 * self.level)? * std_error;
        Ok(Row {
            term,
            estimate,
            std_error,
            df: None,
            statistic,
            p_value: Normal.two_sided(statistic),
            conf_low: estimate - half,
            conf_high: estimate + half,
        })
    }
}

/// The levels of the column `factor`, and for each of them the rows of `frame` as if all were of this level.
///
/// # Errors
/// `unknown_column`; `not_a_factor`; `no_rows`.
pub(super) fn as_if(frame: &Frame, factor: &str) -> Result<(Vec<String>, Vec<Frame>)> {
    if frame.n_rows() == 0 {
        return Err(Error::data("no_rows", "there is nobody to average over"));
    }
    let known = frame.column(factor)?.as_factor();
    let known = known.ok_or_else(|| Error::usage("not_a_factor", format!("column `{factor}` has no levels")))?;
    let levels = known.levels().to_vec();
    let all = |level: usize| {
        let codes = vec![Some(level as u32); frame.n_rows()];
        let same = Factor::from_codes(levels.clone(), codes)?;
        frame.clone().with_column(Column::from_factor(factor, same))
    };
    let frames = (0..levels.len()).map(all).collect::<Result<Vec<_>>>()?;
    Ok((levels, frames))
}
