//! A trust-region Newton method that solves its subproblem exactly and leaves saddle points.
//!
//! The subproblem min g's + ½ s'Hs, ‖s‖ ≤ Δ is solved in the eigenbasis of H (Moré and Sorensen 1983); with a few
//! dozen parameters the decomposition costs nothing beside an evaluation.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use crate::error::{Error, LastIterate, Result};

/// The value and derivatives of an objective at one point.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    pub(crate) value: f64,
    pub(crate) gradient: DVector<f64>,
    pub(crate) hessian: DMatrix<f64>,
}

/// A smooth function to be minimised; `None` where it is not defined.
pub(crate) trait Objective {
    /// The value, the exact gradient, and a Hessian that is good enough to iterate with.
    fn point(&self, theta: &[f64]) -> Option<Point>;
    /// The same with the exact Hessian.
    fn exact(&self, theta: &[f64]) -> Option<Point> {
        self.point(theta)
    }
    /// Whether [`Objective::point`] leaves something out of the Hessian.
    fn approximates(&self) -> bool {
        false
    }
    /// Whether an evaluation takes so long that digits beyond those of the estimates' use are not worth one.
    fn is_costly(&self) -> bool {
        false
    }
}

/// A minimum, with the derivatives there.
#[derive(Debug, Clone)]
pub(crate) struct Minimum {
    pub(crate) theta: Vec<f64>,
    pub(crate) point: Point,
    pub(crate) iterations: usize,
    pub(crate) evaluations: usize,
    /// √(g'H⁻¹g / 2) over the directions in which H is not flat.
    pub(crate) decrement: f64,
    pub(crate) smallest_eigenvalue: f64,
}

/// Far more than a well-posed problem needs (published runs need 1–8), and few enough to end in time.
const MAX_ITERATIONS: usize = 200;
/// A distance to the optimum of 1e-9 standard errors leaves ten digits in every estimate, and the last step squares it.
const TOLERANCE: f64 = 1e-9;
/// The same where an evaluation is costly: eight digits of a standard error, and the deviance to all its digits.
const COSTLY_TOLERANCE: f64 = 1e-8;
/// Closer than this no step is worth its evaluation: estimates have all the digits that the deviance has.
const POLISHED: f64 = 1e-12;
/// Eigenvalues below this share of the largest are flat or negative only by rounding.
const FLAT: f64 = 1e-12;
/// The slope along a flat direction, as a share of the largest eigenvalue, up to which it is rounding. Parameters are
/// of order one, so that a slope without curvature above this leads far away.
const LEVEL: f64 = 1e-9;

struct Spectrum {
    values: DVector<f64>,
    vectors: DMatrix<f64>,
    /// The gradient in the eigenbasis.
    gradient: DVector<f64>,
}

impl Spectrum {
    fn of(point: &Point) -> Option<Self> {
        let eigen = SymmetricEigen::try_new(point.hessian.clone(), f64::EPSILON, 10_000)?;
        let gradient = eigen.eigenvectors.transpose() * &point.gradient;
        Some(Self { values: eigen.eigenvalues, vectors: eigen.eigenvectors, gradient })
    }

    fn scale(&self) -> f64 {
        self.values.iter().fold(f64::MIN_POSITIVE, |max, v| max.max(v.abs()))
    }

    fn smallest(&self) -> f64 {
        self.values.iter().fold(f64::INFINITY, |min, v| min.min(*v))
    }

    /// Whether the objective bends down in some direction, beyond rounding.
    fn is_saddle(&self) -> bool {
        self.smallest() < -1e-8 * self.scale()
    }

    fn decrement(&self) -> f64 {
        let floor = FLAT * self.scale();
        let square = self
            .values
            .iter()
            .zip(self.gradient.iter())
            .fold(0.0, |sum, (lambda, g)| if lambda.abs() > floor { sum + g * g / lambda.abs() } else { sum });
        (0.5 * square).sqrt()
    }

    /// The minimiser of the quadratic model within `radius`, and the reduction that the model promises.
    fn step(&self, radius: f64) -> (DVector<f64>, f64) {
        let floor = FLAT * self.scale();
        let shifted = |mu: f64| {
            self.gradient.zip_map(&self.values, |g, lambda| {
                let curvature = lambda + mu;
                let level = curvature <= floor && g.abs() <= LEVEL * self.scale();
                if level { 0.0 } else { -g / curvature.max(floor) }
            })
        };
        let lowest = (-self.smallest()).max(0.0);
        let convex = self.smallest() > -floor;
        let mut step = shifted(if convex { 0.0 } else { lowest });
        if step.norm() > radius {
            let (mut low, mut high) = (lowest, lowest + self.gradient.norm() / radius + floor);
            for _ in 0..200 {
                let middle = 0.5 * (low + high);
                step = shifted(middle);
                if step.norm() > radius {
                    low = middle;
                } else {
                    high = middle;
                }
                if (high - low) <= 1e-3 * high && step.norm() <= radius {
                    break;
                }
            }
        } else if !convex {
            // The hard case: move along the direction of most negative curvature to the edge of the region.
            let worst = self.values.imin();
            let rest = (radius * radius - step.norm_squared()).max(0.0).sqrt();
            step[worst] += if self.gradient[worst] > 0.0 { -rest } else { rest };
        }
        let model = self.gradient.dot(&step) + 0.5 * step.zip_map(&self.values, |s, lambda| lambda * s * s).sum();
        (&self.vectors * step, -model)
    }
}

