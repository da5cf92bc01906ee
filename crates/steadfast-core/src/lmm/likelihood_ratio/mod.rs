//! The likelihood-ratio test of a smaller model within a larger one, on the boundary too.
//!
//! A variance of zero lies on the boundary of its range, where −2 log Λ is not χ² with as many degrees of freedom as
//! parameters were set: it is smaller, and the ordinary p value too large. Where one dimension of the random effects is
//! added, the reference is the mixture ½χ²_{d−1} + ½χ²_d.

mod compared;
mod digest;
mod nested;
mod null;

pub(super) use compared::{Compared, Digests};
pub use null::Null;

use serde::{Deserialize, Serialize};

use super::fit::LmmFit;
use crate::error::{Error, Result};
use crate::special::ChiSquared;

/// A p value and the reference distribution from which it comes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PValue {
    /// The reference distribution, such as `chi-squared(2)`.
    pub reference: String,
    /// The upper-tail probability of the statistic.
    pub value: f64,
}

/// A likelihood-ratio test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LikelihoodRatio {
    /// −2ℓ of the smaller model less −2ℓ of the larger.
    pub statistic: f64,
    /// d, the parameters that the larger model has more.
    pub df: usize,
    /// The p value of χ²_d.
    pub chi_squared: PValue,
    /// Where the smaller model lies within the larger.
    pub null: Null,
    /// The p value of ½χ²_{d−1} + ½χ²_d; none unless [`Null::OneDimension`].
    pub mixture: Option<PValue>,
}

impl LikelihoodRatio {
    /// The p value whose reference is right for where the smaller model lies. It is too large where
    /// [`Null::Irregular`].
    pub fn p_value(&self) -> &PValue {
        self.mixture.as_ref().unwrap_or(&self.chi_squared)
    }
}

/// −2 log-likelihoods are known to about this share of their size; a larger model may be worse by no more.
const ROUNDING: f64 = 1e-9;

impl LmmFit {
    /// The test of `smaller` within this fit. That its residual structure lies within that of this fit is taken from the
    /// user where the two have different names.
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::{Criterion, Lmm}};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 6.0, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let fit = |formula: &str| Lmm::new(formula.parse()?).criterion(Criterion::Reml).fit(&frame);
    /// let test = fit("y ~ 1 + (1 | g)")?.likelihood_ratio(&fit("y ~ 1")?)?;
    /// assert_eq!(test.p_value().reference, "0.5 chi-squared(0) + 0.5 chi-squared(1)");
    /// assert!((test.p_value().value - 0.5 * test.chi_squared.value).abs() < 1e-15);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// `different_criteria`, `different_rows`, `different_fixed_effects` (under REML), `not_nested`.
    ///
    /// # Source
    /// Stram and Lee 1994, Biometrics 50, 1171, cases 1 to 3; Self and Liang 1987, JASA 82, 605, case 5.
    pub fn likelihood_ratio(&self, smaller: &LmmFit) -> Result<LikelihoodRatio> {
        let spans = || Ok(nested::spans(smaller, self));
        Compared::of(self).likelihood_ratio(&Compared::of(smaller), spans)
    }
}

impl Compared {
    /// Refuses models whose likelihoods are not of the same data.
    ///
    /// # Errors
    /// `different_criteria`, `different_rows`.
    pub(super) fn require_same_outcomes(&self, other: &Compared) -> Result<()> {
        nested::require_same_outcomes(self, other)
    }

    /// As [`LmmFit::likelihood_ratio`]; `spans` tells whether the columns of the smaller model are combinations of those
    /// of this one, and is asked only where they are not the same columns.
    pub(super) fn likelihood_ratio(
        &self,
        smaller: &Compared,
        spans: impl FnOnce() -> Result<bool>,
    ) -> Result<LikelihoodRatio> {
        nested::require_comparable(smaller, self, spans)?;
        let df = self.n_parameters.checked_sub(smaller.n_parameters).filter(|df| *df > 0).ok_or_else(|| {
            Error::usage("not_nested", "the smaller model has as many parameters as the larger, or more")
        })?;
        let null = null::classify(smaller, self)?;
        let (small, large) = (smaller.minus_two_log_likelihood, self.minus_two_log_likelihood);
        let statistic = small - large;
        if statistic < -ROUNDING * large.abs().max(1.0) {
            let message = "the smaller model has the higher likelihood, so that it does not lie within the larger";
            return Err(Error::usage("not_nested", message));
        }
        let statistic = statistic.max(0.0);
        let upper = upper_tail(df, statistic)?;
        let mixture = match null {
            Null::OneDimension => Some(PValue {
                reference: format!("0.5 chi-squared({}) + 0.5 chi-squared({df})", df - 1),
                value: 0.5 * upper_tail(df - 1, statistic)? + 0.5 * upper,
            }),
            Null::Interior | Null::Irregular => None,
        };
        let chi_squared = PValue { reference: format!("chi-squared({df})"), value: upper };
        Ok(LikelihoodRatio { statistic, df, chi_squared, null, mixture })
    }
}

/// P(χ²_df ≥ x); χ²_0 is zero.
fn upper_tail(df: usize, x: f64) -> Result<f64> {
    match df {
        0 => Ok(if x > 0.0 { 0.0 } else { 1.0 }),
        _ => ChiSquared::new(df as f64).map(|distribution| distribution.sf(x)),
    }
}

#[cfg(test)]
mod tests;
