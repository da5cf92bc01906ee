//! Linear mixed models: random effects and residual structures in one formula, by ML or REML.

mod bootstrap;
mod certificate;
mod components;
mod criteria;
mod deviance;
mod exact_test;
mod fit;
mod groups;
mod influence;
mod leverage;
mod likelihood_ratio;
mod marginal;
mod mean_variance;
mod mixed_equations;
mod partitioned;
mod predict;
mod problem;
mod profile;
mod random_effects;
mod random_tests;
mod refit;
mod residuals;
mod row_variances;
mod saved;
mod serial;
mod simulate;
mod units;
mod variance_explained;
mod whitened;

pub use bootstrap::{
    Bootstrap, BootstrapInterval, BootstrapLikelihoodRatio, BootstrapRow, Parameter, ParametricBootstrap, Replicate,
    ReplicateStatus,
};
pub use criteria::{Convention, Counting, InformationCriteria, Parameters, SampleSize};
pub use deviance::Deviance;
pub use exact_test::ExactVarianceTest;
pub use fit::{
    Convergence, CovarianceEstimate, LmmFit, Position, RandomCovariance, ResidualCovariance, ResidualGroup, RowCounts,
};
pub use influence::{ClusterInfluence, Deletion, LevelRefit, Refit, Refitted, WithoutCluster};
pub use leverage::Leverage;
pub use likelihood_ratio::{LikelihoodRatio, Null, PValue};
pub use predict::{Given, Predicted, Prediction};
pub use random_effects::{AcrossTerms, GroupEffect, GroupEffects, PrincipalComponents, RandomEffects, TermEffects};
pub use random_tests::RandomTest;
pub use residuals::{ConditionalResiduals, Residuals};
pub use saved::{FORMAT, Groups, Kept, Refusal, SavedFit, VERSION};
pub use serial::{Distance, Lag, Serial};
pub use simulate::Simulated;
pub use variance_explained::{Spread, TermVariance, VarianceAt, VarianceExplained};

pub use profile::{LostLimit, Profile, Profiles, Trace, TracePoint};

pub use crate::likelihood::{Criterion, Solver, SparseCost};

use std::sync::Arc;

use crate::design::{Design, DesignOptions};
use crate::error::Result;
use crate::formula::Formula;
use crate::frame::Frame;
use crate::likelihood::Engine;
use crate::parallel::Threads;
use problem::Problem;

/// A linear mixed model to be fitted: plain data, printable.
///
/// ```
/// use steadfast_core::{frame::{Column, Frame}, lmm::Lmm};
///
/// let frame = Frame::new(vec![
///     Column::float("y", vec![1.0, 2.5, 2.0, 4.5, 3.0, 4.0]),
///     Column::float("t", vec![0.0, 1.0, 0.0, 1.0, 0.0, 1.0]),
///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
/// ])?;
/// let fit = Lmm::new("y ~ t + (1 | g)".parse()?).fit(&frame)?;
/// assert!((fit.beta()[1] - 5.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), steadfast_core::error::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Lmm {
    formula: Formula,
    criterion: Criterion,
    weights: Option<String>,
    solver: Solver,
    threads: Threads,
}

impl Lmm {
    /// The model of `formula`, to be fitted by REML, unweighted, on one thread.
    pub fn new(formula: Formula) -> Self {
        Self {
            formula,
            criterion: Criterion::default(),
            weights: None,
            solver: Solver::default(),
            threads: Threads::ONE,
        }
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

    /// The same model by another way to evaluate its likelihood; the result is the same but for rounding.
    pub fn solver(mut self, solver: Solver) -> Self {
        self.solver = solver;
        self
    }

    fn design(&self, frame: &Frame) -> Result<Design> {
        let options = DesignOptions { weights: self.weights.clone() };
        Design::build(&self.formula, frame, &options)
    }

    /// −2 log-likelihood of the model on `frame`, as a function of its covariance parameters.
    ///
    /// # Errors
    /// A request that the frame cannot answer, or data that break a rule.
    pub fn deviance(&self, frame: &Frame) -> Result<Deviance> {
        let engine = Engine::new(&self.design(frame)?, self.solver, self.threads)?;
        Ok(Deviance { engine, criterion: self.criterion })
    }

    /// The fit to `frame`.
    ///
    /// # Errors
    /// A request that the frame cannot answer, data that break a rule (`constant_outcome`, `perfect_fit`,
    /// `unidentified`, …), or `not_converged`.
    pub fn fit(&self, frame: &Frame) -> Result<LmmFit> {
        let design = self.design(frame)?;
        match &design.variance {
            Some(term) if term.reads_mean() => mean_variance::fit(self, design),
            _ => self.fit_design(design),
        }
    }

    fn fit_design(&self, design: Design) -> Result<LmmFit> {
        let engine = Engine::new(&design, self.solver, self.threads)?;
        let problem = Problem { engine: &engine, criterion: self.criterion };
        let minimum = problem.solve()?;
        let convergence = certificate::certify(&problem, &design, &minimum)?;
        LmmFit::new(self, Arc::new(design), engine, minimum, convergence)
    }
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;
