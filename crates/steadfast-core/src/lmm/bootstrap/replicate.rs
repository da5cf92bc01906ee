//! What one replicate gave.

use serde::{Deserialize, Serialize};

/// How the fit of a replicate ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum ReplicateStatus {
    /// With positive definite covariance matrices.
    Interior,
    /// With a singular covariance matrix.
    Boundary,
    /// Without an optimum.
    Failed {
        /// The code of the error, such as `not_converged`.
        code: String,
    },
}

impl ReplicateStatus {
    /// Whether there are no estimates.
    pub fn is_failed(&self) -> bool {
        matches!(self, ReplicateStatus::Failed { .. })
    }
}

/// One replicate: the estimates in the units of the data, in the order of the parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replicate {
    /// Its number; the first is 0.
    pub replicate: u64,
    /// How its fit ended.
    #[serde(flatten)]
    pub status: ReplicateStatus,
    /// −2 log-likelihood, under the criterion of the fit; none where it failed.
    pub minus_two_log_likelihood: Option<f64>,
    /// The estimates; none where a correlation has no meaning because a variance is zero. Empty where the fit failed.
    pub estimates: Vec<Option<f64>>,
    /// The model-based standard errors of the fixed effects. Empty where the fit failed.
    pub std_errors: Vec<f64>,
}

impl Replicate {
    pub(super) fn failed(replicate: u64, code: &str) -> Self {
        let status = ReplicateStatus::Failed { code: code.to_owned() };
        Self { replicate, status, minus_two_log_likelihood: None, estimates: Vec::new(), std_errors: Vec::new() }
    }
}
