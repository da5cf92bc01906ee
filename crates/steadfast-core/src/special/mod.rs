//! Distribution functions: the one door through which every p-value, quantile and tail probability is taken.
//!
//! Both tails are computed directly, never as one minus the other where that would lose digits, and down to 1e-300.
//! Degrees of freedom are real numbers from 1e-3 to infinity; a t with 10⁷ of them is as safe as one with 10. Every
//! function is built on the `libm` crate and on square roots alone, so that its bits are the same on every platform.
//! Accuracy is held to a grid of high-precision values in `data-fixtures/special`.
//!
//! ```
//! use steadfast_core::special::{Normal, StudentT};
//!
//! let t = StudentT::new(12.7)?;
//! let critical = t.quantile(0.975)?;
//! assert!((t.two_sided(critical) - 0.05).abs() < 1e-15);
//! assert!((StudentT::new(f64::INFINITY)?.quantile(0.975)? - Normal.quantile(0.975)?).abs() < 1e-15);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```
//!
//! # How it works
//! On the scale w = logit x (beta, F, t) or w = ln x (gamma, χ²) every one of these densities is log-concave and
//! analytic. The tail away from the mean is the density at the point times the integral J of the density's decay
//! from there on (`decay`); the density comes from Stirling remainders and deviances that do not cancel
//! (`stirling`, `elementary`), J from a series of positive terms where that is short and from double-exponential
//! quadrature elsewhere. J is also the Newton step of ln(tail) on w, and that function is concave, so that quantiles
//! converge from one side whatever the parameters (`inversion`).

mod beta;
mod chi_squared;
mod decay;
mod elementary;
mod fisher_f;
mod incomplete_beta;
mod incomplete_gamma;
mod inversion;
mod maximum_t;
mod normal;
mod polygamma;
mod root;
mod stirling;
mod student_t;
mod studentized;
mod studentized_range;
mod tail;
mod trapezoid;

pub use beta::Beta;
pub use chi_squared::ChiSquared;
pub use fisher_f::FisherF;
pub use incomplete_beta::regularized_beta;
pub use incomplete_gamma::regularized_gamma;
pub use maximum_t::{Approximation, MaximumT};
pub use normal::Normal;
pub use polygamma::{digamma, trigamma};
pub(crate) use stirling::remainder as stirling_remainder;
pub use stirling::{hedges_correction, ln_gamma};
pub use student_t::StudentT;
pub use studentized_range::StudentizedRange;
pub use tail::Tails;

#[cfg(test)]
mod tests;
