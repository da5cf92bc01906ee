//! The parameters of which a bootstrap keeps estimates.

use serde::{Deserialize, Serialize};

use super::replicate::{Replicate, ReplicateStatus};
use crate::error::{Error, Result};
use crate::lmm::certificate;
use crate::lmm::components::{Reading, fixed_effects, standard_errors};
use crate::lmm::refit::Refitter;

/// A parameter with its estimate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name, such as `Days` or `sd Days | Subject`.
    pub term: String,
    /// The estimate in the units of the data; none where a correlation has no meaning because a variance is zero.
    pub estimate: Option<f64>,
    /// The model-based standard error; fixed effects have one.
    pub std_error: Option<f64>,
    /// The least possible value; none where there is none.
    pub lowest: Option<f64>,
    /// The largest possible value; none where there is none.
    pub highest: Option<f64>,
}

impl Reading<'_> {
    pub(super) fn parameters(&self) -> Vec<Parameter> {
        let fit = self.fit;
        let free = |term: &String, estimate: Option<f64>, std_error: Option<f64>| Parameter {
            term: term.clone(),
            estimate,
            std_error,
            lowest: None,
            highest: None,
        };
        let fixed = fit.names.iter().enumerate();
        let fixed = fixed.map(|(j, name)| free(name, Some(fit.beta[j]), Some(fit.vcov[(j, j)].sqrt())));
        let natural = fit.engine.natural(&fit.theta);
        let values = self.covariances(&fit.engine, &natural);
        let (of_functions, of_others) = values.split_at(self.functions.len());
        let functions = self.functions.iter().zip(of_functions).map(|((term, function), value)| {
            let (low, high) = function.range();
            let bound = |bound: f64| Some(bound).filter(|bound| bound.is_finite());
            Parameter { lowest: bound(low), highest: bound(high), ..free(term, *value, None) }
        });
        let others = self.others.iter().zip(of_others).map(|((_, term), value)| free(term, *value, None));
        fixed.chain(functions).chain(others).collect()
    }

    /// Replicate `number`, whose rows have the outcomes `response`.
    pub(super) fn replicate(&self, number: u64, refitter: &mut Refitter<'_>, response: &[f64]) -> Replicate {
        self.attempt(number, refitter, response).unwrap_or_else(|error| Replicate::failed(number, error.code()))
    }

    fn attempt(&self, number: u64, refitter: &mut Refitter<'_>, response: &[f64]) -> Result<Replicate> {
        let minimum = refitter.solve(response)?;
        let engine = &refitter.engine;
        let natural = engine.natural(&minimum.theta);
        let undefined = || Error::data("undefined_likelihood", "the likelihood is not defined at the optimum");
        let solution = engine.solve(&natural, refitter.criterion).ok_or_else(undefined)?;
        let interior = certificate::singular(engine, &natural)?.is_empty();
        let beta = fixed_effects(&self.fit.design, engine, &solution);
        let std_errors = standard_errors(engine, &solution);
        if !beta.iter().chain(&std_errors).all(|value| value.is_finite()) {
            return Err(undefined());
        }
        let estimates = beta.into_iter().map(Some).chain(self.covariances(engine, &natural)).collect();
        Ok(Replicate {
            replicate: number,
            status: if interior { ReplicateStatus::Interior } else { ReplicateStatus::Boundary },
            minus_two_log_likelihood: Some(solution.value),
            estimates,
            std_errors,
        })
    }
}
