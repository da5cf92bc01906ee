//! Profile-likelihood intervals for functions of the covariance parameters, correct where the estimate or a limit
//! lies on the boundary.
//!
//! The minimiser of −2 log-likelihood + ρ (h − t)² lies on the profile of h at the value h that it attains, whatever t
//! and ρ are: it minimises −2 log-likelihood among all θ with that h. Moving t therefore traces the profile with
//! unconstrained fits, and a t beyond the range of h finds the profile's value on the boundary itself.

use nalgebra::{DMatrix, DVector};

use super::fit::LmmFit;
use super::problem::Problem;
use super::units;
use crate::covariance::{Domain, Side};
use crate::error::{Error, Result};
use crate::inference::{Information, Marginal};
use crate::likelihood::Engine;
use crate::optimize::{Objective, Point, minimize};
use crate::report::Interval;
use crate::special;

/// A function of linear forms in φ.
#[derive(Debug, Clone)]
enum Function {
    /// a'φ, reported as its square root.
    Variance(DVector<f64>),
    /// a'φ / √(b'φ c'φ).
    Correlation(DVector<f64>, DVector<f64>, DVector<f64>),
    /// a'φ / b'φ.
    Share(DVector<f64>, DVector<f64>),
}

impl Function {
    /// h, its gradient and its Hessian at φ.
    fn at(&self, phi: &DVector<f64>) -> (f64, DVector<f64>, DMatrix<f64>) {
        let k = phi.len();
        match self {
            Function::Variance(a) => (a.dot(phi), a.clone(), DMatrix::zeros(k, k)),
            Function::Share(a, b) => {
                let (u, v) = (a.dot(phi), b.dot(phi));
                let gradient = a / v - b * (u / (v * v));
                let cross = a * b.transpose() + b * a.transpose();
                (u / v, gradient, b * b.transpose() * (2.0 * u / (v * v * v)) - cross / (v * v))
            }
            Function::Correlation(a, b, c) => {
                let (u, v, w) = (a.dot(phi), b.dot(phi), c.dot(phi));
                let root = (v * w).sqrt();
                let h = u / root;
                // log-derivatives of (v w)^(−½), and their products.
                let slope = -(b / v + c / w) * 0.5;
                let gradient = a / root + &slope * h;
                let bend = (b * b.transpose() / (v * v) + c * c.transpose() / (w * w)) * 0.5;
                let cross = (a * slope.transpose() + &slope * a.transpose()) / root;
                (h, gradient, cross + (&slope * slope.transpose() + bend) * h)
            }
        }
    }

    /// The range of h.
    fn range(&self) -> (f64, f64) {
        match self {
            Function::Variance(_) => (0.0, f64::INFINITY),
            Function::Correlation(..) => (-1.0, 1.0),
            Function::Share(..) => (0.0, 1.0),
        }
    }

    /// h as it is reported.
    fn reported(&self, h: f64) -> f64 {
        match self {
            Function::Variance(_) => h.max(0.0).sqrt(),
            Function::Correlation(..) => h.clamp(-1.0, 1.0),
            Function::Share(..) => h.clamp(0.0, 1.0),
        }
    }
}

/// −2 log-likelihood + ρ (h − t)².
struct Tilted<'a> {
    problem: Problem<'a>,
    function: &'a Function,
    rho: f64,
    target: f64,
}

impl Objective for Tilted<'_> {
    fn point(&self, theta: &[f64]) -> Option<Point> {
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
        value.is_finite().then_some(Point { value, gradient, hessian })
    }
}

/// A point of the profile: the t that led there, h, the square root of the rise in −2 log-likelihood, and θ.
///
/// h lies a little short of t, by the slope of the profile over 2ρ; the search moves t, in which everything is monotone.
#[derive(Debug, Clone)]
struct OnProfile {
    target: f64,
    h: f64,
    root: f64,
    theta: Vec<f64>,
}

/// The search for one function's limits.
struct Search<'a> {
    problem: Problem<'a>,
    function: &'a Function,
    /// θ at the optimum of the fit.
    optimum: &'a [f64],
    /// −2 log-likelihood there.
    minimum: f64,
    /// The standard error of h from the expected information: the step of the search.
    step: f64,
    /// √ of the χ²₁ quantile.
    cut: f64,
}

/// The stiff penalty costs digits: a distance of 1e-3 standard errors moves the profile by 1e-6.
const CLOSE: f64 = 1e-3;

/// ρ in units of 1/step²: so stiff that h follows t, and not so stiff that rounding shows.
const STIFFNESS: f64 = 1e4;

