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

use libm::pow;
use nalgebra::{DMatrix, DVector};

use super::part::chi_squared;
use crate::error::{Error, Result};
use crate::event_history::EventHistory;
use crate::frame::Factor;
use crate::report::FTest;

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
    rho: f64,
    gamma: f64,
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

impl LogRank {
    /// The log-rank test of passing to `state`; passing to another state ends observation.
    pub fn new(state: impl Into<String>) -> Self {
        Self { state: state.into(), rho: 0.0, gamma: 0.0, variance: NullVariance::default(), strata: None }
    }

    /// Events are weighted by S^rho (1 − S)^gamma, S being Kaplan and Meier's estimate just before, over all groups of a stratum:
    /// (1, 0) is Peto and Peto's generalisation of Wilcoxon's test.
    ///
    /// # Source
    /// Harrington and Fleming 1982, Biometrika 69:553.
    pub fn weights(mut self, rho: f64, gamma: f64) -> Self {
        (self.rho, self.gamma) = (rho, gamma);
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
            sums.add(&Stratum::new(history, &stratum, groups, &clusters, state as u32), self);
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

/// The rows of a stratum and its event times.
struct Stratum {
    rows: Vec<Row>,
    n_times: usize,
}

struct Row {
    group: usize,
    cluster: usize,
    first: usize,
    end: usize,
    event: bool,
}

impl Stratum {
    /// The `rows` of a stratum; `clusters` are those of all rows, ascending.
    fn new(history: &EventHistory, rows: &[usize], groups: &Factor, clusters: &[u32], state: u32) -> Self {
        let event = |row: usize| history.to(row) == Some(state);
        let mut times: Vec<f64> = rows.iter().filter(|&&row| event(row)).map(|&row| history.stop()[row]).collect();
        times.sort_by(f64::total_cmp);
        times.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let until = |time: f64| times.partition_point(|known| *known <= time);
        let row = |&row: &usize| Row {
            group: groups.codes()[row] as usize,
            cluster: clusters.binary_search(&history.cluster()[row]).unwrap_or_default(),
            first: until(history.start()[row]),
            end: until(history.stop()[row]),
            event: event(row),
        };
        let mut rows: Vec<Row> = rows.iter().map(row).filter(|row| row.first < row.end).collect();
        // An order by content: sums then have the same bits whatever the order of the table.
        rows.sort_by_key(|row| (row.cluster, row.first, row.end, row.group, row.event));
        Self { rows, n_times: times.len() }
    }

    /// Those at risk before each time, and the events, times × groups.
    fn counts(&self, n: usize) -> (Vec<f64>, Vec<f64>) {
        let (mut at_risk, mut events) = (vec![0.0; (self.n_times + 1) * n], vec![0.0; self.n_times * n]);
        for row in &self.rows {
            at_risk[row.first * n + row.group] += 1.0;
            at_risk[row.end * n + row.group] -= 1.0;
            if row.event {
                events[(row.end - 1) * n + row.group] += 1.0;
            }
        }
        for place in n..at_risk.len() {
            at_risk[place] += at_risk[place - n];
        }
        (at_risk, events)
    }
}

/// What strata add up to.
struct Sums {
    n: usize,
    observed: Vec<f64>,
    expected: Vec<f64>,
    hypergeometric: DMatrix<f64>,
    /// Clusters × groups.
    contributions: Vec<f64>,
}

impl Sums {
    fn new(n: usize, clusters: usize) -> Self {
        let zeros = vec![0.0; n];
        let contributions = vec![0.0; clusters * n];
        Self { n, observed: zeros.clone(), expected: zeros, hypergeometric: DMatrix::zeros(n, n), contributions }
    }

    fn add(&mut self, stratum: &Stratum, spec: &LogRank) {
        let n = self.n;
        let (at_risk, events) = stratum.counts(n);
        let mut survival = 1.0;
        // Σ weight × hazard before each time, and the same times each group's share of those at risk.
        let mut hazard = vec![0.0; stratum.n_times + 1];
        let mut shares = vec![0.0; (stratum.n_times + 1) * n];
        let mut weights = Vec::with_capacity(stratum.n_times);
        for k in 0..stratum.n_times {
            let (y, d) = (&at_risk[k * n..(k + 1) * n], &events[k * n..(k + 1) * n]);
            let (total, died): (f64, f64) = (y.iter().sum(), d.iter().sum());
            let weight = pow(survival, spec.rho) * pow(1.0 - survival, spec.gamma);
            survival *= 1.0 - died / total;
            hazard[k + 1] = hazard[k] + weight * died / total;
            let spread = if total > 1.0 { weight * weight * died * (total - died) / (total - 1.0) } else { 0.0 };
            for g in 0..n {
                let share = y[g] / total;
                self.observed[g] += weight * d[g];
                self.expected[g] += weight * died * share;
                shares[(k + 1) * n + g] = shares[k * n + g] + weight * died / total * share;
                for (h, at_risk) in y.iter().enumerate() {
                    let own = if g == h { share } else { 0.0 };
                    self.hypergeometric[(g, h)] += spread * (own - share * at_risk / total);
                }
            }
            weights.push(weight);
        }
        for row in &stratum.rows {
            let own = &mut self.contributions[row.cluster * n..(row.cluster + 1) * n];
            for (g, own) in own.iter_mut().enumerate() {
                let is = f64::from(u8::from(row.group == g));
                if row.event {
                    let k = row.end - 1;
                    let total: f64 = at_risk[k * n..(k + 1) * n].iter().sum();
                    *own += weights[k] * (is - at_risk[k * n + g] / total);
                }
                *own -= is * (hazard[row.end] - hazard[row.first]);
                *own += shares[row.end * n + g] - shares[row.first * n + g];
            }
        }
    }

    fn test(self, variance: NullVariance) -> Result<LogRankTest> {
        let n = self.n;
        if self.observed.iter().sum::<f64>() <= 0.0 {
            return Err(Error::data("no_events", "no event has a weight"));
        }
        let covariance = match variance {
            NullVariance::Hypergeometric => self.hypergeometric,
            NullVariance::Clustered => {
                let contributions = DMatrix::from_row_slice(self.contributions.len() / n, n, &self.contributions);
                contributions.transpose() * contributions
            }
        };
        let difference = DVector::from_iterator(n, self.observed.iter().zip(&self.expected).map(|(o, e)| o - e));
        // The differences add up to zero: one group says nothing that the others do not.
        let inner = covariance.view((0, 0), (n - 1, n - 1)).into_owned();
        let rest = difference.rows(0, n - 1).into_owned();
        let message = "some groups are never at risk together with others";
        let test = chi_squared("log-rank", &rest, inner, message)?;
        Ok(LogRankTest { observed: self.observed, expected: self.expected, covariance, test })
    }
}

#[cfg(test)]
mod tests;
