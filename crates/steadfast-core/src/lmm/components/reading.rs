//! The estimates of a fit, or of a refit, read off an engine in the units of the data.

use nalgebra::DVector;

use super::Function;
use crate::design::Design;
use crate::likelihood::{Engine, Solution};
use crate::lmm::fit::LmmFit;
use crate::lmm::units;

/// How the estimates of a fit are read off an engine.
#[derive(Debug)]
pub(in crate::lmm) struct Reading<'a> {
    pub(in crate::lmm) fit: &'a LmmFit,
    pub(in crate::lmm) functions: Vec<(String, Function)>,
    pub(in crate::lmm) others: Vec<(usize, String)>,
}

impl<'a> Reading<'a> {
    pub(in crate::lmm) fn of(fit: &'a LmmFit) -> Self {
        Self { fit, functions: fit.all_functions(), others: fit.other_parameters() }
    }

    /// The names of all parameters: the fixed effects, then those of the covariances.
    pub(in crate::lmm) fn terms(&self) -> Vec<String> {
        let functions = self.functions.iter().map(|(term, _)| term);
        let others = self.others.iter().map(|(_, term)| term);
        self.fit.names.iter().chain(functions).chain(others).cloned().collect()
    }

    /// The covariance parameters at φ of `engine`, in the units of the data.
    pub(in crate::lmm) fn covariances(&self, engine: &Engine, natural: &[f64]) -> Vec<Option<f64>> {
        let phi = DVector::from_column_slice(natural);
        let ratio = self.fit.engine.outcome_scale / engine.outcome_scale;
        let reported = if self.others.is_empty() { Vec::new() } else { units::reported(engine, natural) };
        let functions = self.functions.iter().map(|(_, function)| function.value(&phi, ratio));
        let others = self.others.iter().map(|(place, _)| reported[*place]);
        functions.chain(others).map(|value| Some(value).filter(|value| value.is_finite())).collect()
    }
}

/// β̂ in the units of the data, at a solution of `engine` for `design`.
pub(in crate::lmm) fn fixed_effects(design: &Design, engine: &Engine, solution: &Solution) -> Vec<f64> {
    let mut beta = &engine.fixed.to_user * (&engine.base + &solution.beta / engine.outcome_scale);
    if let Some(intercept) = design.fixed.iter().position(|column| column.pieces.is_empty()) {
        beta[intercept] += engine.outcome_centre;
    }
    beta.iter().copied().collect()
}

/// Their standard errors.
pub(in crate::lmm) fn standard_errors(engine: &Engine, solution: &Solution) -> Vec<f64> {
    let map = &engine.fixed.to_user;
    let variances = (map * &solution.vcov * map.transpose()).diagonal();
    variances.iter().map(|variance| variance.sqrt() / engine.outcome_scale).collect()
}
