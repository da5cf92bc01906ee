//! The cumulative hazard of one transition by Nelson and Aalen's estimator, and the survival that it implies.
//!
//! ```
//! use steadfast_core::event_history::{Columns, EventHistory};
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::survival::NelsonAalen;
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 8.0, 8.0, 12.0]),
//!     Column::integer("home", vec![1, 1, 0, 1]),
//! ])?;
//! let history = EventHistory::from_frame(&frame, &Columns::new("months", "home"))?;
//! let hazards = NelsonAalen::new("(start)", "home").estimate(&history)?;
//! // 1/4 + 1/3 + 1.
//! assert!((hazards.curve(0)?.hazard(2)?.estimate - 19.0 / 12.0).abs() < 1e-15);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

use libm::{exp, sqrt};

use super::aalen_johansen::Occupation;
use super::cumulative::{Cumulative, Growth};
use super::limits::{CumulativeScale, Transformation};
use super::part::{Part, normal_width, rows_by_group, stretch};
use super::process::{Passage, Process, Stretch};
use crate::error::{Error, Result};
use crate::event_history::EventHistory;
use crate::frame::Factor;

/// What d events at one time, with Y at risk, add to the hazard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TiedHazards {
    /// d/Y: events happen at one time. R's `ctype = 1`.
    #[default]
    Together,
    /// 1/Y + 1/(Y − 1) + … + 1/(Y − d + 1): they happen one after another, as they would be seen on a finer clock. R's `ctype = 2`.
    ///
    /// # Source
    /// Fleming and Harrington 1984, Communications in Statistics 13:2469.
    Successive,
}

/// Where the variance of a cumulative hazard comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum HazardVariance {
    /// The infinitesimal jackknife over clusters.
    #[default]
    Jackknife,
    /// Σ d/Y², of independent rows whose events are those of a Poisson process: R's without `cluster` or `robust`.
    ///
    /// # Source
    /// Aalen 1978, Annals of Statistics 6:701.
    Poisson,
}

/// The specification of a cumulative hazard.
#[derive(Debug, Clone, PartialEq)]
pub struct NelsonAalen {
    from: String,
    to: String,
    ties: TiedHazards,
    variance: HazardVariance,
    level: f64,
    scale: CumulativeScale,
    transformation: Transformation,
}

impl NelsonAalen {
    /// The hazard of passing from the state `from` to the state `to`; where nothing names states, all start in `(start)`.
    pub fn new(from: impl Into<String>, to: impl Into<String>) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            ties: TiedHazards::default(),
            variance: HazardVariance::default(),
            level: 0.95,
            scale: CumulativeScale::default(),
            transformation: Transformation::default(),
        }
    }

    /// Events at one time count as `ties` says.
    pub fn ties(mut self, ties: TiedHazards) -> Self {
        self.ties = ties;
        self
    }

    /// The variance as `variance` says.
    pub fn variance(mut self, variance: HazardVariance) -> Self {
        self.variance = variance;
        self
    }

    /// Limits that hold with probability `level`.
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// Limits of the hazard symmetric on `scale`.
    pub fn scale(mut self, scale: CumulativeScale) -> Self {
        self.scale = scale;
        self
    }

    /// Limits of the survival symmetric on the scale of `transformation`.
    pub fn transformation(mut self, transformation: Transformation) -> Self {
        self.transformation = transformation;
        self
    }

    /// The hazard of all rows together.
    ///
    /// # Errors
    /// `no_rows`, `bad_level`, `unknown_state`; `unsupported_variance` for a jackknife of successive events.
    pub fn estimate(&self, history: &EventHistory) -> Result<CumulativeHazards> {
        self.groups(history, vec!["all".to_owned()], &[(0..history.n_rows()).collect()])
    }

    /// The hazard in each level of `groups`, which has one element for each row of the history.
    ///
    /// # Errors
    /// As [`NelsonAalen::estimate`]; `unequal_lengths`; `absent_group` when a row has no group.
    pub fn by_group(&self, history: &EventHistory, groups: &Factor) -> Result<CumulativeHazards> {
        self.groups(history, groups.levels().to_vec(), &rows_by_group(groups, history.source())?)
    }

    fn groups(&self, history: &EventHistory, groups: Vec<String>, rows: &[Vec<usize>]) -> Result<CumulativeHazards> {
        let z = normal_width(self.level)?;
        if history.n_rows() == 0 {
            return Err(Error::data("no_rows", "the event history has no row"));
        }
        if self.ties == TiedHazards::Successive && self.variance == HazardVariance::Jackknife {
            let message =
                "events that come one after another are no function of the rows' weights: ask for Poisson's variance";
            return Err(Error::usage("unsupported_variance", message));
        }
        let state = |name: &str| {
            let at = history.states().iter().position(|state| state == name);
            at.map(|at| at as u32).ok_or_else(|| Error::usage("unknown_state", format!("there is no state `{name}`")))
        };
        let (from, to) = (state(&self.from)?, state(&self.to)?);
        let curves = rows.iter().map(|rows| self.growth(history, rows, from, to)).collect();
        Ok(CumulativeHazards { groups, curves, z, scale: self.scale, transformation: self.transformation })
    }

    fn growth(&self, history: &EventHistory, rows: &[usize], from: u32, to: u32) -> Growth {
        let here = rows.iter().filter(|&&row| history.from()[row] == from);
        let stretches: Vec<Stretch> = here.clone().map(|&row| Stretch { state: 0, ..stretch(history, row) }).collect();
        let passage = |&row: &usize| Passage {
            time: history.stop()[row],
            from: 0,
            to: 1,
            leaves: false,
            size: 1.0,
            weight: history.weight()[row],
            cluster: history.cluster()[row],
        };
        let passages: Vec<Passage> = here.filter(|&&row| history.to(row) == Some(to)).map(passage).collect();
        let process = Process::new(2, &stretches, &passages);
        match self.variance {
            HazardVariance::Jackknife => {
                let start = stretches.iter().map(|stretch| stretch.start).fold(f64::INFINITY, f64::min);
                counted(Part::known(process, start, vec![1.0, 0.0]), 1)
            }
            HazardVariance::Poisson => poisson(process, self.ties),
        }
    }
}

