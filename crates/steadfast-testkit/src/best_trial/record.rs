//! The truth as it is written beside the data.

use serde::{Deserialize, Serialize};

use super::{BestTrial, Truth, VISITS};

/// The parameters of a trial and what follows from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The seed.
    pub seed: u64,
    /// What the data were made from.
    pub truth: Truth,
    /// What follows from the truth.
    pub derived: Derived,
}

/// What follows from the truth by arithmetic; no data enter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Derived {
    /// The visits that the lists of three refer to.
    pub visits: [String; 3],
    /// Variance of an observation given arm, sex and country.
    pub total_variance: f64,
    /// Correlation of siblings at one visit.
    pub icc_family: f64,
    /// Correlation of two visits of a child.
    pub icc_child: f64,
    /// Difference between the arms on the 0–40 score, at each visit.
    pub scored_effects: [f64; 3],
    /// Share of the NIM families that receive the service.
    pub adherence: f64,
    /// Effect at 30 months divided by the adherence.
    pub complier_effect: f64,
}

impl Record {
    pub(super) fn new(trial: &BestTrial) -> Self {
        let truth = trial.truth.clone();
        let derived = Derived {
            visits: VISITS.map(str::to_owned),
            total_variance: truth.total_variance(),
            icc_family: truth.icc_family(),
            icc_child: truth.icc_child(),
            scored_effects: [0, 1, 2].map(|visit| truth.scored_effect(visit)),
            adherence: truth.adherence(),
            complier_effect: truth.complier_effect(),
        };
        Self { seed: trial.seed, truth, derived }
    }

    /// The record as TOML.
    ///
    /// # Errors
    /// None that a record of numbers can cause.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }
}
