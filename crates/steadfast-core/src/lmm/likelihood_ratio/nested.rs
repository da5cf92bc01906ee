//! Whether two fits can be compared: the same outcomes, and fixed effects one within the other.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::compared::Compared;
use crate::error::{Error, Result};
use crate::likelihood::Criterion;
use crate::lmm::fit::LmmFit;

/// Refuses models whose likelihoods do not compare. `spans` tells, where the rows are at hand, whether every column of the
/// smaller model is a combination of those of the larger.
pub(super) fn require_comparable(
    small: &Compared,
    large: &Compared,
    spans: impl FnOnce() -> Result<bool>,
) -> Result<()> {
    require_same_outcomes(small, large)?;
    let shared = |one: &Compared, other: &Compared| one.columns.iter().all(|column| other.columns.contains(column));
    let (within, around) = (shared(small, large), shared(large, small));
    match large.criterion {
        Criterion::Reml if !(within && around) => Err(Error::usage(
            "different_fixed_effects",
            "restricted likelihoods compare only between models with the same fixed effects: fit both by ML",
        )),
        Criterion::Ml if !within && !spans()? => Err(Error::usage(
            "not_nested",
            "the fixed effects of the smaller model do not lie within those of the larger",
        )),
        _ => Ok(()),
    }
}

/// Refuses models fitted by different criteria or to different data: their likelihoods are of different things.
pub(super) fn require_same_outcomes(one: &Compared, other: &Compared) -> Result<()> {
    if one.criterion != other.criterion {
        return Err(Error::usage("different_criteria", "one of the models was fitted by ML and the other by REML"));
    }
    if one.outcomes != other.outcomes {
        let message = "the models were fitted to different rows, outcomes, offsets or weights; fit both to the rows that \
                       are complete in the variables of both";
        return Err(Error::usage("different_rows", message));
    }
    Ok(())
}

/// A column that is a combination of others leaves residuals of about 1e-12; one that is not leaves its own size.
const COMBINATION: f64 = 1e-6;

/// Whether every column of the smaller model is a combination of those of the larger.
pub(super) fn spans(small: &LmmFit, large: &LmmFit) -> bool {
    let (rows, p) = (&large.design.rows[..], large.design.fixed.len());
    let mut x = vec![0.0; rows.len() * p];
    large.engine.fixed.fill(rows, |_| 1.0, &mut x, p);
    let x = DMatrix::from_row_slice(rows.len(), p, &x);
    let Some(factor) = Cholesky::new(x.transpose() * &x) else { return false };
    small.design.fixed.iter().all(|column| {
        let values = DVector::from_iterator(rows.len(), rows.iter().map(|&row| column.value(row as usize)));
        let rest = &values - &x * factor.solve(&(x.transpose() * &values));
        rest.norm() <= COMBINATION * values.norm()
    })
}
