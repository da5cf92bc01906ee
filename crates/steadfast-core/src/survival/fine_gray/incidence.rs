//! Cumulative incidences that a model of a subdistribution hazard predicts.

use libm::{exp, sqrt};
use nalgebra::DMatrix;

use super::fit::{FineGrayFit, WeightVariance};
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::special::Normal;
use crate::survival::joint::Joint;
use crate::survival::limits::Transformation;
use crate::survival::new_rows::Profiles;

/// A predicted cumulative incidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Incidence {
    /// The row of the new frame.
    pub row: usize,
    /// The time.
    pub time: f64,
    /// F = 1 − exp(−Λ(t) e^η).
    pub probability: f64,
    /// Its standard error.
    pub std_error: f64,
    /// Its limits; `None` where the transformation has none.
    pub limits: Option<(f64, f64)>,
}

/// The cumulative hazards of rows with η = 0, one for each stratum and time, and how they vary with the coefficients.
pub(super) struct Baselines {
    /// Strata × times.
    pub(super) value: Vec<f64>,
    pub(super) joint: Joint,
}

/// What one row's incidence is made of.
pub(super) struct Part {
    pub(super) probability: f64,
    /// The derivative with respect to the coefficients, in the engine's units, as a factor of x.
    pub(super) by_eta: f64,
    /// The derivative with respect to the cumulative baseline hazard.
    pub(super) by_hazard: f64,
}

impl Part {
    pub(super) fn new(hazard: f64, eta: f64) -> Self {
        let ratio = exp(eta);
        let left = exp(-hazard * ratio);
        Self { probability: 1.0 - left, by_eta: left * hazard * ratio, by_hazard: left * ratio }
    }
}

impl FineGrayFit {
    /// The cumulative incidence at `times` of people with the covariates of the rows of `new`, with limits of `level` on the scale of
    /// `transformation`.
    ///
    /// # Errors
    /// `bad_level`, `bad_time`; those of new rows: `unknown_column`, `missing_value`, `not_finite`, `unknown_level`,
    /// `not_estimable`, `unknown_stratum`.
    ///
    /// # Source
    /// Fine and Gray 1999, section 4.
    pub fn predict(
        &self,
        new: &Frame,
        times: &[f64],
        variance: WeightVariance,
        transformation: Transformation,
        level: f64,
    ) -> Result<Vec<Incidence>> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::usage("bad_level", "a confidence level lies between 0 and 1"));
        }
        let z = Normal.quantile(0.5 + 0.5 * level)?;
        let profiles = self.new_rows.profiles(new)?;
        let baselines = self.baselines(times, variance)?;
        let mut found = Vec::with_capacity(new.n_rows() * times.len());
        for row in 0..new.n_rows() {
            let mut gradient = vec![0.0; self.data.p() + baselines.value.len()];
            for (at, &time) in times.iter().enumerate() {
                gradient.fill(0.0);
                let part = self.part(&profiles, row, at, times.len(), &baselines, 1.0, &mut gradient);
                let std_error = sqrt(baselines.joint.variance(&gradient));
                let limits = transformation.limits(part.probability, std_error, z);
                found.push(Incidence { row, time, probability: part.probability, std_error, limits });
            }
        }
        Ok(found)
    }

    /// The incidence of a row at the time `at`, whose derivative is added to `gradient` with the weight `share`.
    #[allow(clippy::too_many_arguments)] // A row, a time and where the derivative goes; a struct would be used here only.
    pub(super) fn part(
        &self,
        profiles: &Profiles,
        row: usize,
        at: usize,
        n_times: usize,
        baselines: &Baselines,
        share: f64,
        gradient: &mut [f64],
    ) -> Part {
        let p = self.data.p();
        let x = &profiles.x[row * p..(row + 1) * p];
        let eta = profiles.offset[row] + x.iter().zip(&self.solved.beta).map(|(x, beta)| x * beta).sum::<f64>();
        let place = profiles.stratum[row] * n_times + at;
        let part = Part::new(baselines.value[place], eta);
        gradient.iter_mut().zip(x).for_each(|(sum, x)| *sum += share * part.by_eta * x);
        gradient[p + place] += share * part.by_hazard;
        part
    }

    /// The cumulative baseline hazards at `times`.
    pub(super) fn baselines(&self, times: &[f64], variance: WeightVariance) -> Result<Baselines> {
        if times.iter().any(|time| !time.is_finite()) {
            return Err(Error::usage("bad_time", "a time is not a finite number"));
        }
        let steps = self.likelihood.likelihood().baseline(&self.solved.evaluation);
        let (m, q) = (times.len(), times.len() * steps.len());
        let mut value = vec![0.0; q];
        let mut c: Vec<Vec<f64>> = steps.iter().map(|steps| vec![0.0; steps.len() * q]).collect();
        for (stratum, steps) in steps.iter().enumerate() {
            for (k, (time, increment)) in steps.iter().enumerate() {
                for (at, _) in times.iter().enumerate().filter(|(_, until)| time <= *until) {
                    value[stratum * m + at] += increment;
                    c[stratum][k * q + stratum * m + at] = 1.0;
                }
            }
        }
        Ok(Baselines { value, joint: self.joint(&c, q, variance) })
    }

    /// Coefficients and functionals of the baseline hazards together.
    fn joint(&self, c: &[Vec<f64>], q: usize, variance: WeightVariance) -> Joint {
        let evaluation = &self.solved.evaluation;
        let mut hazards = self.likelihood.likelihood().hazard_influence(evaluation, c, q);
        if variance == WeightVariance::Model {
            let held = DMatrix::from_row_slice(q, q, &self.likelihood.likelihood().hazard_products(evaluation, c, q));
            return Joint::by_model(&self.solved.vcov, &held, &hazards.slope);
        }
        if let Some(how) = variance.weights() {
            let more = self.likelihood.censoring_hazard(evaluation, c, q, how);
            hazards.rows.iter_mut().zip(more).for_each(|(sum, value)| *sum += value);
        }
        Joint::by_cluster(&self.data, &self.scaled_influence(variance), &hazards, q)
    }
}
