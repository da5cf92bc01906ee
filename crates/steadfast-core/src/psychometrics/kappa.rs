//! Cohen's κ of two raters.

use serde::Serialize;

use super::tail;
use crate::error::{Error, Result};
use crate::special::Normal;

/// How much a disagreement counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighting {
    /// Every disagreement alike: κ.
    Unweighted,
    /// By the distance of the categories.
    Linear,
    /// By the square of the distance.
    Quadratic,
}

impl Weighting {
    /// How much of an agreement it is that one rater chose `i` and the other `j` of `categories`.
    fn agreement(self, i: usize, j: usize, categories: usize) -> f64 {
        let distance = i.abs_diff(j) as f64 / (categories - 1) as f64;
        match self {
            Self::Unweighted => f64::from(u8::from(i == j)),
            Self::Linear => 1.0 - distance,
            Self::Quadratic => 1.0 - distance * distance,
        }
    }
}

/// κ with its large-sample standard error and limits by the normal distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Kappa {
    /// κ.
    pub estimate: f64,
    /// Its standard error, which does not suppose that κ is 0.
    pub std_error: f64,
    /// The lower limit.
    pub conf_low: f64,
    /// The upper limit.
    pub conf_high: f64,
    /// The confidence level.
    pub level: f64,
    /// The weighted proportion on which the raters agree.
    pub observed: f64,
    /// The same by chance, given how often each rater uses each category.
    pub expected: f64,
    /// The subjects that both rated.
    pub n: usize,
    /// The subjects that one or both did not rate.
    pub n_incomplete: usize,
}

/// κ = (p_o − p_e)/(1 − p_e) of the categories that two raters gave, `None` where one gave none. With `weighting`, categories are
/// 0 to `categories` − 1 in their order.
///
/// # Errors
/// `unknown_category`, `too_few_rows`, `no_variation` when both raters use one and the same category, `level`.
///
/// # Source
/// Cohen 1968, Psychological Bulletin 70, 213–220; Fleiss, Cohen and Everitt 1969, Psychological Bulletin 72, 323–327, eq. 8 and 13.
pub fn cohen_kappa(
    pairs: &[(Option<usize>, Option<usize>)],
    categories: usize,
    weighting: Weighting,
    level: f64,
) -> Result<Kappa> {
    let complete: Vec<(usize, usize)> = pairs.iter().filter_map(|&(a, b)| a.zip(b)).collect();
    if complete.iter().any(|&(a, b)| a >= categories || b >= categories) {
        return Err(Error::usage("unknown_category", format!("a category is not one of the {categories}")));
    }
    if complete.len() < 2 || categories < 2 {
        return Err(Error::data("too_few_rows", "two categories and two subjects rated by both are needed at least"));
    }
    let n = complete.len() as f64;
    let mut p = vec![0.0; categories * categories];
    complete.iter().for_each(|&(a, b)| p[a * categories + b] += 1.0);
    p.iter_mut().for_each(|cell| *cell /= n);
    let first: Vec<f64> = (0..categories).map(|i| (0..categories).map(|j| p[i * categories + j]).sum()).collect();
    let second: Vec<f64> = (0..categories).map(|j| (0..categories).map(|i| p[i * categories + j]).sum()).collect();
    let w = |i, j| weighting.agreement(i, j, categories);
    let sum = |cell: &dyn Fn(usize, usize) -> f64| -> f64 {
        (0..categories).flat_map(|i| (0..categories).map(move |j| (i, j))).map(|(i, j)| cell(i, j)).sum()
    };
    let observed = sum(&|i, j| w(i, j) * p[i * categories + j]);
    let expected = sum(&|i, j| w(i, j) * first[i] * second[j]);
    if expected >= 1.0 {
        return Err(Error::data("no_variation", "both raters use one and the same category: κ does not exist"));
    }
    let kappa = (observed - expected) / (1.0 - expected);
    let of_first = |i: usize| (0..categories).map(|j| second[j] * w(i, j)).sum::<f64>();
    let of_second = |j: usize| (0..categories).map(|i| first[i] * w(i, j)).sum::<f64>();
    let spread = sum(&|i, j| {
        let term = w(i, j) - (of_first(i) + of_second(j)) * (1.0 - kappa);
        p[i * categories + j] * term * term
    });
    let centre = kappa - expected * (1.0 - kappa);
    // Rounding may leave less than nothing where the raters agree perfectly.
    let variance = ((spread - centre * centre) / (n * (1.0 - expected) * (1.0 - expected))).max(0.0);
    let std_error = libm::sqrt(variance);
    let z = Normal.upper_quantile(tail(level)?)?;
    Ok(Kappa {
        estimate: kappa,
        std_error,
        conf_low: kappa - z * std_error,
        conf_high: kappa + z * std_error,
        level,
        observed,
        expected,
        n: complete.len(),
        n_incomplete: pairs.len() - complete.len(),
    })
}
