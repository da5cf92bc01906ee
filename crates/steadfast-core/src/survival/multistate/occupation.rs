//! Predicted probabilities of being in each state, and the mean time spent there.

use libm::sqrt;
use nalgebra::DMatrix;

use super::component::Profile;
use super::fit::{MultiStateFit, OccupationVariance};
use super::functional::Functionals;
use super::paths::{Move, Path, Span, moves};
use crate::error::{Error, Result};
use crate::frame::Frame;

/// Where somebody is known to be, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    state: String,
    time: f64,
}

impl Start {
    /// In `state` at `time`: probabilities are of where somebody is later, given that.
    pub fn at(state: impl Into<String>, time: f64) -> Self {
        Self { state: state.into(), time }
    }
}

/// What is said of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Quantity {
    /// The probability of being there.
    #[default]
    Probability,
    /// The mean time spent there.
    TimeIn,
}

/// A state at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Occupied {
    /// The row of the new frame.
    pub row: usize,
    /// The time.
    pub time: f64,
    /// The state.
    pub state: String,
    /// The probability of being there.
    pub probability: f64,
    /// Its standard error.
    pub std_error: f64,
    /// The mean time spent there since the start.
    pub time_in: f64,
    /// Its standard error.
    pub time_in_std_error: f64,
}

impl MultiStateFit {
    /// The probability of each state, and the mean time spent there, at `times` for people with the covariates of the rows of `new`.
    ///
    /// # Errors
    /// `unknown_state`, `bad_time` for a time before the start; `hazard_above_one`; `method_does_not_apply` for Greenwood's variance with
    /// covariates, or either of mstate's with exponential steps; those of new rows, as [`MultiStateFit::hazards`].
    ///
    /// # Source
    /// Andersen, Borgan, Gill and Keiding 1993, section VII.2.3; Putter, Fiocco and Geskus 2007, Statistics in Medicine 26:2389.
    pub fn predict(
        &self,
        new: &Frame,
        start: Start,
        times: &[f64],
        variance: OccupationVariance,
    ) -> Result<Vec<Occupied>> {
        let (s, profiles) = (self.states.len(), self.profiles(new)?);
        let mut found = Vec::with_capacity(new.n_rows() * times.len() * s);
        for row in 0..new.n_rows() {
            // Of the two variances by increments, Aalen's takes probabilities after each time and Greenwood's before it.
            let all = match variance {
                OccupationVariance::Increments => Some(1),
                OccupationVariance::Greenwood => Some(0),
                _ => None,
            };
            let by_steps = all.is_some();
            let mut functionals = Functionals::new(self, 2 * s * times.len());
            let (mut values, mut variances) = (Vec::new(), Vec::new());
            for (at, &time) in times.iter().enumerate() {
                let span = self.span(&start, time)?;
                let moves = moves(self, &profiles, row, span.start, span.end);
                let path = self.path(&moves, span, all)?;
                if by_steps {
                    variances.extend(self.by_steps(&profiles, row, &moves, &path, variance)?);
                } else {
                    self.add(&mut functionals, &profiles, row, &moves, &path, at * 2 * s, 1.0);
                }
                values.extend(path.value);
            }
            if !by_steps {
                variances = functionals.spread(self, variance)?.covariance.diagonal().iter().copied().collect();
            }
            let error = |at: usize| sqrt(variances[at].max(0.0));
            for (at, &time) in times.iter().enumerate() {
                for (h, state) in self.states.iter().enumerate() {
                    let (p, j) = (at * 2 * s + h, at * 2 * s + s + h);
                    let (probability, time_in) = (values[p], values[j]);
                    let (std_error, time_in_std_error) = (error(p), error(j));
                    let state = state.clone();
                    found.push(Occupied { row, time, state, probability, std_error, time_in, time_in_std_error });
                }
            }
        }
        Ok(found)
    }

    pub(super) fn span(&self, start: &Start, end: f64) -> Result<Span> {
        if !(start.time.is_finite() && end.is_finite() && start.time <= end) {
            return Err(Error::usage("bad_time", "times are finite numbers, none before the start"));
        }
        Ok(Span { state: self.state(&start.state)?, start: start.time, end })
    }

