//! The spread α: whether it is zero, and its interval by the profile likelihood.

use serde::Serialize;

use super::CountFit;
use super::likelihood::{AtSpread, Likelihood};
use crate::error::{Error, Result};
use crate::optimize::minimize;
use crate::report::Interval;
use crate::special::{ChiSquared, Normal};

/// The likelihood ratio test of a parameter at the edge of its range.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BoundaryTest {
    /// What is tested, such as `alpha = 0`.
    pub term: String,
    /// Twice the difference of the log-likelihoods.
    pub statistic: f64,
    /// Its upper tail under ½χ²₀ + ½χ²₁.
    pub p_value: f64,
}

/// As for the optimum: only rounding ever stops the optimiser so far from it.
const CLOSE: f64 = 1e-6;
/// Steps to bracket a limit, each by a factor of four: beyond α = 10⁹ nothing is known.
const BRACKETS: usize = 40;
/// Newton steps in ln α within a bracket, which bisection halves where they leave it.
const STEPS: usize = 100;

impl BoundaryTest {
    /// The test of `statistic`, whose distribution is a mixture in equal parts of 0 and χ²₁.
    ///
    /// # Source
    /// Self and Liang 1987, JASA 82, 605, case 5.
    pub(super) fn new(term: &str, statistic: f64) -> Result<Self> {
        let statistic = statistic.max(0.0);
        let tail = if statistic > 0.0 { 0.5 * ChiSquared::new(1.0)?.sf(statistic) } else { 1.0 };
        Ok(Self { term: term.to_owned(), statistic, p_value: tail })
    }
}

impl CountFit {
    /// The likelihood ratio test that counts are not spread more than the Poisson's, ½χ²₀ + ½χ²₁.
    ///
    /// # Errors
    /// `no_dispersion` for a distribution without α.
    pub fn dispersion_test(&self) -> Result<BoundaryTest> {
        let poisson = self.solved.without_spread.as_ref().ok_or_else(no_dispersion)?;
        let best = self.solved.best.evaluation.log_likelihood;
        BoundaryTest::new("alpha = 0", 2.0 * (best - poisson.evaluation.log_likelihood))
    }

    /// α̂ with its interval of `level`: those α that a likelihood ratio test by χ²₁ does not reject.
    ///
    /// # Errors
    /// `no_dispersion`; `confidence_level`; `not_converged`.
    pub fn dispersion_interval(&self, level: f64) -> Result<Interval> {
        let poisson = self.solved.without_spread.as_ref().ok_or_else(no_dispersion)?;
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::usage("confidence_level", "a confidence level lies between 0 and 1"));
        }
        let best = &self.solved.best;
        let point = Normal.upper_quantile(0.5 - 0.5 * level)?;
        let target = best.evaluation.log_likelihood - 0.5 * point * point;
        let mut profile = Profile { fit: self, theta: [best.beta.as_slice(), &best.gamma].concat(), target };
        let excluded = best.alpha > 0.0 && poisson.evaluation.log_likelihood < target;
        let conf_low = if excluded { profile.limit(best.alpha, 0.25)?.unwrap_or(0.0) } else { 0.0 };
        profile.theta = [best.beta.as_slice(), &best.gamma].concat();
        let start = if best.alpha > 0.0 { best.alpha } else { 1e-4 };
        let conf_high = profile.limit(start, 4.0)?;
        Ok(Interval { term: "alpha".to_owned(), estimate: best.alpha, conf_low, conf_high, level })
    }
}

pub(super) fn no_dispersion() -> Error {
    Error::usage("no_dispersion", "the Poisson distribution has no α: nb1 and nb2 have")
}

/// The log-likelihood maximised over the coefficients at each α, less what an interval allows.
struct Profile<'a> {
    fit: &'a CountFit,
    /// Coefficients to start from: those of the last α within the interval.
    theta: Vec<f64>,
    target: f64,
}

impl Profile<'_> {
    /// The height above the target at α = eᵗ, and its slope in t: that of the likelihood itself, since coefficients are optimal.
    fn at(&mut self, t: f64) -> Result<(f64, f64)> {
        let (cells, alpha) = (&self.fit.cells, libm::exp(t));
        let plain = (self.theta.len() == cells.p && cells.q > 0).then(|| cells.without_zero());
        let likelihood = Likelihood { cells: plain.as_ref().unwrap_or(cells), distribution: self.fit.distribution };
        let minimum = minimize(&AtSpread { likelihood, alpha }, &self.theta, CLOSE)?;
        let undefined = || Error::data("undefined_likelihood", "the likelihood is not a number on the profile of α");
        let found = likelihood.evaluate(&minimum.theta, alpha).ok_or_else(undefined)?;
        // Beyond the limit excess zeros may have vanished, where the likelihood is too flat to lead back from.
        if found.log_likelihood >= self.target {
            self.theta = minimum.theta;
        }
        Ok((found.log_likelihood - self.target, alpha * found.gradient[found.gradient.len() - 1]))
    }

    /// The α on the side of `factor` from `start` where the profile meets the target; none where it never does.
    fn limit(&mut self, start: f64, factor: f64) -> Result<Option<f64>> {
        let (mut inside, step) = (libm::log(start), libm::log(factor));
        let mut outside = None;
        for _ in 0..BRACKETS {
            let next = inside + step;
            if self.at(next)?.0 < 0.0 {
                outside = Some(next);
                break;
            }
            inside = next;
        }
        let Some(mut outside) = outside else { return Ok(None) };
        let mut t = 0.5 * (inside + outside);
        for _ in 0..STEPS {
            let (height, slope) = self.at(t)?;
            if height >= 0.0 {
                inside = t;
            } else {
                outside = t;
            }
            let newton = t - height / slope;
            let within = newton > inside.min(outside) && newton < inside.max(outside);
            let next = if within { newton } else { 0.5 * (inside + outside) };
            if (next - t).abs() <= 1e-12 * (1.0 + t.abs()) {
                return Ok(Some(libm::exp(next)));
            }
            t = next;
        }
        Ok(Some(libm::exp(t)))
    }
}
