//! Concordance: of two children of whom one is known to have had the event first, how often had that one the larger risk?
//!
//! A pair is an event at time t and a row at risk then that does not end with an event at t. C is the share of the pairs that agree,
//! ties of the risk counting half:
//!
//! ```text
//! C = (concordant + tied / 2) / (concordant + discordant + tied)
//! ```
//!
//! Pairs count for the product of their weights and for [`TimeWeight`]; they are made within strata. The variance is the
//! infinitesimal jackknife over clusters, the time weights taken as they are.
//!
//! Cost: two sweeps over time with a tree over ranks, n log n.
//!
//! ```
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::survival::{Concordance, Cox};
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![1.0, 2.0, 3.0, 4.0]),
//!     Column::integer("home", vec![1, 1, 1, 0]),
//!     Column::float("age", vec![5.0, 2.0, 4.0, 1.0]),
//! ])?;
//! let fit = Cox::new("Surv(months, home) ~ age".parse()?).fit(&frame)?;
//! let found = Concordance::new().of(&fit)?;
//! // Of six pairs one disagrees: the child of two went home before the child of four.
//! assert_eq!((found.counts().concordant, found.counts().discordant), (5.0, 1.0));
//! assert!((found.estimate() - 5.0 / 6.0).abs() < 1e-15);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```
//!
//! # Source
//! Harrell et al. 1982, JAMA 247:2543; the variance: Therneau and Watson 2015, Mayo Clinic technical report 85, section 5.

mod fenwick;
mod pairs;
mod time_weight;

pub use pairs::PairCounts;
pub use time_weight::TimeWeight;

use super::CoxFit;
use crate::error::{Error, Result};
use crate::event_history::EventHistory;
use crate::frame::Factor;
use crate::report::Row as Estimate;
use crate::special::Normal;

/// How concordance is counted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Concordance {
    weight: TimeWeight,
    until: Option<f64>,
    strata: Option<Factor>,
}

/// A row with its risk.
#[derive(Debug, Clone, Copy)]
struct Row {
    stratum: u32,
    start: f64,
    stop: f64,
    event: bool,
    weight: f64,
    cluster: u32,
    risk: f64,
}

impl Concordance {
    /// Harrell's C.
    pub fn new() -> Self {
        Self::default()
    }

    /// Pairs count for `weight` besides.
    pub fn time_weight(mut self, weight: TimeWeight) -> Self {
        self.weight = weight;
        self
    }

    /// Only events until `time` make pairs.
    pub fn until(mut self, time: f64) -> Self {
        self.until = Some(time);
        self
    }

    /// Pairs are made within the levels of `strata`, one element for each row of the history; a fit has its own strata.
    pub fn strata(mut self, strata: Factor) -> Self {
        self.strata = Some(strata);
        self
    }

    /// The concordance of a fit's linear predictor with what happened to its rows.
    ///
    /// # Errors
    /// `no_pairs` when no event happens while somebody else is at risk; `late_entry`; `bad_time`; `method_does_not_apply` where
    /// covariates are functions of time, whose linear predictor is no one number a row.
    pub fn of(&self, fit: &CoxFit) -> Result<ConcordanceIndex> {
        fit.require_constant("concordances")?;
        let data = fit.data();
        let beta: Vec<f64> = fit.beta().iter().zip(&data.scale).map(|(beta, scale)| beta / scale).collect();
        let rows: Vec<Row> = data
            .rows
            .iter()
            .zip(&data.cluster)
            .enumerate()
            .map(|(at, (row, cluster))| Row {
                stratum: row.stratum,
                start: row.start,
                stop: row.stop,
                event: row.event,
                weight: row.weight,
                cluster: *cluster,
                risk: data.eta(at, &beta),
            })
            .collect();
        self.count(&rows)
    }

    /// The concordance of any `risks`, one for each row of the history, larger ones being expected to pass to `event` earlier.
    ///
    /// # Errors
    /// As [`Concordance::of`]; `unknown_state`; `unequal_lengths`; `not_finite` and `absent_group` with the row.
    pub fn of_risks(&self, history: &EventHistory, event: &str, risks: &[f64]) -> Result<ConcordanceIndex> {
        let n = history.n_rows();
        let state = history.states().iter().position(|state| state == event);
        let state = state.ok_or_else(|| Error::usage("unknown_state", format!("there is no state `{event}`")))? as u32;
        let levels = self.strata.as_ref().map(|strata| (strata.codes(), strata.levels().len()));
        if risks.len() != n || levels.is_some_and(|(codes, _)| codes.len() != n) {
            let message = "there is not one risk, and one stratum, for each row of the history";
            return Err(Error::data("unequal_lengths", message));
        }
        let number = |row: usize| history.source()[row] + 1;
        if let Some(row) = risks.iter().position(|risk| !risk.is_finite()) {
            return Err(Error::data("not_finite", format!("the risk of row {} is not a number", number(row))));
        }
        let without =
            |(codes, n): (&std::sync::Arc<Vec<u32>>, usize)| codes.iter().position(|&code| code as usize >= n);
        if let Some(row) = levels.and_then(without) {
            return Err(Error::data("absent_group", format!("row {} has no stratum", number(row))));
        }
        let rows: Vec<Row> = (0..n)
            .map(|row| Row {
                stratum: levels.map_or(0, |(codes, _)| codes[row]),
                start: history.start()[row],
                stop: history.stop()[row],
                event: history.to(row) == Some(state),
                weight: history.weight()[row],
                cluster: history.cluster()[row],
                risk: risks[row],
            })
            .collect();
        self.count(&rows)
    }

