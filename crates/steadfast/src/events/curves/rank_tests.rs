//! Tests between groups: which there are, how they are called, what they find.

use std::str::FromStr;

use serde::Serialize;
use steadfast_core::event_history::EventHistory;
use steadfast_core::frame::Factor;
use steadfast_core::survival::{Gray, LogRank, NullVariance};

use crate::error::{Error, Result};

/// A test between groups.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum RankTest {
    /// Fleming and Harrington's: events are weighted by S^rho (1 − S)^gamma; (0, 0) is the log-rank test.
    Weighted {
        /// The power of S.
        rho: f64,
        /// The power of 1 − S.
        gamma: f64,
    },
    /// Gray's test of cumulative incidences.
    Gray,
}

impl RankTest {
    /// The log-rank test.
    pub const LOG_RANK: Self = Self::Weighted { rho: 0.0, gamma: 0.0 };

    /// Peto and Peto's generalisation of Wilcoxon's test.
    pub const PETO: Self = Self::Weighted { rho: 1.0, gamma: 0.0 };

    /// What the test is called in a report.
    pub fn name(self) -> String {
        match self {
            _ if self == Self::LOG_RANK => "log-rank".to_owned(),
            _ if self == Self::PETO => "Peto-Peto (Fleming-Harrington 1, 0)".to_owned(),
            Self::Weighted { rho, gamma } => format!("Fleming-Harrington {rho}, {gamma}"),
            Self::Gray => "Gray".to_owned(),
        }
    }
}

impl FromStr for RankTest {
    type Err = Error;

    /// # Errors
    /// `unknown_test`.
    fn from_str(text: &str) -> Result<Self> {
        let unknown = || {
            let message = format!("there is no test called `{text}`; there are: log-rank, peto, fh:RHO,GAMMA, gray");
            Error::usage("unknown_test", message)
        };
        match text {
            "log-rank" => Ok(Self::LOG_RANK),
            "gray" => Ok(Self::Gray),
            "peto" => Ok(Self::PETO),
            _ => {
                let (rho, gamma) =
                    text.strip_prefix("fh:").and_then(|rest| rest.split_once(',')).ok_or_else(unknown)?;
                let power =
                    |text: &str| text.trim().parse::<f64>().ok().filter(|power| power.is_finite() && *power >= 0.0);
                Ok(Self::Weighted { rho: power(rho).ok_or_else(unknown)?, gamma: power(gamma).ok_or_else(unknown)? })
            }
        }
    }
}

/// What a test found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankTestRow {
    /// The test.
    pub test: String,
    /// The event whose hazards are compared.
    pub event: String,
    /// Where the variance comes from: `hypergeometric`, `clustered`.
    pub variance: &'static str,
    /// Whether groups are compared within strata.
    pub stratified: bool,
    /// Weighted events in each group; empty for Gray's test.
    pub observed: Vec<f64>,
    /// What they would be if all groups had the same hazard; empty for Gray's test.
    pub expected: Vec<f64>,
    /// χ².
    pub chi_squared: f64,
    /// Its degrees of freedom.
    pub df: f64,
    /// The upper tail.
    pub p_value: f64,
}

/// What the groups are compared in.
pub(super) struct Comparison<'a> {
    pub(super) history: &'a EventHistory,
    pub(super) groups: &'a Factor,
    pub(super) strata: Option<&'a Factor>,
    /// Whether rows of one cluster depend on each other.
    pub(super) clustered: bool,
}

impl Comparison<'_> {
    /// The `test` of passing to `event`.
    pub(super) fn test(&self, test: RankTest, event: &str) -> Result<RankTestRow> {
        let variance = if self.clustered { NullVariance::Clustered } else { NullVariance::Hypergeometric };
        let mut row = RankTestRow {
            test: test.name(),
            event: event.to_owned(),
            variance: if self.clustered { "clustered" } else { "hypergeometric" },
            stratified: self.strata.is_some(),
            observed: Vec::new(),
            expected: Vec::new(),
            chi_squared: 0.0,
            df: 0.0,
            p_value: 1.0,
        };
        let found = match test {
            RankTest::Weighted { rho, gamma } => {
                let asked = LogRank::new(event).weights(rho, gamma).variance(variance);
                let asked = self.strata.iter().fold(asked, |asked, strata| asked.strata((*strata).clone()));
                let found = asked.test(self.history, self.groups)?;
                (row.observed, row.expected) = (found.observed, found.expected);
                found.test
            }
            RankTest::Gray => {
                let asked = Gray::new(event).variance(variance);
                let asked = self.strata.iter().fold(asked, |asked, strata| asked.strata((*strata).clone()));
                asked.test(self.history, self.groups)?.test
            }
        };
        (row.chi_squared, row.df, row.p_value) = (found.statistic * found.num_df, found.num_df, found.p_value);
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_called_as_they_are_typed() {
        assert_eq!("log-rank".parse::<RankTest>().unwrap().name(), "log-rank");
        assert_eq!("fh:0,1".parse::<RankTest>().unwrap(), RankTest::Weighted { rho: 0.0, gamma: 1.0 });
        assert_eq!("peto".parse::<RankTest>().unwrap(), "fh:1,0".parse().unwrap());
        for wrong in ["gehan", "fh:1", "fh:-1,0", "fh:a,b", ""] {
            assert_eq!(wrong.parse::<RankTest>().unwrap_err().code(), "unknown_test", "{wrong}");
        }
    }
}
