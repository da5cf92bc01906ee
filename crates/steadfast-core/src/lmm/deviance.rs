//! −2 log-likelihood as a function that anyone may evaluate.

use super::units;
use crate::error::{Error, Result};
use crate::likelihood::Criterion;
use crate::likelihood::Engine;

/// −2 log-likelihood of a model and its data, profiled over β, as a function of the natural covariance parameters.
///
/// A fit that differs from another engine's can be split with it: evaluate both estimates, and see whether the
/// likelihoods differ or an optimiser stopped early.
#[derive(Debug)]
pub struct Deviance {
    pub(super) engine: Engine,
    pub(super) criterion: Criterion,
}

impl Deviance {
    /// What each parameter is called: for `(1 + x | g)` var(intercept), cov(x, intercept), var(x); for the residuals
    /// the variance; in the order of the formula.
    pub fn parameter_names(&self) -> Vec<String> {
        let names = |block: &crate::likelihood::Block| {
            let own = block.structure.natural_names(&block.levels);
            own.into_iter().map(|name| format!("{}: {name}", block.label)).collect::<Vec<_>>()
        };
        self.engine.blocks.iter().flat_map(names).collect()
    }

    /// −2 log-likelihood at `natural`, in the units of the data and of length k.
    ///
    /// # Errors
    /// `parameter_count` when the length is not k; `not_positive_definite` when V is not.
    pub fn at(&self, natural: &[f64]) -> Result<f64> {
        let k = self.engine.n_parameters();
        if natural.len() != k {
            return Err(Error::usage("parameter_count", format!("the model has {k} covariance parameters")));
        }
        let refused = || Error::usage("not_positive_definite", "V is not positive definite at these parameters");
        let inside = units::to_engine(&self.engine, natural).ok_or_else(refused)?;
        self.engine.solve(&inside, self.criterion).map(|solution| solution.value).ok_or_else(refused)
    }
}
