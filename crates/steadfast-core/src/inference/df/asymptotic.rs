//! The normal distribution in place of t.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::{DfMethod, RobustDf};
use crate::error::Result;
use crate::inference::vcov::Sandwich;
use crate::inference::{DfRule, Inference, Marginal, Reference};

/// Infinite degrees of freedom for every estimate.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asymptotic;

/// The same degrees of freedom for every hypothesis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Constant(pub(super) f64);

impl DfRule for Constant {
    fn row(&self, _row: &DVector<f64>) -> Reference {
        Reference { scale: 1.0, dof: self.0 }
    }
    fn rows(&self, _contrast: &DMatrix<f64>) -> Reference {
        Reference { scale: 1.0, dof: self.0 }
    }
}

/// The rule of normal and χ² reference distributions.
pub(in crate::inference) fn normal() -> Arc<dyn DfRule> {
    constant(f64::INFINITY)
}

/// The rule of `dof` degrees of freedom for every hypothesis.
pub(in crate::inference) fn constant(dof: f64) -> Arc<dyn DfRule> {
    Arc::new(Constant(dof))
}

impl DfMethod for Asymptotic {
    fn name(&self) -> &'static str {
        "asymptotic"
    }
    fn description(&self) -> String {
        format!("model-based covariance, {}", self.phrase())
    }
    fn infer(&self, marginal: &dyn Marginal) -> Result<Inference> {
        Ok(Inference::new(self.name(), marginal, marginal.vcov().clone(), normal()))
    }
    fn robust(&self) -> Result<&dyn RobustDf> {
        Ok(self)
    }
}

impl RobustDf for Asymptotic {
    fn phrase(&self) -> String {
        "normal and χ² reference distributions".to_owned()
    }
    fn rule(&self, _marginal: &dyn Marginal, _sandwich: &Arc<Sandwich>) -> Result<Arc<dyn DfRule>> {
        Ok(normal())
    }
}
