//! Whether the outcome varies, and the scale that brings what least squares leaves to order one.

use super::Source;
use crate::design::centred::power_of_two_scale;
use crate::error::{Error, Result};

/// What a pass over the rows sees of the outcome.
#[derive(Debug, Clone)]
pub(in crate::likelihood) struct Variation {
    /// Σ log w.
    pub(in crate::likelihood) log_weights: f64,
    residual_square: f64,
    largest: f64,
    low: f64,
    high: f64,
    n: usize,
}

impl Default for Variation {
    fn default() -> Self {
        let (low, high) = (f64::INFINITY, f64::NEG_INFINITY);
        Self { log_weights: 0.0, residual_square: 0.0, largest: 0.0, low, high, n: 0 }
    }
}

impl Variation {
    /// Takes note of `rows` as they are; `block` holds their w numbers each, the residual last.
    pub(in crate::likelihood) fn observe(&mut self, source: Source<'_>, rows: &[u32], block: &[f64], w: usize) {
        for (i, &row) in rows.iter().enumerate() {
            let y = source.outcome(row as usize);
            self.low = self.low.min(y);
            self.high = self.high.max(y);
            self.largest = self.largest.max((y + source.centre).abs());
            let r = block[i * w + w - 1];
            self.residual_square += r * r;
            if let Some(weights) = &source.design.weights {
                self.log_weights += libm::log(weights[row as usize]);
            }
        }
        self.n += rows.len();
    }

    /// Takes in what was seen of other rows.
    pub(in crate::likelihood) fn merge(&mut self, other: &Variation) {
        self.log_weights += other.log_weights;
        self.residual_square += other.residual_square;
        self.largest = self.largest.max(other.largest);
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        self.n += other.n;
    }

    /// The scale that brings the least-squares residuals on p columns to order one.
    ///
    /// # Errors
    /// `constant_outcome`, `outcome_scale`, `perfect_fit`.
    pub(in crate::likelihood) fn outcome_scale(&self, p: usize) -> Result<f64> {
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
