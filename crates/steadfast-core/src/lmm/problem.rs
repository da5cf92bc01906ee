//! The optimisation problem of a mixed model: −2 log-likelihood as a function of θ.

use nalgebra::{DMatrix, DVector};

use crate::covariance::Side;
use crate::error::{Error, Result};
use crate::inference::eigen;
use crate::likelihood::Criterion;
use crate::likelihood::{Engine, Hessian};
use crate::optimize::{Minimum, Objective, Point, minimize};

/// −2 log-likelihood of `engine` under `criterion`.
#[derive(Clone, Copy)]
pub(super) struct Problem<'a> {
    pub(super) engine: &'a Engine,
    pub(super) criterion: Criterion,
}

/// A distance of 1e-6 standard errors from the optimum leaves twelve digits of the deviance and six of the estimates'
/// standard errors untouched; only rounding ever stops the optimiser so early.
const CLOSE: f64 = 1e-6;

/// Residual variances below this share of the outcome's are the rounding of an exact fit: residuals are known to about
/// 1e-16, and their squares to 1e-32.
const EXACT_FIT: f64 = 1e-22;

/// The same where squares of residuals are differences of moments, which are known to about 1e-16 of the outcome's.
const EXACT_FIT_OF_MOMENTS: f64 = 1e-13;

impl Objective for Problem<'_> {
    fn point(&self, theta: &[f64]) -> Option<Point> {
        self.with(theta, if self.approximates() || !self.engine.is_light() { Hessian::Leading } else { Hessian::Exact })
    }

    fn exact(&self, theta: &[f64]) -> Option<Point> {
        self.with(theta, if self.engine.is_light() { Hessian::Exact } else { Hessian::Leading })
    }

    fn is_costly(&self) -> bool {
        !self.engine.is_light()
    }

    fn approximates(&self) -> bool {
        let sparse = self.engine.sparse_cost().is_some();
        self.engine.is_light() && (sparse || self.engine.n_rows > MANY_ROWS * self.engine.p())
    }
}

/// From this many rows a fixed effect on, what the fixed effects take from the information about φ is below a hundredth
/// of it: iterations that leave it out gain two digits each, at a small part of the cost.
const MANY_ROWS: usize = 100;

