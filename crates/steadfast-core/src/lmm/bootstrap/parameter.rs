//! The parameters of which a bootstrap keeps estimates.

use nalgebra::DVector;
use serde::{Deserialize, Serialize};

use super::replicate::{Replicate, ReplicateStatus};
use crate::error::{Error, Result};
use crate::likelihood::clustered::{Clustered, Solution};
use crate::lmm::components::Function;
use crate::lmm::fit::LmmFit;
use crate::lmm::refit::Refitter;
use crate::lmm::{certificate, units};

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

/// How the estimates of a fit are read off an engine.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    fit: &'a LmmFit,
    functions: Vec<(String, Function)>,
    others: Vec<(usize, String)>,
    intercept: Option<usize>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(fit: &'a LmmFit) -> Self {
        let intercept = fit.design.fixed.iter().position(|column| column.pieces.is_empty());
        Self { fit, functions: fit.all_functions(), others: fit.other_parameters(), intercept }
    }

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

    /// The covariance parameters at φ of `engine`, in the units of the data.
    fn covariances(&self, engine: &Clustered, natural: &[f64]) -> Vec<Option<f64>> {
        let phi = DVector::from_column_slice(natural);
        let ratio = self.fit.engine.outcome_scale / engine.outcome_scale;
        let reported = if self.others.is_empty() { Vec::new() } else { units::reported(engine, natural) };
        let functions = self.functions.iter().map(|(_, function)| function.value(&phi, ratio));
        let others = self.others.iter().map(|(place, _)| reported[*place]);
        functions.chain(others).map(|value| Some(value).filter(|value| value.is_finite())).collect()
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
        let (beta, std_errors) = self.fixed_effects(engine, &solution);
        let estimates = beta.into_iter().map(Some).chain(self.covariances(engine, &natural)).collect();
        Ok(Replicate {
            replicate: number,
            status: if interior { ReplicateStatus::Interior } else { ReplicateStatus::Boundary },
            minus_two_log_likelihood: Some(solution.value),
            estimates,
            std_errors,
        })
    }

    /// β̂ and its standard errors, in the units of the data.
    fn fixed_effects(&self, engine: &Clustered, solution: &Solution) -> (Vec<f64>, Vec<f64>) {
        let (map, scale) = (&engine.fixed.to_user, engine.outcome_scale);
        let mut beta = map * (&engine.base + &solution.beta / scale);
        if let Some(intercept) = self.intercept {
            beta[intercept] += engine.outcome_centre;
        }
        let vcov = map * &solution.vcov * map.transpose() / (scale * scale);
        (beta.iter().copied().collect(), vcov.diagonal().iter().map(|variance| variance.sqrt()).collect())
    }
}
