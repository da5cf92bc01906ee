//! The residual degrees of freedom of least squares.

use std::sync::Arc;

use super::DfMethod;
use super::asymptotic::Constant;
use crate::error::Result;
use crate::inference::{Inference, Marginal};

/// n − p degrees of freedom for every estimate.
#[derive(Debug, Clone, Copy, Default)]
pub struct Residual;

impl DfMethod for Residual {
    fn name(&self) -> &'static str {
        "residual"
    }
    fn description(&self) -> String {
        "model-based covariance, n − p degrees of freedom".to_owned()
    }
    fn infer(&self, marginal: &dyn Marginal) -> Result<Inference> {
        let dof = (marginal.n_observations() - marginal.beta().len()) as f64;
        Ok(Inference::new(self.name(), marginal, marginal.vcov().clone(), Arc::new(Constant(dof))))
    }
}
