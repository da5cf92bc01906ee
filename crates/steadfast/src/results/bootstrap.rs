//! What `bootstrap` and `resume` print.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use steadfast_core::lmm::{Bootstrap, BootstrapInterval, BootstrapRow, Criterion, LmmFit, ReplicateStatus};

use super::layout::{columns, percent, significant};
use crate::bootstrap::Request;
use crate::error::Result;

/// A parametric bootstrap.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BootstrapResult {
    /// The formula in its canonical form.
    pub formula: String,
    /// REML or ML.
    pub criterion: Criterion,
    /// The seed.
    pub seed: u64,
    /// The number of replicates.
    pub n: usize,
    /// The replicates with a singular covariance matrix: a normal result.
    pub n_boundary: usize,
    /// The replicates whose fit failed.
    pub n_failed: usize,
    /// These, by number, with the codes of their errors.
    pub failed: Vec<FailedReplicate>,
    /// How limits were made of replicates.
    pub interval: BootstrapInterval,
    /// The confidence level.
    pub level: f64,
    /// A row for each parameter.
    pub parameters: Vec<BootstrapRow>,
}

/// A replicate whose fit failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedReplicate {
    /// Its number; the first is 0.
    pub replicate: u64,
    /// The code of the error.
    pub code: String,
}

impl BootstrapResult {
    /// The result of `bootstrap`, which `request` asked for.
    ///
    /// # Errors
    /// `confidence_level`.
    pub fn new(request: &Request, fit: &LmmFit, bootstrap: &Bootstrap) -> Result<Self> {
        let failed: Vec<FailedReplicate> = bootstrap
            .replicates
            .iter()
            .filter_map(|one| match &one.status {
                ReplicateStatus::Failed { code } => {
                    Some(FailedReplicate { replicate: one.replicate, code: code.clone() })
                }
                ReplicateStatus::Interior | ReplicateStatus::Boundary => None,
            })
            .collect();
        Ok(Self {
            formula: fit.formula().to_owned(),
            criterion: fit.criterion(),
            seed: request.seed,
            n: bootstrap.replicates.len(),
            n_boundary: bootstrap.n_boundary(),
            n_failed: failed.len(),
            failed,
            interval: request.interval,
            level: request.level,
            parameters: bootstrap.intervals(request.interval, request.level)?,
        })
    }

    /// The result as a statistician expects to read it.
    pub fn text(&self) -> String {
        let name = match self.interval {
            BootstrapInterval::Percentile => "percentile",
            BootstrapInterval::Basic => "basic",
            BootstrapInterval::Normal => "normal",
            BootstrapInterval::Studentised => "studentised",
        };
        let heads = ["Parameter", "Estimate", "Bias", "Std. error"].map(str::to_owned);
        let mut rows = vec![[&heads[..], &[format!("{} interval ({name})", percent(self.level))]].concat()];
        let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| significant(value, 5));
        rows.extend(self.parameters.iter().map(|row| {
            let interval = match (row.conf_low, row.conf_high) {
                (Some(low), Some(high)) => format!("{} to {}", significant(low, 5), significant(high, 5)),
                _ => "–".to_owned(),
            };
            vec![row.term.clone(), number(row.estimate), number(row.bias), number(row.std_error), interval]
        }));
        let mut text = format!("Parametric bootstrap of {}\n", self.formula);
        let _ = writeln!(text, "{} replicates, seed {}; {} on the boundary", self.n, self.seed, self.n_boundary);
        let _ = write!(text, "\n{}", columns(&rows, 1));
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        self.failed.iter().for_each(|one| *codes.entry(&one.code).or_default() += 1);
        for (code, count) in codes {
            let _ = writeln!(text, "Note: {count} replicates failed and are left out of every row: {code}");
        }
        let fewest = self.parameters.iter().filter(|row| row.n + self.n_failed < self.n);
        for row in fewest {
            let without = self.n - self.n_failed - row.n;
            let _ = writeln!(text, "Note: {}: {without} replicates have none, a variance being zero", row.term);
        }
        text
    }
}
