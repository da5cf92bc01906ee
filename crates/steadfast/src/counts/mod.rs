//! Rates of counts: from what is asked to everything that is reported about it.
//!
//! ```
//! use steadfast::core::frame::{Column, Frame};
//! use steadfast::counts::CountSpec;
//!
//! let frame = Frame::new(vec![
//!     Column::integer("moves", vec![3, 1, 2, 6, 0, 1, 1, 0]),
//!     Column::float("years", vec![2.0, 1.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0]),
//!     Column::factor("arm", ["SAU", "SAU", "SAU", "SAU", "NIM", "NIM", "NIM", "NIM"]),
//! ])?;
//! let spec = CountSpec { exposure: Some("years".to_owned()), ..CountSpec::new("moves ~ arm") };
//! let result = spec.fit(&frame)?.result()?;
//! assert_eq!((result.observed.events, result.observed.exposure), (14.0, 12.0));
//! assert!((result.coefficients[1].ratio - 6.0).abs() < 1e-12);
//! # Ok::<(), steadfast::error::Error>(())
//! ```

mod fitted;
mod methods;
mod rates;
mod result;
mod tables;
mod text;

use steadfast_core::counts::{Correction, CountModel, Covariates, FewClusters, Population, Variance};
use steadfast_core::family::distribution;
use steadfast_core::formula::Formula;
use steadfast_core::frame::Frame;

pub use fitted::CountFitted;
pub use methods::{COUNT_DFS, COUNT_FAMILIES, COUNT_VCOVS, covariates, population};
pub use rates::RatesResult;
pub use result::{CountResult, CountedLevel, CountedRows, Dispersion, WhyVariance};
pub use tables::{influence, residuals};
pub use text::summary;

use crate::error::{Error, Result};

/// A model of counts and what is to be reported about it: plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct CountSpec {
    /// The formula of the mean, with the column of counts before the tilde; `cluster(x)` names clusters.
    pub formula: String,
    /// The distribution: `poisson`, `nb2`, `nb1`.
    pub family: String,
    /// The column of exposures.
    pub exposure: Option<String>,
    /// The formula of the excess zeros, such as `~ arm`.
    pub zero: Option<String>,
    /// The column of weights.
    pub weights: Option<String>,
    /// The covariance of the estimates; none for the one that the rows ask for, see [`WhyVariance`].
    pub vcov: Option<String>,
    /// The reference distribution beside a robust covariance; none for t with as many degrees of freedom as clusters, less one.
    pub df: Option<String>,
    /// The factor whose rates are standardised, such as `arm`, or `arm | sex` in subgroups.
    pub rates: Option<String>,
    /// Over what rates are averaged.
    pub population: Population,
    /// Whether the covariates are a sample.
    pub covariates: Covariates,
    /// The seed of randomised quantile residuals.
    pub seed: u64,
    /// The confidence level.
    pub level: f64,
}

impl CountSpec {
    /// The Poisson model of `formula` with every default.
    pub fn new(formula: impl Into<String>) -> Self {
        Self {
            formula: formula.into(),
            family: "poisson".to_owned(),
            exposure: None,
            zero: None,
            weights: None,
            vcov: None,
            df: None,
            rates: None,
            population: Population::default(),
            covariates: Covariates::default(),
            seed: 1,
            level: 0.95,
        }
    }

    /// Refuses what is known to be wrong before any data are read.
    ///
    /// # Errors
    /// The first of [`CountSpec::problems`].
    pub fn check(&self) -> Result<()> {
        self.problems().into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
    }

    /// What is known to be wrong before any data are read, with the key of a plan that it is about.
    ///
    /// `formula_syntax`, `unknown_distribution`, `unknown_vcov_method`, `unknown_df_method`, `method_does_not_apply`,
    /// `formula_argument`, `confidence_level`.
    pub fn problems(&self) -> Vec<(&'static str, Error)> {
        let mut problems = Vec::new();
        let mut note = |key: &'static str, result: Result<()>| problems.extend(result.err().map(|error| (key, error)));
        let parsed = |text: &str| text.parse::<Formula>().map(|_| ()).map_err(Error::from);
        note("model", parsed(&self.formula));
        note("zero", self.zero.as_deref().map_or(Ok(()), parsed));
        note("family", distribution(&self.family).map(|_| ()).map_err(Error::from));
        note("vcov", self.vcov.as_deref().map_or(Ok(()), |name| methods::vcov(name).map(|_| ())));
        note("df", self.df.as_deref().map_or(Ok(()), |name| methods::dof(name).map(|_| ())));
        note("rates", self.rates.as_deref().map_or(Ok(()), |of| rates::factors(of).map(|_| ())));
        if !(self.level > 0.0 && self.level < 1.0) {
            note("level", Err(Error::usage("confidence_level", "a confidence level lies between 0 and 1")));
        }
        problems
    }

    /// The model fitted to `frame`.
    ///
    /// # Errors
    /// A request that the frame cannot answer, data that break a rule, or an optimiser that did not converge.
    pub fn fit(&self, frame: &Frame) -> Result<CountFitted> {
        self.check()?;
        let mut model = CountModel::new(self.formula.parse()?).distribution(distribution(&self.family)?);
        if let Some(column) = &self.exposure {
            model = model.exposure(column);
        }
        if let Some(column) = &self.weights {
            model = model.weights(column);
        }
        if let Some(zero) = &self.zero {
            model = model.zero(zero.parse()?);
        }
        let fit = model.fit(frame)?;
        let (variance, why) =
            self.variance(fit.cluster().is_some(), fit.distribution().is_exponential() && fit.gamma().is_empty())?;
        CountFitted::new(self.clone(), fit, variance, why)
    }

    /// The covariance that was asked for, or the one that the rows ask for, and why. Where there are clusters it is cr2, or cr1
    /// where the distribution has no leverages.
    fn variance(&self, clustered: bool, leverages: bool) -> Result<(Variance, WhyVariance)> {
        let few = self.df.as_deref().map(methods::dof).transpose()?.unwrap_or(FewClusters::Clusters);
        let (variance, why) = match (&self.vcov, clustered) {
            (Some(name), _) => (methods::vcov(name)?, WhyVariance::Asked),
            (None, true) if leverages => (Variance::Robust(Correction::Cr2, few), WhyVariance::Clusters),
            (None, true) => (Variance::Robust(Correction::Cr1, few), WhyVariance::Clusters),
            (None, false) => (Variance::default(), WhyVariance::Independent),
        };
        match (variance, &self.df) {
            (Variance::Robust(correction, _), _) => Ok((Variance::Robust(correction, few), why)),
            (_, Some(name)) if few != FewClusters::Normal => {
                let message =
                    format!("`{name}` counts clusters, and the covariance is model-based: ask for cr0 to cr3");
                Err(Error::usage("method_does_not_apply", message))
            }
            _ => Ok((variance, why)),
        }
    }
}

#[cfg(test)]
mod tests;
