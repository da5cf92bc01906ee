//! Satterthwaite's approximation: the df at which a χ² has the mean and variance of the estimated variance.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use super::{DfMethod, Information, RobustDf};
use crate::error::Result;
use crate::inference::vcov::{Sandwich, hotelling, row_dof};
use crate::inference::{DfRule, Inference, Marginal, Reference, eigen};

/// Satterthwaite's degrees of freedom.
///
/// With the model-based covariance ν = 2 (l'Φl)² / (g'Wg), g_k = l'(∂Φ/∂φ_k)l, W being the covariance of φ̂; a test of
/// several rows pools the ν of the eigenvectors of its covariance. With a sandwich the variance of the estimated
/// variance is taken under the working model instead.
///
/// # Source
/// Giesbrecht and Burns 1985 (one row); Fai and Cornelius 1996 (several). With a sandwich: Bell and McCaffrey 2002 and
/// Pustejovsky and Tipton 2018.
#[derive(Debug, Clone, Copy)]
pub struct Satterthwaite {
    /// The information from which W is made: observed (lmerTest, SAS, mmrm) or expected.
    pub information: Information,
    /// How several rows are tested together beside a sandwich; the model-based covariance always pools.
    pub joint: JointTest,
}

/// The reference distribution of several rows beside a sandwich covariance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JointTest {
    /// The sandwich as a Wishart matrix with matched total variance, so that the Wald statistic is Hotelling's T²
    /// (Pustejovsky and Tipton 2018; `HTZ` in the R package clubSandwich).
    #[default]
    Hotelling,
    /// The degrees of freedom of the eigenvectors of the sandwich, pooled (Fai and Cornelius 1996; the R package mmrm).
    /// Eigenvectors depend on the rows that span the hypothesis: orthonormal ones, or as
    /// [`Basis`](crate::reference_grid::Basis) says.
    Pooled,
}

impl Default for Satterthwaite {
    fn default() -> Self {
        Self { information: Information::Observed, joint: JointTest::default() }
    }
}

#[derive(Debug)]
struct Rule {
    vcov: DMatrix<f64>,
    slopes: Vec<DMatrix<f64>>,
    natural_covariance: DMatrix<f64>,
}

impl DfMethod for Satterthwaite {
    fn name(&self) -> &'static str {
        match self.joint {
            JointTest::Hotelling => "satterthwaite",
            JointTest::Pooled => "satterthwaite-pooled",
        }
    }
    fn description(&self) -> String {
        let information = self.information.word();
        format!("model-based covariance, Satterthwaite degrees of freedom from the {information} information")
    }
    fn infer(&self, marginal: &dyn Marginal) -> Result<Inference> {
        let rule = Rule {
            vcov: marginal.vcov().clone(),
            slopes: marginal.vcov_slopes()?,
            natural_covariance: marginal.natural_covariance(self.information)?,
        };
        let inference = Inference::new(self.name(), marginal, marginal.vcov().clone(), Arc::new(rule));
        Ok(inference.with_cautions(self.information.cautions(marginal)))
    }
    fn robust(&self) -> Result<&dyn RobustDf> {
        Ok(self)
    }
}

impl RobustDf for Satterthwaite {
    fn phrase(&self) -> String {
        let joint = match self.joint {
            JointTest::Hotelling => "Hotelling's T² for joint tests",
            JointTest::Pooled => "pooled over eigenvectors for joint tests",
        };
        format!("Satterthwaite degrees of freedom under the working covariance (Bell–McCaffrey), {joint}")
    }
    fn rule(&self, _marginal: &dyn Marginal, sandwich: &Arc<Sandwich>) -> Result<Arc<dyn DfRule>> {
        Ok(Arc::new(SandwichRule { sandwich: Arc::clone(sandwich), joint: self.joint }))
    }
}

/// ν = 2 (l'Φl)² / (g'Wg) with g_k = l'(∂Φ/∂φ_k)l, for W the covariance of φ̂.
pub(super) fn dof_of_row(row: &DVector<f64>, vcov: &DMatrix<f64>, slopes: &[DMatrix<f64>], w: &DMatrix<f64>) -> f64 {
    let variance = row.dot(&(vcov * row));
    let gradient = DVector::from_iterator(slopes.len(), slopes.iter().map(|d| row.dot(&(d * row))));
    2.0 * variance * variance / gradient.dot(&(w * &gradient))
}

/// The rule beside a sandwich.
#[derive(Debug)]
struct SandwichRule {
    sandwich: Arc<Sandwich>,
    joint: JointTest,
}

impl DfRule for SandwichRule {
    fn row(&self, row: &DVector<f64>) -> Reference {
        Reference { scale: 1.0, dof: row_dof(&self.sandwich, row) }
    }

    fn rows(&self, contrast: &DMatrix<f64>) -> Reference {
        match self.joint {
            JointTest::Hotelling => hotelling(&self.sandwich, contrast),
            JointTest::Pooled => pool(self, self.sandwich.vcov(), contrast),
        }
    }
}

impl DfRule for Rule {
    fn row(&self, row: &DVector<f64>) -> Reference {
        Reference { scale: 1.0, dof: dof_of_row(row, &self.vcov, &self.slopes, &self.natural_covariance) }
    }

    fn rows(&self, contrast: &DMatrix<f64>) -> Reference {
        pool(self, &self.vcov, contrast)
    }
}

/// The df of `rule` for the eigenvectors of the rows' covariance, pooled.
fn pool(rule: &dyn DfRule, vcov: &DMatrix<f64>, contrast: &DMatrix<f64>) -> Reference {
    let Ok(eigen) = eigen(contrast.transpose() * vcov * contrast) else {
        return Reference { scale: 1.0, dof: f64::NAN };
    };
    let dofs: Vec<f64> = eigen.eigenvectors.column_iter().map(|vector| rule.row(&(contrast * vector)).dof).collect();
    Reference { scale: 1.0, dof: pooled(&dofs, contrast.ncols() as f64) }
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
