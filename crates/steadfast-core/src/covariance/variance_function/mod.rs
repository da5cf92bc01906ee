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

use serde::{Deserialize, Serialize};

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
    /// The parameters as they are reported, and what the structure's variance is multiplied by there: for the engine's
    /// own parameters describe g relative to a typical covariate.
    fn reported(&self, natural: &[f64]) -> (Vec<f64>, f64) {
        (natural.to_vec(), 1.0)
    }
    /// The inverse of [`Multiplier::reported`].
    fn internal(&self, reported: &[f64]) -> (Vec<f64>, f64) {
        (reported.to_vec(), 1.0)
    }
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
    /// As [`Multiplier::reported`].
    fn reported(&self, natural: &[f64]) -> (Vec<f64>, f64);
    /// As [`Multiplier::internal`].
    fn internal(&self, reported: &[f64]) -> (Vec<f64>, f64);
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
    fn reported(&self, natural: &[f64]) -> (Vec<f64>, f64) {
        Multiplier::reported(self, natural)
    }
    fn internal(&self, reported: &[f64]) -> (Vec<f64>, f64) {
        Multiplier::internal(self, reported)
    }
}

/// What a variance function learns from the covariates of the rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Covariates {
    /// The strata; none for numbers.
    pub strata: Vec<String>,
    /// The smallest and the largest number.
    pub range: (f64, f64),
    /// exp of the middle between the smallest and the largest log|v|.
    pub typical_size: f64,
}

impl Covariates {
    /// Of strata.
    pub fn strata(strata: &[String]) -> Self {
        Self { strata: strata.to_vec(), range: (0.0, 1.0), typical_size: 1.0 }
    }

    /// Of numbers.
    pub fn numbers(values: impl Iterator<Item = f64> + Clone) -> Self {
        let over = |f: fn(f64) -> f64| {
            values
                .clone()
                .map(f)
                .filter(|x| x.is_finite())
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)))
        };
        let logs = over(|v| libm::log(v.abs()));
        Self { strata: Vec::new(), range: over(|v| v), typical_size: libm::exp(0.5 * logs.0 + 0.5 * logs.1) }
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
    make: fn(&Covariates) -> Arc<dyn VarianceFunction>,
}

/// Every variance function: a new member is one file and one line here.
const REGISTRY: &[VarianceEntry] = &[
    VarianceEntry {
        name: "var_ident",
        about: "a standard deviation for each stratum, as a multiple of the first's",
        reads: Reads::Strata,
        make: |seen| Arc::new(Strata { names: seen.strata.clone() }),
    },
    VarianceEntry {
        name: "var_power",
        about: "σ |v|^δ; without an argument v is the fitted mean",
        reads: Reads::Number,
        make: |seen| Arc::new(Power { reference: seen.typical_size }),
    },
    VarianceEntry {
        name: "var_exp",
        about: "σ exp(δ v); without an argument v is the fitted mean",
        reads: Reads::Number,
        make: |seen| Arc::new(Exponential::over(seen.range)),
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

/// The variance function called `name`, for the covariates of the rows.
///
/// # Errors
/// `unknown_variance_function`, with the names that exist.
pub fn variance_function(name: &str, seen: &Covariates) -> Result<Arc<dyn VarianceFunction>> {
    let unknown = || {
        let known: Vec<&str> = REGISTRY.iter().map(|entry| entry.name).collect();
        let message = format!("there is no variance function `{name}`; there are: {}", known.join(", "));
        Error::usage("unknown_variance_function", message)
    };
    variance_entry(name).map(|entry| (entry.make)(seen)).ok_or_else(unknown)
}

#[cfg(test)]
mod tests;
