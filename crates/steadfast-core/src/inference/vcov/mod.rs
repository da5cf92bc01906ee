//! Covariances of β̂, one a file, and the registry by which the command names them.
//!
//! A sandwich is Φ {Σ_i X_i'V_i⁻¹ A_i e_i e_i' A_i' V_i⁻¹ X_i} Φ over clusters i with residuals e_i = y_i − X_iβ̂; the
//! members differ in A_i. It is right for large numbers of clusters whatever the covariance within them.

mod clusters;
mod cr0;
mod cr1;
mod cr2;
mod cr3;
mod model;
mod sandwich;
mod spectral;
mod working_df;

pub use clusters::Clusters;
pub use cr0::Cr0;
pub use cr1::{Cr1, Cr1Scale};
pub use cr2::{Cr2, LeverageRoot};
pub use cr3::{Cr3, JackknifeScale};
pub use model::ModelBased;
pub use sandwich::Sandwich;
pub(super) use working_df::{hotelling, row_dof};

use std::fmt::Debug;
use std::sync::Arc;

use super::Marginal;
use crate::error::{Error, Result};

/// A way to estimate the covariance of β̂.
pub trait VcovMethod: Debug + Send + Sync {
    /// The name under which the command knows the method, such as `cr2`.
    fn name(&self) -> &'static str;
    /// A phrase for the report, with every convention in force.
    fn description(&self) -> String;
    /// The covariance of β̂ of `marginal`, for `clusters` that are independent of each other.
    ///
    /// # Errors
    /// `too_few_clusters`, or what [`Clusters`] refuse.
    fn covariance(&self, marginal: &dyn Marginal, clusters: &Clusters) -> Result<Covariance>;
}

/// What a [`VcovMethod`] gives.
#[derive(Debug, Clone)]
pub enum Covariance {
    /// Φ itself.
    ModelBased,
    /// A sandwich.
    Robust(Arc<Sandwich>),
}

type Maker = fn() -> Box<dyn VcovMethod>;

/// Every method: a new member is one file and one line here.
const REGISTRY: &[(&str, Maker)] = &[
    ("model", || Box::new(ModelBased)),
    ("cr0", || Box::new(Cr0)),
    ("cr1", || Box::new(Cr1 { scale: Cr1Scale::Clusters })),
    ("cr1s", || Box::new(Cr1 { scale: Cr1Scale::ClustersAndRows })),
    ("cr2", || Box::new(Cr2 { root: LeverageRoot::Whitened })),
    ("cr2-symmetric", || Box::new(Cr2 { root: LeverageRoot::Symmetric })),
    ("cr3", || Box::new(Cr3 { scale: JackknifeScale::One })),
];

/// The names of the methods.
pub fn vcov_method_names() -> impl Iterator<Item = &'static str> {
    REGISTRY.iter().map(|(name, _)| *name)
}

/// The methods with their default conventions.
pub fn vcov_methods() -> impl Iterator<Item = Box<dyn VcovMethod>> {
    REGISTRY.iter().map(|(_, make)| make())
}

/// The method called `name`.
///
/// # Errors
/// `unknown_vcov_method`, with the names that exist.
pub fn vcov_method(name: &str) -> Result<Box<dyn VcovMethod>> {
    REGISTRY.iter().find(|(known, _)| *known == name).map(|(_, make)| make()).ok_or_else(|| {
        let known: Vec<&str> = vcov_method_names().collect();
        Error::usage(
            "unknown_vcov_method",
            format!("there is no covariance method `{name}`; the methods are: {}", known.join(", ")),
        )
    })
}

#[cfg(test)]
mod tests;
