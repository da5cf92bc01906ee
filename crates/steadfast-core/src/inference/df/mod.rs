//! Degrees of freedom, one method a file, and the registry by which the command names them.

mod asymptotic;
mod kenward_roger;
mod residual;
mod satterthwaite;

pub use asymptotic::Asymptotic;
pub use kenward_roger::KenwardRoger;
pub use residual::Residual;
pub use satterthwaite::Satterthwaite;

use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use super::{Inference, Marginal};
use crate::error::{Error, Result};

/// A way to choose the covariance and the reference distribution of an estimate.
pub trait DfMethod: Debug + Send + Sync {
    /// The name under which the command knows the method, such as `kenward-roger`.
    fn name(&self) -> &'static str;
    /// One sentence for the report, with every convention in force.
    fn description(&self) -> String;
    /// The inference about the fixed effects of `marginal`.
    ///
    /// # Errors
    /// `method_does_not_apply` when the method cannot serve this model, with the reason.
    fn infer(&self, marginal: &dyn Marginal) -> Result<Inference>;
}

/// The information matrix from which the covariance of φ̂ is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Information {
    /// The expected information.
    #[default]
    Expected,
    /// The observed information: half the Hessian of −2 log-likelihood.
    Observed,
}

type Maker = fn() -> Box<dyn DfMethod>;

/// Every method: a new member is one file and one line here.
const REGISTRY: &[(&str, Maker)] = &[
    ("satterthwaite", || Box::new(Satterthwaite)),
    ("kenward-roger", || Box::new(KenwardRoger { information: Information::Expected })),
    ("kenward-roger-observed", || Box::new(KenwardRoger { information: Information::Observed })),
    ("residual", || Box::new(Residual)),
    ("asymptotic", || Box::new(Asymptotic)),
];

/// The names of the methods.
pub fn df_method_names() -> impl Iterator<Item = &'static str> {
    REGISTRY.iter().map(|(name, _)| *name)
}

/// The method called `name`.
///
/// # Errors
/// `unknown_df_method`, with the names that exist.
pub fn df_method(name: &str) -> Result<Box<dyn DfMethod>> {
    REGISTRY.iter().find(|(known, _)| *known == name).map(|(_, make)| make()).ok_or_else(|| {
        let known: Vec<&str> = df_method_names().collect();
        Error::usage(
            "unknown_df_method",
            format!("there is no df method `{name}`; the methods are: {}", known.join(", ")),
        )
    })
}
