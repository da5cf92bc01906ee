//! How much an outcome varies, and the scale that brings it to order one.

use crate::design::centred::power_of_two_scale;
use crate::error::{Error, Result};

/// The extremes of an outcome, and the sum of squares of its least-squares residuals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    residual_square: f64,
    largest: f64,
    low: f64,
    high: f64,
    n: usize,
}

impl Default for Spread {
    fn default() -> Self {
        Self { residual_square: 0.0, largest: 0.0, low: f64::INFINITY, high: f64::NEG_INFINITY, n: 0 }
    }
}

impl Spread {
    /// Takes note of a row: y less `centre`, and its residual r (times √weight).
    pub(super) fn observe(&mut self, y: f64, centre: f64, r: f64) {
        self.low = self.low.min(y);
        self.high = self.high.max(y);
        self.largest = self.largest.max((y + centre).abs());
        self.residual_square += r * r;
        self.n += 1;
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.residual_square += other.residual_square;
        self.largest = self.largest.max(other.largest);
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        self.n += other.n;
    }

    /// The power of two that brings the residuals of a model with p fixed effects to order one.
    ///
    /// # Errors
    /// `constant_outcome`, `outcome_scale`, `perfect_fit`.
    pub(super) fn scale(&self, p: usize) -> Result<f64> {
        if self.high <= self.low {
            return Err(Error::data("constant_outcome", "the outcome is the same in every row that enters the model"));
        }
        let spread = (self.residual_square / (self.n - p) as f64).sqrt();
        // Squares of squares of the outcome are formed on the way to standard errors and degrees of freedom.
        if !spread.is_finite() || self.largest > 1e70 || (self.largest < 1e-70 && self.largest > 0.0) {
            let message = "the outcome is so large or so small that its powers cannot be represented: change its unit";
            return Err(Error::data("outcome_scale", message));
        }
        // Residuals of the size of the rounding of the outcome carry no information about variances.
        if spread <= 8.0 * f64::EPSILON * self.largest || spread <= 1e-13 * (self.high - self.low) {
            return Err(Error::data("perfect_fit", "the fixed effects fit the outcome exactly: no variance is left"));
        }
        Ok(power_of_two_scale(spread))
    }
}
