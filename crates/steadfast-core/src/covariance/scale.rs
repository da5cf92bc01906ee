//! Variances as functions of unconstrained numbers, by the side of the model.

use super::{Number, Side};

impl Side {
    /// The variance at θ: θ² for random effects, e^{2θ} for residuals.
    pub(super) fn variance<T: Number>(self, theta: T) -> T {
        match self {
            Side::Random => theta * theta,
            Side::Residual => (theta + theta).exponential(),
        }
    }

    /// The θ at which [`Side::variance`] is `variance`.
    pub(super) fn theta(self, variance: f64) -> f64 {
        match self {
            Side::Random => variance.sqrt(),
            Side::Residual => 0.5 * libm::log(variance),
        }
    }
}

/// The matrix whose entries depend on the distance of two levels only.
pub(super) fn by_lag<T: Number>(by_lag: &[T], out: &mut [T]) {
    let m = by_lag.len();
    for i in 0..m {
        for j in 0..m {
            out[i * m + j] = by_lag[i.abs_diff(j)];
        }
    }
}