/// Where a descent stands.
struct Descent<'a> {
    objective: &'a dyn Objective,
    theta: Vec<f64>,
    point: Point,
    radius: f64,
    iterations: usize,
    evaluations: usize,
    /// Whether the Hessian in use leaves something out.
    approximate: bool,
}

/// What an attempted step came to.
enum Progress {
    /// A better point, or a smaller region to look for one.
    Going,
    /// No better point can be told from this one by its deviance or its gradient.
    Stuck,
}

/// The minimum of `objective` from `start`. Where rounding forbids a better point, one within `close` of the optimum
/// (in standard errors of the parameters) is taken for it.
///
/// # Errors
/// `not_converged`, with the last iterate.
pub(crate) fn minimize(objective: &dyn Objective, start: &[f64], close: f64) -> Result<Minimum> {
    let theta = start.to_vec();
    let Some(point) = objective.point(&theta) else {
        return Err(failure("the deviance is not defined at the starting values", &theta, None, 0));
    };
    let approximate = objective.approximates();
    let tolerance = if objective.is_costly() { COSTLY_TOLERANCE } else { TOLERANCE };
    let mut descent = Descent { objective, theta, point, radius: 1.0, iterations: 0, evaluations: 1, approximate };
    let mut pace = Pace::default();
    while descent.iterations < MAX_ITERATIONS {
        let Some(spectrum) = Spectrum::of(&descent.point) else {
            return Err(descent.failed("the Hessian has no eigenvalues"));
        };
        let (decrement, saddle) = (spectrum.decrement(), spectrum.is_saddle());
        if decrement < tolerance && !saddle {
            if objective.is_costly() {
                return Ok(descent.finish((decrement, spectrum.smallest())));
            }
            if !descent.approximate {
                return Ok(descent.polish(&spectrum));
            }
            descent.settle(&spectrum);
            continue;
        }
        if descent.approximate && pace.is_slow(decrement) {
            descent.make_exact();
            continue;
        }
        match descent.advance(&spectrum) {
            Progress::Going => descent.iterations += 1,
            Progress::Stuck if descent.approximate => descent.make_exact(),
            Progress::Stuck if decrement < close && !saddle => return Ok(descent.polish(&spectrum)),
            Progress::Stuck => return Err(descent.failed("no step brings the deviance down or the gradient to zero")),
        }
    }
    Err(descent.failed("too many iterations"))
}

/// How fast the distance to the optimum shrinks.
#[derive(Default)]
struct Pace {
    last: Option<f64>,
    slow: usize,
}

impl Pace {
    /// Whether two steps in a row did not bring the optimum five times nearer: what an approximate Hessian leaves out
    /// then matters.
    fn is_slow(&mut self, decrement: f64) -> bool {
        let slow = self.last.is_some_and(|last| decrement > 0.2 * last);
        self.slow = if slow { self.slow + 1 } else { 0 };
        self.last = Some(decrement);
        self.slow >= 2
    }
}

