//! Exponential decay with distance.

use super::Decay;
use crate::covariance::{Number, mmrm};

/// exp(−d/r); φ = r > 0.
#[derive(Debug, Clone, Copy)]
pub(in crate::covariance) struct Exponential;

impl Decay for Exponential {
    fn parameter(&self) -> &'static str {
        "range"
    }
    fn natural<T: Number>(&self, range: T) -> T {
        range
    }
    fn correlation<T: Number>(&self, distance: f64, natural: T) -> T {
        (-(T::constant(distance) / natural)).exponential()
    }
    fn mmrm_natural<T: Number>(&self, theta: T) -> Option<T> {
        // ρ^d with logit ρ = θ.
        Some(T::constant(1.0) / mmrm::decay(theta))
    }
    fn mmrm_theta(&self, natural: f64) -> Option<f64> {
        mmrm::from_decay(1.0 / natural)
    }
}
