//! Inference about fixed effects: a covariance, a reference distribution, and estimates of contrasts.

use std::fmt::Debug;

use crate::error::{Error, Result};
use crate::report::{FTest, Row};

/// A way to choose the covariance and the degrees of freedom of an estimate.
pub trait DfMethod: Debug + Send + Sync {
    /// The name under which the command knows the method, such as `kenward-roger`.
    fn name(&self) -> &'static str;
    /// One sentence for the report, with every convention in force.
    fn description(&self) -> String;
}

/// The information matrix from which the covariance of θ̂ is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Information {
    /// The expected information, as in pbkrtest and SAS.
    #[default]
    Expected,
    /// The observed information: half the Hessian of −2 log-likelihood.
    Observed,
}

/// Kenward and Roger 1997: adjusted covariance and denominator degrees of freedom.
#[derive(Debug, Clone, Copy, Default)]
pub struct KenwardRoger {
    /// Expected or observed information.
    pub information: Information,
}

/// Satterthwaite's degrees of freedom with the model-based covariance, from the observed information as in lmerTest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Satterthwaite;

/// n − p degrees of freedom for every estimate.
#[derive(Debug, Clone, Copy, Default)]
pub struct Residual;

/// The normal distribution.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asymptotic;

macro_rules! stub {
    ($type:ty, $name:literal) => {
        impl DfMethod for $type {
            fn name(&self) -> &'static str {
                $name
            }
            fn description(&self) -> String {
                $name.to_owned()
            }
        }
    };
}
stub!(KenwardRoger, "kenward-roger");
stub!(Satterthwaite, "satterthwaite");
stub!(Residual, "residual");
stub!(Asymptotic, "asymptotic");

/// The methods that exist, by name: `satterthwaite`, `kenward-roger`, `kenward-roger-observed`, `residual`, `asymptotic`.
///
/// # Errors
/// `unknown_df_method`, with the names that exist.
pub fn df_method(name: &str) -> Result<Box<dyn DfMethod>> {
    match name {
        "satterthwaite" => Ok(Box::new(Satterthwaite)),
        "kenward-roger" => Ok(Box::new(KenwardRoger::default())),
        "kenward-roger-observed" => Ok(Box::new(KenwardRoger { information: Information::Observed })),
        "residual" => Ok(Box::new(Residual)),
        "asymptotic" => Ok(Box::new(Asymptotic)),
        _ => Err(Error::usage("unknown_df_method", format!("there is no df method `{name}`"))),
    }
}

/// β̂ with a covariance, a df rule and a confidence level.
#[derive(Debug, Clone)]
pub struct Inference {}

impl Inference {
    /// The same inference with intervals of another confidence level, between 0 and 1.
    pub fn level(self, _level: f64) -> Self {
        self
    }
    /// The coefficients, one row each.
    ///
    /// # Errors
    /// When a distribution function cannot be evaluated.
    pub fn coefficients(&self) -> Result<Vec<Row>> {
        Ok(Vec::new())
    }
    /// The estimate of row'β for a `row` of length p, under the label `term`.
    ///
    /// # Errors
    /// `contrast_length` when `row` is not of length p.
    pub fn estimate(&self, _term: &str, _row: &[f64]) -> Result<Row> {
        Err(Error::usage("not_built", "to be replaced"))
    }
    /// The joint test of `rows`'β = 0.
    ///
    /// # Errors
    /// `contrast_length`, or `contrast_rank` when the rows are all zero.
    pub fn test(&self, _term: &str, _rows: &[Vec<f64>]) -> Result<FTest> {
        Err(Error::usage("not_built", "to be replaced"))
    }
}
