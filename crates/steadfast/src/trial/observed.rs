//! The outcome as it was observed: means by arm at each visit, before any model.

use serde::Serialize;
use steadfast_core::special::StudentT;

use super::{Absences, Trial, moments::moments};
use crate::error::Result;

/// The outcome in one arm at one visit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ObservedMean {
    /// The arm.
    pub arm: String,
    /// The visit.
    pub visit: String,
    /// Units of randomisation with an observed outcome.
    pub clusters: usize,
    /// Subjects with an observed outcome.
    pub subjects: usize,
    /// Rows without an observed outcome, by reason.
    #[serde(flatten)]
    pub absent: Absences,
    /// The mean.
    pub mean: Option<f64>,
    /// The standard deviation, with n − 1.
    pub std_dev: Option<f64>,
    /// The lower limit of the mean's interval, from Student's t as if subjects were independent.
    pub conf_low: Option<f64>,
    /// The upper limit.
    pub conf_high: Option<f64>,
}

/// The observed means in `rows`, arm by arm and visit by visit, with intervals of confidence `level`.
///
/// # Errors
/// When a distribution function cannot be evaluated.
pub fn observed(trial: &Trial<'_>, rows: &[u32], level: f64) -> Result<Vec<ObservedMean>> {
    let Some(values) = trial.outcome.to_numeric() else { return Ok(Vec::new()) };
    let mut means = Vec::new();
    for (arm_code, arm) in trial.arms().iter().enumerate() {
        let of_arm = trial.in_arm(rows, arm_code);
        for (visit_code, visit) in trial.visits().iter().enumerate() {
            let here = trial.at_visit(&of_arm, visit_code);
            let seen: Vec<u32> = here.iter().copied().filter(|&row| trial.outcome.is_observed(row as usize)).collect();
            let sample: Vec<f64> = seen.iter().map(|&row| values[row as usize]).collect();
            let count = trial.count(seen).total;
            let found = moments(&sample);
            let std_dev = found.and_then(|found| found.std_dev);
            let half = std_dev.map(|sd| half_width(sd, sample.len(), level)).transpose()?;
            let mean = found.map(|found| found.mean);
            means.push(ObservedMean {
                arm: arm.clone(),
                visit: visit.clone(),
                clusters: count.clusters,
                subjects: count.subjects,
                absent: Absences::of(trial.outcome, &here),
                mean,
                std_dev,
                conf_low: mean.zip(half).map(|(mean, half)| mean - half),
                conf_high: mean.zip(half).map(|(mean, half)| mean + half),
            });
        }
    }
    Ok(means)
}

/// t(1 − (1 − level)/2; n − 1) · sd/√n.
fn half_width(std_dev: f64, n: usize, level: f64) -> Result<f64> {
    let n = n as f64;
    Ok(StudentT::new(n - 1.0)?.upper_quantile((1.0 - level) / 2.0)? * std_dev / n.sqrt())
}
