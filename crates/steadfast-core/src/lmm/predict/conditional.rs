//! The outcomes that are missing, given those of the same cluster that are there.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::Target;
use super::clusters::connected;
use super::covariance::NewCovariance;
use crate::error::{Error, Result};
use crate::likelihood::LONGEST_DENSE;

/// The targets of the rows without an outcome, in the order of the rows.
///
/// # Errors
/// `not_positive_definite` where the observed rows of a cluster are collinear; `cluster_too_large`.
pub(super) fn targets(
    covariance: &NewCovariance<'_>,
    x: &DMatrix<f64>,
    offset: &[f64],
    outcomes: &[Option<f64>],
) -> Result<Vec<Target>> {
    let mut groupings: Vec<&[u32]> = covariance.groups.iter().map(Vec::as_slice).collect();
    groupings.push(&covariance.subjects);
    let mut all = Vec::new();
    for rows in connected(outcomes.len(), &groupings) {
        let (known, missing): (Vec<usize>, Vec<usize>) = rows.into_iter().partition(|&row| outcomes[row].is_some());
        if missing.is_empty() {
            continue;
        }
        if known.len() + missing.len() > LONGEST_DENSE {
            let message = format!(
                "{} connected rows foretell each other, more than their covariance can be factored for: predictions given the \
                 groups of the fit do without",
                known.len() + missing.len()
            );
            return Err(Error::usage("cluster_too_large", message));
        }
        let net = known.iter().filter_map(|&row| outcomes[row].map(|y| y - offset[row]));
        let y = DVector::from_iterator(known.len(), net);
        all.extend(cluster(covariance, x, offset, (&known, &y), &missing)?);
    }
    all.sort_by_key(|target| target.row);
    Ok(all)
}

/// With V₁₁ = LL', A = L⁻¹V₁₂, C = X₂ − A'L⁻¹X₁: ŷ₂ = Cβ̂ + A'L⁻¹y₁ with variance V₂₂ − A'A about it.
fn cluster(
    covariance: &NewCovariance<'_>,
    x: &DMatrix<f64>,
    offset: &[f64],
    (known, y): (&[usize], &DVector<f64>),
    missing: &[usize],
) -> Result<Vec<Target>> {
    let (m, p) = (known.len(), x.ncols());
    let rows: Vec<usize> = known.iter().chain(missing).copied().collect();
    let v = covariance.of(&rows);
    let singular =
        || Error::data("not_positive_definite", "the covariance of the observed rows of a cluster is singular");
    let factor = Cholesky::new(v.view((0, 0), (m, m)).into_owned()).ok_or_else(singular)?.unpack();
    let whiten = |matrix: DMatrix<f64>| factor.solve_lower_triangular(&matrix).ok_or_else(singular);
    let across = whiten(v.view((0, m), (m, missing.len())).into_owned())?;
    let x_known = whiten(x.select_rows(known))?;
    let y = whiten(DMatrix::from_column_slice(m, 1, y.as_slice()))?;
    let target = |(at, &row): (usize, &usize)| {
        let a = across.column(at);
        let contrast = (0..p).map(|j| x[(row, j)] - a.dot(&x_known.column(j))).collect();
        let variance = (v[(m + at, m + at)] - a.dot(&a)).max(0.0);
        Target { row, contrast, shift: offset[row] + a.dot(&y.column(0)), of_mean: 0.0, variance }
    };
    Ok(missing.iter().enumerate().map(target).collect())
}
