//! Decay with the square of the distance.

use super::Decay;
use crate::covariance::{Number, mmrm};

/// exp(−d²/r²); φ = r > 0. Points that are close in comparison with r make the matrix nearly singular.
#[derive(Debug, Clone, Copy)]
pub(in crate::covariance) struct Gaussian;

impl Decay for Gaussian {
    fn parameter(&self) -> &'static str {
        "range"
    }
    fn natural<T: Number>(&self, range: T) -> T {
        range
    }
    fn correlation<T: Number>(&self, distance: f64, natural: T) -> T {
        let ratio = T::constant(distance) / natural;
        (-(ratio * ratio)).exponential()
    }
    fn mmrm_natural<T: Number>(&self, theta: T) -> Option<T> {
        // ρ^(d²) with logit ρ = θ.
        Some(T::constant(1.0) / mmrm::decay(theta).sqrt())
    }
    fn mmrm_theta(&self, natural: f64) -> Option<f64> {
        mmrm::from_decay(1.0 / (natural * natural))
    }
}
