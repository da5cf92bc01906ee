//! Variance functions: how the residual standard deviation depends on a stratum or a number.
//!
//! The residual covariance of a structure is multiplied by g_i g_j, where g depends on the row and on parameters of its
//! own; the structure's variance is that of a row with g = 1.

mod modulated;
mod power;
mod strata;

pub use modulated::Modulated;
pub use power::{Exponential, Power};
pub use strata::Strata;

use std::fmt::Debug;
use std::sync::Arc;

use super::Number;
use crate::error::{Error, Result};

/// What a variance function reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// The level of a factor.
    Strata,
    /// A number.
    Number,
}

/// g as formulae. The covariate is the code of a stratum, or a number.
pub trait Multiplier: Debug + Send + Sync {
    /// k, the number of parameters.
    fn n_parameters(&self) -> usize;
    /// What each parameter is called.
    fn names(&self) -> Vec<String>;
    /// The parameters at θ; at θ = 0 the function is 1.
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T>;
    /// g at `covariate`.
    fn factor<T: Number>(&self, covariate: f64, natural: &[T]) -> T;
}

/// A variance function of any kind: g with its derivatives.
pub trait VarianceFunction: Debug + Send + Sync {
    /// k, the number of parameters.
    fn n_parameters(&self) -> usize;
    /// What each parameter is called.
    fn names(&self) -> Vec<String>;
    /// The parameters at θ with their derivatives along θ_a and θ_b.
    fn natural(&self, theta: &[f64], a: usize, b: usize) -> Vec<super::HyperDual>;
    /// g at `covariate` with its derivatives along parameters a and b.
    fn factor(&self, covariate: f64, natural: &[f64], a: usize, b: usize) -> super::HyperDual;
}

impl<M: Multiplier> VarianceFunction for M {
    fn n_parameters(&self) -> usize {
        Multiplier::n_parameters(self)
    }
    fn names(&self) -> Vec<String> {
        Multiplier::names(self)
    }
    fn natural(&self, theta: &[f64], a: usize, b: usize) -> Vec<super::HyperDual> {
        Multiplier::natural(self, &super::family::seeded(theta, a, b))
    }
    fn factor(&self, covariate: f64, natural: &[f64], a: usize, b: usize) -> super::HyperDual {
        Multiplier::factor(self, covariate, &super::family::seeded(natural, a, b))
    }
}

/// A member of the registry.
#[derive(Debug, Clone, Copy)]
pub struct VarianceEntry {
    /// The name in formulae.
    pub name: &'static str,
    /// One sentence with the formula.
    pub about: &'static str,
    /// What it reads.
    pub reads: Reads,
    make: fn(&[String]) -> Arc<dyn VarianceFunction>,
}

/// Every variance function: a new member is one file and one line here.
const REGISTRY: &[VarianceEntry] = &[
    VarianceEntry {
        name: "var_ident",
        about: "a standard deviation for each stratum, as a multiple of the first's",
        reads: Reads::Strata,
        make: |strata| Arc::new(Strata { names: strata.to_vec() }),
    },
    VarianceEntry {
        name: "var_power",
        about: "σ |v|^δ; without an argument v is the fitted mean",
        reads: Reads::Number,
        make: |_| Arc::new(Power),
    },
    VarianceEntry {
        name: "var_exp",
        about: "σ exp(δ v); without an argument v is the fitted mean",
        reads: Reads::Number,
        make: |_| Arc::new(Exponential),
    },
];

/// The members in order.
pub fn variance_entries() -> impl Iterator<Item = &'static VarianceEntry> {
    REGISTRY.iter()
}

/// The member called `name`, or none.
pub fn variance_entry(name: &str) -> Option<&'static VarianceEntry> {
    REGISTRY.iter().find(|entry| entry.name == name)
}

/// The variance function called `name`, over `strata` where it reads a factor.
///
/// # Errors
/// `unknown_variance_function`, with the names that exist.
pub fn variance_function(name: &str, strata: &[String]) -> Result<Arc<dyn VarianceFunction>> {
    let unknown = || {
        let known: Vec<&str> = REGISTRY.iter().map(|entry| entry.name).collect();
        let message = format!("there is no variance function `{name}`; there are: {}", known.join(", "));
        Error::usage("unknown_variance_function", message)
    };
    variance_entry(name).map(|entry| (entry.make)(strata)).ok_or_else(unknown)
}

#[cfg(test)]
mod tests;