impl Descent<'_> {
    fn candidate(&self, step: &DVector<f64>) -> Vec<f64> {
        self.theta.iter().zip(step.iter()).map(|(t, s)| t + s).collect()
    }

    fn evaluate(&mut self, theta: &[f64]) -> Option<Point> {
        self.evaluations += 1;
        if self.approximate { self.objective.point(theta) } else { self.objective.exact(theta) }
    }

    /// Goes on with the exact Hessian.
    fn make_exact(&mut self) {
        self.approximate = false;
        if let Some(point) = self.evaluate(&self.theta.clone()) {
            self.point = point;
        }
    }

    /// One more step with the approximate Hessian, to where the exact one is looked at.
    fn settle(&mut self, spectrum: &Spectrum) {
        let (step, _) = spectrum.step(1.0);
        let (candidate, start) = (self.candidate(&step), self.theta.clone());
        self.theta = candidate;
        self.make_exact();
        let better = Spectrum::of(&self.point).is_some_and(|there| there.decrement() < TOLERANCE);
        if !better {
            self.theta = start;
            self.make_exact();
        }
    }

    /// Tries the step of the model, and learns from it how far the model can be trusted.
    fn advance(&mut self, spectrum: &Spectrum) -> Progress {
        let (step, promised) = spectrum.step(self.radius);
        let candidate = self.candidate(&step);
        let next = self.evaluate(&candidate);
        // Below this reduction the difference of two deviances is rounding: the gradient decides instead.
        if promised <= 1e-10 * (1.0 + self.point.value.abs()) {
            let closer = |next: &Point| {
                Spectrum::of(next).is_some_and(|s| spectrum.is_saddle() || s.decrement() < spectrum.decrement())
            };
            return match next.filter(closer) {
                Some(next) => self.move_to(candidate, next),
                None => Progress::Stuck,
            };
        }
        let ratio = next.as_ref().map_or(-1.0, |next| (self.point.value - next.value) / promised);
        if ratio < 0.25 || ratio.is_nan() {
            self.radius = 0.25 * step.norm();
        } else if ratio > 0.75 && step.norm() > 0.8 * self.radius {
            self.radius *= 2.0;
        }
        match next {
            Some(next) if ratio > 1e-4 => self.move_to(candidate, next),
            _ if self.radius < 1e-14 => Progress::Stuck,
            _ => Progress::Going,
        }
    }

    fn move_to(&mut self, theta: Vec<f64>, point: Point) -> Progress {
        self.theta = theta;
        self.point = point;
        Progress::Going
    }

    /// The minimum, after one more Newton step that is kept when it brings the gradient closer to zero.
    fn polish(mut self, spectrum: &Spectrum) -> Minimum {
        let (step, _) = spectrum.step(1.0);
        let candidate = self.candidate(&step);
        let mut found = (spectrum.decrement(), spectrum.smallest());
        if found.0 > POLISHED
            && let Some(next) = self.evaluate(&candidate)
            && let Some(there) = Spectrum::of(&next).filter(|there| there.decrement() < found.0)
        {
            found = (there.decrement(), there.smallest());
            self.move_to(candidate, next);
        }
        self.finish(found)
    }

    /// The minimum, with its decrement and its smallest eigenvalue.
    fn finish(self, (decrement, smallest_eigenvalue): (f64, f64)) -> Minimum {
        let Self { theta, point, iterations, evaluations, .. } = self;
        Minimum { theta, point, iterations, evaluations, decrement, smallest_eigenvalue }
    }

    fn failed(&self, reason: &str) -> Error {
        failure(reason, &self.theta, Some(&self.point), self.iterations)
    }
}

fn failure(reason: &str, theta: &[f64], point: Option<&Point>, iterations: usize) -> Error {
    let last = LastIterate {
        theta: theta.to_vec(),
        gradient: point.map_or_else(Vec::new, |p| p.gradient.iter().copied().collect()),
        minus_two_log_likelihood: point.map_or(f64::INFINITY, |p| p.value),
        iterations,
    };
    Error::not_converged(reason, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Rosenbrock;
    impl Objective for Rosenbrock {
        fn point(&self, t: &[f64]) -> Option<Point> {
            let (x, y) = (t[0], t[1]);
            let gradient = DVector::from_vec(vec![-400.0 * x * (y - x * x) - 2.0 * (1.0 - x), 200.0 * (y - x * x)]);
            let hessian =
                DMatrix::from_row_slice(2, 2, &[1200.0 * x * x - 400.0 * y + 2.0, -400.0 * x, -400.0 * x, 200.0]);
            let value = 100.0 * (y - x * x).powi(2) + (1.0 - x).powi(2);
            Some(Point { value, gradient, hessian })
        }
    }

    /// x² + (y² − 1)²/4 has a saddle at the origin, where the gradient vanishes.
    struct Saddle;
    impl Objective for Saddle {
        fn point(&self, t: &[f64]) -> Option<Point> {
            let gradient = DVector::from_vec(vec![2.0 * t[0], t[1] * (t[1] * t[1] - 1.0)]);
            let hessian = DMatrix::from_row_slice(2, 2, &[2.0, 0.0, 0.0, 3.0 * t[1] * t[1] - 1.0]);
            let value = 0.25 * (t[1] * t[1] - 1.0).powi(2) + t[0] * t[0];
            Some(Point { value, gradient, hessian })
        }
    }

    #[test]
    fn a_curved_valley_is_followed_to_its_end() {
        let minimum = minimize(&Rosenbrock, &[-1.2, 1.0], 1e-6).unwrap();
        assert!(minimum.theta.iter().all(|t| (t - 1.0).abs() < 1e-12), "{:?}", minimum.theta);
    }

    #[test]
    fn a_saddle_point_is_left_even_from_its_exact_centre() {
        let minimum = minimize(&Saddle, &[0.0, 0.0], 1e-6).unwrap();
        assert!((minimum.theta[1].abs() - 1.0).abs() < 1e-12, "{:?}", minimum.theta);
    }
}
