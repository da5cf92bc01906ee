//! The covariance that the model implies.

use super::{Clusters, Covariance, VcovMethod};
use crate::error::Result;
use crate::inference::Marginal;

/// Φ = (X'V⁻¹X)⁻¹ at the estimated V, right when the covariance of the model is.
#[derive(Debug, Clone, Copy, Default)]
pub struct ModelBased;

impl VcovMethod for ModelBased {
    fn name(&self) -> &'static str {
        "model"
    }
    fn description(&self) -> String {
        "model-based covariance".to_owned()
    }
    fn covariance(&self, _marginal: &dyn Marginal, _clusters: &Clusters) -> Result<Covariance> {
        Ok(Covariance::ModelBased)
    }
}
