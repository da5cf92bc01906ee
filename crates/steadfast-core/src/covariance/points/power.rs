//! Exponential decay by the correlation at distance one: autoregression in continuous time.

use super::Decay;
use crate::covariance::{Number, mmrm};
use crate::error::{Error, Result};

/// ρ^d; φ = ρ, between 0 and 1: nlme's corCAR1, SAS's SP(POW).
#[derive(Debug, Clone, Copy)]
pub(in crate::covariance) struct Power;

/// ρ underflows where one unit is 700 ranges, and where there is no correlation the range falls to extent/200 before
/// the likelihood stops to move.
const SMALLEST_EXTENT: f64 = 0.5;

impl Power {
    /// The decay, for points that are not all very close by the unit of their coordinates.
    ///
    /// # Errors
    /// `coordinate_unit`: the correlation at distance one would be zero to any precision.
    pub(in crate::covariance) fn over(extent: f64) -> Result<Self> {
        if extent >= SMALLEST_EXTENT {
            return Ok(Self);
        }
        let message = "all points lie within a small part of one unit, and the correlation at a distance of one unit \
                       says nothing; use another unit, or `sp_exp`";
        Err(Error::usage("coordinate_unit", message))
    }
}

impl Decay for Power {
    fn parameter(&self) -> &'static str {
        "rho"
    }
    fn natural<T: Number>(&self, range: T) -> T {
        (-(T::constant(1.0) / range)).exponential()
    }
    fn correlation<T: Number>(&self, distance: f64, natural: T) -> T {
        (T::constant(distance) * natural.logarithm()).exponential()
    }
    fn mmrm_natural<T: Number>(&self, theta: T) -> Option<T> {
        Some(mmrm::logistic(theta))
    }
    fn mmrm_theta(&self, natural: f64) -> Option<f64> {
        mmrm::from_decay(-libm::log(natural))
    }
}
