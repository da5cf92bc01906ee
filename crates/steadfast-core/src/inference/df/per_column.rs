//! Degrees of freedom that belong to the columns of X: a hypothesis takes the smallest of those it involves.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use crate::design::Design;
use crate::error::{Error, Result};
use crate::inference::{DfRule, Inference, Marginal, Reference};

/// A coefficient of a contrast below this share of the largest is what rounding left of a zero.
const ROUNDING: f64 = 1e-12;

/// One number of degrees of freedom a column.
#[derive(Debug)]
pub(super) struct PerColumn(Vec<f64>);

impl PerColumn {
    /// The rule with `dofs` of length p.
    ///
    /// # Errors
    /// `method_does_not_apply` when a column is left without degrees of freedom.
    fn new(method: &str, marginal: &dyn Marginal, dofs: Vec<f64>) -> Result<Self> {
        match dofs.iter().zip(marginal.names()).find(|(dof, _)| **dof < 1.0) {
            None => Ok(Self(dofs)),
            Some((_, name)) => {
                let message = format!("`{method}` leaves no degrees of freedom for `{name}`; choose another df method");
                Err(Error::usage("method_does_not_apply", message))
            }
        }
    }

    /// The rule called `method`: as `count` finds it in the design, or as it was counted when the rows were at hand.
    ///
    /// # Errors
    /// As [`PerColumn::new`]; `needs_rows` where the rows are gone and the rule was not counted before; those of `count`.
    pub(super) fn of(
        method: &str,
        marginal: &dyn Marginal,
        count: impl FnOnce(&Design) -> Result<Vec<f64>>,
    ) -> Result<Self> {
        let dofs = marginal.counted(method).unwrap_or_else(|| count(marginal.design()?))?;
        Self::new(method, marginal, dofs)
    }

    /// The degrees of freedom, length p.
    pub(super) fn into_dofs(self) -> Vec<f64> {
        self.0
    }

    /// The inference of `method` with the model-based covariance and this rule.
    pub(super) fn infer(self, method: &'static str, marginal: &dyn Marginal) -> Inference {
        Inference::new(method, marginal, marginal.vcov().clone(), Arc::new(self))
    }

    fn smallest<'a>(&self, rows: impl Iterator<Item = &'a [f64]>) -> f64 {
        rows.fold(f64::INFINITY, |smallest, row| {
            let largest = row.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
            let involved = self.0.iter().zip(row).filter(|(_, value)| value.abs() > ROUNDING * largest);
            involved.fold(smallest, |smallest, (dof, _)| smallest.min(*dof))
        })
    }
}

impl DfRule for PerColumn {
    fn row(&self, row: &DVector<f64>) -> Reference {
        Reference { scale: 1.0, dof: self.smallest(std::iter::once(row.as_slice())) }
    }

    fn rows(&self, contrast: &DMatrix<f64>) -> Reference {
        let p = contrast.nrows();
        Reference { scale: 1.0, dof: self.smallest(contrast.as_slice().chunks_exact(p)) }
    }
}
