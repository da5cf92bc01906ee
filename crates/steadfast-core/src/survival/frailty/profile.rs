//! The likelihood as a function of the parameters of the effects' distribution, β and the effects being at their best.

use std::cell::RefCell;

use super::FrailtyCriterion;
use super::gamma::{self, Counts};
use super::model::Model;
use super::null::Null;
use crate::likelihood::{PenalisedSolution, Penalty};

/// Evaluates the profile; each point is reached from the one before.
#[derive(Debug)]
pub(super) struct Profile<'a> {
    pub(super) model: &'a Model,
    pub(super) null: &'a Null,
    pub(super) counts: Option<Counts>,
    last: RefCell<Vec<f64>>,
}

/// A point of the profile.
#[derive(Debug, Clone)]
pub(super) struct At {
    /// The marginal, or integrated, log-likelihood.
    pub(super) value: f64,
    pub(super) solved: PenalisedSolution,
}

impl<'a> Profile<'a> {
    pub(super) fn new(model: &'a Model, null: &'a Null) -> Self {
        let mut start = null.solved.at.clone();
        start.resize(model.penalised.p + model.penalised.effects.len(), 0.0);
        let counts = model.is_gamma().then(|| Counts::of(model));
        Self { model, null, counts, last: RefCell::new(start) }
    }

    /// The profile at θ (for a gamma frailty, at √θ); `None` where it is not defined.
    pub(super) fn at(&self, theta: &[f64]) -> Option<At> {
        let penalty = self.model.penalty(theta);
        let start = self.last.borrow().clone();
        let solved = self.model.penalised.solve(&penalty, &start).or_else(|| {
            let mut cold = self.null.solved.at.clone();
            cold.resize(start.len(), 0.0);
            self.model.penalised.solve(&penalty, &cold)
        })?;
        self.last.borrow_mut().clone_from(&solved.at);
        let value = match (&self.counts, &penalty) {
            (Some(counts), Penalty::Gamma { theta }) => gamma::value(counts, *theta, &solved),
            (Some(_), Penalty::Normal { .. }) => solved.value,
            (None, _) => solved.value - 0.5 * self.log_determinant(&solved, &penalty)?,
        };
        value.is_finite().then_some(At { value, solved })
    }

    fn log_determinant(&self, solved: &PenalisedSolution, penalty: &Penalty) -> Option<f64> {
        match (self.model.criterion, penalty) {
            (FrailtyCriterion::IntegratedDiagonal, Penalty::Normal { factors }) => {
                self.model.penalised.block_log_determinant(solved, factors)
            }
            _ => self.model.penalised.log_determinant(solved, penalty),
        }
    }
}
