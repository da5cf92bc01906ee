//! The search for the parameters of the effects' distribution.

use std::cell::RefCell;

use nalgebra::{DMatrix, DVector};

use super::profile::{At, Profile};
use super::{FrailtyCriterion, gamma};
use crate::error::{Error, LastIterate, Result};
use crate::optimize::{Minimum, Objective, Point, minimize};

/// Where the likelihood is greatest.
#[derive(Debug, Clone)]
pub(super) struct Optimum {
    /// θ of the structures; for a gamma frailty, √θ.
    pub(super) theta: Vec<f64>,
    pub(super) at: At,
    /// Minus the second derivatives: in ln θ for a gamma frailty, in θ else; nothing where θ is known, or zero.
    pub(super) hessian: Option<DMatrix<f64>>,
    /// The slopes of β̂ along the same parameters, k vectors of length p.
    pub(super) slopes: Vec<Vec<f64>>,
    pub(super) iterations: usize,
    pub(super) decrement: f64,
    /// The slopes, along the parameters, of the error of an approximated determinant.
    pub(super) doubt: Vec<f64>,
}

/// As in mixed models: only rounding ever stops the optimiser so far from the optimum, in standard errors.
const CLOSE: f64 = 1e-5;

/// Where a search begins: half a unit of ln hazard, as much as families differ.
const START: f64 = 0.25;

/// Variances at which the likelihood is looked at where its slope at zero is not positive.
const ELSEWHERE: [f64; 3] = [0.1, 0.5, 2.0];

/// Standard deviations below this are zero where the likelihood agrees.
const NEGLIGIBLE: f64 = 1e-3;

