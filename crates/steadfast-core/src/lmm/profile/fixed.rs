//! The profile of a fixed effect: the ML deviance of the model without its column, for the outcome less β_j x_j.

use std::sync::Arc;

use super::curve::{Curve, Point, root};
use crate::design::Design;
use crate::error::{Error, Result};
use crate::likelihood::{Criterion, Engine, OutcomeRows, Solution, Solver};
use crate::lmm::components::{Reading, fixed_effects, standard_errors};
use crate::lmm::problem::Problem;
use crate::optimize::Minimum;

/// The optimum by maximum likelihood, whatever the criterion of the fit.
pub(super) struct ByMl {
    theta: Vec<f64>,
    solution: Solution,
    pub(super) beta: Vec<f64>,
    std_errors: Vec<f64>,
}

impl ByMl {
    /// # Errors
    /// Those of a fit.
    pub(super) fn of(reading: &Reading<'_>) -> Result<Self> {
        let fit = reading.fit;
        let engine = &*fit.engine;
        let problem = Problem { engine, criterion: Criterion::Ml };
        let theta = match fit.criterion {
            Criterion::Ml => fit.theta.clone(),
            Criterion::Reml => problem.solve_from(&fit.theta).or_else(|_| problem.solve())?.theta,
        };
        let undefined = || Error::data("undefined_likelihood", "the likelihood is not defined at the optimum");
        let solution = engine.solve(&engine.natural(&theta), Criterion::Ml).ok_or_else(undefined)?;
        let beta = fixed_effects(&fit.design, engine, &solution);
        let std_errors = standard_errors(engine, &solution);
        Ok(Self { theta, solution, beta, std_errors })
    }
}

/// The profile of the fixed effect of column j, by maximum likelihood.
pub(super) struct FixedCurve<'a> {
    reading: &'a Reading<'a>,
    j: usize,
    by_ml: &'a ByMl,
    /// The design without the column.
    design: Design,
    engine: Engine,
    rows: OutcomeRows,
    /// The outcome of each row used, and the column.
    outcome: Vec<(f64, f64)>,
}

impl<'a> FixedCurve<'a> {
    /// # Errors
    /// Those of a fit of the model without the column.
    pub(super) fn new(reading: &'a Reading<'a>, j: usize, by_ml: &'a ByMl) -> Result<Self> {
        let full = &reading.fit.design;
        let column = &full.fixed[j];
        let outcome = full.rows.iter().map(|&row| (full.response[row as usize], column.value(row as usize))).collect();
        let mut design = (**full).clone();
        design.fixed.remove(j);
        // At the optimum, so that the outcome's scale is the one of the fit.
        let mut response = full.response.to_vec();
        full.rows.iter().for_each(|&row| response[row as usize] -= by_ml.beta[j] * column.value(row as usize));
        design.response = Arc::new(response);
        let engine = Engine::new(&design, Solver::default(), reading.fit.engine.threads())?;
        let rows = engine.outcome_rows(&design)?;
        Ok(Self { reading, j, by_ml, design, engine, rows, outcome })
    }

    fn set(&mut self, value: f64) -> Result<()> {
        let less: Vec<f64> = self.outcome.iter().map(|(y, x)| y - value * x).collect();
        self.engine.set_outcome(&self.rows, &less)
    }

    fn minimum(&self, from: &Point) -> Result<Minimum> {
        let problem = Problem { engine: &self.engine, criterion: Criterion::Ml };
        if self.engine.outcome_scale.to_bits() == from.scale.to_bits() {
            return problem.solve_from(&from.theta).or_else(|_| problem.solve());
        }
        problem.solve()
    }
}

impl Curve for FixedCurve<'_> {
    fn best(&self) -> Point {
        let (value, deviance) = (self.by_ml.beta[self.j], self.by_ml.solution.value);
        let (scale, theta) = (self.reading.fit.engine.outcome_scale, self.by_ml.theta.clone());
        Point { target: value, value, deviance, root: 0.0, scale, theta }
    }

    fn step(&self) -> f64 {
        self.by_ml.std_errors[self.j]
    }

    fn range(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    fn reported(&self, value: f64) -> f64 {
        value
    }

    fn at(&mut self, target: f64, from: &Point) -> Result<Point> {
        self.set(target)?;
        let minimum = self.minimum(from)?;
        let deviance = minimum.point.value;
        let root = root(deviance, self.by_ml.solution.value)?;
        let scale = self.engine.outcome_scale;
        Ok(Point { target, value: target, deviance, root, scale, theta: minimum.theta })
    }

    fn parameters(&mut self, at: &Point) -> Vec<Option<f64>> {
        let p = self.reading.fit.names.len();
        let natural = self.engine.natural(&at.theta);
        // The optimum is the one of the full model.
        let beta = if at.root <= 0.0 {
            Some(self.by_ml.beta.clone())
        } else {
            let solution = self.set(at.value).ok().and_then(|()| self.engine.solve(&natural, Criterion::Ml));
            solution.map(|solution| {
                let mut others = fixed_effects(&self.design, &self.engine, &solution);
                others.insert(self.j, at.value);
                others
            })
        };
        let beta = beta.map_or_else(|| vec![None; p], |beta| beta.into_iter().map(Some).collect());
        let engine = if at.root <= 0.0 { &self.reading.fit.engine } else { &self.engine };
        beta.into_iter().chain(self.reading.covariances(engine, &natural)).collect()
    }
}
