//! The model without random effects: whether its coefficients are determined, and what speaks against it.

use nalgebra::DMatrix;

use super::model::Model;
use crate::error::{Error, Result};
use crate::likelihood::{Penalised, PenalisedSolution, Penalty, RiskState};
use crate::survival::risk_data::RiskData;

/// As in Cox models: a direction with less than this share of the information at zero is not determined.
const FLAT: f64 = 1e-10;

/// The fit of the Cox model with the same fixed effects.
#[derive(Debug, Clone)]
pub(super) struct Null {
    pub(super) solved: PenalisedSolution,
    /// ln L where all coefficients are zero.
    pub(super) at_zero: f64,
    /// The inverse information.
    pub(super) vcov: DMatrix<f64>,
    /// Events less their expectation, of each row in the order of the model.
    pub(super) residual: Vec<f64>,
}

/// The distribution of no effects.
pub(super) fn nothing() -> Penalty {
    Penalty::Normal { factors: Vec::new() }
}

impl Null {
    pub(super) fn new(model: &Model, data: &RiskData) -> Result<Self> {
        let (fixed, p) = (&model.fixed, data.p());
        let not_finite =
            || Error::data("not_finite", "the partial likelihood is not a number where all coefficients are 0");
        let state = fixed.sets.evaluate(&vec![0.0; data.rows.len()]).ok_or_else(not_finite)?;
        let information = matrix(fixed, &state);
        let scale = if p == 0 { 0.0 } else { information.diagonal().max() };
        if let Some(flat) = flat(&information, scale, &data.names) {
            let message = format!("those at risk together do not differ enough to tell apart: {flat}");
            return Err(Error::data("unidentified", message));
        }
        let without_limit = |flat: &str| {
            Error::data("infinite_coefficient", format!("the likelihood grows without limit along: {flat}"))
        };
        let solved = fixed.solve(&nothing(), &vec![0.0; p]).ok_or_else(|| without_limit("some coefficients"))?;
        let information = matrix(fixed, &solved.state);
        if let Some(flat) = flat(&information, scale, &data.names) {
            return Err(without_limit(&flat));
        }
        let inverse = information.cholesky().map(|factor| factor.inverse());
        let vcov = inverse.ok_or_else(|| Error::data("unidentified", "the information is singular"))?;
        let residual = fixed.sets.martingale(&solved.state);
        // Both orders of rows differ where clusters break ties only; residuals are wanted in the order of the one with effects.
        let mut by_source = vec![0.0; residual.len()];
        fixed.sets.source.iter().zip(&residual).for_each(|(&row, value)| by_source[row as usize] = *value);
        let residual = model.penalised.sets.source.iter().map(|&row| by_source[row as usize]).collect();
        Ok(Self { solved, at_zero: state.log_likelihood, vcov, residual })
    }

    /// The log partial likelihood.
    pub(super) fn log_likelihood(&self) -> f64 {
        self.solved.state.log_likelihood
    }
}

fn matrix(fixed: &Penalised, state: &RiskState) -> DMatrix<f64> {
    let raw = DMatrix::from_row_slice(fixed.p, fixed.p, &fixed.information(state));
    0.5 * (&raw + raw.transpose())
}

/// The columns that take part in a direction without information.
fn flat(information: &DMatrix<f64>, scale: f64, names: &[String]) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    let eigen = crate::inference::eigen(information.clone()).ok()?;
    let at = (0..names.len()).find(|&at| eigen.eigenvalues[at] <= FLAT * scale)?;
    let direction = eigen.eigenvectors.column(at);
    let most = direction.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let takes_part = |(_, value): &(&String, &f64)| value.abs() > 0.1 * most;
    let part = names.iter().zip(direction.iter()).filter(takes_part).map(|(name, _)| name.as_str());
    Some(part.collect::<Vec<_>>().join(", "))
}