impl Profile<'_> {
    /// The optimum.
    ///
    /// # Errors
    /// `not_converged`.
    pub(super) fn search(&self, known: Option<f64>) -> Result<Optimum> {
        if let Some(variance) = known {
            let mut start = Vec::new();
            for term in &self.model.terms {
                start.extend(if variance > 0.0 {
                    term.structure.start(variance)
                } else {
                    vec![0.0; term.parameters.len()]
                });
            }
            return self.fixed(start);
        }
        match (self.model.is_gamma(), self.model.criterion) {
            (true, _) => self.search_gamma(),
            (false, FrailtyCriterion::Integrated | FrailtyCriterion::IntegratedDiagonal) => self.search_normal(),
            (false, criterion) => self.search_reml(criterion),
        }
    }

    fn fixed(&self, theta: Vec<f64>) -> Result<Optimum> {
        let at = self.at(&theta).ok_or_else(|| lost(&theta))?;
        Ok(Optimum { theta, at, hessian: None, slopes: Vec::new(), iterations: 0, decrement: 0.0, doubt: Vec::new() })
    }

    /// Whether the likelihood is nowhere found to be greater than without random effects.
    fn is_zero(&self) -> bool {
        let one = self.model.n_parameters() == 1;
        one && self.slope_at_zero() <= 0.0
            && !ELSEWHERE.iter().any(|variance| {
                let found = self.at(&[libm::sqrt(*variance)]);
                found.is_some_and(|at| at.value > self.null.log_likelihood() + 1e-10)
            })
    }

    /// The slope of the likelihood along the variance where that is zero, for one effect a group.
    fn slope_at_zero(&self) -> f64 {
        let scores = self.model.penalised.effects.collect(&self.null.residual);
        let squares: f64 = scores.iter().map(|score| score * score).sum();
        let information = if self.model.is_gamma() {
            gamma::events(self.model).iter().sum()
        } else {
            let at_zero = self.at(&[0.0]);
            at_zero.map_or(0.0, |at| self.model.penalised.information_trace(&at.solved))
        };
        let slope = 0.5 * (squares - information);
        // One cluster changes no partial likelihood: what is left is rounding.
        if slope.abs() <= 1e-9 * (1.0 + squares + information) { 0.0 } else { slope }
    }

    fn search_gamma(&self) -> Result<Optimum> {
        if self.is_zero() {
            return self.fixed(vec![0.0]);
        }
        let objective = Gamma(self);
        let minimum = minimize(&objective, &[libm::log(START)], CLOSE)?;
        let theta = libm::exp(minimum.theta[0]);
        let at = self.at(&[libm::sqrt(theta)]).ok_or_else(|| lost(&[theta]))?;
        let slopes = objective.evaluate(minimum.theta[0]).map_or_else(Vec::new, |(_, slopes)| vec![slopes]);
        Ok(Optimum {
            theta: vec![libm::sqrt(theta)],
            at,
            hessian: Some(minimum.point.hessian),
            slopes,
            iterations: minimum.iterations,
            decrement: minimum.decrement,
            doubt: Vec::new(),
        })
    }

    fn search_normal(&self) -> Result<Optimum> {
        let zero = vec![0.0; self.model.n_parameters()];
        if self.is_zero() {
            return self.fixed(zero);
        }
        let start: Vec<f64> = self.model.terms.iter().flat_map(|term| term.structure.start(START)).collect();
        let objective = Normal { profile: self, slopes: RefCell::default() };
        let minimum = self.snapped(&objective, minimize(&objective, &start, CLOSE)?);
        let at = self.at(&minimum.theta).ok_or_else(|| lost(&minimum.theta))?;
        if minimum.theta == zero {
            return self.fixed(zero);
        }
        let hessian = Some(minimum.point.hessian);
        let (slopes, doubt) = objective.slopes(&minimum.theta)?;
        let Minimum { theta, iterations, decrement, .. } = minimum;
        Ok(Optimum { theta, at, hessian, slopes, iterations, decrement, doubt })
    }

    /// The optimum with standard deviations that are next to zero set to zero, where the likelihood agrees.
    fn snapped(&self, objective: &Normal<'_, '_>, minimum: Minimum) -> Minimum {
        let mut theta = minimum.theta.clone();
        for term in &self.model.terms {
            for place in term.structure.standard_deviations() {
                let t = &mut theta[term.parameters.start + place];
                if t.abs() < NEGLIGIBLE {
                    *t = 0.0;
                }
            }
        }
        if theta == minimum.theta {
            return minimum;
        }
        match objective.point(&theta) {
            Some(point) if point.value <= minimum.point.value + 1e-9 => Minimum { theta, point, ..minimum },
            _ => minimum,
        }
    }

    /// The root of Σ v² = q − tr(H⁻¹)_vv, by halving the interval in ln σ and secants.
    fn search_reml(&self, criterion: FrailtyCriterion) -> Result<Optimum> {
        let excess = |log: f64| -> Option<f64> {
            let theta = [libm::exp(log)];
            let penalty = self.model.penalty(&theta);
            let solved = self.at_penalised(&theta)?;
            let model = &self.model.penalised;
            let inverse = match criterion {
                FrailtyCriterion::RemlDiagonal => model.diagonal_inverse(&solved, &penalty),
                _ => model.full_inverse(&solved, &penalty),
            }?;
            let squares: f64 = solved.at[model.p..].iter().map(|v| v * v).sum();
            Some(squares - model.effects.len() as f64 + inverse.trace)
        };
        // σ from 0.002 to 7.4: outside, hazards are equal, or differ a million times.
        match root(&excess, -6.0, 2.0) {
            Some(log) => self.fixed(vec![libm::exp(log)]),
            None if excess(-6.0).is_some_and(|low| low <= 0.0) => self.fixed(vec![0.0]),
            None => Err(lost(&[libm::exp(2.0)])),
        }
    }

    fn at_penalised(&self, theta: &[f64]) -> Option<crate::likelihood::PenalisedSolution> {
        let mut cold = self.null.solved.at.clone();
        cold.resize(self.model.penalised.p + self.model.penalised.effects.len(), 0.0);
        self.model.penalised.solve(&self.model.penalty(theta), &cold)
    }
}

fn lost(theta: &[f64]) -> Error {
    let last = LastIterate {
        theta: theta.to_vec(),
        gradient: Vec::new(),
        minus_two_log_likelihood: f64::INFINITY,
        iterations: 0,
    };
    Error::not_converged("the penalised likelihood has no maximum for this distribution of the effects", last)
}

/// A root of `f` between two points at which its signs differ (Ridders' method).
pub(super) fn root(f: &impl Fn(f64) -> Option<f64>, low: f64, high: f64) -> Option<f64> {
    let (mut low, mut high) = ((low, f(low)?), (high, f(high)?));
    if low.1 == 0.0 || high.1 == 0.0 {
        return Some(if low.1 == 0.0 { low.0 } else { high.0 });
    }
    if low.1.signum() == high.1.signum() {
        return None;
    }
    let mut last = f64::NAN;
    for _ in 0..60 {
        let middle = 0.5 * (low.0 + high.0);
        let value = f(middle)?;
        let scale = libm::sqrt(value * value - low.1 * high.1);
        if scale == 0.0 || value == 0.0 {
            return Some(middle);
        }
        let sign = (low.1 - high.1).signum();
        let next = middle + (middle - low.0) * sign * value / scale;
        let at = f(next)?;
        if (next - last).abs() < 1e-11 || at == 0.0 {
            return Some(next);
        }
        last = next;
        for point in [(middle, value), (next, at)] {
            if point.0 > low.0 && point.0 < high.0 {
                if point.1.signum() == low.1.signum() { low = point } else { high = point }
            }
        }
        if high.0 - low.0 < 1e-12 {
            return Some(next);
        }
    }
    Some(last)
}

