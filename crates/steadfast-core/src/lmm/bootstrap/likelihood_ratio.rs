//! The likelihood-ratio test with its reference drawn from the smaller model.

use serde::{Deserialize, Serialize};

use super::over_pieces;
use crate::error::{Error, Result};
use crate::lmm::fit::LmmFit;
use crate::lmm::likelihood_ratio::{LikelihoodRatio, Null, PValue};
use crate::lmm::refit::{Refits, Refitter};
use crate::parallel::Threads;
use crate::special::ChiSquared;

/// A likelihood-ratio test against outcomes drawn from the smaller model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BootstrapLikelihoodRatio {
    /// The test against its asymptotic references.
    pub asymptotic: LikelihoodRatio,
    /// The statistic of each replicate; none where one of the two fits failed.
    pub statistics: Vec<Option<f64>>,
    /// The replicates that failed, with the codes of their errors.
    pub failed: Vec<(u64, String)>,
    /// The number of replicates whose statistic is not below that of the data.
    pub n_extreme: usize,
    /// (n_extreme + 1) / (R + 1), R being the replicates that did not fail.
    pub p_value: f64,
    /// The Monte-Carlo standard error of `p_value`, √(p(1 − p)/R).
    pub std_error: f64,
    /// The p value of χ²_d after the statistic is divided by mean(statistics)/d, Bartlett's correction; none where the
    /// smaller model lies on the boundary.
    pub bartlett: Option<PValue>,
}

/// −2 log-likelihoods are known to about this share of their size; a larger model may be worse by no more.
const ROUNDING: f64 = 1e-9;

impl LmmFit {
    /// The test of `smaller` within this fit, against `n` sets of outcomes drawn from `smaller` with `seed`.
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::Lmm, parallel::Threads};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 6.0, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let fit = |formula: &str| Lmm::new(formula.parse()?).fit(&frame);
    /// let test = fit("y ~ 1 + (1 | g)")?.bootstrap_likelihood_ratio(&fit("y ~ 1")?, 7, 500, Threads::ONE)?;
    /// assert!(test.p_value < test.asymptotic.chi_squared.value);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`LmmFit::likelihood_ratio`] and of [`LmmFit::parametric_bootstrap`]; `no_replicate` where every replicate
    /// failed.
    ///
    /// # Source
    /// Halekoh and Højsgaard 2014, Journal of Statistical Software 59(9), section 5.
    pub fn bootstrap_likelihood_ratio(
        &self,
        smaller: &LmmFit,
        seed: u64,
        n: usize,
        threads: Threads,
    ) -> Result<BootstrapLikelihoodRatio> {
        let asymptotic = self.likelihood_ratio(smaller)?;
        let (draws, small, large) = (smaller.draws(seed)?, Refits::new(smaller)?, Refits::new(self)?);
        let drawn = over_pieces(0..n as u64, threads, |piece| {
            let (mut small, mut large) = (small.worker(Threads::ONE), large.worker(Threads::ONE));
            piece.map(|number| statistic(&mut small, &mut large, &draws.outcome(number))).collect()
        });
        let failed =
            drawn.iter().zip(0..).filter_map(|(one, at)| one.as_ref().err().map(|e| (at, e.code().to_owned())));
        let failed = failed.collect();
        summarised(asymptotic, drawn.into_iter().map(Result::ok).collect(), failed)
    }
}

/// The statistic of one replicate.
fn statistic(small: &mut Refitter<'_>, large: &mut Refitter<'_>, response: &[f64]) -> Result<f64> {
    let (small, large) = (small.solve(response)?.point.value, large.solve(response)?.point.value);
    let statistic = small - large;
    if statistic < -ROUNDING * large.abs().max(1.0) {
        return Err(Error::data("local_optimum", "the larger model has the lower likelihood: not its highest"));
    }
    Ok(statistic.max(0.0))
}

fn summarised(
    asymptotic: LikelihoodRatio,
    statistics: Vec<Option<f64>>,
    failed: Vec<(u64, String)>,
) -> Result<BootstrapLikelihoodRatio> {
    let known: Vec<f64> = statistics.iter().flatten().copied().collect();
    if known.is_empty() {
        return Err(Error::data("no_replicate", "no replicate of the bootstrap has a statistic"));
    }
    let (n, df) = (known.len() as f64, asymptotic.df as f64);
    let n_extreme = known.iter().filter(|value| **value >= asymptotic.statistic).count();
    let p_value = (n_extreme + 1) as f64 / (n + 1.0);
    let factor = known.iter().sum::<f64>() / n / df;
    let bartlett = if asymptotic.null == Null::Interior && factor > 0.0 {
        let reference = format!("chi-squared({}) after Bartlett's correction", asymptotic.df);
        Some(PValue { reference, value: ChiSquared::new(df)?.sf(asymptotic.statistic / factor) })
    } else {
        None
    };
    let std_error = (p_value * (1.0 - p_value) / n).sqrt();
    Ok(BootstrapLikelihoodRatio { asymptotic, statistics, failed, n_extreme, p_value, std_error, bartlett })
}
