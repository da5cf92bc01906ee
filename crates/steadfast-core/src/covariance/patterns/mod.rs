//! Correlation patterns: matrices without a scale of their own, from which structures are built.

mod antedependence;
mod arma;
mod autoregressive;
mod banded;
mod exchangeable;
mod lags;
mod unit_unstructured;

pub(super) use antedependence::Antedependence;
pub(super) use arma::Arma;
pub(super) use autoregressive::Autoregressive;
pub(super) use exchangeable::{Exchangeable, lowest};
pub(super) use lags::Lags;
pub(super) use unit_unstructured::UnitUnstructured;

use std::fmt::Debug;

use super::Number;

/// A family of matrices whose first diagonal entry is 1.
pub(super) trait Pattern: Debug + Send + Sync {
    /// m, the order of the matrix.
    fn order(&self) -> usize;
    /// The number of parameters.
    fn n_parameters(&self) -> usize;
    /// What each natural parameter is called, over m levels.
    fn natural_names(&self, levels: &[String]) -> Vec<String>;
    /// The natural parameters at θ.
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T>;
    /// θ of a typical member.
    fn start(&self) -> Vec<f64>;
    /// The matrix into `out`, m × m.
    fn matrix<T: Number>(&self, natural: &[T], out: &mut [T]);
    /// The natural parameters at the parameters of the R package mmrm, where it knows the pattern.
    fn mmrm_natural<T: Number>(&self, _theta: &[T]) -> Option<Vec<T>> {
        None
    }
    /// The parameters of the R package mmrm.
    fn mmrm_theta(&self, _natural: &[f64]) -> Option<Vec<f64>> {
        None
    }
}

/// Fills a symmetric matrix with ones on the diagonal from its entries (i, j), j < i.
fn symmetric<T: Number>(m: usize, out: &mut [T], entry: impl Fn(usize, usize) -> T) {
    for i in 0..m {
        out[i * m + i] = T::constant(1.0);
        for j in 0..i {
            let value = entry(i, j);
            out[i * m + j] = value;
            out[j * m + i] = value;
        }
    }
}
