//! Intervals from the replicates of a bootstrap.

use serde::{Deserialize, Serialize};

use super::{Bootstrap, Parameter};
use crate::error::{Error, Result};
use crate::special;

/// How limits are made of replicates. q_p is the p quantile of the replicates θ*, θ̂ the estimate.
///
/// # Source
/// Davison and Hinkley 1997, sections 5.2 and 5.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BootstrapInterval {
    /// (q_{α/2}, q_{1−α/2}).
    #[default]
    Percentile,
    /// (2θ̂ − q_{1−α/2}, 2θ̂ − q_{α/2}), cut off at the range of the parameter.
    Basic,
    /// θ̂ − bias ± z sd(θ*), cut off at the range of the parameter.
    Normal,
    /// (θ̂ − t_{1−α/2} se, θ̂ − t_{α/2} se), t being the quantiles of (θ* − θ̂)/se*. For the fixed effects only.
    Studentised,
}

/// What the replicates say about a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BootstrapRow {
    /// The parameter.
    pub term: String,
    /// The estimate of the fit; none where a correlation has no meaning because a variance is zero.
    pub estimate: Option<f64>,
    /// The mean of the replicates less the estimate.
    pub bias: Option<f64>,
    /// The standard deviation of the replicates.
    pub std_error: Option<f64>,
    /// The number of replicates that have an estimate.
    pub n: usize,
    /// The lower limit; none where there are too few replicates for the level, or no estimate to start from.
    pub conf_low: Option<f64>,
    /// The upper limit.
    pub conf_high: Option<f64>,
}

impl Bootstrap {
    /// A row for each parameter, with limits at confidence `level`.
    ///
    /// The p quantile of R replicates lies (R + 1)p places up their order, between two of them by linear interpolation;
    /// limits beyond the first or the last are not given.
    ///
    /// # Errors
    /// `confidence_level`.
    pub fn intervals(&self, method: BootstrapInterval, level: f64) -> Result<Vec<BootstrapRow>> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::usage("confidence_level", "a confidence level lies between 0 and 1"));
        }
        let z = special::Normal.upper_quantile(0.5 - 0.5 * level)?;
        let tail = 0.5 - 0.5 * level;
        Ok(self.parameters.iter().enumerate().map(|(at, own)| self.row(at, own, method, tail, z)).collect())
    }

    fn row(&self, at: usize, own: &Parameter, method: BootstrapInterval, tail: f64, z: f64) -> BootstrapRow {
        let replicates = self.replicates.iter();
        let values: Vec<f64> = replicates.filter_map(|one| one.estimates.get(at).copied().flatten()).collect();
        let n = values.len();
        let mean = values.iter().sum::<f64>() / n as f64;
        let square = values.iter().fold(0.0, |sum, value| sum + (value - mean) * (value - mean));
        let std_error = (n > 1).then(|| (square / (n - 1) as f64).sqrt());
        let bias = own.estimate.filter(|_| n > 0).map(|estimate| mean - estimate);
        let limits = match method {
            BootstrapInterval::Percentile => quantiles(values, tail),
            BootstrapInterval::Basic => own.estimate.and_then(|estimate| {
                quantiles(values, tail).map(|(low, high)| (2.0 * estimate - high, 2.0 * estimate - low))
            }),
            BootstrapInterval::Normal => match (own.estimate, bias, std_error) {
                (Some(estimate), Some(bias), Some(sd)) => Some((estimate - bias - z * sd, estimate - bias + z * sd)),
                _ => None,
            },
            BootstrapInterval::Studentised => self.studentised(at, own, tail),
        };
        let inside = |limit: f64| {
            let raised = own.lowest.map_or(limit, |lowest| limit.max(lowest));
            own.highest.map_or(raised, |highest| raised.min(highest))
        };
        let (conf_low, conf_high) = (limits.map(|(low, _)| inside(low)), limits.map(|(_, high)| inside(high)));
        BootstrapRow { term: own.term.clone(), estimate: own.estimate, bias, std_error, n, conf_low, conf_high }
    }

    fn studentised(&self, at: usize, own: &Parameter, tail: f64) -> Option<(f64, f64)> {
        let (estimate, std_error) = (own.estimate?, own.std_error?);
        let pivot = |one: &super::Replicate| {
            let (value, error) = (one.estimates.get(at).copied().flatten()?, one.std_errors.get(at)?);
            Some((value - estimate) / error)
        };
        let (low, high) = quantiles(self.replicates.iter().filter_map(pivot).collect(), tail)?;
        Some((estimate - high * std_error, estimate - low * std_error))
    }
}

/// The `tail` and the 1 − `tail` quantiles.
fn quantiles(mut values: Vec<f64>, tail: f64) -> Option<(f64, f64)> {
    values.sort_unstable_by(f64::total_cmp);
    Some((quantile(&values, tail)?, quantile(&values, 1.0 - tail)?))
}

/// The p quantile of sorted values, (n + 1)p places up.
fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let place = (sorted.len() + 1) as f64 * p;
    // (n + 1)(1 − α/2) may come out a rounding above n where it is n.
    let place = if (place - place.round()).abs() < 1e-9 * place { place.round() } else { place };
    let below = place.floor();
    let share = place - below;
    let low = (below as usize).checked_sub(1).and_then(|at| sorted.get(at)).copied()?;
    match sorted.get(below as usize) {
        Some(high) => Some(low + share * (high - low)),
        None => (share <= 0.0).then_some(low),
    }
}
