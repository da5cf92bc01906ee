//! Distributions of an outcome given its linear predictor: ln f with the derivatives that any likelihood over them needs.
//!
//! A member knows nothing of data or of a model: fixed effects, random effects integrated by Laplace's method, and mixtures with
//! zeros are made of the same six numbers a row. The spread is one number α ≥ 0; at α = 0 the counts are Poisson's.
//!
//! ```
//! use steadfast_core::family::{Distribution, NegativeBinomial2};
//!
//! // Two moves where e⁰ are expected: the slope of ln f in η is (y − μ)/(1 + αμ).
//! let terms = NegativeBinomial2.terms(2.0, 0.0, 0.5);
//! assert!((terms.eta - 1.0 / 1.5).abs() < 1e-15);
//! assert_eq!(NegativeBinomial2.variance(4.0, 0.5), 12.0);
//! ```

mod log_ratio;
mod negative_binomial_1;
mod negative_binomial_2;
mod poisson;
mod rising;
mod spread;

pub use negative_binomial_1::NegativeBinomial1;
pub use negative_binomial_2::NegativeBinomial2;
pub use poisson::Poisson;

use std::fmt::Debug;

use crate::error::{Error, Result};
use crate::special::Tails;

/// ln f of one outcome and its derivatives in η and α.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Terms {
    /// ln f(y) less [`saturated`]`(y)`, which depends on y alone: without it large counts leave their digits to the model.
    pub value: f64,
    /// ∂/∂η.
    pub eta: f64,
    /// ∂²/∂η².
    pub eta_eta: f64,
    /// ∂/∂α.
    pub alpha: f64,
    /// ∂²/∂η∂α.
    pub eta_alpha: f64,
    /// ∂²/∂α².
    pub alpha_alpha: f64,
}

/// The distribution of a count with mean μ = e^η and a spread α.
pub trait Distribution: Debug + Send + Sync {
    /// The name under which the command knows it, such as `nb2`.
    fn name(&self) -> &'static str;
    /// A phrase for the report, with the variance.
    fn description(&self) -> &'static str;
    /// Whether α is a parameter.
    fn has_dispersion(&self) -> bool;
    /// Whether ln f is greatest at μ = y whatever α, so that twice the distance from there is a deviance, and the slope in η is
    /// (y − μ) μ / Var y, so that quasi-likelihood and likelihood give the same estimates.
    fn is_exponential(&self) -> bool;
    /// ln f and its derivatives at the outcome `y` ≥ 0, a whole number.
    fn terms(&self, y: f64, eta: f64, alpha: f64) -> Terms;
    /// Var y at the mean `mu`.
    fn variance(&self, mu: f64, alpha: f64) -> f64;
    /// P(Y ≤ y) as `lower`, P(Y > y) as `upper`.
    ///
    /// # Errors
    /// `outside_domain` for a mean that is not a number above 0.
    fn cumulative(&self, y: f64, mu: f64, alpha: f64) -> Result<Tails>;
}

/// ln of the Poisson probability of `y` at the mean y: y ln y − y − ln y!, and 0 at y = 0.
pub fn saturated(y: f64) -> f64 {
    if y < 1.0 {
        return 0.0;
    }
    -0.5 * libm::log(core::f64::consts::TAU * y) - crate::special::stirling_remainder(y)
}

/// Every distribution: a new member is one file and one line here.
const REGISTRY: &[&dyn Distribution] = &[&Poisson, &NegativeBinomial2, &NegativeBinomial1];

/// The distributions.
pub fn distributions() -> impl Iterator<Item = &'static dyn Distribution> {
    REGISTRY.iter().copied()
}

/// The distribution called `name`.
///
/// # Errors
/// `unknown_distribution`, with the names that exist.
pub fn distribution(name: &str) -> Result<&'static dyn Distribution> {
    distributions().find(|known| known.name() == name).ok_or_else(|| {
        let known: Vec<&str> = distributions().map(Distribution::name).collect();
        let message = format!("there is no distribution `{name}`; the distributions are: {}", known.join(", "));
        Error::usage("unknown_distribution", message)
    })
}

#[cfg(test)]
mod tests;