impl Search<'_> {
    fn profile(&self, target: f64, from: &[f64]) -> Result<OnProfile> {
        let rho = STIFFNESS / (self.step * self.step);
        let tilted = Tilted { problem: self.problem, function: self.function, rho, target };
        // Where the neighbour's θ is a bad place to start, the optimum of the fit is another.
        let theta = minimize(&tilted, from, CLOSE).or_else(|_| minimize(&tilted, self.optimum, CLOSE))?.theta;
        let phi = DVector::from_vec(self.problem.engine.natural(&theta));
        let undefined = || Error::data("undefined_likelihood", "the profile left the range of the likelihood");
        let value = self.problem.value(&theta).ok_or_else(undefined)?;
        Ok(OnProfile { target, h: self.function.at(&phi).0, root: (value - self.minimum).max(0.0).sqrt(), theta })
    }

    /// Both limits as they are reported.
    fn limits(&self, best: &OnProfile) -> Result<(f64, Option<f64>)> {
        let (low, high) = self.function.range();
        let conf_low = self.limit(best, -1.0, low)?.unwrap_or(low);
        let conf_high = self.limit(best, 1.0, high)?;
        Ok((self.function.reported(conf_low), conf_high.map(|h| self.function.reported(h))))
    }

    /// The limit in the direction of `sign`; `None` where the profile does not bound it.
    fn limit(&self, best: &OnProfile, sign: f64, bound: f64) -> Result<Option<f64>> {
        let mut inside = best.clone();
        let mut outside = None;
        for doubling in 0..60 {
            let mut target = inside.target + sign * self.step * libm::exp2(f64::from(doubling));
            let beyond = (target - bound) * sign >= 0.0;
            if beyond {
                // Past the bound the penalty presses h onto it.
                target = bound + sign * self.step;
            }
            let Ok(point) = self.profile(target, &inside.theta) else {
                // Where the likelihood falls without limit (σ → 0) the way is halved until it can be followed.
                let halfway = 0.5 * (inside.target + if beyond { bound } else { target });
                let point = self.profile(halfway, &inside.theta)?;
                if point.root > self.cut {
                    outside = Some(point);
                    break;
                }
                inside = point;
                continue;
            };
            if point.root > self.cut {
                outside = Some(point);
                break;
            }
            if beyond {
                return Ok(Some(bound));
            }
            inside = point;
        }
        outside.map(|outside| self.between(inside, outside)).transpose()
    }

    /// h where the profile crosses the cut between two of its points: false position with the Illinois weight.
    fn between(&self, mut inside: OnProfile, mut outside: OnProfile) -> Result<f64> {
        let (mut low, mut high) = (inside.root - self.cut, outside.root - self.cut);
        let mut last_was_outside = None;
        for _ in 0..200 {
            let width = outside.target - inside.target;
            let point = self.profile(inside.target + width * (low / (low - high)), &inside.theta)?;
            let excess = point.root - self.cut;
            // A root of 1e-9 is 1e-9 of a standard error.
            if excess.abs() < 1e-9 || width.abs() <= 1e-14 * inside.target.abs() {
                return Ok(point.h);
            }
            let is_outside = excess > 0.0;
            let same_side = last_was_outside == Some(is_outside);
            if is_outside {
                (outside, high) = (point, excess);
                low *= if same_side { 0.5 } else { 1.0 };
            } else {
                (inside, low) = (point, excess);
                high *= if same_side { 0.5 } else { 1.0 };
            }
            last_was_outside = Some(is_outside);
        }
        Err(Error::data("profile", "the profile of a covariance parameter has no point at the cut"))
    }
}

/// Profile-likelihood intervals, and the parameters that have none.
#[derive(Debug, Clone)]
pub struct Profiles {
    /// An interval for each parameter whose profile could be followed.
    pub intervals: Vec<Interval>,
    /// The others, with what stood in the way.
    pub without: Vec<(String, Error)>,
}

