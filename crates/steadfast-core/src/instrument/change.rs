//! Whether a person changed by more than the error of measurement.

use crate::error::{Error, Result};
use crate::special::Normal;

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Low scores, such as of difficulties.
    Low,
    /// High scores, such as of quality of life.
    High,
}

/// What a person's change amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Better by more than the error of measurement.
    Improved,
    /// Within the error of measurement.
    NoReliableChange,
    /// Worse by more than the error of measurement.
    Deteriorated,
}

/// The reliable change index (x₂ − x₁)/(SD₁·√(2(1 − r))), beyond ±z of the normal distribution.
///
/// # Source
/// Jacobson and Truax 1991, Journal of Consulting and Clinical Psychology 59, 12–19.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliableChange {
    standard_error: f64,
    critical: f64,
    better: Better,
}

impl ReliableChange {
    /// The index for scores whose standard deviation at the first occasion is `std_dev` and whose reliability is `reliability`, at
    /// the confidence `level` (0.95 gives ±1.96).
    ///
    /// # Errors
    /// `reliable_change` unless the standard deviation is above 0, the reliability from 0 to below 1, and the level between 0 and 1.
    pub fn new(std_dev: f64, reliability: f64, level: f64, better: Better) -> Result<Self> {
        let valid =
            std_dev > 0.0 && std_dev.is_finite() && (0.0..1.0).contains(&reliability) && level > 0.0 && level < 1.0;
        if !valid {
            let message =
                "a standard deviation above 0, a reliability from 0 to below 1 and a level between 0 and 1 are needed";
            return Err(Error::usage("reliable_change", message));
        }
        let standard_error = std_dev * libm::sqrt(2.0 * (1.0 - reliability));
        Ok(Self { standard_error, critical: Normal.upper_quantile((1.0 - level) / 2.0)?, better })
    }

    /// The index of a change from `first` to `second`.
    pub fn index(&self, first: f64, second: f64) -> f64 {
        (second - first) / self.standard_error
    }

    /// What the change from `first` to `second` amounts to.
    pub fn class(&self, first: f64, second: f64) -> Change {
        let index = self.index(first, second);
        let towards_better = match self.better {
            Better::Low => -index,
            Better::High => index,
        };
        if towards_better > self.critical {
            Change::Improved
        } else if towards_better < -self.critical {
            Change::Deteriorated
        } else {
            Change::NoReliableChange
        }
    }
}
