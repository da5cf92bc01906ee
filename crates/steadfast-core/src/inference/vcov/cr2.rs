//! The sandwich that is unbiased when the working covariance is right.

use nalgebra::DMatrix;

use super::clusters::Cluster;
use super::sandwich::Adjusted;
use super::spectral::{NONE_LEFT, spectral};
use super::{Clusters, Covariance, Sandwich, VcovMethod};
use crate::error::Result;
use crate::inference::{Marginal, eigen};

/// A_i with A_i (V_i − X_iΦX_i') A_i' = V_i: residuals brought to the covariance that errors have in the model.
///
/// Where a cluster alone determines a combination of the coefficients (leverage 1) there is no such A_i in that
/// direction; a generalised inverse leaves it out, and the inference says so.
///
/// # Source
/// Bell and McCaffrey 2002 (bias-reduced linearization); Pustejovsky and Tipton 2018 (with a working covariance).
#[derive(Debug, Clone, Copy, Default)]
pub struct Cr2 {
    /// Which solution A_i is taken.
    pub root: LeverageRoot,
}

/// Which of the solutions of A (V − XΦX') A' = V is taken. They agree where V is a multiple of the identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LeverageRoot {
    /// L (I − H)^(−½) L⁻¹ with V = L L' and H = L⁻¹XΦX'L'⁻¹, which does not depend on L: the R package mmrm.
    #[default]
    Whitened,
    /// The symmetric A = L {L'(V − XΦX')L}^(−½) L': the R package clubSandwich.
    Symmetric,
}

impl VcovMethod for Cr2 {
    fn name(&self) -> &'static str {
        match self.root {
            LeverageRoot::Whitened => "cr2",
            LeverageRoot::Symmetric => "cr2-symmetric",
        }
    }
    fn description(&self) -> String {
        let root = match self.root {
            LeverageRoot::Whitened => {
                "root of the leverage taken where the working covariance is the identity, as in mmrm"
            }
            LeverageRoot::Symmetric => "symmetric adjustment matrices, as in clubSandwich",
        };
        format!("robust covariance CR2, unbiased under the working covariance ({root})")
    }
    fn covariance(&self, marginal: &dyn Marginal, clusters: &Clusters) -> Result<Covariance> {
        let whitened = |cluster: &Cluster| spectral(cluster, |left| 1.0 / left.sqrt());
        match self.root {
            LeverageRoot::Whitened => Sandwich::covariance(marginal, clusters, whitened, |_| 1.0),
            LeverageRoot::Symmetric => Sandwich::covariance(marginal, clusters, symmetric, |_| 1.0),
        }
    }
}

/// In whitened coordinates A is (C S C)^(−½) C with C = L'L and S = I − xx'.
fn symmetric(cluster: &Cluster) -> Result<Adjusted> {
    let c = cluster.cross_factor()?;
    let remainder = DMatrix::identity(c.nrows(), c.nrows()) - &cluster.x * cluster.x.transpose();
    let middle = &c * remainder * &c;
    let eigen = eigen(0.5 * (&middle + middle.transpose()))?;
    // Relative to C², of which C S C is what the leverage has left.
    let unit = (&c * &c).trace();
    let left_out = |value: &f64| *value <= NONE_LEFT * unit;
    let mut root = DMatrix::zeros(c.nrows(), c.nrows());
    for (value, vector) in eigen.eigenvalues.iter().zip(eigen.eigenvectors.column_iter()) {
        if !left_out(value) {
            root += vector * vector.transpose() / value.sqrt();
        }
    }
    let right = c * root * cluster.weights();
    let score = right.transpose() * &cluster.residual;
    Ok(Adjusted { left: cluster.x.clone(), right, score, saturated: eigen.eigenvalues.iter().any(left_out) })
}
