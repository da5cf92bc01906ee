//! Covariances that decay with distance, over points with one or several coordinates.

mod bessel;
mod exponential;
mod gaussian;
mod matern;
mod power;

pub(super) use exponential::Exponential;
pub(super) use gaussian::Gaussian;
pub(super) use matern::Matern;
pub(super) use power::Power;

use std::fmt::Debug;

use super::{Domain, Family, Number, Side, Sites, mmrm};

/// How a correlation decays.
pub(super) trait Decay: Debug + Send + Sync {
    /// What the natural parameter is called.
    fn parameter(&self) -> &'static str;
    /// The natural parameter of a range, the distance over which the correlation decays.
    fn natural<T: Number>(&self, range: T) -> T;
    /// The correlation at `distance`, which may be 0.
    fn correlation<T: Number>(&self, distance: f64, natural: T) -> T;
    /// The natural parameter at mmrm's, where it knows the structure.
    fn mmrm_natural<T: Number>(&self, _theta: T) -> Option<T> {
        None
    }
    /// mmrm's parameter.
    fn mmrm_theta(&self, _natural: f64) -> Option<f64> {
        None
    }
}

/// σ² times a correlation that decays with Euclidean distance; φ = (σ², the parameter of the decay).
///
/// θ₂ is the logarithm of the range as a share of the largest distance in the data, so that the unit of the coordinates
/// does not matter.
#[derive(Debug, Clone, Copy)]
pub(super) struct OverPoints<D> {
    /// The name in formulae.
    pub(super) name: &'static str,
    /// The number of coordinates of a point.
    pub(super) coordinates: usize,
    /// The largest distance.
    pub(super) extent: f64,
    /// The decay.
    pub(super) decay: D,
}

/// Where a range starts: points a quarter of the extent apart, often neighbours, are then well correlated, and those
/// at the ends hardly.
const START: f64 = 0.25;

/// The Euclidean distance of points i and j.
fn distance(sites: Sites<'_>, d: usize, i: usize, j: usize) -> f64 {
    let (a, b) = (&sites.coordinates[i * d..(i + 1) * d], &sites.coordinates[j * d..(j + 1) * d]);
    match (a, b) {
        ([a], [b]) => (a - b).abs(),
        _ => a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b)).sqrt(),
    }
}

impl<D: Decay> Family for OverPoints<D> {
    fn name(&self) -> &'static str {
        self.name
    }
    fn domain(&self) -> Domain {
        Domain::Coordinates(self.coordinates)
    }
    fn n_parameters(&self) -> usize {
        2
    }
    fn natural_names(&self, _levels: &[String]) -> Vec<String> {
        vec!["variance".to_owned(), self.decay.parameter().to_owned()]
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        let range = T::constant(self.extent) * theta[1].exponential();
        vec![Side::Residual.variance(theta[0]), self.decay.natural(range)]
    }
    fn start(&self, variance: f64) -> Vec<f64> {
        vec![Side::Residual.theta(variance), libm::log(START)]
    }
    fn standard_deviations(&self) -> Vec<usize> {
        vec![0]
    }
    fn rescaled(&self, natural: &[f64], factor: f64) -> Vec<f64> {
        vec![natural[0] * factor, natural[1]]
    }
    fn covariance<T: Number>(&self, sites: Sites<'_>, natural: &[T], out: &mut [T]) {
        let n = sites.n;
        for i in 0..n {
            out[i * n + i] = natural[0];
            for j in 0..i {
                // A distance is no variable: its square root needs no derivative, also at 0.
                let apart = distance(sites, self.coordinates, i, j);
                let entry = natural[0] * self.decay.correlation(apart, natural[1]);
                out[i * n + j] = entry;
                out[j * n + i] = entry;
            }
        }
    }
    fn mmrm_natural<T: Number>(&self, theta: &[T]) -> Option<Vec<T>> {
        Some(vec![theta[0].exponential(), self.decay.mmrm_natural(theta[1])?])
    }
    fn mmrm_theta(&self, natural: &[f64]) -> Option<Vec<f64>> {
        let deviation = mmrm::log_deviations(&natural[..1])?;
        Some(vec![2.0 * deviation[0], self.decay.mmrm_theta(natural[1])?])
    }
}
