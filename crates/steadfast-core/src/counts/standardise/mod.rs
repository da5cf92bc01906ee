//! Rates that a population would have if everybody were at one level of a factor: g-computation, with differences and ratios.

mod contrasts;
mod counterfactual;

pub use contrasts::Ratio;

use nalgebra::DMatrix;

use super::influence::Influences;
use super::{CountFit, Variance};
use crate::error::{Error, Result};
use crate::inference::Inference;
use crate::report::Row;

/// What is standardised: the rate at each level of a factor, all else being as it is in the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Standardisation {
    pub(super) factor: String,
    pub(super) by: Option<String>,
    pub(super) population: Population,
    pub(super) covariates: Covariates,
}

/// Over what rates are averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Population {
    /// Rows: each child's rate counts alike (times its weight). The default.
    #[default]
    Rows,
    /// Exposure: expected events over exposure, as in a crude rate.
    Exposure,
}

/// Whether the rows are all there is, or a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Covariates {
    /// The covariates of the rows are as they are: the delta method. The default.
    #[default]
    Fixed,
    /// They are a sample too, by clusters where these are named: influence functions have their part in them.
    Sampled,
}

impl Standardisation {
    /// The rates at the levels of `factor` over the rows used.
    pub fn over(factor: impl Into<String>) -> Self {
        let (by, population, covariates) = (None, Population::default(), Covariates::default());
        Self { factor: factor.into(), by, population, covariates }
    }

    /// Within each level of `column`, over its own rows: subgroups from one model.
    pub fn by(mut self, column: impl Into<String>) -> Self {
        self.by = Some(column.into());
        self
    }

    /// Averaged over `population`.
    pub fn population(mut self, population: Population) -> Self {
        self.population = population;
        self
    }

    /// With the covariates as `covariates` says.
    pub fn covariates(mut self, covariates: Covariates) -> Self {
        self.covariates = covariates;
        self
    }
}

/// A standardised rate.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardisedRate {
    /// The level at which everybody is set.
    pub level: String,
    /// The subgroup over whose rows it is.
    pub group: Option<String>,
    /// Expected events per unit of exposure.
    pub rate: f64,
}

/// Standardised rates with what their uncertainty is made of.
#[derive(Debug, Clone)]
pub struct StandardisedRates<'f> {
    pub(super) fit: &'f CountFit,
    pub(super) covariates: Covariates,
    pub(super) rates: Vec<StandardisedRate>,
    /// ∂rates/∂(β, γ), K × (p + q).
    pub(super) gradient: DMatrix<f64>,
    /// What each row's covariates add to the rates, n × K: ω (r − rate)/Σω.
    pub(super) sampled: Influences,
    /// The confidence level.
    pub(super) level: f64,
}

impl CountFit {
    /// The rates at the levels of a factor.
    ///
    /// # Errors
    /// `unknown_factor` unless the factor is one of the model's; `unknown_column`; `not_estimable` where the rate depends on
    /// coefficients that were left out.
    ///
    /// # Source
    /// Robins 1986 (the g-formula); Hernán and Robins 2020, Causal Inference: What If, chapter 13.
    pub fn standardise(&self, what: &Standardisation) -> Result<StandardisedRates<'_>> {
        counterfactual::rates(self, what)
    }
}

impl StandardisedRates<'_> {
    /// The rates: the levels within each subgroup.
    pub fn rates(&self) -> &[StandardisedRate] {
        &self.rates
    }

    /// The same with intervals of another confidence level, between 0 and 1; 0.95 without.
    pub fn with_level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// The rates as rows: estimate, standard error and statistic on the scale of the rate, limits by its logarithm.
    ///
    /// # Errors
    /// As [`CountFit::inference`].
    pub fn rows(&self, variance: Variance) -> Result<Vec<Row>> {
        let vcov = self.vcov(variance)?;
        let row = |at: usize| {
            let rate = &self.rates[at];
            let mut own = vec![0.0; self.rates.len()];
            own[at] = 1.0;
            let term =
                rate.group.as_ref().map_or_else(|| rate.level.clone(), |group| format!("{} | {group}", rate.level));
            let natural = self.linear(&term, &own, (variance, &vcov))?;
            own[at] = 1.0 / rate.rate;
            let scaled = self.estimated(&term, (libm::log(rate.rate), &own), (variance, &vcov))?;
            Ok(Row { conf_low: libm::exp(scaled.conf_low), conf_high: libm::exp(scaled.conf_high), ..natural })
        };
        (0..self.rates.len()).map(row).collect()
    }

    /// The covariance of the rates, K × K.
    ///
    /// # Errors
    /// As [`CountFit::inference`].
    pub fn vcov(&self, variance: Variance) -> Result<DMatrix<f64>> {
        let fit = self.fit;
        let (p, d) = (fit.beta.len(), self.gradient.ncols());
        let beta_alone = |inference: &Inference| {
            let part = self.gradient.columns(0, p).into_owned();
            &part * inference.vcov() * part.transpose()
        };
        let Variance::Robust(correction, _) = variance else {
            let own = if d == p {
                beta_alone(&fit.inference(variance)?)
            } else {
                &self.gradient * fit.observed.view((0, 0), (d, d)) * self.gradient.transpose()
            };
            return Ok(match self.covariates {
                Covariates::Fixed => own,
                // Given the covariates the score has mean zero where the model is right: the two parts are uncorrelated.
                Covariates::Sampled => own + fit.clustered(&self.sampled),
            });
        };
        let whole = fit.clustered(&self.influences(self.covariates == Covariates::Sampled));
        if fit.has_working_model() {
            // What the correction adds to the coefficients' own part.
            let plain = fit.clustered(&self.influences(false));
            return Ok(whole - plain + beta_alone(&fit.inference(variance)?));
        }
        Ok(whole * fit.score_scale(correction)?)
    }

    /// The influence of each row on the rates: by the coefficients, and by its covariates where they are sampled.
    fn influences(&self, sampled: bool) -> Influences {
        let on_coefficients = self.fit.mean_influences();
        let (k, d) = self.gradient.shape();
        let n = self.fit.data.n();
        let mut values = Vec::with_capacity(n * k);
        for row in 0..n {
            let own = &on_coefficients.values[row * on_coefficients.d..row * on_coefficients.d + d];
            for at in 0..k {
                let along: f64 = self.gradient.row(at).iter().zip(own).map(|(a, b)| a * b).sum();
                values.push(along + if sampled { self.sampled.values[row * k + at] } else { 0.0 });
            }
        }
        Influences { d: k, values }
    }

    /// The place of a rate.
    pub(super) fn place(&self, group: Option<&str>, level: &str) -> Result<usize> {
        self.rates
            .iter()
            .position(|rate| rate.level == level && rate.group.as_deref() == group)
            .ok_or_else(|| Error::usage("unknown_level", "the factor or its subgroup has no such level"))
    }
}
