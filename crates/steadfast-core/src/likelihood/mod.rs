//! Likelihoods: what the data say about covariance parameters, whatever model asked.

use serde::{Deserialize, Serialize};

pub(crate) mod clustered;

/// How the likelihood is made from the residuals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Criterion {
    /// Restricted maximum likelihood (Patterson and Thompson 1971).
    #[default]
    Reml,
    /// Maximum likelihood.
    Ml,
}