    fn count(&self, rows: &[Row]) -> Result<ConcordanceIndex> {
        if self.until.is_some_and(|time| !time.is_finite()) {
            return Err(Error::usage("bad_time", "the time is not a finite number"));
        }
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|&row| rows[row].stratum);
        let mut strata = Vec::new();
        let mut per_row = vec![[0.0; 5]; rows.len()];
        for places in order.chunk_by(|&a, &b| rows[a].stratum == rows[b].stratum) {
            let members: Vec<&Row> = places.iter().map(|&row| &rows[row]).collect();
            let found = pairs::count(&members, self.weight, self.until)?;
            for ((&row, own), member) in places.iter().zip(&found).zip(&members) {
                per_row[row] = own.map(|value| value * member.weight);
            }
            strata.push(PairCounts::halved(&per_row, places));
        }
        let all: Vec<usize> = (0..rows.len()).collect();
        let counts = PairCounts::halved(&per_row, &all);
        let usable = counts.usable();
        if usable <= 0.0 {
            return Err(Error::data("no_pairs", "no event happens while somebody else is at risk"));
        }
        let somers = (counts.concordant - counts.discordant) / usable;
        let clusters = rows.iter().map(|row| row.cluster as usize + 1).max().unwrap_or_default();
        let mut influence = vec![0.0; clusters];
        for (row, own) in rows.iter().zip(&per_row) {
            let change = own[0] - own[1] - somers * (own[0] + own[1] + own[2]);
            influence[row.cluster as usize] += 0.5 * change / usable;
        }
        Ok(ConcordanceIndex { estimate: 0.5 * (somers + 1.0), counts, strata, influence })
    }
}

/// C with its counts and its sampling.
#[derive(Debug, Clone, PartialEq)]
pub struct ConcordanceIndex {
    estimate: f64,
    counts: PairCounts,
    strata: Vec<PairCounts>,
    /// Of each cluster.
    influence: Vec<f64>,
}

impl ConcordanceIndex {
    /// C.
    pub fn estimate(&self) -> f64 {
        self.estimate
    }

    /// Its standard error.
    pub fn std_error(&self) -> f64 {
        libm::sqrt(self.influence.iter().map(|u| u * u).sum())
    }

    /// The pairs of all strata.
    pub fn counts(&self) -> PairCounts {
        self.counts
    }

    /// The pairs of each stratum that has rows (`keepstrata` in R).
    pub fn strata(&self) -> &[PairCounts] {
        &self.strata
    }

    /// C with normal limits of `level`, and the test that it is one half.
    ///
    /// # Errors
    /// `bad_level`.
    pub fn row(&self, level: f64) -> Result<Estimate> {
        estimate("concordance", self.estimate, 0.5, self.std_error(), level)
    }

    /// This C less `other`'s, of the same rows in the same clusters, with the test that there is no difference.
    ///
    /// # Errors
    /// `bad_level`; `unequal_lengths` when the clusters are not as many.
    pub fn difference(&self, other: &Self, level: f64) -> Result<Estimate> {
        if self.influence.len() != other.influence.len() {
            return Err(Error::usage("unequal_lengths", "the two are not of the same clusters"));
        }
        let squares = self.influence.iter().zip(&other.influence).map(|(a, b)| (a - b) * (a - b));
        let std_error = libm::sqrt(squares.sum());
        estimate("concordance: first - second", self.estimate - other.estimate, 0.0, std_error, level)
    }
}

fn estimate(term: &str, estimate: f64, null: f64, std_error: f64, level: f64) -> Result<Estimate> {
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::usage("bad_level", "a confidence level lies between 0 and 1"));
    }
    let half = Normal.quantile(0.5 + 0.5 * level)? * std_error;
    let statistic = if std_error > 0.0 { (estimate - null) / std_error } else { 0.0 };
    Ok(Estimate {
        term: term.to_owned(),
        estimate,
        std_error,
        df: None,
        statistic,
        p_value: Normal.two_sided(statistic),
        conf_low: estimate - half,
        conf_high: estimate + half,
    })
}

#[cfg(test)]
mod tests;
