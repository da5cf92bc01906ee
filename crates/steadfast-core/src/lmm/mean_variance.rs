//! Residual variances that are a function of the fitted mean: fits that alternate with their means until both agree.
//!
//! Given the means the variance function reads numbers, and the fit is an ordinary one; its means are the numbers of the
//! next fit. At the fixed point this is nlme's `gls` with `varPower()`: the mean is Xβ̂ (and the offset), without random
//! effects.
//!
//! # Source
//! Pinheiro and Bates 2000, section 5.2.2; Carroll and Ruppert 1988, section 2.3.

use std::sync::Arc;

use super::{Lmm, LmmFit};
use crate::design::{Design, VarianceCovariate};
use crate::error::{Error, Result};

/// Means closer than this share of the largest are the same: the variance parameter then has as many digits.
const SETTLED: f64 = 1e-11;
/// The share of the fixed effects in the variance parameter is small, so that each round gains a digit or more.
const MAX_ROUNDS: usize = 60;

/// The fit of `model` to `design`, whose variance function reads the fitted mean.
pub(super) fn fit(model: &Lmm, design: Design) -> Result<LmmFit> {
    let equal = Design { variance: None, ..design.clone() };
    let mut means = means(&model.fit_design(equal)?, &design);
    for _ in 0..MAX_ROUNDS {
        let mut next = design.clone();
        if let Some(term) = &mut next.variance {
            term.covariate = VarianceCovariate::Number(String::new(), Arc::new(means.clone()));
        }
        let fit = model.fit_design(next)?;
        let after = self::means(&fit, &design);
        let largest = after.iter().fold(0.0_f64, |largest, mean| largest.max(mean.abs()));
        let moved = after.iter().zip(&means).fold(0.0_f64, |moved, (a, b)| moved.max((a - b).abs()));
        if moved <= SETTLED * largest {
            return Ok(fit);
        }
        means = after;
    }
    let message =
        "fitted means and the variances that depend on them do not settle: let the variance depend on a column";
    Err(Error::data("means_do_not_settle", message))
}

/// Xβ̂ + offset for each row of the frame; 1 for rows that do not enter.
fn means(fit: &LmmFit, design: &Design) -> Vec<f64> {
    let mut means = vec![1.0; design.response.len()];
    for &row in design.rows.iter() {
        let row = row as usize;
        let offset = design.offset.as_ref().map_or(0.0, |offset| offset[row]);
        means[row] = design.fixed.iter().zip(fit.beta()).fold(offset, |sum, (column, b)| sum + b * column.value(row));
    }
    means
}
