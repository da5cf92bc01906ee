//! The likelihood as a function of the parameters of the effects' distribution, β and the effects being at their best.

use std::cell::RefCell;

use super::FrailtyCriterion;
use super::gamma::{self, Counts};
use super::model::Model;
use super::null::Null;
use crate::likelihood::{PenalisedSolution, Penalty};
use crate::linalg::add_scaled;

/// Evaluates the profile; each point is reached from the one before.
#[derive(Debug)]
pub(super) struct Profile<'a> {
    pub(super) model: &'a Model,
    pub(super) null: &'a Null,
    pub(super) counts: Option<Counts>,
    /// The last points of a profile over one parameter, the latest last, with what they were solved by.
    last: RefCell<Vec<(f64, Vec<f64>)>>,
}

/// A point of the profile.
#[derive(Debug, Clone)]
pub(super) struct At {
    /// The marginal, or integrated, log-likelihood.
    pub(super) value: f64,
    /// About how far the value may be from what it is, where a determinant is approximated.
    pub(super) doubt: f64,
    pub(super) solved: PenalisedSolution,
}

impl<'a> Profile<'a> {
    pub(super) fn new(model: &'a Model, null: &'a Null) -> Self {
        let mut start = null.solved.at.clone();
        start.resize(model.penalised.p + model.penalised.effects.len(), 0.0);
        let counts = model.is_gamma().then(|| Counts::of(model));
        Self { model, null, counts, last: RefCell::new(vec![(f64::NAN, start)]) }
    }

    /// The profile at θ (for a gamma frailty, at √θ); `None` where it is not defined.
    pub(super) fn at(&self, theta: &[f64]) -> Option<At> {
        let penalty = self.model.penalty(theta);
        let start = self.start(theta);
        let solved = self.model.penalised.solve(&penalty, &start).or_else(|| {
            let mut cold = self.null.solved.at.clone();
            cold.resize(start.len(), 0.0);
            self.model.penalised.solve(&penalty, &cold)
        })?;
        self.remember(theta, &solved.at);
        let (value, doubt) = match (&self.counts, &penalty) {
            (Some(counts), Penalty::Gamma { theta }) => (gamma::value(counts, *theta, &solved), 0.0),
            (Some(_), Penalty::Normal { .. }) => (solved.value, 0.0),
            (None, _) => {
                let (log, doubt) = self.log_determinant(&solved, &penalty)?;
                (solved.value - 0.5 * log, 0.5 * doubt)
            }
        };
        value.is_finite().then_some(At { value, doubt, solved })
    }

    /// Where to begin: by the parabola, or line, through the last points where θ is close to them, else at the last.
    fn start(&self, theta: &[f64]) -> Vec<f64> {
        let last = self.last.borrow();
        let known: Vec<f64> = last.iter().map(|(at, _)| *at).collect();
        let latest = known.len() - 1;
        let ([theta], true) = (theta, known.iter().all(|at| at.is_finite())) else { return last[latest].1.clone() };
        let span = known.iter().fold(0.0_f64, |most, at| most.max((at - known[latest]).abs()));
        if (theta - known[latest]).abs() > 3.0 * span {
            return last[latest].1.clone();
        }
        let mut start = vec![0.0; last[latest].1.len()];
        for (i, (own, solved)) in last.iter().enumerate() {
            let others = known.iter().enumerate().filter(|(j, _)| *j != i);
            let share = others.fold(1.0, |share, (_, other)| share * (theta - other) / (own - other));
            add_scaled(&mut start, share, solved);
        }
        start
    }

    fn remember(&self, theta: &[f64], solved: &[f64]) {
        let mut last = self.last.borrow_mut();
        let at = if let [one] = theta { *one } else { f64::NAN };
        // Points next to each other say nothing about a direction but their rounding.
        let near = |known: f64| !known.is_finite() || (known - at).abs() <= 1e-6 * at.abs().max(1e-3);
        last.retain(|(known, _)| at.is_finite() && !near(*known));
        if last.len() > 2 {
            last.remove(0);
        }
        last.push((at, solved.to_vec()));
    }

    fn log_determinant(&self, solved: &PenalisedSolution, penalty: &Penalty) -> Option<(f64, f64)> {
        match (self.model.criterion, penalty) {
            (FrailtyCriterion::IntegratedDiagonal, Penalty::Normal { factors }) => {
                self.model.penalised.block_log_determinant(solved, factors).map(|log| (log, 0.0))
            }
            _ => self.model.penalised.log_determinant(solved, penalty),
        }
    }
}
