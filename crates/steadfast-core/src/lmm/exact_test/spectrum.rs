//! The eigenvalues on which the distribution depends.

use nalgebra::DMatrix;

use crate::error::{Error, Result};
use crate::inference::eigen;
use crate::lmm::fit::LmmFit;

/// The eigenvalues of Z'P₀Z and Z'Z, equal ones together.
#[derive(Debug)]
pub(super) struct Spectrum {
    /// μ > 0 with their multiplicities.
    pub(super) restricted: Vec<(f64, usize)>,
    /// ξ > 0 with theirs.
    pub(super) whole: Vec<(f64, usize)>,
    /// Rows.
    pub(super) n: usize,
    /// Fixed effects.
    pub(super) p: usize,
}

/// More groups take minutes for their eigenvalues.
const MOST_GROUPS: usize = 2000;

/// Eigenvalues this close, as a share of the largest, differ by rounding, which is about 1e-15 times their number.
const EQUAL: f64 = 1e-10;

impl Spectrum {
    /// # Errors
    /// `too_many_groups`; `rank_deficient` where rounding makes the fixed effects dependent.
    pub(super) fn of(fit: &LmmFit) -> Result<Self> {
        let term = &fit.design.random[0];
        let effects = term.columns.len() * term.group.labels.len();
        if effects > MOST_GROUPS {
            let message = format!("{effects} random effects are more than the {MOST_GROUPS} of an exact test");
            return Err(Error::usage("too_many_groups", message));
        }
        let (z, x) = fit.effects_and_columns();
        let (whole, cross) = (z.transpose() * &z, x.transpose() * &z);
        let dependent =
            || Error::data("rank_deficient", "the fixed effects are linearly dependent to working precision");
        let factor = (x.transpose() * &x).cholesky().ok_or_else(dependent)?;
        // Z'P₀Z = Z'Z − (R'⁻¹X'Z)'(R'⁻¹X'Z), X'X = R'R.
        let taken = factor.l().solve_lower_triangular(&cross).ok_or_else(dependent)?;
        let restricted = &whole - taken.transpose() * &taken;
        Ok(Self { restricted: grouped(restricted)?, whole: grouped(whole)?, n: z.nrows(), p: x.ncols() })
    }
}

/// The positive eigenvalues from the largest down, equal ones together.
fn grouped(matrix: DMatrix<f64>) -> Result<Vec<(f64, usize)>> {
    let mut values: Vec<f64> = eigen(0.5 * (&matrix + matrix.transpose()))?.eigenvalues.iter().copied().collect();
    values.sort_unstable_by(|a, b| b.total_cmp(a));
    let largest = values.first().copied().unwrap_or_default();
    let mut groups: Vec<(f64, usize)> = Vec::new();
    for value in values.into_iter().filter(|value| *value > EQUAL * largest) {
        match groups.last_mut() {
            Some((known, count)) if *known - value <= EQUAL * largest => *count += 1,
            _ => groups.push((value, 1)),
        }
    }
    Ok(groups)
}
