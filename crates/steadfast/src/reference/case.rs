//! A reference case as it is written in `data-fixtures/reference`: a model, and what other engines say about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steadfast_core::lmm::Criterion;

use super::table::Column;

/// One model on one data set, with expected values.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// The name, equal to the file's.
    pub(super) id: String,
    /// One sentence for the reader.
    pub(super) about: String,
    /// A folder of `data-fixtures`.
    pub(super) data: Option<String>,
    /// The name, without extension, of a CSV file in the folder of external data.
    pub(super) external: Option<String>,
    /// The model.
    pub(super) formula: String,
    /// REML or ML.
    pub(super) criterion: Criterion,
    /// The column of weights.
    pub(super) weights: Option<String>,
    /// What the case needs and the engine lacks: such a case is listed and not run.
    pub(super) needs: Option<String>,
    /// Columns whose type or levels the file itself does not tell.
    #[serde(default)]
    pub(super) columns: BTreeMap<String, Column>,
    /// Columns to be made: `sequence within GROUP` numbers the rows of each group from 1.
    #[serde(default)]
    pub(super) derived: BTreeMap<String, String>,
    /// Joint tests: the coefficients that are zero under the hypothesis.
    #[serde(default)]
    pub(super) tests: BTreeMap<String, Vec<String>>,
    /// The engines that are quoted, by key.
    pub(super) engines: BTreeMap<String, Engine>,
    /// What they say.
    pub(super) expect: Vec<Expectation>,
}

/// An engine: where an expected number comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Engine {
    /// Its name.
    pub(super) name: String,
    /// Its version.
    pub(super) version: String,
    /// The call that produced the numbers.
    pub(super) call: String,
}

/// Values of one engine that share a tolerance and the reason for it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expectation {
    /// A key of [`Case::engines`].
    pub(super) engine: String,
    /// How far the two may be apart.
    #[serde(flatten)]
    pub(super) tolerance: Tolerance,
    /// Why that far.
    pub(super) reason: String,
    /// Set where the engine is known to be wrong or to follow another convention: the values must then disagree.
    pub(super) diverges: Option<String>,
    /// Quantity and expected value with all its digits.
    pub(super) values: BTreeMap<String, String>,
}

/// How far an actual value may be from the expected one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tolerance {
    /// As a fraction of the expected value.
    Relative(f64),
    /// In the units of the value.
    Absolute(f64),
}

impl Tolerance {
    /// Whether `actual` is as near to `expected` as it should be.
    pub fn admits(self, expected: f64, actual: f64) -> bool {
        match self {
            Self::Relative(fraction) => (actual - expected).abs() <= fraction * expected.abs(),
            Self::Absolute(distance) => (actual - expected).abs() <= distance,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tolerance_is_a_fraction_of_the_expected_value_or_a_distance() {
        assert!(Tolerance::Relative(1e-2).admits(100.0, 101.0));
        assert!(!Tolerance::Relative(1e-2).admits(100.0, 101.1));
        assert!(Tolerance::Absolute(1e-2).admits(0.0, 0.01));
        assert!(!Tolerance::Relative(1.0).admits(1.0, f64::NAN));
    }
}
