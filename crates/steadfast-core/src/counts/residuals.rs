//! Residuals of counts.

use super::CountFit;
use crate::error::{Error, Result};
use crate::rng::{Purpose, Streams};
use crate::special::Normal;

/// Which residual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CountResidual {
    /// y − E(y).
    Response,
    /// {y − E(y)} / √Var(y), excess zeros being part of both.
    Pearson,
    /// sign(y − μ) √(2w {ln f(y; y) − ln f(y; μ)}): of the Poisson and NB2 without excess zeros.
    Deviance,
    /// The standard normal number at P(Y < y) + ½ P(Y = y).
    MidP,
    /// The standard normal number at a point drawn between P(Y < y) and P(Y ≤ y): normal where the model is right.
    Quantile {
        /// The seed of the draws; each row of the frame has its own stream.
        seed: u64,
    },
}

/// Draws of randomised quantile residuals.
const DRAWS: Purpose = Purpose::new("count quantile residuals");

impl CountFit {
    /// The residuals of the rows used.
    ///
    /// # Errors
    /// `method_does_not_apply` for deviance residuals of other distributions than Poisson and NB2.
    ///
    /// # Source
    /// Pierce and Schafer 1986, JASA 81, 977; Dunn and Smyth 1996, J. Comput. Graph. Stat. 5, 236 (quantile).
    pub fn residuals(&self, kind: CountResidual) -> Result<Vec<f64>> {
        if kind == CountResidual::Deviance && !self.has_working_model() {
            let message = "deviance residuals are those of the Poisson and NB2 without excess zeros";
            return Err(Error::usage("method_does_not_apply", message));
        }
        (0..self.data.n()).map(|row| self.residual(row, kind)).collect()
    }

    /// Σ of the squared residuals of Pearson over weights, and n less the number of coefficients.
    pub fn pearson(&self) -> (f64, f64) {
        let (n, k) = (self.data.n(), self.names.len() + self.gamma.len());
        let square = |row: usize| {
            let (expected, variance) = self.moments(row);
            let difference = self.data.y()[row] - expected;
            self.data.weight[row] * difference * difference / variance
        };
        ((0..n).map(square).sum(), n as f64 - k as f64)
    }

    /// Twice the distance of the log-likelihood from that of a model with a mean for each row, α being as estimated.
    ///
    /// # Errors
    /// As [`CountFit::residuals`] for deviance residuals.
    pub fn deviance(&self) -> Result<f64> {
        Ok(self.residuals(CountResidual::Deviance)?.iter().map(|residual| residual * residual).sum())
    }

    /// E(y) and Var(y) of a row, excess zeros included: (1 − p) μ and (1 − p)(Var + p μ²).
    fn moments(&self, row: usize) -> (f64, f64) {
        let (excess, mean) = self.parts(row);
        let variance = self.distribution.variance(mean, self.solved.best.alpha);
        ((1.0 - excess) * mean, (1.0 - excess) * (variance + excess * mean * mean))
    }

    fn residual(&self, row: usize, kind: CountResidual) -> Result<f64> {
        let y = self.data.y()[row];
        let (expected, variance) = self.moments(row);
        match kind {
            CountResidual::Response => Ok(y - expected),
            CountResidual::Pearson => Ok((y - expected) / variance.sqrt()),
            CountResidual::Deviance => {
                let alpha = self.solved.best.alpha;
                let at = |eta: f64| self.distribution.terms(y, eta, alpha).value;
                let there = if y > 0.0 { at(libm::log(y)) } else { 0.0 };
                let fall = 2.0 * (there - at(libm::log(expected))) * self.data.weight[row];
                Ok(libm::copysign(fall.max(0.0).sqrt(), y - expected))
            }
            CountResidual::MidP => self.normal_at(row, 0.5),
            CountResidual::Quantile { seed } => {
                let own = u64::from(self.data.source[row]);
                self.normal_at(row, Streams::new(seed, DRAWS).stream(0, own).uniform())
            }
        }
    }

    /// The standard normal number `share` of the way from P(Y < y) to P(Y ≤ y).
    fn normal_at(&self, row: usize, share: f64) -> Result<f64> {
        let y = self.data.y()[row];
        let (excess, mean) = self.parts(row);
        let alpha = self.solved.best.alpha;
        let tails = self.distribution.cumulative(y, mean, alpha)?;
        let (low, above_low) = if y > 0.0 {
            let before = self.distribution.cumulative(y - 1.0, mean, alpha)?;
            (excess + (1.0 - excess) * before.lower, (1.0 - excess) * before.upper)
        } else {
            (0.0, 1.0)
        };
        let (high, above_high) = (excess + (1.0 - excess) * tails.lower, (1.0 - excess) * tails.upper);
        let lower = low + share * (high - low);
        // Each tail from itself: one less the other would lose digits.
        let upper = above_high + (1.0 - share) * (above_low - above_high);
        if lower <= 0.5 {
            Normal.quantile(lower.max(f64::MIN_POSITIVE))
        } else {
            Normal.upper_quantile(upper.clamp(f64::MIN_POSITIVE, 0.5))
        }
    }
}
