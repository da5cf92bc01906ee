//! Several comparisons at once: p-values and confidence limits adjusted for the number of chances to be wrong.
//!
//! A [`Family`] is the comparisons of one claim with their joint covariance; a method turns it into adjusted rows. The
//! error rate that is controlled is that of one or more false claims in the family.
//!
//! | method | p-values | simultaneous limits | made for |
//! |---|---|---|---|
//! | [`Unadjusted`] | as they are | each by itself | a single claim |
//! | [`Bonferroni`] | m p | yes | any family |
//! | [`Holm`] | stepwise, never above Bonferroni's | none | any family |
//! | [`Hochberg`] | stepwise, never above Holm's | none | statistics that are not negatively dependent |
//! | [`Tukey`] | studentised range | yes | all pairs of means |
//! | [`Dunnett`] | multivariate t | yes | each against one control |
//! | [`SingleStep`] | multivariate t | yes | any family |
//!
//! Stepwise methods have no limits that belong to their p-values and are simple enough to print, so that none are given.
//! Rows whose degrees of freedom differ are referred each to its own, as by R's emmeans and by `adjdfe=row` of SAS,
//! but without rounding them to whole numbers.
//!
//! ```
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::inference::Residual;
//! use steadfast_core::lmm::Lmm;
//! use steadfast_core::multiplicity::{Dunnett, Family};
//! use steadfast_core::reference_grid::{ReferenceGrid, Versus};
//!
//! // Two new treatments against service as usual; the two comparisons are one family.
//! let frame = Frame::new(vec![
//!     Column::float("sdq", vec![14.0, 16.0, 13.0, 15.0, 12.0, 10.0, 12.0, 11.0, 9.0, 8.0, 10.0, 11.0]),
//!     Column::factor("arm", ["SAU", "SAU", "SAU", "SAU", "NIM", "NIM", "NIM", "NIM", "OAU", "OAU", "OAU", "OAU"]),
//! ])?;
//! let fit = Lmm::new("sdq ~ arm".parse()?).fit(&frame)?;
//! let inference = fit.inference(&Residual)?;
//! let comparisons = ReferenceGrid::new(&fit).contrasts("arm", &Versus::control("SAU"))?;
//! let family = Family::of(&inference, &comparisons)?;
//! let adjusted = family.adjusted(&Dunnett)?;
//! assert_eq!(adjusted[0].term, "NIM - SAU");
//! assert!(adjusted[0].p_value > family.rows()[0].p_value);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod bonferroni;
mod dunnett;
mod family;
mod hochberg;
mod holm;
mod single_step;
mod tukey;
mod unadjusted;

pub use bonferroni::Bonferroni;
pub use dunnett::Dunnett;
pub use family::{AdjustedRow, Family};
pub use hochberg::Hochberg;
pub use holm::Holm;
pub use single_step::SingleStep;
pub use tukey::Tukey;
pub use unadjusted::Unadjusted;

use std::fmt::Debug;

use crate::error::{Error, Result};
use crate::special::Approximation;

/// A way to adjust a family of comparisons.
pub trait Multiplicity: Debug + Send + Sync {
    /// The name under which the command knows the method, such as `dunnett`.
    fn name(&self) -> &'static str;
    /// One sentence for the report.
    fn description(&self) -> &'static str;
    /// The adjusted p-value of each comparison.
    ///
    /// # Errors
    /// When the method does not apply to the family.
    fn p_values(&self, family: &Family) -> Result<Vec<Approximation>>;
    /// For each comparison the c of its limits estimate ± c·(standard error), or none when the method has no simultaneous
    /// limits.
    ///
    /// # Errors
    /// When the method does not apply to the family.
    fn critical_values(&self, family: &Family) -> Result<Option<Vec<Approximation>>>;
}

type Maker = fn() -> Box<dyn Multiplicity>;

/// Every method: a new member is one file and one line here.
const REGISTRY: &[(&str, Maker)] = &[
    ("none", || Box::new(Unadjusted)),
    ("bonferroni", || Box::new(Bonferroni)),
    ("holm", || Box::new(Holm)),
    ("hochberg", || Box::new(Hochberg)),
    ("tukey", || Box::new(Tukey)),
    ("dunnett", || Box::new(Dunnett)),
    ("single-step", || Box::new(SingleStep)),
];

/// The names of the methods.
pub fn multiplicity_names() -> impl Iterator<Item = &'static str> {
    REGISTRY.iter().map(|(name, _)| *name)
}

/// The method called `name`.
///
/// # Errors
/// `unknown_multiplicity`, with the names that exist.
pub fn multiplicity(name: &str) -> Result<Box<dyn Multiplicity>> {
    REGISTRY.iter().find(|(known, _)| *known == name).map(|(_, make)| make()).ok_or_else(|| {
        let known: Vec<&str> = multiplicity_names().collect();
        let message = format!("there is no adjustment `{name}`; the adjustments are: {}", known.join(", "));
        Error::usage("unknown_multiplicity", message)
    })
}

/// A number without numerical error worth a remark.
fn exact(value: f64) -> Approximation {
    Approximation { value, error: 0.0 }
}

#[cfg(test)]
mod tests;
