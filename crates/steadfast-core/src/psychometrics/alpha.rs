//! Cronbach's α.

use super::{Coefficient, Ratings, tail};
use crate::error::{Error, Result};
use crate::special::FisherF;

/// α = 1 − MS(residual)/MS(rows) of the two-way layout, which equals k/(k − 1)·(1 − Σ s²ᵢ/s²(sum)), with the interval
/// 1 − (1 − α)F from (1 − α̂)/(1 − α) having the F distribution with n − 1 and (n − 1)(k − 1) degrees of freedom inverted.
///
/// # Errors
/// `no_variation` when the rows do not differ; `level`.
///
/// # Source
/// Cronbach 1951, Psychometrika 16, 297–334; Feldt 1965, Psychometrika 30, 357–370; Feldt, Woodruff and Salih 1987, Applied
/// Psychological Measurement 11, 93–103, eq. 6.
pub fn cronbach_alpha(items: &Ratings, level: f64) -> Result<Coefficient> {
    let squares = items.mean_squares();
    if squares.rows <= 0.0 {
        return Err(Error::data("no_variation", "the rows do not differ, so that there is no reliability"));
    }
    let ratio = squares.residual / squares.rows;
    let (n, k) = (items.n() as f64, items.k() as f64);
    let f = FisherF::new(n - 1.0, (n - 1.0) * (k - 1.0))?;
    let tail = tail(level)?;
    Ok(Coefficient {
        estimate: 1.0 - ratio,
        conf_low: 1.0 - ratio * f.upper_quantile(tail)?,
        conf_high: 1.0 - ratio * f.quantile(tail)?,
        level,
        n: items.n(),
    })
}
