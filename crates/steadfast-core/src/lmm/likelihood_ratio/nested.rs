//! Whether two fits can be compared: the same outcomes, and fixed effects one within the other.

use nalgebra::{Cholesky, DMatrix, DVector};

use crate::design::{Design, ModelColumn};
use crate::error::{Error, Result};
use crate::likelihood::Criterion;
use crate::lmm::fit::LmmFit;

/// Refuses fits whose likelihoods do not compare.
pub(super) fn require_comparable(small: &LmmFit, large: &LmmFit) -> Result<()> {
    if small.criterion != large.criterion {
        return Err(Error::usage("different_criteria", "one of the models was fitted by ML and the other by REML"));
    }
    if !same_outcomes(&small.design, &large.design) {
        let message = "the models were fitted to different rows, outcomes, offsets or weights; fit both to the rows that \
                       are complete in the variables of both";
        return Err(Error::usage("different_rows", message));
    }
    let shared = |one: &Design, other: &Design| one.fixed.iter().all(|column| contains(other, column, &one.rows));
    let (within, around) = (shared(&small.design, &large.design), shared(&large.design, &small.design));
    match large.criterion {
        Criterion::Reml if !(within && around) => Err(Error::usage(
            "different_fixed_effects",
            "restricted likelihoods compare only between models with the same fixed effects: fit both by ML",
        )),
        Criterion::Ml if !within && !spans(small, large) => Err(Error::usage(
            "not_nested",
            "the fixed effects of the smaller model do not lie within those of the larger",
        )),
        _ => Ok(()),
    }
}

fn same_outcomes(a: &Design, b: &Design) -> bool {
    let same = |one: Option<&Vec<f64>>, other: Option<&Vec<f64>>, blank: f64| {
        let value = |values: Option<&Vec<f64>>, row: usize| values.map_or(blank, |values| values[row]).to_bits();
        a.rows.iter().all(|&row| value(one, row as usize) == value(other, row as usize))
    };
    a.rows == b.rows
        && same(Some(&a.response), Some(&b.response), 0.0)
        && same(a.offset.as_deref(), b.offset.as_deref(), 0.0)
        && same(a.weights.as_deref(), b.weights.as_deref(), 1.0)
}

/// Whether `design` has the same column, by name and by value.
fn contains(design: &Design, column: &ModelColumn, rows: &[u32]) -> bool {
    let same = |other: &ModelColumn| rows.iter().all(|&row| same_value(other, column, row as usize));
    design.fixed.iter().any(|other| other.name == column.name && same(other))
}

fn same_value(a: &ModelColumn, b: &ModelColumn, row: usize) -> bool {
    a.value(row).to_bits() == b.value(row).to_bits()
}

/// A column that is a combination of others leaves residuals of about 1e-12; one that is not leaves its own size.
const COMBINATION: f64 = 1e-6;

/// Whether every column of the smaller model is a combination of those of the larger.
fn spans(small: &LmmFit, large: &LmmFit) -> bool {
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
