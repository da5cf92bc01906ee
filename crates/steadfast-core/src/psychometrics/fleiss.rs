//! Fleiss' κ of any number of raters.

use serde::Serialize;

use crate::error::{Error, Result};

/// Fleiss' κ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FleissKappa {
    /// κ.
    pub estimate: f64,
    /// Its standard error if κ were 0; it tests that, and makes no interval.
    pub null_std_error: f64,
    /// The subjects.
    pub n: usize,
    /// The ratings of each subject.
    pub raters: usize,
}

/// κ of `counts`: for each subject how many of the raters chose each category, the number of raters being the same for all.
///
/// # Errors
/// `unequal_lengths` when subjects have different numbers of ratings or categories; `too_few_rows`; `no_variation` when only one
/// category is ever chosen.
///
/// # Source
/// Fleiss 1971, Psychological Bulletin 76, 378–382; the standard error by Fleiss, Nee and Landis 1979, Psychological Bulletin 86,
/// 974–977.
pub fn fleiss_kappa(counts: &[Vec<usize>]) -> Result<FleissKappa> {
    let raters: usize = counts.first().map_or(0, |row| row.iter().sum());
    let categories = counts.first().map_or(0, Vec::len);
    if counts.iter().any(|row| row.len() != categories || row.iter().sum::<usize>() != raters) {
        return Err(Error::usage("unequal_lengths", "every subject has the same number of ratings and categories"));
    }
    if counts.is_empty() || raters < 2 {
        return Err(Error::data("too_few_rows", "a subject with two ratings is needed at least"));
    }
    let (n, m) = (counts.len() as f64, raters as f64);
    let pairs = |row: &Vec<usize>| row.iter().map(|&count| (count * count) as f64).sum::<f64>() - m;
    let observed = counts.iter().map(pairs).sum::<f64>() / (n * m * (m - 1.0));
    let share = |j: usize| counts.iter().map(|row| row[j] as f64).sum::<f64>() / (n * m);
    let shares: Vec<f64> = (0..categories).map(share).collect();
    let expected: f64 = shares.iter().map(|p| p * p).sum();
    if shares.iter().any(|share| *share >= 1.0) {
        return Err(Error::data("no_variation", "only one category is ever chosen: κ does not exist"));
    }
    let spread: f64 = shares.iter().map(|p| p * (1.0 - p)).sum();
    let skew: f64 = shares.iter().map(|p| p * (1.0 - p) * (1.0 - 2.0 * p)).sum();
    let variance = 2.0 * (spread * spread - skew) / (n * m * (m - 1.0) * spread * spread);
    Ok(FleissKappa {
        estimate: (observed - expected) / (1.0 - expected),
        null_std_error: libm::sqrt(variance),
        n: counts.len(),
        raters,
    })
}