/// −ln L of a gamma frailty in ln θ, with exact derivatives.
struct Gamma<'a, 'b>(&'a Profile<'b>);

impl Gamma<'_, '_> {
    fn evaluate(&self, log: f64) -> Option<(Point, Vec<f64>)> {
        // e^±60: nothing is told apart beyond.
        let theta = (log.abs() < 60.0).then(|| libm::exp(log))?;
        let at = self.0.at(&[libm::sqrt(theta)])?;
        let counts = self.0.counts.as_ref()?;
        Some(gamma::derivatives(self.0.model, counts, theta, &at.solved))
    }
}

impl Objective for Gamma<'_, '_> {
    fn point(&self, log: &[f64]) -> Option<Point> {
        self.evaluate(log[0]).map(|(point, _)| point)
    }
}

/// −ln L of normal effects in θ; derivatives by differences of the fourth order.
struct Normal<'a, 'b> {
    profile: &'a Profile<'b>,
    /// Of the points evaluated: θ, and the slopes along it of β̂ and of the doubt. The last need not be the best.
    slopes: RefCell<Vec<(Vec<f64>, Slopes)>>,
}

/// The slopes of β̂, k vectors of length p, and of the doubt, length k.
type Slopes = (Vec<Vec<f64>>, Vec<f64>);

/// A step of a hundredth leaves 1e-8 of the derivatives by truncation, and 1e-10 by rounding.
const STEP: f64 = 0.01;

impl Normal<'_, '_> {
    /// The slopes at θ, which has been evaluated.
    ///
    /// # Errors
    /// `not_converged`.
    fn slopes(&self, theta: &[f64]) -> Result<Slopes> {
        let known = self.slopes.borrow().iter().find(|(at, _)| at == theta).map(|(_, slopes)| slopes.clone());
        known.ok_or_else(|| lost(theta))
    }
}

impl Objective for Normal<'_, '_> {
    fn point(&self, theta: &[f64]) -> Option<Point> {
        let (k, p) = (theta.len(), self.profile.model.penalised.p);
        if theta.iter().any(|t| t.abs() > 1e3) {
            return None;
        }
        let steps: Vec<f64> = theta.iter().map(|t| STEP * t.abs().max(0.1)).collect();
        let centre = self.profile.at(theta)?;
        let moved = |by: &[(usize, f64)]| {
            let mut moved = theta.to_vec();
            by.iter().for_each(|&(j, steps_of)| moved[j] += steps_of * steps[j]);
            self.profile.at(&moved)
        };
        let mut gradient = DVector::zeros(k);
        let mut hessian = DMatrix::zeros(k, k);
        let (mut slopes, mut doubt) = (Vec::new(), Vec::new());
        for j in 0..k {
            let [a, b, c, d] = [moved(&[(j, -2.0)])?, moved(&[(j, -1.0)])?, moved(&[(j, 1.0)])?, moved(&[(j, 2.0)])?];
            let h = steps[j];
            let slope = |a: f64, b: f64, c: f64, d: f64| (a - 8.0 * b + 8.0 * c - d) / (12.0 * h);
            gradient[j] = -slope(a.value, b.value, c.value, d.value);
            let bend = 16.0 * (b.value + c.value) - a.value - d.value - 30.0 * centre.value;
            hessian[(j, j)] = -bend / (12.0 * h * h);
            let beta = |at: &At, i: usize| at.solved.at[i];
            doubt.push(slope(a.doubt, b.doubt, c.doubt, d.doubt));
            slopes.push((0..p).map(|i| slope(beta(&a, i), beta(&b, i), beta(&c, i), beta(&d, i))).collect());
        }
        for i in 0..k {
            for j in 0..i {
                let corner = |u: f64, v: f64| moved(&[(i, u), (j, v)]).map(|at| at.value);
                let sum = corner(1.0, 1.0)? - corner(1.0, -1.0)? - corner(-1.0, 1.0)? + corner(-1.0, -1.0)?;
                hessian[(i, j)] = -sum / (4.0 * steps[i] * steps[j]);
                hessian[(j, i)] = hessian[(i, j)];
            }
        }
        self.slopes.borrow_mut().push((theta.to_vec(), (slopes, doubt)));
        Some(Point { value: -centre.value, gradient, hessian })
    }
}
