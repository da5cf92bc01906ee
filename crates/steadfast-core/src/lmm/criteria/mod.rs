//! Information criteria, with what is counted said by name.
//!
//! With d parameters and n observations: AIC = −2ℓ + 2d, AICc = −2ℓ + 2dn/(n − d − 1), BIC = −2ℓ + d log n. Programs
//! agree on the formulae and not on d and n, so that a BIC is a number only together with its [`Counting`].

mod counting;

pub use counting::{Convention, Counting, Parameters, SampleSize};

use serde::{Deserialize, Serialize};

use super::fit::LmmFit;
use crate::error::{Error, Result};
use crate::likelihood::Criterion;

/// Information criteria (smaller is better) with the counts that made them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InformationCriteria {
    /// −2 log-likelihood (restricted, for REML).
    pub minus_two_log_likelihood: f64,
    /// d, the number of parameters counted.
    pub n_parameters: usize,
    /// n of AICc, as counted.
    pub n_aicc: usize,
    /// n of BIC, CAIC and HQIC.
    pub n_bic: usize,
    /// Akaike's criterion (Akaike 1974).
    pub aic: f64,
    /// AIC corrected for small samples (Hurvich and Tsai 1989), with n of at least d + 2.
    pub aicc: f64,
    /// Schwarz's criterion (Schwarz 1978).
    pub bic: f64,
    /// −2ℓ + d(log n + 1) (Bozdogan 1987).
    pub caic: f64,
    /// −2ℓ + 2d log log n (Hannan and Quinn 1979).
    pub hqic: f64,
}

impl LmmFit {
    /// The information criteria as a program counts ([`Convention`]), or as counted by hand ([`Counting`]).
    ///
    /// Parameters on the boundary count like the others, as in nlme and lme4; SAS leaves them out.
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::{Convention, Lmm}};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 6.0, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let fit = Lmm::new("y ~ 1 + (1 | g)".parse()?).fit(&frame)?;
    /// let (sas, lme4) = (fit.information_criteria(Convention::Sas)?, fit.information_criteria(Convention::Lme4)?);
    /// assert_eq!((sas.n_parameters, sas.n_bic), (2, 3));
    /// assert_eq!((lme4.n_parameters, lme4.n_bic), (3, 6));
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// `sample_size` when n of a criterion is zero.
    pub fn information_criteria(&self, counting: impl Into<Counting>) -> Result<InformationCriteria> {
        Counts::of(self).criteria(counting.into())
    }
}

/// What the criteria count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    pub(super) minus_two_log_likelihood: f64,
    pub(super) criterion: Criterion,
    /// k.
    pub(super) covariance: usize,
    /// p.
    pub(super) fixed: usize,
    pub(super) observations: usize,
    pub(super) clusters: usize,
}

impl Counts {
    fn of(fit: &LmmFit) -> Self {
        Self {
            minus_two_log_likelihood: fit.minus_two_log_likelihood(),
            criterion: fit.criterion,
            covariance: fit.n_covariance_parameters(),
            fixed: fit.beta.len(),
            observations: fit.rows.used,
            clusters: fit.n_clusters(),
        }
    }

    /// As [`LmmFit::information_criteria`].
    pub(super) fn criteria(self, counting: Counting) -> Result<InformationCriteria> {
        let value = self.minus_two_log_likelihood;
        let reml = self.criterion == Criterion::Reml;
        let n_parameters = self.covariance + if counting.counts_fixed(reml) { self.fixed } else { 0 };
        let count = |size: SampleSize| {
            self.count(size).ok_or_else(|| {
                Error::usage("sample_size", "an information criterion needs a sample size of at least 1")
            })
        };
        let (n_aicc, n_bic) = (count(counting.aicc(reml))?, count(counting.bic(reml))?);
        let (d, log_n) = (n_parameters as f64, libm::log(n_bic as f64));
        let corrected = n_aicc.max(n_parameters + 2) as f64;
        Ok(InformationCriteria {
            minus_two_log_likelihood: value,
            n_parameters,
            n_aicc,
            n_bic,
            aic: value + 2.0 * d,
            aicc: value + 2.0 * d * corrected / (corrected - d - 1.0),
            bic: value + d * log_n,
            caic: value + d * (log_n + 1.0),
            hqic: value + 2.0 * d * libm::log(log_n),
        })
    }

    fn count(self, size: SampleSize) -> Option<usize> {
        let count = match size {
            SampleSize::Observations => self.observations,
            SampleSize::ObservationsLessFixed => self.observations - self.fixed,
            SampleSize::Clusters => self.clusters,
            SampleSize::Given(count) => count,
        };
        (count > 0).then_some(count)
    }
}

#[cfg(test)]
mod tests;
