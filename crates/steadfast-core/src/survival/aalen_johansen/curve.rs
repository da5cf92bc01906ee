//! One group over time.

use libm::sqrt;

use super::StateProbabilities;
use super::part::Part;
use crate::error::{Error, Result};

/// A probability with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Occupation {
    /// The probability of being in the state.
    pub probability: f64,
    /// Its standard error, by the infinitesimal jackknife over clusters.
    pub std_error: f64,
    /// Its limits; `None` where the transformation has none.
    pub limits: Option<(f64, f64)>,
    /// Rows under observation just before, and in the state.
    pub n_at_risk: u32,
}

/// A quantile of the time to something, with its limits; `None` where the curve does not get so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// The first time at which the share has been reached.
    pub estimate: Option<f64>,
    /// The first time at which a limit of the curve has reached it.
    pub conf_low: Option<f64>,
    /// The first time at which the other limit has.
    pub conf_high: Option<f64>,
}

/// One group over time.
#[derive(Debug, Clone, Copy)]
pub struct Curve<'a> {
    pub(super) of: &'a StateProbabilities,
    pub(super) part: &'a Part,
    /// The place of the group's first state.
    pub(super) offset: usize,
}

impl Curve<'_> {
    /// The times of transition.
    pub fn times(&self) -> &[f64] {
        &self.part.process.times
    }

    /// The probability of `state` after the time at the place `k`.
    ///
    /// # Errors
    /// `unknown_state`; `unknown_time` when there are not as many times.
    pub fn occupation(&self, k: usize, state: &str) -> Result<Occupation> {
        let s = self.part.process.n_states;
        if k >= self.times().len() {
            return Err(Error::usage("unknown_time", format!("the curve has {} times", self.times().len())));
        }
        let at = k * s + self.offset + self.of.state(state)?;
        let (probability, std_error) = (self.part.path.probability[at], sqrt(self.part.path.variance[at]));
        let limits = self.of.transformation.limits(probability, std_error, self.of.z);
        Ok(Occupation { probability, std_error, limits, n_at_risk: self.part.process.n_at_risk[at] })
    }

    /// The first time at which a share `q` has left `state`, where everybody starts there, or is in it. Where the curve has exactly this
    /// height for a while, R's survival gives the middle of the while.
    ///
    /// # Errors
    /// `unknown_state`; `bad_quantile` when `q` does not lie between 0 and 1.
    ///
    /// # Source
    /// Brookmeyer and Crowley 1982, Biometrics 38:29, with the limits of the curve's transformation.
    pub fn quantile(&self, state: &str, q: f64) -> Result<Quantile> {
        if !(q > 0.0 && q < 1.0) {
            return Err(Error::usage("bad_quantile", "a quantile lies between 0 and 1"));
        }
        let falls = self.part.origin.probability[self.offset + self.of.state(state)?] >= 1.0;
        let mut found = Quantile { estimate: None, conf_low: None, conf_high: None };
        for (k, &time) in self.times().iter().enumerate() {
            let here = self.occupation(k, state)?;
            // Sums of probabilities that should be equal to q may miss it by their rounding.
            let reached = |p: f64| if falls { p <= 1.0 - q + 1e-12 } else { p >= q - 1e-12 };
            let limits = here.limits.map(|(low, high)| if falls { (low, high) } else { (high, low) });
            let (early, late) = limits.unzip();
            let places = [&mut found.estimate, &mut found.conf_low, &mut found.conf_high];
            for (place, p) in places.into_iter().zip([Some(here.probability), early, late]) {
                if place.is_none() && p.is_some_and(reached) {
                    *place = Some(time);
                }
            }
        }
        Ok(found)
    }
}
