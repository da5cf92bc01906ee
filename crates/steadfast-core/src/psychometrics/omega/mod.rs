//! McDonald's ω: the reliability of a sum under one common factor.

mod bootstrap;
mod one_factor;

use serde::Serialize;

use super::{Ratings, tail};
use crate::error::{Error, Result};
use crate::parallel::Threads;
use bootstrap::Moments;
use one_factor::OneFactor;

/// The replicates of the bootstrap where nobody asks for another number.
pub const DEFAULT_REPLICATES: u32 = 1_000;

/// How the interval of ω is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OmegaOptions {
    /// The confidence level.
    pub level: f64,
    /// The number of replicates; without any there is no interval.
    pub replicates: u32,
    /// The seed of their streams.
    pub seed: u64,
    /// How many threads may work; the numbers do not depend on it.
    pub threads: Threads,
}

impl Default for OmegaOptions {
    fn default() -> Self {
        Self { level: 0.95, replicates: DEFAULT_REPLICATES, seed: 0, threads: Threads::ONE }
    }
}

/// ω with its factor model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Omega {
    /// ω.
    pub estimate: f64,
    /// The lower limit; `None` without replicates, or when more than one in twenty of them has no factor model.
    pub conf_low: Option<f64>,
    /// The upper limit.
    pub conf_high: Option<f64>,
    /// The confidence level.
    pub level: f64,
    /// The loadings, in units of the items.
    pub loadings: Vec<f64>,
    /// The unique variances.
    pub unique: Vec<f64>,
    /// Whether a unique variance is zero (a Heywood case): the factor is that item, and ω says little.
    pub boundary: bool,
    /// The rows that it is of.
    pub n: usize,
    /// The replicates.
    pub replicates: u32,
    /// Those of them that have no factor model.
    pub n_failed: u32,
}

/// ω = (Σλ)²/((Σλ)² + Σψ) with loadings λ and unique variances ψ of one factor by maximum likelihood, and limits that are
/// percentiles of a bootstrap of whole clusters.
///
/// `clusters` says to which cluster (a family, a child seen several times) each row of `items` belongs; without it every row is a
/// cluster of its own. Items of three or five answers are far from normal, so that the information matrix of the factor model would
/// give too short an interval: the bootstrap supposes nothing about their distribution.
///
/// # Errors
/// `too_few_items` for fewer than three items; `constant_item`; `unequal_lengths`; `no_factor` when the likelihood has no maximum that
/// can be found, as with items that say the same; `level`.
///
/// # Source
/// McDonald 1999, Test Theory, eq. 6.20; the interval as Kelley and Pornprasertmanit 2016, Psychological Methods 21, 69–92, with
/// percentiles.
pub fn mcdonald_omega(items: &Ratings, clusters: Option<&[u32]>, options: &OmegaOptions) -> Result<Omega> {
    let tail = tail(options.level)?;
    if items.k() < 3 {
        return Err(Error::data("too_few_items", "one factor needs three items at least"));
    }
    let moments = Moments::of(items, clusters)?;
    let covariance = moments.covariance();
    if let Some(item) = (0..items.k()).find(|&j| covariance[j * items.k() + j] <= 0.0) {
        return Err(Error::data("constant_item", format!("item {} of the scale does not vary", item + 1)));
    }
    let fit = OneFactor::fit(&covariance, items.k()).ok_or_else(|| {
        Error::data("no_factor", "the items have no one-factor model by maximum likelihood; some may say the same")
    })?;
    let found = moments.replicates(options);
    let n_failed = (options.replicates as usize - found.len()) as u32;
    // Percentiles of the replicates that worked would be of other samples than the data stand for.
    let is_enough = options.replicates > 1 && n_failed * 20 <= options.replicates;
    let limit = |p: f64| is_enough.then(|| bootstrap::percentile(&found, p));
    Ok(Omega {
        estimate: fit.omega(),
        conf_low: limit(tail),
        conf_high: limit(1.0 - tail),
        level: options.level,
        boundary: fit.is_on_boundary(),
        loadings: fit.loadings,
        unique: fit.unique,
        n: items.n(),
        replicates: options.replicates,
        n_failed,
    })
}
