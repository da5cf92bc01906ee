//! What a mixed model hands to inference.

use nalgebra::{DMatrix, DVector};

use super::fit::LmmFit;
use crate::design::{Design, Recipe};
use crate::error::{Error, Result};
use crate::inference::{DfMethod, Inference, Information, Marginal, eigen};
use crate::likelihood::Criterion;
use crate::reference_grid::FixedEffects;

/// Eigenvalues of an information matrix (scaled to a unit diagonal) below this are directions that the data leave free.
const FREE: f64 = 1e-10;

impl LmmFit {
    /// Inference about the fixed effects by `method`, at confidence level 0.95.
    ///
    /// # Errors
    /// When the method does not apply to the fit.
    pub fn inference(&self, method: &dyn DfMethod) -> Result<Inference> {
        method.infer(self)
    }

    /// A p × p matrix over β̃ in the units of the data.
    fn in_data_units(&self, inside: &DMatrix<f64>) -> DMatrix<f64> {
        let map = &self.engine.fixed.to_user;
        let scale = self.engine.outcome_scale;
        map * inside * map.transpose() / (scale * scale)
    }
}

impl AsRef<Recipe> for LmmFit {
    fn as_ref(&self) -> &Recipe {
        self.recipe()
    }
}

impl FixedEffects for LmmFit {
    fn recipe(&self) -> &Recipe {
        self.recipe()
    }
    fn design(&self) -> Option<&Design> {
        Some(&self.design)
    }
}

impl Marginal for LmmFit {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn beta(&self) -> &[f64] {
        &self.beta
    }

    fn vcov(&self) -> &DMatrix<f64> {
        &self.vcov
    }

    fn n_observations(&self) -> usize {
        self.rows.used
    }

    fn is_reml(&self) -> bool {
        self.criterion == Criterion::Reml
    }

    fn vcov_slopes(&self) -> Result<Vec<DMatrix<f64>>> {
        let curvatures = self.curvatures();
        let phi = &self.solution.vcov;
        Ok(curvatures.slopes.iter().map(|slope| self.in_data_units(&(phi * slope * phi))).collect())
    }

    fn natural_covariance(&self, information: Information) -> Result<DMatrix<f64>> {
        match information {
            Information::Expected => {
                let expected = &self.curvatures().expected;
                inverse(expected, false)?.ok_or_else(|| {
                    Error::data(
                        "singular_information",
                        "the expected information about the covariance parameters is singular",
                    )
                })
            }
            Information::Observed => {
                // In θ a boundary is a stationary point, and directions without curvature do not move Φ.
                let half = 0.5 * &self.hessian;
                let in_theta = inverse(&half, true)?.unwrap_or(half);
                let jacobian = self.engine.jacobian(&self.theta);
                Ok(&jacobian * in_theta * jacobian.transpose())
            }
        }
    }

    fn kenward_roger_adjustment(&self, natural_covariance: &DMatrix<f64>) -> Result<DMatrix<f64>> {
        let natural = self.engine.natural(&self.theta);
        let bias = self.engine.bias(&natural, &self.solution, &self.curvatures().slopes, natural_covariance);
        let phi = &self.solution.vcov;
        let adjustment = 2.0 * phi * bias * phi;
        Ok(self.in_data_units(&(0.5 * (&adjustment + adjustment.transpose()))))
    }
}

/// The inverse of an information matrix; free directions are left out when `generalized`, and forbid it otherwise.
fn inverse(information: &DMatrix<f64>, generalized: bool) -> Result<Option<DMatrix<f64>>> {
    let k = information.nrows();
    let root = DVector::from_fn(k, |a, _| {
        let value = information[(a, a)];
        if value > 0.0 { value.sqrt() } else { 1.0 }
    });
    let eigen = eigen(DMatrix::from_fn(k, k, |a, b| information[(a, b)] / (root[a] * root[b])))?;
    let mut inverse = DMatrix::zeros(k, k);
    for (value, vector) in eigen.eigenvalues.iter().zip(eigen.eigenvectors.column_iter()) {
        if *value > FREE {
            inverse += vector * vector.transpose() / *value;
        } else if !generalized {
            return Ok(None);
        }
    }
    Ok(Some(DMatrix::from_fn(k, k, |a, b| inverse[(a, b)] / (root[a] * root[b]))))
}
