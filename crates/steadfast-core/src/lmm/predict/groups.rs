//! The outcomes of groups whose random effects the fit has estimated.

use nalgebra::{DMatrix, DVector};

use super::{NewCovariance, Target};
use crate::design::new_data::NewData;
use crate::error::{Error, Result};
use crate::lmm::fit::LmmFit;
use crate::lmm::mixed_equations::Loading;

/// A target for each row. In the coordinates of [`crate::lmm::mixed_equations`], with a row u of ZΛ,
///
/// ŷ = x'β̂ + u'v̂,   Var(x'(β̂ − β) + u'(v̂ − v)) = u'M⁻¹u + (x − E'u)'Φ(x − E'u),
///
/// and effects of which the fit has seen nothing have v̂ = 0 and variance I.
///
/// # Errors
/// `structured_residuals`; `missing_value`, `not_finite` or `unknown_level` with the row; `unknown_column`.
pub(super) fn targets(
    fit: &LmmFit,
    data: &NewData<'_>,
    covariance: &NewCovariance<'_>,
    x: &DMatrix<f64>,
    offset: &[f64],
) -> Result<Vec<Target>> {
    let equations = fit.mixed_equations()?;
    let (engine, beta) = (&fit.engine, DVector::from_column_slice(&fit.beta));
    let singular = || Error::data("singular_vcov", "the columns of the fixed effects cannot be told apart");
    let back = engine.fixed.to_user.clone().try_inverse().ok_or_else(singular)?.transpose();
    let known = data.known_groups()?;
    let roots = fit.relative_roots()?;
    let loadings: Vec<DMatrix<f64>> = data
        .random()?
        .into_iter()
        .zip(engine.random.iter().zip(&roots))
        .map(|(z, (part, root))| z * &part.columns.to_user * root)
        .collect();
    let firsts: Vec<usize> = equations.rows().firsts().collect();
    let target = |row: usize| {
        let (mut starts, mut values, mut of_new) = (Vec::with_capacity(known.len()), Vec::new(), 0.0);
        for (term, u) in loadings.iter().enumerate() {
            let own = u.row(row);
            // The effects of a new group do not enter; the place where they would stand is without meaning.
            let group = known[term][row].unwrap_or_else(|| {
                of_new += own.norm_squared();
                0
            });
            starts.push((firsts[term] + group as usize * own.len()) as u32);
            values.extend(own.iter().map(|value| if known[term][row].is_some() { *value } else { 0.0 }));
        }
        let loading = Loading { starts: &starts, values: &values };
        let own = x.row(row).transpose();
        let left = equations.unexplained((engine.fixed.to_user.transpose() * &own).as_slice(), loading);
        let contrast = &back * DVector::from_vec(left);
        let scale = engine.outcome_scale;
        Target {
            row,
            shift: offset[row] + (own - &contrast).dot(&beta) + equations.mode(loading) / scale,
            contrast: contrast.iter().copied().collect(),
            variance: covariance.residual_variance(row),
            of_groups: (equations.inner(loading, loading) + of_new) / (scale * scale),
        }
    };
    Ok((0..x.nrows()).map(target).collect())
}
