//! Covariance structures: what each gives to the likelihood, and the registry by which formulae name them.
//!
//! A structure over m levels has two sets of coordinates. θ is unconstrained: every θ gives an admissible matrix, and
//! the optimiser works there. φ, the *natural* parameters, are those of the textbooks (variances, covariances,
//! correlations); the likelihood is differentiated with respect to φ, in which most structures are linear, and
//! Kenward–Roger's approximation is made in φ.

mod ar1;
mod compound_symmetry;
mod diagonal;
mod independent;
mod unstructured;

pub use ar1::Ar1;
pub use compound_symmetry::CompoundSymmetry;
pub use diagonal::Diagonal;
pub use independent::Independent;
pub use unstructured::Unstructured;

use std::fmt::Debug;
use std::sync::Arc;

use nalgebra::DMatrix;

use crate::error::{Error, Result};

/// Which part of the model a structure serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Random effects: θ holds standard deviations, so that an exact zero can be reached.
    Random,
    /// Residuals: θ holds logarithms, so that the matrix is positive definite for every θ.
    Residual,
}

/// A family of covariance matrices of order m. Matrices are slices in row-major order.
pub trait Structure: Debug + Send + Sync {
    /// The name in formulae, such as `us`.
    fn name(&self) -> &'static str;
    /// k, the number of parameters for `m` levels.
    fn n_parameters(&self, m: usize) -> usize;
    /// What each natural parameter is called, for `levels` of length m.
    fn natural_names(&self, levels: &[String]) -> Vec<String>;
    /// φ at θ, length k.
    fn natural(&self, m: usize, theta: &[f64]) -> Vec<f64>;
    /// ∂φ_a/∂θ_b at row a and column b, k × k.
    fn jacobian(&self, m: usize, theta: &[f64]) -> DMatrix<f64>;
    /// Σ_a weights_a ∂²φ_a/∂θ∂θ', k × k.
    fn curvature(&self, m: usize, theta: &[f64], weights: &[f64]) -> DMatrix<f64>;
    /// θ of a typical member whose variances are `variance`.
    fn start(&self, m: usize, variance: f64) -> Vec<f64>;
    /// The places in θ of standard deviations, which are zero on the boundary of the random side's range.
    fn standard_deviations(&self, m: usize) -> Vec<usize>;
    /// φ of the matrix multiplied by `factor`.
    fn rescaled(&self, m: usize, natural: &[f64], factor: f64) -> Vec<f64>;
    /// Σ(φ) into `out`.
    fn covariance(&self, m: usize, natural: &[f64], out: &mut [f64]);
    /// ∂Σ/∂φ_a into `out`.
    fn derivative(&self, m: usize, natural: &[f64], a: usize, out: &mut [f64]);
    /// ∂²Σ/∂φ_a∂φ_b into `out`; false, with `out` untouched, where it is zero for every φ.
    fn second_derivative(&self, _m: usize, _natural: &[f64], _a: usize, _b: usize, _out: &mut [f64]) -> bool {
        false
    }
}

/// How a structure is made for a side of the model.
type Maker = fn(Side) -> Arc<dyn Structure>;

/// Every structure: a new member is one file and one line here.
const REGISTRY: &[(&str, Maker)] = &[
    ("us", |side| Arc::new(Unstructured { side })),
    ("iid", |side| Arc::new(Independent { side })),
    ("diag", |side| Arc::new(Diagonal { side })),
    ("cs", |side| Arc::new(CompoundSymmetry { side })),
    ("ar1", |side| Arc::new(Ar1 { side })),
];

/// The names of the structures.
pub fn names() -> impl Iterator<Item = &'static str> {
    REGISTRY.iter().map(|(name, _)| *name)
}

/// The structure called `name`.
///
/// # Errors
/// `unknown_structure`, with the names that exist.
pub fn structure(name: &str, side: Side) -> Result<Arc<dyn Structure>> {
    let found = REGISTRY.iter().find(|(candidate, _)| *candidate == name);
    found.map(|(_, make)| make(side)).ok_or_else(|| {
        let known: Vec<&str> = names().collect();
        Error::usage(
            "unknown_structure",
            format!("there is no covariance structure `{name}`; the structures are: {}", known.join(", ")),
        )
    })
}

/// A positive number as a function of an unconstrained one: its value, first and second derivative.
fn variance_of(side: Side, theta: f64) -> (f64, f64, f64) {
    match side {
        Side::Random => (theta * theta, 2.0 * theta, 2.0),
        Side::Residual => {
            let value = libm::exp(2.0 * theta);
            (value, 2.0 * value, 4.0 * value)
        }
    }
}

/// The unconstrained number that [`variance_of`] maps to `variance`.
fn theta_of(side: Side, variance: f64) -> f64 {
    match side {
        Side::Random => variance.sqrt(),
        Side::Residual => 0.5 * libm::log(variance),
    }
}

#[cfg(test)]
mod tests;
