//! Whether groups have the same cumulative incidence of one of several exits: Gray's test.
//!
//! ```
//! use steadfast_core::event_history::{Columns, EventHistory};
//! use steadfast_core::frame::{Column, Factor, Frame};
//! use steadfast_core::survival::Gray;
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 8.0, 9.0, 12.0, 4.0, 5.0]),
//!     Column::factor("exit", ["home", "none", "adopted", "home", "home", "adopted"]),
//! ])?;
//! let history = EventHistory::from_frame(&frame, &Columns::new("months", "exit").censored("none"))?;
//! let arms = Factor::from_values(["NIM", "NIM", "SAU", "SAU", "SAU", "NIM"].map(Some));
//! let test = Gray::new("home").test(&history, &arms)?;
//! assert_eq!(test.test.num_df, 1.0);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod clustered;
mod counts;
mod sums;

use nalgebra::{DMatrix, DVector};

use super::log_rank::NullVariance;
use super::part::{chi_squared, one_group};
use crate::error::{Error, Result};
use crate::event_history::EventHistory;
use crate::frame::Factor;
use crate::report::FTest;
use counts::Counts;
use sums::Sums;

/// The specification of the test.
#[derive(Debug, Clone, PartialEq)]
pub struct Gray {
    state: String,
    rho: f64,
    variance: NullVariance,
    strata: Option<Factor>,
}

/// Weighted differences of the hazards of the subdistributions, and the test that groups differ by chance alone.
#[derive(Debug, Clone, PartialEq)]
pub struct GrayTest {
    /// Z of each group: weighted events less those expected; they add up to zero.
    pub difference: Vec<f64>,
    /// Their covariance, groups × groups.
    pub covariance: DMatrix<f64>,
    /// χ² with one degree of freedom less than there are groups.
    pub test: FTest,
}

impl Gray {
    /// The test of the cumulative incidence of `state`; passing to another state means never passing to this one.
    pub fn new(state: impl Into<String>) -> Self {
        Self { state: state.into(), rho: 0.0, variance: NullVariance::default(), strata: None }
    }

    /// Differences are weighted by (1 − F)^rho, F being the cumulative incidence just before, over all groups of a stratum.
    pub fn weights(mut self, rho: f64) -> Self {
        self.rho = rho;
        self
    }

    /// The covariance as `variance` says: Gray's, with his correction for ties, or the products of the clusters' own contributions.
    ///
    /// # Source
    /// Gray 1988, section 2; for clusters the idea of Chen, Kramer, Greene and Rosenberg 2008, Biometrics 64:172, with the infinitesimal jackknife.
    pub fn variance(mut self, variance: NullVariance) -> Self {
        self.variance = variance;
        self
    }

    /// Groups are compared within each level of `strata`, one element a row of the history.
    pub fn strata(mut self, strata: Factor) -> Self {
        self.strata = Some(strata);
        self
    }

    /// The test of `groups`, one element a row of the history:
    ///
    /// ```text
    /// Z_g = ∫ L (dN_g − R_g/R dN),   R_g = Y_g (1 − F_g(t−)) / S_g(t−)
    /// ```
    ///
    /// # Errors
    /// `unknown_state`, `one_group`, `unequal_lengths`, `absent_group`; `several_states` when rows start in more than one state; `weighted_rows` when rows
    /// have weights other than 1; `no_events`; `no_reference` when groups are never at risk together.
    ///
    /// # Source
    /// Gray 1988, Annals of Statistics 16:1141.
    pub fn test(&self, history: &EventHistory, groups: &Factor) -> Result<GrayTest> {
        let g = groups.levels().len();
        if g < 2 {
            return Err(one_group());
        }
        let state = self.state(history)?;
        let mut sums = Sums::new(g);
        let mut strata = Vec::new();
        for rows in self.by_stratum(history, groups)? {
            let counts = Counts::new(history, &rows, state, self.rho);
            sums.add(&counts);
            strata.push((rows, counts));
        }
        if strata.iter().all(|(_, counts)| counts.no_events()) {
            return Err(Error::data("no_events", "nobody passes to this state"));
        }
        let covariance = match self.variance {
            NullVariance::Clustered => clustered::covariance(history, &strata, state, g),
            NullVariance::Hypergeometric => sums.covariance,
        };
        let rest = DVector::from_column_slice(&sums.difference[..g - 1]);
        let inner = covariance.view((0, 0), (g - 1, g - 1)).into_owned();
        let message = "some groups are never at risk together with others";
        let test = chi_squared("Gray", &rest, inner, message)?;
        Ok(GrayTest { difference: sums.difference, covariance, test })
    }

    fn state(&self, history: &EventHistory) -> Result<u32> {
        let state = history.states().iter().position(|state| *state == self.state);
        let state =
            state.ok_or_else(|| Error::usage("unknown_state", format!("there is no state `{}`", self.state)))?;
        if history.from().windows(2).any(|pair| pair[0] != pair[1]) {
            return Err(Error::usage("several_states", "the test is of one state with several exits"));
        }
        if history.weight().iter().any(|weight| weight.to_bits() != 1.0_f64.to_bits()) {
            return Err(Error::usage("weighted_rows", "Gray's test takes no weights"));
        }
        Ok(state as u32)
    }

    /// The rows of each stratum, by group.
    fn by_stratum(&self, history: &EventHistory, groups: &Factor) -> Result<Vec<Vec<Vec<usize>>>> {
        let n = groups.levels().len();
        let levels = self.strata.as_ref().map_or(1, |strata| strata.levels().len());
        let same = |factor: &Factor| factor.codes().len() == history.n_rows();
        if !same(groups) || !self.strata.as_ref().is_none_or(same) {
            let message = "groups and strata have one element for each row of the history";
            return Err(Error::data("unequal_lengths", message));
        }
        let mut rows = vec![vec![Vec::new(); n]; levels];
        for row in 0..history.n_rows() {
            let stratum = self.strata.as_ref().map_or(0, |strata| strata.codes()[row] as usize);
            let place = rows.get_mut(stratum).and_then(|groups_of| groups_of.get_mut(groups.codes()[row] as usize));
            let source = history.source()[row] + 1;
            place
                .ok_or_else(|| Error::data("absent_group", format!("row {source} has no group or no stratum")))?
                .push(row);
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests;
