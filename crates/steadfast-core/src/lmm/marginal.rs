//! What a mixed model hands to inference.

use nalgebra::{DMatrix, DVector};

use super::fit::{LmmFit, Position};
use crate::design::{Design, Grouping, Recipe};
use crate::error::{Error, Result};
use crate::inference::{ClusterShare, DfMethod, GroupShare, Inference, Information, Marginal, SecondOrder, eigen};
use crate::likelihood::Criterion;
use crate::linalg;
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

    /// The Cholesky factor of Φ̃, in the engine's units.
    pub(super) fn root_inside(&self) -> Result<DMatrix<f64>> {
        let factor = self.solution.vcov.clone().cholesky().map(|factor| factor.l());
        factor
            .ok_or_else(|| Error::data("singular_vcov", "the covariance of the fixed effects is not positive definite"))
    }

    /// What the parameters of the R package mmrm add to Σ W_kl R_kl, as multiples of the slopes X'V⁻¹V̇_aV⁻¹X.
    fn mmrm_bends(&self, natural: &[f64], natural_covariance: &DMatrix<f64>) -> Result<Vec<f64>> {
        let mut bends = Vec::with_capacity(natural.len());
        for block in &self.engine.blocks {
            let (first, k) = (block.offset, block.n_parameters);
            let own = natural_covariance.view((first, first), (k, k)).into_owned();
            let known = block.structure.mmrm_bends(block.of(natural), &own);
            bends.extend(known.ok_or_else(|| {
                let message = format!("the R package mmrm has no parameters for `{}`", block.label);
                Error::usage("method_does_not_apply", message)
            })?);
        }
        Ok(bends)
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
        let phi = &self.solution.vcov;
        Ok(self.slopes()?.iter().map(|slope| self.in_data_units(&(phi * slope * phi))).collect())
    }

    fn natural_covariance(&self, information: Information) -> Result<DMatrix<f64>> {
        match information {
            Information::Expected => inverse(self.expected()?, false)?.ok_or_else(|| {
                Error::data(
                    "singular_information",
                    "the expected information about the covariance parameters is singular",
                )
            }),
            Information::Observed => {
                // In θ a boundary is a stationary point, and directions without curvature do not move Φ.
                let half = 0.5 * self.hessian()?;
                let in_theta = inverse(&half, true)?.unwrap_or(half);
                let jacobian = self.engine.jacobian(&self.theta);
                Ok(&jacobian * in_theta * jacobian.transpose())
            }
        }
    }

    fn kenward_roger_adjustment(&self, information: Information, second_order: SecondOrder) -> Result<DMatrix<f64>> {
        let natural_covariance = &self.natural_covariance(information)?;
        let natural = self.engine.natural(&self.theta);
        let slopes = self.slopes()?;
        let made = self.engine.bias(&natural, &self.solution, slopes, natural_covariance, second_order);
        let undefined = || Error::data("undefined_likelihood", "the likelihood is not defined at the estimate");
        let mut bias = made.ok_or_else(undefined)?;
        if second_order == SecondOrder::Mmrm {
            let bends = self.mmrm_bends(&natural, natural_covariance)?;
            slopes.iter().zip(bends).for_each(|(slope, bend)| bias -= slope * (0.25 * bend));
        }
        let phi = &self.solution.vcov;
        let adjustment = 2.0 * phi * bias * phi;
        Ok(self.in_data_units(&(0.5 * (&adjustment + adjustment.transpose()))))
    }

    fn design(&self) -> Result<&Design> {
        Ok(&self.design)
    }

    fn boundary(&self) -> &[String] {
        match &self.convergence().position {
            Position::Interior => &[],
            Position::Boundary { terms } => terms,
        }
    }

    fn vcov_root(&self) -> Result<DMatrix<f64>> {
        Ok(&self.engine.fixed.to_user * self.root_inside()? / self.engine.outcome_scale)
    }

    fn for_each_group(&self, grouping: &Grouping, look: &mut dyn FnMut(&GroupShare<'_>)) -> Result<()> {
        self.each_group(grouping, look)
    }

    fn for_each_share(&self, look: &mut dyn FnMut(&ClusterShare<'_>)) -> Result<()> {
        let p = self.names.len();
        // Row after row, as the kernels want it.
        let root = self.root_inside()?.transpose();
        let (mut x, mut residual, mut factor) = (Vec::new(), Vec::new(), Vec::new());
        self.for_each_cluster(|cluster| {
            let m = cluster.rows.len();
            x.resize(m * p, 0.0);
            linalg::multiply(cluster.x, root.as_slice(), m, p, p, &mut x);
            linalg::solve_lower(cluster.factor, m, &mut x, p);
            residual.clear();
            residual.extend_from_slice(cluster.residual);
            linalg::solve_lower(cluster.factor, m, &mut residual, 1);
            // The engine's rows are multiplied by √w, and L with them.
            factor.clear();
            factor.extend_from_slice(cluster.factor);
            if let Some(weights) = &self.design.weights {
                for (line, &row) in factor.chunks_exact_mut(m).zip(cluster.rows) {
                    line.iter_mut().for_each(|value| *value /= weights[row as usize].sqrt());
                }
            }
            look(&ClusterShare { rows: cluster.rows, x: &x, residual: &residual, factor: &factor });
        })
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
