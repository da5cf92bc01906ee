//! The profile of a function of the covariance parameters.
//!
//! The minimiser of −2 log-likelihood + ρ (h − t)² lies on the profile of h at the value h that it attains, whatever t
//! and ρ are: it minimises −2 log-likelihood among all θ with that h. Moving t therefore traces the profile with
//! unconstrained fits, and a t beyond the range of h finds the profile's value on the boundary itself.

use nalgebra::DVector;

use super::curve::{Curve, Point, root};
use crate::error::{Error, Result};
use crate::lmm::components::{Function, Reading, fixed_effects};
use crate::lmm::problem::Problem;
use crate::optimize::{self, Objective, minimize};

/// −2 log-likelihood + ρ (h − t)².
struct Tilted<'a> {
    problem: Problem<'a>,
    function: &'a Function,
    rho: f64,
    target: f64,
}

impl Objective for Tilted<'_> {
    fn point(&self, theta: &[f64]) -> Option<optimize::Point> {
        let engine = self.problem.engine;
        let base = self.problem.point(theta)?;
        let phi = DVector::from_vec(engine.natural(theta));
        let (h, slope, bend) = self.function.at(&phi);
        let distance = h - self.target;
        let in_phi = &slope * (2.0 * self.rho * distance);
        let jacobian = engine.jacobian(theta);
        let outer = (&slope * slope.transpose() + bend * distance) * (2.0 * self.rho);
        let hessian =
            base.hessian + jacobian.transpose() * outer * &jacobian + engine.curvature(theta, in_phi.as_slice());
        let value = base.value + self.rho * distance * distance;
        let gradient = base.gradient + jacobian.transpose() * in_phi;
        value.is_finite().then_some(optimize::Point { value, gradient, hessian })
    }
}

/// The stiff penalty costs digits: a distance of 1e-3 standard errors moves the profile by 1e-6.
const CLOSE: f64 = 1e-3;

/// ρ in units of 1/step²: so stiff that h follows t, and not so stiff that rounding shows.
const STIFFNESS: f64 = 1e4;

/// The profile of one function of φ, under the criterion of the fit.
pub(super) struct CovarianceCurve<'a> {
    pub(super) reading: &'a Reading<'a>,
    pub(super) problem: Problem<'a>,
    pub(super) function: &'a Function,
    /// The estimate of h.
    pub(super) estimate: f64,
    /// The standard error of h from the expected information.
    pub(super) step: f64,
}

impl Curve for CovarianceCurve<'_> {
    /// h lies a little short of t elsewhere, by the slope of the profile over 2ρ.
    fn best(&self) -> Point {
        let fit = self.reading.fit;
        let (scale, theta) = (self.problem.engine.outcome_scale, fit.theta.clone());
        let (target, value) = (self.estimate, self.estimate);
        Point { target, value, deviance: fit.solution.value, root: 0.0, scale, theta }
    }

    fn step(&self) -> f64 {
        self.step
    }

    fn range(&self) -> (f64, f64) {
        self.function.range()
    }

    fn reported(&self, value: f64) -> f64 {
        self.function.reported(value)
    }

    fn at(&mut self, target: f64, from: &Point) -> Result<Point> {
        let rho = STIFFNESS / (self.step * self.step);
        let tilted = Tilted { problem: self.problem, function: self.function, rho, target };
        let fit = self.reading.fit;
        // Where the neighbour's θ is a bad place to start, the optimum of the fit is another.
        let theta = minimize(&tilted, &from.theta, CLOSE).or_else(|_| minimize(&tilted, &fit.theta, CLOSE))?.theta;
        let phi = DVector::from_vec(self.problem.engine.natural(&theta));
        let undefined = || Error::data("undefined_likelihood", "the profile left the range of the likelihood");
        let deviance = self.problem.value(&theta).ok_or_else(undefined)?;
        let (value, root) = (self.function.at(&phi).0, root(deviance, fit.solution.value)?);
        Ok(Point { target, value, deviance, root, scale: from.scale, theta })
    }

    fn parameters(&mut self, at: &Point) -> Vec<Option<f64>> {
        let (engine, fit) = (self.problem.engine, self.reading.fit);
        let natural = engine.natural(&at.theta);
        let solution = engine.solve(&natural, self.problem.criterion);
        let beta = match &solution {
            Some(solution) => fixed_effects(&fit.design, engine, solution).into_iter().map(Some).collect(),
            None => vec![None; fit.names.len()],
        };
        beta.into_iter().chain(self.reading.covariances(engine, &natural)).collect()
    }
}
