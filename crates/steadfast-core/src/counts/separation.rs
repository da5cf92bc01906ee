//! Coefficients that the likelihood sends to infinity: a level without events has a rate of zero, whose logarithm has no value.

use nalgebra::{DMatrix, DVector};

use super::cells::{Cells, dot};
use crate::error::{Error, Result};
use crate::inference::eigen;

/// Along a direction in which only zeros move, their means fall by e at every Newton step: the step there is −1 in ln μ.
const FALLS: f64 = -0.5;
/// Counts above zero stay where they are along such a direction.
const STAYS: f64 = 0.05;

/// The step H⁻¹g of Newton's method with every direction of positive curvature, however small.
fn newton(gradient: &DVector<f64>, hessian: &DMatrix<f64>) -> Option<DVector<f64>> {
    let eigen = eigen(hessian.clone()).ok()?;
    let mut step = DVector::zeros(gradient.len());
    for (value, vector) in eigen.eigenvalues.iter().zip(eigen.eigenvectors.column_iter()) {
        if *value > 0.0 {
            step -= vector * (vector.dot(gradient) / value);
        }
    }
    step.iter().all(|value| value.is_finite()).then_some(step)
}

/// Refuses a point that is on its way to infinity. `gradient` and `hessian` are those of −log-likelihood in β, `names` and `map`
/// those of the columns and the way to their coefficients.
///
/// # Errors
/// `infinite_coefficient`, with the columns that take part.
///
/// # Source
/// Correia, Guimarães and Zylkin 2019, arXiv:1903.01633: an estimate exists unless a direction leaves the counts above zero where
/// they are and moves zeros down.
pub(super) fn check(
    cells: &Cells,
    (gradient, hessian): (&DVector<f64>, &DMatrix<f64>),
    names: &[String],
    map: &DMatrix<f64>,
) -> Result<()> {
    let Some(step) = newton(gradient, hessian) else { return Ok(()) };
    let mut falls = false;
    for cell in 0..cells.n() {
        let moved = dot(cells.x(cell), step.as_slice());
        if cells.y[cell] > 0.0 && moved.abs() > STAYS || moved > STAYS {
            return Ok(());
        }
        falls |= moved < FALLS;
    }
    if !falls {
        return Ok(());
    }
    let along = map * step;
    let most = along.amax();
    let part = names.iter().zip(along.iter()).filter(|(_, value)| value.abs() > 0.1 * most);
    let part: Vec<&str> = part.map(|(name, _)| name.as_str()).collect();
    let message = format!(
        "the likelihood grows without limit along: {}; nothing happens in the rows that only these columns tell apart, so that \
         their rate is 0",
        part.join(", ")
    );
    Err(Error::data("infinite_coefficient", message))
}

/// A direction with less than this share of the largest information is flat.
const FLAT: f64 = 1e-11;

/// Refuses coefficients of mean and excess zeros that the information, scaled to a unit diagonal, does not determine.
///
/// # Errors
/// `infinite_coefficient`, with the columns that take part.
pub(super) fn check_flat(information: &DMatrix<f64>, names: &[String]) -> Result<()> {
    let d = names.len();
    let most = information.diagonal().amax();
    let lost = |j: usize| information[(j, j)] <= FLAT * most;
    let mut part: Vec<&str> = (0..d).filter(|&j| lost(j)).map(|j| names[j].as_str()).collect();
    if part.is_empty() {
        let root = information.diagonal().map(|value| value.max(f64::MIN_POSITIVE).sqrt());
        let found = eigen(DMatrix::from_fn(d, d, |i, j| information[(i, j)] / (root[i] * root[j])))?;
        if let Some(at) = (0..d).find(|&at| found.eigenvalues[at] <= FLAT) {
            let direction = found.eigenvectors.column(at);
            let largest = direction.amax();
            part = (0..d).filter(|&j| direction[j].abs() > 0.1 * largest).map(|j| names[j].as_str()).collect();
        }
    }
    if part.is_empty() {
        return Ok(());
    }
    let message = format!("the likelihood does not determine, or grows without limit along: {}", part.join(", "));
    Err(Error::data("infinite_coefficient", message))
}
