//! The outcomes of new rows given the random effects of the fit's groups.

use nalgebra::{DMatrix, DVector};

use super::Target;
use super::covariance::NewCovariance;
use crate::design::new_data::NewData;
use crate::error::Result;
use crate::lmm::random_effects::{GroupEffect, GroupEffects, Pairs};

/// The targets of all rows.
///
/// # Errors
/// `missing_value`; `too_many_groups` where a row has two groups of the fit whose covariance was not kept.
pub(super) fn targets(
    (effects, beta): (&GroupEffects, &[f64]),
    covariance: &NewCovariance<'_>,
    data: &NewData<'_>,
    (x, offset): (&DMatrix<f64>, &[f64]),
) -> Result<Vec<Target>> {
    let (z, known) = (data.random()?, data.known_groups(&effects.labels())?);
    let several = |row: &usize| known.iter().filter(|places| places[*row].is_some()).count() > 1;
    let pairs = if (0..x.nrows()).any(|row| several(&row)) { effects.pairs()? } else { Pairs::new() };
    let beta = DVector::from_column_slice(beta);
    let target = |row: usize| {
        let mut contrast: DVector<f64> = x.row(row).transpose();
        let (mut shift, mut of_mean, mut beside) = (offset[row], 0.0, covariance.residual_variance(row));
        let mut met: Vec<((usize, usize), DVector<f64>)> = Vec::new();
        for (term, (own, places)) in z.iter().zip(&known).enumerate() {
            let Some(place) = places[row] else {
                beside += covariance.term_variance(term, row);
                continue;
            };
            let (group, own) = (&effects.terms[term].groups[place], own.row(row).transpose());
            let moved = group.on_fixed_effects.transpose() * &own;
            shift += own.dot(&modes(group)) + moved.dot(&beta);
            contrast -= moved;
            of_mean += own.dot(&(&group.conditional_covariance * &own));
            for (other, before) in &met {
                let across = pairs.get(&[*other, (term, place)]);
                of_mean += across.map_or(0.0, |across| 2.0 * before.dot(&(*across * &own)));
            }
            met.push(((term, place), own));
        }
        // A sum of squares but for rounding.
        let of_mean = of_mean.max(0.0);
        Target { row, contrast: contrast.iter().copied().collect(), shift, of_mean, variance: of_mean + beside }
    };
    Ok((0..x.nrows()).map(target).collect())
}

fn modes(group: &GroupEffect) -> DVector<f64> {
    DVector::from_column_slice(&group.modes)
}
