//! Degrees of freedom, one method a file, and the registry by which the command names them.

mod asymptotic;
mod between_within;
mod containment;
mod inner_outer;
mod kenward_roger;
mod per_column;
mod residual;
mod satterthwaite;

pub use asymptotic::Asymptotic;
pub(super) use asymptotic::{constant, normal};
pub use between_within::{BetweenWithin, Strata};
pub use containment::Containment;
pub use inner_outer::InnerOuter;
pub use kenward_roger::KenwardRoger;
pub use residual::Residual;
pub use satterthwaite::{JointTest, Satterthwaite};

pub use crate::likelihood::SecondOrder;

use std::fmt::Debug;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::vcov::Sandwich;
use super::{DfRule, Inference, Marginal};
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
    /// The degrees of freedom of each column of X, length p, where the method counts them over the rows.
    fn count(&self, _marginal: &dyn Marginal) -> Option<Result<Vec<f64>>> {
        None
    }
    /// The degrees of freedom that go with a sandwich covariance, where the method has them.
    ///
    /// # Errors
    /// `method_does_not_apply` where the method is made for the model-based covariance alone.
    fn robust(&self) -> Result<&dyn RobustDf> {
        let message =
            format!("`{}` is made for the model-based covariance and has no df for a robust one", self.name());
        Err(Error::usage("method_does_not_apply", message))
    }
}

/// Degrees of freedom that may stand beside a sandwich covariance.
pub trait RobustDf: Debug + Send + Sync {
    /// A phrase for the report, such as `n − p degrees of freedom`.
    fn phrase(&self) -> String;
    /// The rule for the estimates whose covariance is `sandwich`.
    ///
    /// # Errors
    /// `method_does_not_apply` when the method cannot serve this model, with the reason.
    fn rule(&self, marginal: &dyn Marginal, sandwich: &Arc<Sandwich>) -> Result<Arc<dyn DfRule>>;
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

impl Information {
    /// `expected` or `observed`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Information::Expected => "expected",
            Information::Observed => "observed",
        }
    }

    /// What to know about a fit on the boundary: the observed information is taken where θ is a standard deviation of
    /// zero, and the variance there has no uncertainty.
    pub(super) fn cautions(self, marginal: &dyn Marginal) -> Vec<String> {
        let known = "variances of zero count as known in the degrees of freedom, as in lmerTest";
        match self {
            Information::Expected => Vec::new(),
            Information::Observed => {
                marginal.boundary().iter().map(|term| format!("the fit is on the boundary ({term}): {known}")).collect()
            }
        }
    }
}

type Maker = fn() -> Box<dyn DfMethod>;

/// Kenward–Roger under its conventions.
fn kenward_roger(information: Information, second_order: SecondOrder) -> Box<dyn DfMethod> {
    Box::new(KenwardRoger { information, second_order })
}

/// Every method: a new member is one file and one line here.
const REGISTRY: &[(&str, Maker)] = &[
    ("satterthwaite", || Box::new(Satterthwaite::default())),
    ("satterthwaite-pooled", || Box::new(Satterthwaite { joint: JointTest::Pooled, ..Satterthwaite::default() })),
    ("kenward-roger", || kenward_roger(Information::Expected, SecondOrder::Kept)),
    ("kenward-roger-observed", || kenward_roger(Information::Observed, SecondOrder::Kept)),
    ("kenward-roger-mmrm", || kenward_roger(Information::Observed, SecondOrder::Mmrm)),
    ("kenward-roger-linear", || kenward_roger(Information::Observed, SecondOrder::Dropped)),
    ("between-within", || Box::new(BetweenWithin { strata: Strata::Columns })),
    ("between-within-sas", || Box::new(BetweenWithin { strata: Strata::Sas })),
    ("containment", || Box::new(Containment)),
    ("inner-outer", || Box::new(InnerOuter)),
    ("residual", || Box::new(Residual)),
    ("asymptotic", || Box::new(Asymptotic)),
];

/// The names of the methods.
pub fn df_method_names() -> impl Iterator<Item = &'static str> {
    REGISTRY.iter().map(|(name, _)| *name)
}

/// The methods with their default conventions.
pub fn df_methods() -> impl Iterator<Item = Box<dyn DfMethod>> {
    REGISTRY.iter().map(|(_, make)| make())
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
