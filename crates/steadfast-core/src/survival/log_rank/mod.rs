//! Whether groups have the same hazard: the log-rank test and its weighted, stratified and clustered forms.
//!
//! ```
//! use steadfast_core::event_history::{Columns, EventHistory};
//! use steadfast_core::frame::{Column, Factor, Frame};
//! use steadfast_core::survival::LogRank;
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 8.0, 9.0, 12.0]),
//!     Column::integer("home", vec![1, 1, 0, 1]),
//! ])?;
//! let history = EventHistory::from_frame(&frame, &Columns::new("months", "home"))?;
//! let arms = Factor::from_values(["NIM", "NIM", "SAU", "SAU"].map(Some));
//! let test = LogRank::new("home").test(&history, &arms)?;
//! assert_eq!(test.observed, [2.0, 1.0]);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod sums;
mod weight;

pub use weight::RankWeight;

use nalgebra::{DMatrix, DVector};

use super::part::chi_squared;
use crate::error::{Error, Result};
use crate::event_history::EventHistory;
use crate::frame::Factor;
use crate::report::FTest;
use sums::{Stratum, Sums};

/// Where the covariance of observed less expected events comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum NullVariance {
    /// Each time's events are a draw from those at risk: the usual test, for independent rows.
    #[default]
    Hypergeometric,
    /// Products of the clusters' own contributions: for siblings, or several rows a person.
    ///
    /// # Source
    /// Jeong and Jung 2006, Statistics in Medicine 25:2213 (weighted rank tests for clustered survival data).
    Clustered,
}

/// The specification of the test.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRank {
    state: String,
    weight: RankWeight,
    variance: NullVariance,
    strata: Option<Factor>,
}

/// Observed and expected events, and the test that groups differ by chance alone.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRankTest {
    /// Weighted events in each group.
    pub observed: Vec<f64>,
    /// What they would be if all groups had the same hazard within strata.
    pub expected: Vec<f64>,
    /// The covariance of the difference, groups × groups.
    pub covariance: DMatrix<f64>,
    /// χ² with one degree of freedom less than there are groups.
    pub test: FTest,
}

impl LogRankTest {
    /// The test that hazards do not rise or fall along the `scores` of the groups, such as 1, 2, 3 for ordered groups, with one degree of
    /// freedom: (Σ a_g (O_g − E_g))² / a'Va.
    ///
    /// # Errors
    /// `unequal_lengths` unless there is a score for each group; `no_reference` when the scores are all the same.
    ///
    /// # Source
    /// Tarone 1975, Biometrika 62:679.
    pub fn trend(&self, scores: &[f64]) -> Result<FTest> {
        if scores.len() != self.observed.len() || scores.iter().any(|score| !score.is_finite()) {
            return Err(Error::usage("unequal_lengths", "a trend needs one finite score for each group"));
        }
        let scores = DVector::from_column_slice(scores);
        let both = self.observed.iter().zip(&self.expected).map(|(o, e)| o - e);
        let difference = scores.dot(&DVector::from_iterator(scores.len(), both));
        let spread = (&self.covariance * &scores).dot(&scores);
        // Scores that are all the same leave rounding where there should be nothing.
        let size = self.covariance.diagonal().amax() * scores.amax() * scores.amax();
        let spread = if spread > 1e-12 * size { spread } else { 0.0 };
        let message = "all groups have the same score";
        chi_squared("trend", &DVector::from_element(1, difference), DMatrix::from_element(1, 1, spread), message)
    }
}

impl LogRank {
    /// The log-rank test of passing to `state`; passing to another state ends observation.
    pub fn new(state: impl Into<String>) -> Self {
        Self { state: state.into(), weight: RankWeight::default(), variance: NullVariance::default(), strata: None }
    }

    /// Events are weighted by S^rho (1 − S)^gamma, S being Kaplan and Meier's estimate just before, over all groups of a stratum.
    pub fn weights(self, rho: f64, gamma: f64) -> Self {
        self.weighted(RankWeight::HarringtonFleming { rho, gamma })
    }

    /// Events are weighted as `weight` says.
    pub fn weighted(mut self, weight: RankWeight) -> Self {
        self.weight = weight;
        self
    }

    /// The covariance as `variance` says.
    pub fn variance(mut self, variance: NullVariance) -> Self {
        self.variance = variance;
        self
    }

    /// Groups are compared within each level of `strata`, one element a row of the history.
    pub fn strata(mut self, strata: Factor) -> Self {
        self.strata = Some(strata);
        self
    }

    /// The test of `groups`, one element a row of the history.
    ///
    /// # Errors
    /// `unknown_state`, `unequal_lengths`, `one_group`; `absent_group` when a row has no group or no stratum; `weighted_rows` when rows have weights other than 1; `no_events`;
    /// `no_reference` when groups are never at risk together.
    pub fn test(&self, history: &EventHistory, groups: &Factor) -> Result<LogRankTest> {
        let n = groups.levels().len();
        let state = history.states().iter().position(|state| *state == self.state);
        let state =
            state.ok_or_else(|| Error::usage("unknown_state", format!("there is no state `{}`", self.state)))?;
        let lengths = self.strata.iter().chain([groups]).any(|factor| factor.codes().len() != history.n_rows());
        if lengths {
            return Err(Error::data(
                "unequal_lengths",
                "groups and strata have one element for each row of the history",
            ));
        }
        for factor in self.strata.iter().chain([groups]) {
            if let Some(row) = factor.codes().iter().position(|&code| code as usize >= factor.levels().len()) {
                let row = history.source()[row] + 1;
                return Err(Error::data("absent_group", format!("row {row} has no group or no stratum")));
            }
        }
        if n < 2 {
            return Err(Error::usage("one_group", "there is nothing to compare one group with"));
        }
        if history.weight().iter().any(|weight| weight.to_bits() != 1.0_f64.to_bits()) {
            return Err(Error::usage("weighted_rows", "a log-rank test takes no weights; a Cox model does"));
        }
        let mut clusters = history.cluster().to_vec();
        clusters.sort_unstable();
        clusters.dedup();
        let mut sums = Sums::new(n, clusters.len());
        for stratum in self.by_stratum(history) {
            sums.add(&Stratum::new(history, &stratum, groups, &clusters, state as u32), self.weight);
        }
        sums.test(self.variance)
    }

    fn by_stratum(&self, history: &EventHistory) -> Vec<Vec<usize>> {
        match &self.strata {
            None => vec![(0..history.n_rows()).collect()],
            Some(strata) => (0..strata.levels().len() as u32)
                .map(|level| (0..history.n_rows()).filter(|&row| strata.codes()[row] == level).collect())
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests;
