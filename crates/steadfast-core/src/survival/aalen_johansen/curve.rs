//! One group over time.

use libm::sqrt;

use super::super::part::Part;
use super::StateProbabilities;
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

/// Which time is the quantile where the curve has exactly its height for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum QuantileConvention {
    /// The first time at which the share has been reached: inf{t: S(t) ≤ 1 − q}.
    #[default]
    First,
    /// The middle between that time and the next at which the curve moves, where there is one: `quantile.survfit` of R and SAS
    /// LIFETEST.
    Midpoint,
}

/// A quantile of the time to something, with its limits; `None` where the curve does not get so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// The time at which the share has been reached.
    pub estimate: Option<f64>,
    /// The time at which a limit of the curve has reached it.
    pub conf_low: Option<f64>,
    /// The time at which the other limit has.
    pub conf_high: Option<f64>,
}

/// One group over time.
#[derive(Debug, Clone, Copy)]
pub struct Curve<'a> {
    pub(super) of: &'a StateProbabilities,
    pub(super) part: &'a Part,
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
        let at = k * s + self.of.state(state)?;
        let (probability, std_error) = (self.part.path.probability[at], sqrt(self.part.path.variance[at]));
        let limits = self.of.transformation.limits(probability, std_error, self.of.z);
        Ok(Occupation { probability, std_error, limits, n_at_risk: self.part.process.n_at_risk[at] })
    }

    /// The first time at which a state lost all who were at risk in it, while others come under observation there later: with late entry few may be at
    /// risk early, and a probability that has become 0 stays 0. R's `survfit` gives the same curve and says nothing; begin later
    /// (`start` no earlier than the time), or look at [`NelsonAalen`](crate::survival::NelsonAalen).
    pub fn emptied(&self) -> Option<f64> {
        let process = &self.part.process;
        let s = process.n_states;
        let mut last = vec![0; s];
        for (at, _) in process.at_risk.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            last[at % s] = at / s;
        }
        // A state into which people pass may well be empty now and then.
        for hazard in (0..process.times.len()).flat_map(|k| process.hazards(k)) {
            last[hazard.to as usize] = 0;
        }
        let emptied = |k: &usize| {
            let mut gone = process.leavings(*k).iter().filter(|leaving| leaving.stay <= 0.0);
            gone.any(|leaving| last[leaving.state as usize] > *k)
        };
        (0..process.times.len()).find(emptied).map(|k| process.times[k])
    }

    /// The time at which a share `q` has left `state`, where everybody starts there, or is in it; the curve's
    /// [`QuantileConvention`] says which, where it has exactly this height for a while. Limits are where the limits of the curve get there.
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
        let falls = self.part.origin.probability[self.of.state(state)?] >= 1.0;
        let mut found = [Crossing::default(); 3];
        for (k, &time) in self.times().iter().enumerate() {
            let here = self.occupation(k, state)?;
            let limits = here.limits.map(|(low, high)| if falls { (low, high) } else { (high, low) });
            let (early, late) = limits.unzip();
            for (crossing, p) in found.iter_mut().zip([Some(here.probability), early, late]) {
                // How far the curve has gone beyond the height, in its own direction.
                crossing.see(time, p.map(|p| if falls { 1.0 - q - p } else { p - q }));
            }
        }
        let [estimate, conf_low, conf_high] = found.map(|crossing| crossing.time(self.of.quantiles));
        Ok(Quantile { estimate, conf_low, conf_high })
    }
}

/// Where a curve reaches a height and where it goes beyond.
#[derive(Debug, Clone, Copy, Default)]
struct Crossing {
    reached: Option<f64>,
    beyond: Option<f64>,
}

impl Crossing {
    /// The curve is `above` the height from `time` on; `None` where it is not defined.
    fn see(&mut self, time: f64, above: Option<f64>) {
        // Sums of probabilities that should be equal to q may miss it by their rounding.
        const ROUNDING: f64 = 1e-12;
        let Some(above) = above else { return };
        if self.reached.is_none() && above >= -ROUNDING {
            self.reached = Some(time);
        }
        if self.beyond.is_none() && above > ROUNDING {
            self.beyond = Some(time);
        }
    }

    fn time(self, convention: QuantileConvention) -> Option<f64> {
        match (convention, self.beyond) {
            (QuantileConvention::Midpoint, Some(beyond)) => self.reached.map(|reached| 0.5 * reached + 0.5 * beyond),
            _ => self.reached,
        }
    }
}