    pub(super) fn state(&self, name: &str) -> Result<usize> {
        let unknown =
            || Error::usage("unknown_state", format!("there is no state `{name}`: {}", self.states.join(", ")));
        self.states.iter().position(|state| state == name).ok_or_else(unknown)
    }

    /// Adds the derivatives of a path to the quantities from the place `first` on.
    #[allow(clippy::too_many_arguments)] // A row, its path and where it goes; a struct would be used here only.
    pub(super) fn add(
        &self,
        functionals: &mut Functionals,
        profiles: &[Profile],
        row: usize,
        moves: &[Move],
        path: &Path,
        first: usize,
        share: f64,
    ) {
        for (one, slope) in moves.iter().zip(&path.slopes) {
            functionals.add(one, &profiles[one.transition], row, first, slope, share);
        }
    }

    /// The variances of a path's quantities, its hazards having independent increments.
    fn by_steps(
        &self,
        profiles: &[Profile],
        row: usize,
        moves: &[Move],
        path: &Path,
        variance: OccupationVariance,
    ) -> Result<Vec<f64>> {
        let d = 2 * self.states.len();
        let greenwood = variance == OccupationVariance::Greenwood;
        let covariates = self.components.iter().any(|part| part.p() > 0);
        if self.steps != super::Steps::Product || (greenwood && covariates) {
            let message = "mstate's variances are of product steps, and Greenwood's of models without covariates";
            return Err(Error::usage("method_does_not_apply", message));
        }
        let moments: Vec<_> =
            self.components.iter().map(|part| part.likelihood.hazard_moments(&part.evaluation)).collect();
        let n = self.places.len();
        let mut slopes: Vec<Vec<f64>> =
            self.places.iter().map(|place| vec![0.0; self.components[place.component].p()]).collect();
        let mut before = DMatrix::zeros(n, n);
        let mut found = vec![0.0; d];
        let groups = moves.chunk_by(|a, b| a.time.total_cmp(&b.time).is_eq());
        for (group, by) in groups.zip(&path.all) {
            let mut change = DMatrix::zeros(n, n);
            for one in group {
                let ratio = libm::exp(profiles[one.transition].eta[row]);
                let (held, slope) = &moments[one.component][one.stratum][one.k];
                let into = &mut slopes[one.transition];
                let p = into.len();
                let x = &profiles[one.transition].x[row * p..(row + 1) * p];
                for ((into, slope), x) in into.iter_mut().zip(slope).zip(x) {
                    *into += ratio * slope + one.size * x;
                }
                for other in group {
                    let other_ratio = libm::exp(profiles[other.transition].eta[row]);
                    if (other.component, other.stratum) == (one.component, one.stratum) {
                        change[(one.transition, other.transition)] += ratio * other_ratio * held;
                    }
                    if greenwood && other.from == one.from {
                        // 1/Y, from dN/Y² and dN/Y.
                        let rest = ratio * ratio * held / one.size;
                        change[(one.transition, other.transition)] -= one.size * other.size * rest;
                    }
                }
            }
            let total = self.by_coefficients(&slopes);
            change += &total - &before;
            before = total;
            for (i, into) in found.iter_mut().enumerate() {
                for a in 0..n {
                    for b in 0..n {
                        *into += by[a * d + i] * by[b * d + i] * change[(a, b)];
                    }
                }
            }
        }
        Ok(found)
    }

    /// The covariance of cumulative hazards that comes from β̂, for their derivatives by the coefficients of their components.
    fn by_coefficients(&self, slopes: &[Vec<f64>]) -> DMatrix<f64> {
        let n = self.places.len();
        DMatrix::from_fn(n, n, |a, b| {
            if self.places[a].component != self.places[b].component {
                return 0.0;
            }
            let vcov = &self.components[self.places[a].component].vcov;
            let through = |i: usize| slopes[b].iter().enumerate().map(|(j, v)| vcov[(i, j)] * v).sum::<f64>();
            slopes[a].iter().enumerate().map(|(i, v)| v * through(i)).sum()
        })
    }
}
