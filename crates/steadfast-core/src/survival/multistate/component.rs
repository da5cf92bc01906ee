//! Transitions that share a baseline or coefficients, stacked into one partial likelihood.

use std::sync::Arc;

use nalgebra::DMatrix;

use crate::design::Recipe;
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::likelihood::{Evaluation, PartialLikelihood, RiskRow, Ties};
use crate::survival::cox::problem::Problem;
use crate::survival::new_rows;

/// A transition as its component knows it.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Its place among all transitions.
    pub(super) transition: usize,
    pub(super) recipe: Arc<Recipe>,
    /// For each of its columns but the intercept, the component's column.
    pub(super) columns: Vec<usize>,
    /// The component's column that is 1 for this transition.
    pub(super) indicator: Option<usize>,
    /// The columns whose combinations have hazards of their own.
    pub(super) strata: Vec<String>,
    /// The name of each of its strata, and the place of the stratum in the likelihood.
    pub(super) places: Vec<(String, u32)>,
}

/// The rows of a component before they are units.
#[derive(Debug, Clone, Default)]
pub(super) struct Stack {
    pub(super) rows: Vec<RiskRow>,
    /// n × p by rows, as in the frame.
    pub(super) x: Vec<f64>,
    pub(super) names: Vec<String>,
    pub(super) cluster: Vec<u32>,
}

/// A fitted component.
#[derive(Debug, Clone)]
pub(super) struct Component {
    pub(super) members: Vec<Member>,
    pub(super) names: Vec<String>,
    pub(super) likelihood: PartialLikelihood,
    pub(super) evaluation: Evaluation,
    /// ln L with all coefficients zero.
    pub(super) null: f64,
    /// In the engine's units, as is the covariance.
    pub(super) beta: Vec<f64>,
    pub(super) vcov: DMatrix<f64>,
    pub(super) centre: Vec<f64>,
    pub(super) scale: Vec<f64>,
    /// The cluster and the weight of each row.
    pub(super) cluster: Vec<u32>,
    pub(super) weight: Vec<f64>,
    /// The increments of the baseline of each stratum, η = 0 in the engine's units.
    pub(super) baseline: Vec<Vec<(f64, f64)>>,
}

impl Component {
    pub(super) fn new(members: Vec<Member>, stack: Stack, ties: Ties, label: &str) -> Result<Self> {
        let (p, n) = (stack.names.len(), stack.rows.len());
        let (centre, scale): (Vec<f64>, Vec<f64>) =
            (0..p).map(|j| units((0..n).map(|row| stack.x[row * p + j]))).unzip();
        let mut x = stack.x;
        for row in x.chunks_exact_mut(p.max(1)) {
            row.iter_mut().enumerate().for_each(|(j, value)| *value = (*value - centre[j]) * scale[j]);
        }
        let likelihood = PartialLikelihood::new(&stack.rows, &x, p, ties);
        let solved = Problem::new(&likelihood).solve(&stack.names).map_err(|error| match error.code() {
            "not_converged" => error,
            code => Error::data(code, format!("{label}: {error}")),
        })?;
        let baseline = likelihood.baseline(&solved.evaluation);
        Ok(Self {
            members,
            names: stack.names,
            evaluation: solved.evaluation,
            null: solved.at_zero.log_likelihood,
            beta: solved.beta,
            vcov: solved.vcov,
            centre,
            scale,
            cluster: stack.cluster,
            weight: stack.rows.iter().map(|row| row.weight).collect(),
            baseline,
            likelihood,
        })
    }

    /// The number of coefficients.
    pub(super) fn p(&self) -> usize {
        self.names.len()
    }

    /// For the rows of `frame`: the columns of a member in the engine's units (n × p), η, and the strata.
    pub(super) fn profiles(&self, member: &Member, frame: &Frame) -> Result<Profile> {
        let ((fixed, mut eta), p) =
            (new_rows::covariates(&member.recipe, &new_rows::but_intercept(&member.recipe), frame)?, self.p());
        let mut x = vec![0.0; frame.n_rows() * p];
        for (row, x) in x.chunks_exact_mut(p.max(1)).enumerate().take(frame.n_rows()) {
            member.columns.iter().enumerate().for_each(|(j, &column)| x[column] = fixed[(row, j)]);
            if let Some(column) = member.indicator {
                x[column] = 1.0;
            }
            x.iter_mut().enumerate().for_each(|(j, x)| *x = (*x - self.centre[j]) * self.scale[j]);
            eta[row] += x.iter().zip(&self.beta).map(|(x, beta)| x * beta).sum::<f64>();
        }
        let place = |label: &str| member.places.iter().find(|(known, _)| known == label).map(|(_, at)| *at as usize);
        Ok(Profile { x, eta, stratum: new_rows::strata(frame, &member.strata, place)? })
    }

    /// The changes of the coefficients with each row, to first order, weighted, n × p by rows, in the engine's units.
    pub(super) fn dfbeta(&self) -> Vec<f64> {
        let p = self.p();
        let mut found = vec![0.0; self.weight.len() * p];
        self.likelihood.for_each_residual(&self.evaluation, |row, _, score| {
            for i in 0..p {
                let change: f64 = (0..p).map(|j| self.vcov[(i, j)] * score[j]).sum();
                found[row * p + i] = change * self.weight[row];
            }
        });
        found
    }
}

/// New rows as one transition sees them.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    /// n × p by rows.
    pub(super) x: Vec<f64>,
    pub(super) eta: Vec<f64>,
    pub(super) stratum: Vec<usize>,
}

/// The middle of the range, and the power of two that brings it to order one.
fn units(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    let half = 0.5 * high - 0.5 * low;
    let scale = if half > 0.0 { libm::ldexp(1.0, -libm::frexp(half).1) } else { 1.0 };
    (0.5 * low + 0.5 * high, scale)
}