/// The count in the state `state` of a part whose rows are at risk in the first.
pub(super) fn counted(part: Part, state: usize) -> Growth {
    let s = part.process.n_states;
    let of = |values: &[f64]| values.iter().skip(state).step_by(s).copied().collect();
    Growth { estimate: of(&part.path.probability), variance: of(&part.path.variance), ..at_risk(part.process, state) }
}

/// Times, rows at risk in the first state and events counted in `state`.
pub(super) fn at_risk(process: Process, state: usize) -> Growth {
    let counts = |k: usize| process.movers(k).iter().filter(|mover| mover.to as usize == state);
    let events = (0..process.times.len()).map(|k| counts(k).map(|mover| mover.weight).sum()).collect();
    let n_at_risk = process.n_at_risk.iter().step_by(process.n_states).copied().collect();
    Growth { times: process.times, estimate: Vec::new(), variance: Vec::new(), n_at_risk, events }
}

/// Σ d/Y and Σ d/Y², or the sums over events one after another.
pub(super) fn poisson(process: Process, ties: TiedHazards) -> Growth {
    let (s, mut estimate, mut variance) = (process.n_states, Vec::new(), Vec::new());
    let (mut hazard, mut spread) = (0.0, 0.0);
    for k in 0..process.times.len() {
        let at_risk = process.at_risk[k * s];
        let movers = process.movers(k).iter().filter(|mover| mover.to as usize == s - 1 && mover.weight > 0.0);
        let (count, total) = movers.fold((0_u32, 0.0), |(count, total), mover| (count + 1, total + mover.weight));
        match ties {
            _ if count == 0 => {}
            TiedHazards::Together => {
                hazard += total / at_risk;
                spread += total / (at_risk * at_risk);
            }
            TiedHazards::Successive => {
                let each = total / f64::from(count);
                for before in 0..count {
                    let left = at_risk - f64::from(before) * each;
                    hazard += each / left;
                    spread += each / (left * left);
                }
            }
        }
        estimate.push(hazard);
        variance.push(spread);
    }
    Growth { estimate, variance, ..at_risk(process, s - 1) }
}

/// The estimated cumulative hazard of one transition in every group.
#[derive(Debug, Clone, PartialEq)]
pub struct CumulativeHazards {
    groups: Vec<String>,
    curves: Vec<Growth>,
    z: f64,
    scale: CumulativeScale,
    transformation: Transformation,
}

impl CumulativeHazards {
    /// The groups.
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// The curve of the group at the place `group`.
    ///
    /// # Errors
    /// `unknown_group`.
    pub fn curve(&self, group: usize) -> Result<HazardCurve<'_>> {
        let curve = self.curves.get(group);
        let curve = curve.ok_or_else(|| Error::usage("unknown_group", format!("there is no group {group}")))?;
        Ok(HazardCurve { of: self, curve })
    }
}

/// One group over time.
#[derive(Debug, Clone, Copy)]
pub struct HazardCurve<'a> {
    of: &'a CumulativeHazards,
    curve: &'a Growth,
}

impl HazardCurve<'_> {
    /// The times of the transition.
    pub fn times(&self) -> &[f64] {
        &self.curve.times
    }

    /// The cumulative hazard at the time at the place `k`.
    ///
    /// # Errors
    /// `unknown_time` when there are not as many times.
    pub fn hazard(&self, k: usize) -> Result<Cumulative> {
        self.curve.at(k, self.of.scale, self.of.z)
    }

    /// exp(−A), the probability of staying that the hazard implies where there is no other transition.
    ///
    /// # Errors
    /// As [`HazardCurve::hazard`].
    ///
    /// # Source
    /// Fleming and Harrington 1984; the standard error by the delta method.
    pub fn survival(&self, k: usize) -> Result<Occupation> {
        let found = self.hazard(k)?;
        let probability = exp(-found.estimate);
        let std_error = probability * sqrt(self.curve.variance[k].max(0.0));
        let limits = self.of.transformation.limits(probability, std_error, self.of.z);
        Ok(Occupation { probability, std_error, limits, n_at_risk: found.n_at_risk })
    }
}

#[cfg(test)]
mod tests;
