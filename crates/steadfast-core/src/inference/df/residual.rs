//! The residual degrees of freedom of least squares.

use std::sync::Arc;

use super::asymptotic::Constant;
use super::{DfMethod, RobustDf};
use crate::error::Result;
use crate::inference::vcov::Sandwich;
use crate::inference::{DfRule, Inference, Marginal};

/// n − p degrees of freedom for every estimate.
#[derive(Debug, Clone, Copy, Default)]
pub struct Residual;

fn constant(marginal: &dyn Marginal) -> Arc<dyn DfRule> {
    Arc::new(Constant((marginal.n_observations() - marginal.beta().len()) as f64))
}

impl DfMethod for Residual {
    fn name(&self) -> &'static str {
        "residual"
    }
    fn description(&self) -> String {
        format!("model-based covariance, {}", self.phrase())
    }
    fn infer(&self, marginal: &dyn Marginal) -> Result<Inference> {
        Ok(Inference::new(self.name(), marginal, marginal.vcov().clone(), constant(marginal)))
    }
    fn robust(&self) -> Result<&dyn RobustDf> {
        Ok(self)
    }
}

impl RobustDf for Residual {
    fn phrase(&self) -> String {
        "n − p degrees of freedom".to_owned()
    }
    fn rule(&self, marginal: &dyn Marginal, _sandwich: &Arc<Sandwich>) -> Result<Arc<dyn DfRule>> {
        Ok(constant(marginal))
    }
}
