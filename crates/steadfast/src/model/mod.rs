//! One model, from what is asked to everything that is reported about it.

mod fitted;

use steadfast_core::formula::Formula;
use steadfast_core::frame::Frame;
use steadfast_core::inference::df_method;
use steadfast_core::lmm::{Criterion, Lmm};
use steadfast_core::parallel::Threads;

pub use fitted::Fitted;

use crate::error::Result;

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

    /// The model fitted to `frame`.
    ///
    /// # Errors
    /// A request that the frame cannot answer, data that break a rule, or an optimiser that did not converge.
    pub fn fit(&self, frame: &Frame) -> Result<Fitted> {
        let formula: Formula = self.formula.parse()?;
        let method = df_method(&self.df)?;
        let mut model = Lmm::new(formula).criterion(self.criterion).threads(self.threads);
        if let Some(weights) = &self.weights {
            model = model.weights(weights);
        }
        let fit = model.fit(frame)?;
        let inference = fit.inference(method.as_ref())?.with_level(self.level)?;
        Ok(Fitted::new(self.clone(), method, fit, inference))
    }
}
