//! Adjustments that are functions of the leverage of a cluster.

use nalgebra::{DMatrix, DVector};

use super::clusters::Cluster;
use super::sandwich::Adjusted;
use crate::error::Result;
use crate::inference::eigen;

/// Where the leverage has left less than this, a cluster alone determines a combination of the coefficients; rounding
/// leaves 1e-14.
pub(super) const NONE_LEFT: f64 = 1e-10;

/// The cluster with A = f(I − H), H = xx', in coordinates in which V is the identity.
///
/// With H = U Λ U' and x = U Λ^½ W' only Λ and W'(or U'x) matter, so that the work is done in whichever of rows and
/// coefficients are fewer. A direction in which nothing is left and f has no value is left out.
pub(super) fn spectral(cluster: &Cluster, f: impl Fn(f64) -> f64) -> Result<Adjusted> {
    if cluster.weights.is_some() {
        return divided(cluster, f);
    }
    let (left, residual, leverages) = rotated(cluster)?;
    let mut saturated = false;
    let factors = DVector::from_iterator(
        leverages.len(),
        leverages.iter().map(|leverage| {
            let value = f(if 1.0 - leverage < NONE_LEFT { 0.0 } else { 1.0 - leverage });
            saturated |= !value.is_finite();
            if value.is_finite() { value } else { 0.0 }
        }),
    );
    let mut right = left.clone();
    right.row_iter_mut().zip(factors.iter()).for_each(|(mut row, factor)| row *= *factor);
    let score = right.transpose() * residual;
    Ok(Adjusted { left, right, score, saturated })
}

/// The same for a cluster that divides what the model holds together, whose errors enter β̂ by other weights than x: all
/// of its rows matter.
///
/// With x'x = WΛW' and U = xWΛ^(−½) over the Λ that are not zero, f(I − H) = f(1) I + U {f(1 − Λ) − f(1)} U'.
fn divided(cluster: &Cluster, f: impl Fn(f64) -> f64) -> Result<Adjusted> {
    let spectrum = eigen(cluster.x.transpose() * &cluster.x)?;
    let whole = f(1.0);
    let mut saturated = false;
    let (mut residual, mut right) = (&cluster.residual * whole, cluster.weights() * whole);
    for (leverage, vector) in spectrum.eigenvalues.iter().zip(spectrum.eigenvectors.column_iter()) {
        if *leverage <= 1e-24 {
            continue;
        }
        let mut factor = f(if 1.0 - leverage < NONE_LEFT { 0.0 } else { 1.0 - leverage });
        if !factor.is_finite() {
            (factor, saturated) = (0.0, true);
        }
        let u = &cluster.x * vector / leverage.sqrt();
        residual += &u * ((factor - whole) * u.dot(&cluster.residual));
        let along = u.transpose() * cluster.weights() * (factor - whole);
        right += &u * along;
    }
    let score = cluster.weights().transpose() * residual;
    Ok(Adjusted { left: cluster.x.clone(), right, score, saturated })
}

/// U'x, U'e and Λ, as far as Λ is not zero.
fn rotated(cluster: &Cluster) -> Result<(DMatrix<f64>, DVector<f64>, DVector<f64>)> {
    let (m, p) = cluster.x.shape();
    if m <= p {
        let eigen = eigen(&cluster.x * cluster.x.transpose())?;
        let rotation = eigen.eigenvectors.transpose();
        return Ok((&rotation * &cluster.x, &rotation * &cluster.residual, eigen.eigenvalues));
    }
    // U' = Λ^(−½) W'x'; where Λ is zero to rounding neither x nor the score has a part.
    let eigen = eigen(cluster.x.transpose() * &cluster.x)?;
    let roots = eigen.eigenvalues.map(|value| value.max(0.0).sqrt());
    let mut left = eigen.eigenvectors.transpose();
    let mut residual = &left * (cluster.x.transpose() * &cluster.residual);
    for (k, root) in roots.iter().enumerate() {
        left.row_mut(k).scale_mut(*root);
        residual[k] = if *root > 1e-12 { residual[k] / root } else { 0.0 };
    }
    Ok((left, residual, eigen.eigenvalues))
}
