//! Observed and expected events of strata, and their covariance.

use nalgebra::{DMatrix, DVector};

use super::super::part::chi_squared;
use super::weight::{RankWeight, Running};
use super::{LogRankTest, NullVariance};
use crate::error::{Error, Result};
use crate::event_history::EventHistory;
use crate::frame::Factor;

/// The rows of a stratum and its event times.
pub(super) struct Stratum {
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
    pub(super) fn new(history: &EventHistory, rows: &[usize], groups: &Factor, clusters: &[u32], state: u32) -> Self {
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
pub(super) struct Sums {
    n: usize,
    observed: Vec<f64>,
    expected: Vec<f64>,
    hypergeometric: DMatrix<f64>,
    /// Clusters × groups.
    contributions: Vec<f64>,
}

impl Sums {
    pub(super) fn new(n: usize, clusters: usize) -> Self {
        let zeros = vec![0.0; n];
        let contributions = vec![0.0; clusters * n];
        Self { n, observed: zeros.clone(), expected: zeros, hypergeometric: DMatrix::zeros(n, n), contributions }
    }

    pub(super) fn add(&mut self, stratum: &Stratum, weight: RankWeight) {
        let n = self.n;
        let (at_risk, events) = stratum.counts(n);
        let mut running = Running::new(weight);
        // Σ weight × hazard before each time, and the same times each group's share of those at risk.
        let mut hazard = vec![0.0; stratum.n_times + 1];
        let mut shares = vec![0.0; (stratum.n_times + 1) * n];
        let mut weights = Vec::with_capacity(stratum.n_times);
        for k in 0..stratum.n_times {
            let (y, d) = (&at_risk[k * n..(k + 1) * n], &events[k * n..(k + 1) * n]);
            let (total, died): (f64, f64) = (y.iter().sum(), d.iter().sum());
            let weight = running.at(total, died);
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

    pub(super) fn test(self, variance: NullVariance) -> Result<LogRankTest> {
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