impl Problem<'_> {
    /// The deviance at θ with its derivatives in θ.
    pub(super) fn with(&self, theta: &[f64], which: Hessian) -> Option<Point> {
        let natural = self.engine.natural(theta);
        let in_natural = self.engine.derivatives(&natural, self.criterion, which)?;
        let jacobian = self.engine.jacobian(theta);
        let curvature = self.engine.curvature(theta, in_natural.gradient.as_slice());
        let gradient = jacobian.transpose() * &in_natural.gradient;
        let hessian: DMatrix<f64> = jacobian.transpose() * &in_natural.hessian * &jacobian + curvature;
        let hessian = 0.5 * (&hessian + hessian.transpose());
        Some(Point { value: in_natural.value, gradient, hessian })
    }

    /// −2 log-likelihood at θ.
    pub(super) fn value(&self, theta: &[f64]) -> Option<f64> {
        self.engine.solve(&self.engine.natural(theta), self.criterion).map(|solution| solution.value)
    }

    /// The optimum, with exact zeros on the boundary.
    ///
    /// # Errors
    /// `unidentified` when the data cannot tell covariance parameters apart, `perfect_fit`, `not_converged`.
    pub(super) fn solve(&self) -> Result<Minimum> {
        self.solve_from(&self.engine.start())
    }

    /// The optimum that is reached from `start`.
    ///
    /// # Errors
    /// As [`Problem::solve`].
    pub(super) fn solve_from(&self, start: &[f64]) -> Result<Minimum> {
        match minimize(self, start, CLOSE) {
            Ok(minimum) => {
                if flat(&minimum.point.hessian)? {
                    self.check_identified(&self.engine.start())?;
                }
                self.exact_fit(&minimum.theta).map_or_else(|| Ok(self.snap(minimum)), Err)
            }
            Err(error) => {
                self.check_identified(&self.engine.start())?;
                Err(error.last_iterate().and_then(|last| self.exact_fit(&last.theta)).unwrap_or(error))
            }
        }
    }

    /// The error when a residual variance at θ is the rounding of zero.
    fn exact_fit(&self, theta: &[f64]) -> Option<Error> {
        let natural = self.engine.natural(theta);
        let residual = self.engine.blocks.iter().filter(|block| block.side == Side::Residual);
        let exact = if self.engine.sparse_cost().is_some() { EXACT_FIT_OF_MOMENTS } else { EXACT_FIT };
        for block in residual {
            if let Some(at) = block.variances(&natural).iter().position(|variance| *variance < exact) {
                let what = match (self.engine.random.is_empty(), block.levels.get(at)) {
                    (true, Some(level)) if block.levels.len() > 1 => format!("at `{level}` the fixed effects"),
                    (true, _) => "the fixed effects".to_owned(),
                    (false, _) => "the random effects".to_owned(),
                };
                let message = format!("{what} fit the outcome exactly: no residual variance is left");
                return Some(Error::data("perfect_fit", message));
            }
        }
        None
    }

    /// Refuses parameters whose information is singular wherever one looks.
    fn check_identified(&self, theta: &[f64]) -> Result<()> {
        if self.engine.too_many_effects().is_some() {
            return Ok(());
        }
        let natural = self.engine.natural(theta);
        let solution = self.engine.solve(&natural, self.criterion);
        let Some(solution) = solution else {
            return Err(Error::data("undefined_likelihood", "the likelihood is not defined at the starting values"));
        };
        // Measured by what the rows would tell if β were known: what the fixed effects take away completely is then
        // the rounding of zero, and not a small number scaled up to one.
        let information = self.engine.expected(&natural, &solution, self.criterion == Criterion::Reml);
        let whole = self.engine.information_given_beta(&natural, &solution);
        let (Some(information), Some(whole)) = (information, whole) else { return Ok(()) };
        let k = information.nrows();
        let root = DVector::from_fn(k, |a, _| whole[(a, a)].max(0.0).sqrt());
        let lost = (0..k).find(|a| root[*a] == 0.0);
        let scaled = DMatrix::from_fn(k, k, |a, b| information[(a, b)] / (root[a] * root[b]));
        let direction = match lost {
            Some(a) => Some(DVector::from_fn(k, |b, _| f64::from(u8::from(a == b)))),
            None => {
                let eigen = eigen(scaled)?;
                // Rounding leaves about k·1e-16; a design that identifies its parameters at all stays far above.
                let least = eigen.eigenvalues.imin();
                (eigen.eigenvalues[least] < 1e-11).then(|| eigen.eigenvectors.column(least).into_owned())
            }
        };
        direction.map_or(Ok(()), |direction| Err(self.unidentified(&direction)))
    }

    fn unidentified(&self, direction: &DVector<f64>) -> Error {
        let involved =
            self.engine.blocks.iter().filter(|block| block.of(direction.as_slice()).iter().any(|v| v.abs() > 1e-3));
        let labels: Vec<String> = involved.map(|block| format!("`{}`", block.label)).collect();
        let message = match &labels[..] {
            [one] => format!(
                "the data do not determine the parameters of {one}: too few groups, effects that the fixed effects \
                 take up, or visits that are never seen together"
            ),
            several => format!(
                "the data cannot tell the covariance parameters of {} apart: one contains the other, or its groups \
                 have one row each",
                several.join(" and ")
            ),
        };
        Error::data("unidentified", message)
    }

    /// Sets standard deviations that are zero but for rounding to zero, where the deviance agrees.
    fn snap(&self, minimum: Minimum) -> Minimum {
        let mut theta = minimum.theta.clone();
        for block in self.engine.blocks.iter().filter(|block| block.side == Side::Random) {
            for place in block.structure.standard_deviations() {
                let t = &mut theta[block.offset + place];
                if t.abs() < NEGLIGIBLE {
                    *t = 0.0;
                }
            }
        }
        if theta == minimum.theta {
            return minimum;
        }
        match self.exact(&theta) {
            Some(point) if point.value <= minimum.point.value + 1e-9 => {
                Minimum { theta, point, evaluations: minimum.evaluations + 1, ..minimum }
            }
            _ => minimum,
        }
    }
}

/// Whether a Hessian (scaled to a unit diagonal) has a direction in which next to nothing is known.
fn flat(hessian: &DMatrix<f64>) -> Result<bool> {
    let root = hessian.diagonal().map(|v| if v > 0.0 { v.sqrt() } else { 1.0 });
    let scaled = DMatrix::from_fn(root.len(), root.len(), |a, b| hessian[(a, b)] / (root[a] * root[b]));
    // A direction that the data leave free shows as rounding, 1e-16 of the rest; these are far above it, since whoever
    // is suspected in vain only costs another evaluation.
    let largest = hessian.diagonal().max();
    Ok(hessian.diagonal().iter().any(|v| *v <= 1e-7 * largest) || eigen(scaled)?.eigenvalues.min() < 1e-7)
}

/// θ of the random effects is in standard deviations of the outcome: a deviance that is flat to 1e-16 in the variance
/// leaves 1e-8 in the standard deviation, and Newton's method stops a little before.
const NEGLIGIBLE: f64 = 1e-4;
