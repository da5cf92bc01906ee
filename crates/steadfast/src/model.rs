//! One model, from what is asked to everything that is reported about it.

use steadfast_core::formula::Formula;
use steadfast_core::frame::Frame;
use steadfast_core::inference::df_method;
use steadfast_core::lmm::{CovarianceEstimate, Criterion, Lmm, LmmFit};
use steadfast_core::parallel::Threads;

use crate::error::{Error, Result};
use crate::results::{CellRow, Covariance, GroupCount, ModelResult};

/// The df method where none is named.
pub const DEFAULT_DF: &str = "satterthwaite";

/// A linear mixed model and what is to be reported about it: plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelSpec {
    /// The formula.
    pub formula: String,
    /// REML or ML.
    pub criterion: Criterion,
    /// The name of the df method.
    pub df: String,
    /// The confidence level.
    pub level: f64,
    /// The column of observation weights.
    pub weights: Option<String>,
    /// The means to report, as `arm | visit`.
    pub means: Option<String>,
    /// Whether to profile the variance components.
    pub intervals: bool,
    /// How many threads may work.
    pub threads: Threads,
}

impl ModelSpec {
    /// The model of `formula` with every default: REML, Satterthwaite, level 0.95, no means, one thread.
    pub fn new(formula: impl Into<String>) -> Self {
        Self {
            formula: formula.into(),
            criterion: Criterion::Reml,
            df: DEFAULT_DF.to_owned(),
            level: 0.95,
            weights: None,
            means: None,
            intervals: false,
            threads: Threads::ONE,
        }
    }

    /// The model fitted to `frame`, and everything asked about it.
    ///
    /// # Errors
    /// A request that the frame cannot answer, data that break a rule, or an optimiser that did not converge.
    pub fn fit(&self, frame: &Frame) -> Result<ModelResult> {
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(Error::usage("bad_level", "a confidence level lies between 0 and 1, such as 0.95"));
        }
        let formula: Formula = self.formula.parse()?;
        let method = df_method(&self.df)?;
        let mut model = Lmm::new(formula).criterion(self.criterion).threads(self.threads);
        if let Some(weights) = &self.weights {
            model = model.weights(weights);
        }
        let fit = model.fit(frame)?;
        let inference = fit.inference(method.as_ref())?.level(self.level);
        let grid = match &self.means {
            Some(means) => Some(cells(&fit, &inference, means)?),
            None => None,
        };
        let (means, differences) = grid.unzip();
        let intervals = self.intervals.then(|| fit.variance_components(self.level)).transpose()?;
        Ok(ModelResult {
            formula: fit.formula().to_owned(),
            criterion: fit.criterion(),
            df_method: method.name().to_owned(),
            df_conventions: method.description(),
            level: self.level,
            weights: self.weights.clone(),
            minus_two_log_likelihood: fit.minus_two_log_likelihood(),
            aic: None,
            bic: None,
            n_observations: fit.rows().used,
            n_clusters: fit.n_clusters(),
            groups: groups(fit.covariance()),
            rows: fit.rows().clone(),
            coefficients: inference.coefficients()?,
            aliased: fit.aliased().to_vec(),
            tests: None,
            means,
            differences,
            covariance: Covariance::from(fit.covariance()),
            variance_components: intervals,
            convergence: fit.convergence().clone(),
        })
    }
}

/// The adjusted means that `means` asks for, and their differences.
fn cells(
    _fit: &LmmFit,
    _inference: &steadfast_core::inference::Inference,
    _means: &str,
) -> Result<(Vec<CellRow>, Vec<CellRow>)> {
    Err(Error::usage("not_built", "means"))
}

/// The grouping factors of the random effects, each once.
fn groups(covariance: &CovarianceEstimate) -> Vec<GroupCount> {
    let mut groups: Vec<GroupCount> = Vec::new();
    for term in &covariance.random {
        if groups.iter().all(|group| group.name != term.group) {
            groups.push(GroupCount { name: term.group.clone(), count: term.n_groups });
        }
    }
    groups
}
