//! Linear mixed models: the specification, and how it becomes a fit.

mod fit;

pub use fit::{
    Convergence, CovarianceEstimate, Criterion, LmmFit, Position, RandomCovariance, ResidualCovariance, RowCounts,
};

use crate::error::{Error, Result};
use crate::formula::Formula;
use crate::frame::Frame;
use crate::inference::{DfMethod, Inference};
use crate::parallel::Threads;
use crate::report::Interval;

/// A linear mixed model to be fitted: plain data, printable.
#[derive(Debug, Clone)]
pub struct Lmm {
    formula: Formula,
    criterion: Criterion,
    weights: Option<String>,
    threads: Threads,
}

impl Lmm {
    /// The model of `formula`, to be fitted by REML, unweighted, on one thread.
    pub fn new(formula: Formula) -> Self {
        Self { formula, criterion: Criterion::default(), weights: None, threads: Threads::ONE }
    }
    /// The same model under another criterion.
    pub fn criterion(mut self, criterion: Criterion) -> Self {
        self.criterion = criterion;
        self
    }
    /// The same model with the observations weighted by a column: residual variances are divided by it.
    pub fn weights(mut self, column: impl Into<String>) -> Self {
        self.weights = Some(column.into());
        self
    }
    /// The same model fitted on several threads; the result has the same bits.
    pub fn threads(mut self, threads: Threads) -> Self {
        self.threads = threads;
        self
    }
    /// The fit to `frame`.
    ///
    /// # Errors
    /// A request that the frame cannot answer, data that break a rule, or an optimiser that did not converge.
    pub fn fit(&self, _frame: &Frame) -> Result<LmmFit> {
        Err(Error::usage("not_built", "to be replaced"))
    }
}

impl LmmFit {
    /// Inference about the fixed effects by `method`, at confidence level 0.95.
    ///
    /// # Errors
    /// When the method does not apply to the fit.
    pub fn inference(&self, _method: &dyn DfMethod) -> Result<Inference> {
        Err(Error::usage("not_built", "to be replaced"))
    }
    /// Profile-likelihood intervals for the standard deviations and correlations of the random effects, the residual
    /// standard deviation, and the intraclass correlation of each random intercept.
    ///
    /// # Errors
    /// When a constrained fit does not converge.
    pub fn variance_components(&self, _level: f64) -> Result<Vec<Interval>> {
        Err(Error::usage("not_built", "to be replaced"))
    }
}
