//! Satterthwaite's approximation: the df at which a χ² has the mean and variance of the estimated variance.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::{DfMethod, Information};
use crate::error::Result;
use crate::inference::{DfRule, Inference, Marginal, Reference, eigen};

/// Satterthwaite's degrees of freedom with the model-based covariance.
///
/// ν = 2 (l'Φl)² / (g'Wg), g_k = l'(∂Φ/∂φ_k)l, with W from the observed information; a test of several rows pools
/// the ν of the eigenvectors of its covariance.
///
/// # Source
/// Giesbrecht and Burns 1985 (one row); Fai and Cornelius 1996 (several).
#[derive(Debug, Clone, Copy, Default)]
pub struct Satterthwaite;

#[derive(Debug)]
struct Rule {
    vcov: DMatrix<f64>,
    slopes: Vec<DMatrix<f64>>,
    natural_covariance: DMatrix<f64>,
}

impl DfMethod for Satterthwaite {
    fn name(&self) -> &'static str {
        "satterthwaite"
    }
    fn description(&self) -> String {
        "model-based covariance, Satterthwaite degrees of freedom from the observed information".to_owned()
    }
    fn infer(&self, marginal: &dyn Marginal) -> Result<Inference> {
        let rule = Rule {
            vcov: marginal.vcov().clone(),
            slopes: marginal.vcov_slopes()?,
            natural_covariance: marginal.natural_covariance(Information::Observed)?,
        };
        Ok(Inference::new(self.name(), marginal, marginal.vcov().clone(), Arc::new(rule)))
    }
}

impl DfRule for Rule {
    fn row(&self, row: &DVector<f64>) -> Reference {
        let variance = row.dot(&(&self.vcov * row));
        let gradient = DVector::from_iterator(self.slopes.len(), self.slopes.iter().map(|d| row.dot(&(d * row))));
        let spread = gradient.dot(&(&self.natural_covariance * &gradient));
        Reference { scale: 1.0, dof: 2.0 * variance * variance / spread }
    }

    fn rows(&self, contrast: &DMatrix<f64>) -> Reference {
        let q = contrast.ncols();
        let covariance = contrast.transpose() * &self.vcov * contrast;
        let Ok(eigen) = eigen(covariance) else { return Reference { scale: 1.0, dof: f64::NAN } };
        let dofs: Vec<f64> =
            eigen.eigenvectors.column_iter().map(|vector| self.row(&(contrast * vector)).dof).collect();
        Reference { scale: 1.0, dof: pooled(&dofs, q as f64) }
    }
}

/// The denominator df of an F whose squared t components have `dofs` (Fai and Cornelius 1996): the F with mean
/// E/q, E = Σ ν/(ν − 2); components with ν ≤ 2 have no mean and leave the smallest df there is.
fn pooled(dofs: &[f64], q: f64) -> f64 {
    let first = dofs.first().copied().unwrap_or(f64::NAN);
    if dofs.iter().all(|nu| (nu - first).abs() < 1e-8 * first) {
        return dofs.iter().sum::<f64>() / q;
    }
    if dofs.iter().any(|nu| *nu <= 2.0) {
        return 2.0;
    }
    let e: f64 = dofs.iter().map(|nu| if nu.is_finite() { nu / (nu - 2.0) } else { 1.0 }).sum();
    2.0 * e / (e - q)
}
