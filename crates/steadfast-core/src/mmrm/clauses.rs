//! The arm, the terms beside it, and the covariance within a subject: what a methods section says in a clause each.

use serde::{Deserialize, Serialize};

/// The randomised arm and the one that others are compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    pub(super) column: String,
    pub(super) reference: String,
}

impl Arm {
    /// The arm in `column`; `reference` is the level that stands after the minus sign of a difference.
    pub fn new(column: impl Into<String>, reference: impl Into<String>) -> Self {
        Self { column: column.into(), reference: reference.into() }
    }
}

/// Whether the coefficient of a covariate may differ between visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slope {
    /// One coefficient a visit.
    #[default]
    ByVisit,
    /// The same coefficient at every visit.
    Common,
}

/// A term of the mean beside arm and visit, such as `age` or `poly(age, 2)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Covariate {
    pub(super) term: String,
    pub(super) slope: Slope,
}

/// Whose covariance parameters are whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Groups {
    /// One covariance matrix for all arms.
    #[default]
    Pooled,
    /// A covariance matrix for each arm.
    ByArm,
}

/// How the outcomes of one subject are correlated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Within {
    pub(super) structure: String,
    /// The columns in the place of the visits.
    pub(super) over: Vec<String>,
    pub(super) options: Vec<(String, f64)>,
    pub(super) groups: Groups,
}

impl Default for Within {
    /// Unstructured over visits, the same in every arm.
    fn default() -> Self {
        Self::new("us")
    }
}

impl Within {
    /// The structure that [`crate::covariance`] registers under `structure`, such as `us` or `ar1`, over visits.
    pub fn new(structure: impl Into<String>) -> Self {
        Self { structure: structure.into(), over: Vec::new(), options: Vec::new(), groups: Groups::Pooled }
    }

    /// The same structure with parameters of its own for each arm.
    pub fn by_arm(mut self) -> Self {
        self.groups = Groups::ByArm;
        self
    }

    /// The same structure over the column `time` in the place of the visits; called again, over several columns.
    pub fn over(mut self, time: impl Into<String>) -> Self {
        self.over.push(time.into());
        self
    }

    /// The same structure with an option of its own, such as the `bands` of `toep`.
    pub fn option(mut self, name: impl Into<String>, value: f64) -> Self {
        self.options.push((name.into(), value));
        self
    }

    /// The columns over which outcomes are correlated.
    pub(super) fn positions<'a>(&'a self, visit: &'a String) -> &'a [String] {
        if self.over.is_empty() { std::slice::from_ref(visit) } else { &self.over }
    }
}
