//! How well a scale measures and how well raters agree: reliability, intraclass correlations, κ.
//!
//! Every coefficient is of complete rows; [`Ratings::complete`] says how many rows were not. Rows are taken as independent, as the
//! formulae of intervals do, but for the bootstrap of [`Omega`], which draws whole clusters where it is told of them.
//!
//! ```
//! use steadfast_core::psychometrics::{Ratings, cronbach_alpha};
//!
//! let items = Ratings::complete(3, &[0.0, 1.0, 0.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 0.0, 0.0, 1.0])?;
//! let alpha = cronbach_alpha(&items, 0.95)?;
//! assert!(alpha.conf_low < alpha.estimate && alpha.estimate < alpha.conf_high);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod alpha;
mod fleiss;
mod icc;
mod kappa;
mod omega;
mod ratings;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::error::{Error, Result};

pub use alpha::cronbach_alpha;
pub use fleiss::{FleissKappa, fleiss_kappa};
pub use icc::{Agreement, IntraclassCorrelations, Raters, intraclass_correlations};
pub use kappa::{Kappa, Weighting, cohen_kappa};
pub use omega::{DEFAULT_REPLICATES, Omega, OmegaOptions, mcdonald_omega};
pub use ratings::Ratings;

/// A coefficient with its confidence limits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Coefficient {
    /// The coefficient.
    pub estimate: f64,
    /// The lower limit.
    pub conf_low: f64,
    /// The upper limit.
    pub conf_high: f64,
    /// The confidence level.
    pub level: f64,
    /// The rows that it is of.
    pub n: usize,
}

/// Half of what lies outside a confidence interval of `level`.
fn tail(level: f64) -> Result<f64> {
    if level > 0.0 && level < 1.0 {
        Ok((1.0 - level) / 2.0)
    } else {
        Err(Error::usage("level", "a confidence level lies between 0 and 1"))
    }
}
