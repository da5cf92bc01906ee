//! A number that only grows, over time: a cumulative hazard, or a mean number of events.

use libm::sqrt;

use super::limits::CumulativeScale;
use crate::error::{Error, Result};

/// What has come together until a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cumulative {
    /// The time.
    pub time: f64,
    /// The cumulative hazard, or the mean number of events.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: f64,
    /// Its limits; `None` where the scale has none.
    pub limits: Option<(f64, f64)>,
    /// Rows under observation just before.
    pub n_at_risk: u32,
    /// Events at this time, each counted with its weight.
    pub events: f64,
}

/// A number that only grows, at the times at which it may.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Growth {
    pub(super) times: Vec<f64>,
    pub(super) estimate: Vec<f64>,
    pub(super) variance: Vec<f64>,
    pub(super) n_at_risk: Vec<u32>,
    pub(super) events: Vec<f64>,
}

impl Growth {
    /// What has come together until the time at the place `k`, with limits `z` standard errors away on `scale`.
    ///
    /// # Errors
    /// `unknown_time` when there are not as many times.
    pub(super) fn at(&self, k: usize, scale: CumulativeScale, z: f64) -> Result<Cumulative> {
        if k >= self.times.len() {
            return Err(Error::usage("unknown_time", format!("the curve has {} times", self.times.len())));
        }
        let (estimate, std_error) = (self.estimate[k], sqrt(self.variance[k].max(0.0)));
        let limits = scale.limits(estimate, std_error, z);
        let (time, n_at_risk, events) = (self.times[k], self.n_at_risk[k], self.events[k]);
        Ok(Cumulative { time, estimate, std_error, limits, n_at_risk, events })
    }
}