impl LmmFit {
    /// Profile-likelihood intervals for the standard deviations and correlations of the random effects, the residual
    /// standard deviation (or the correlation of a compound-symmetric residual), and the intraclass correlation of
    /// each random intercept.
    ///
    /// A limit is where −2 log-likelihood has risen by the χ²₁ quantile of `level`, or the boundary of the range
    /// where it has not risen so far there.
    ///
    /// A parameter whose profile cannot be followed is named in the result, with the reason; the others have theirs.
    ///
    /// # Errors
    /// `confidence_level`; `singular_information` when the data do not determine the parameters.
    pub fn variance_components(&self, level: f64) -> Result<Profiles> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::usage("confidence_level", "a confidence level lies between 0 and 1"));
        }
        let cut = special::Normal.upper_quantile(0.5 - 0.5 * level)?;
        let covariance = self.natural_covariance(Information::Expected)?;
        let problem = Problem { engine: &self.engine, criterion: self.criterion };
        let phi = DVector::from_vec(self.engine.natural(&self.theta));
        let mut profiles = Profiles { intervals: Vec::new(), without: Vec::new() };
        for (term, function) in self.functions() {
            let (h, slope, _) = function.at(&phi);
            let step = slope.dot(&(&covariance * &slope)).sqrt();
            if !(h.is_finite() && step.is_finite() && step > 0.0) {
                continue;
            }
            let optimum = &self.theta[..];
            let search = Search { problem, function: &function, optimum, minimum: self.solution.value, step, cut };
            let best = OnProfile { target: h, h, root: 0.0, theta: self.theta.clone() };
            let estimate = function.reported(h);
            match search.limits(&best) {
                Ok((conf_low, conf_high)) => {
                    profiles.intervals.push(Interval { term, estimate, conf_low, conf_high, level });
                }
                Err(error) => profiles.without.push((term, error)),
            }
        }
        Ok(profiles)
    }

    /// The functions of φ that are reported, with their names.
    fn functions(&self) -> Vec<(String, Function)> {
        let engine = &*self.engine;
        let forms = entries(engine);
        let mut functions = Vec::new();
        let mut shares = Vec::new();
        for (index, block) in engine.blocks.iter().enumerate() {
            let q = block.order();
            let form = |i: usize, j: usize| forms[index].get(i * q + j).cloned();
            if block.side == Side::Random {
                let group = &engine.random[index].group.name;
                for i in 0..q {
                    let Some(own) = form(i, i) else { continue };
                    functions.push((format!("sd {} | {group}", block.levels[i]), Function::Variance(own.clone())));
                    for j in 0..i {
                        if let (Some(cross), Some(other), "us") = (form(i, j), form(j, j), block.structure.name()) {
                            let term = format!("cor {}, {} | {group}", block.levels[j], block.levels[i]);
                            functions.push((term, Function::Correlation(cross, other, own.clone())));
                        }
                    }
                }
                if q == 1 && block.levels[0] == "(Intercept)" {
                    shares.extend(form(0, 0).map(|own| (group.clone(), own)));
                }
            } else if block.structure.name() == "iid" && q == 1 {
                functions.extend(form(0, 0).map(|own| ("sd residual".to_owned(), Function::Variance(own))));
            } else if let ("cs", true, Some(cross), Some(own)) = (block.structure.name(), q > 1, form(0, 1), form(0, 0))
            {
                functions.push((format!("cor {}", block.label), Function::Correlation(cross, own.clone(), own)));
            }
        }
        let residual = engine.blocks.last().filter(|block| block.structure.name() == "iid" && block.order() == 1);
        // An intraclass correlation needs one total variance for all rows.
        if residual.is_some() && shares.len() == engine.random.len() {
            let last = forms.last().and_then(|forms| forms.first()).cloned();
            let total = last.map(|residual| shares.iter().fold(residual, |sum, (_, own)| sum + own));
            for (group, own) in &shares {
                functions
                    .extend(total.clone().map(|total| (format!("ICC {group}"), Function::Share(own.clone(), total))));
            }
        }
        functions
    }
}

/// For each block whose matrix is linear in φ, the entries of the matrix in the units of the data as linear forms in
/// the engine's φ; nothing for the others.
fn entries(engine: &Engine) -> Vec<Vec<DVector<f64>>> {
    let k = engine.n_parameters();
    let unit = |a: usize| (0..k).map(|b| f64::from(u8::from(a == b))).collect::<Vec<f64>>();
    let images = |a: usize| {
        let natural = units::to_data(engine, &unit(a));
        engine.blocks.iter().map(|block| block.matrix(&natural)).collect::<Vec<_>>()
    };
    let images: Vec<Vec<Option<DMatrix<f64>>>> = (0..k).map(images).collect();
    let of_block = |(index, block): (usize, &crate::likelihood::Block)| {
        let linear = block.structure.is_linear() && matches!(block.structure.domain(), Domain::Levels(_));
        let q = if linear { block.order() } else { 0 };
        let entry = |a: usize, i: usize, j: usize| images[a][index].as_ref().map_or(0.0, |matrix| matrix[(i, j)]);
        let form = |i: usize, j: usize| DVector::from_fn(k, |a, _| entry(a, i, j));
        (0..q).flat_map(|i| (0..q).map(move |j| (i, j))).map(|(i, j)| form(i, j)).collect()
    };
    engine.blocks.iter().enumerate().map(of_block).collect()
}
