//! Populations of whom every row is set to an arm: survival, risks and mean times, their differences and ratios.
//!
//! Ŝ_a(t) = Σ_i ω_i S(t; x_i with a), ω being the rows' share of the weight: the survival of the population had all of it been in a
//! (g-computation, or direct standardisation). Under randomisation its contrasts are marginal effects, adjusted for covariates.
//!
//! # Source
//! Chang, Gelman and Pagano 1982, Journal of Chronic Diseases 35:669; for the influence of a row that is one of the population and of
//! the fit, Ozenne et al. 2020, Biometrical Journal 62:751, section 3.

use super::functional::{Functional, Uncertainty};
use super::points::Points;
use super::predicted::Predicted;
use crate::error::{Error, Result};
use crate::frame::Column;
use crate::report::Row;
use crate::survival::{CoxFit, Population};

/// The population in each level of a factor.
#[derive(Debug, Clone)]
pub struct Standardised<'f> {
    of: Uncertainty<'f>,
    levels: Vec<String>,
    /// For each level.
    points: Vec<Points>,
    /// ω.
    weights: Vec<f64>,
    /// The rows of the fit, where they are a sample.
    own: Option<Vec<u32>>,
}

/// What is read of a population.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantity {
    Survival,
    RestrictedMean,
}

impl<'f> Standardised<'f> {
    pub(super) fn new(of: Uncertainty<'f>, fit: &CoxFit, population: Population<'_>, factor: &str) -> Result<Self> {
        let (frame, weights, own) = match population {
            Population::Fitted(_) => {
                let rows = first_rows(fit);
                let source: Vec<u32> = rows.iter().map(|&row| fit.rows()[row as usize]).collect();
                let weights: Vec<f64> = rows.iter().map(|&row| fit.data().rows[row as usize].weight).collect();
                (population.with_rows(&source)?, weights, Some(rows))
            }
            Population::Fixed(frame) => (frame.clone(), vec![1.0; frame.n_rows()], None),
        };
        let total: f64 = weights.iter().sum();
        if total <= 0.0 {
            return Err(Error::data("no_rows", "the population has no row of any weight"));
        }
        let weights = weights.iter().map(|weight| weight / total).collect();
        let column = population.frame().column(factor)?;
        let levels = column.to_factor();
        let set = |level: u32| -> Result<Option<Points>> {
            let Some(row) = levels.codes().iter().position(|code| *code == level) else { return Ok(None) };
            let alike: Column = column.select(&vec![row as u32; frame.n_rows()]);
            Points::of(fit, &frame.clone().with_column(alike)?).map(Some)
        };
        let mut found = Self { of, levels: Vec::new(), points: Vec::new(), weights, own };
        for (code, level) in levels.levels().iter().enumerate() {
            if let Some(points) = set(code as u32)? {
                found.levels.push(level.clone());
                found.points.push(points);
            }
        }
        Ok(found)
    }

    /// The levels.
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    /// The survival of the population in `level` at `time`; 1 − survival is its risk.
    ///
    /// # Errors
    /// `unknown_level`; `bad_time`; `beyond_follow_up` when nobody of a stratum was observed for that long.
    pub fn at(&self, level: &str, time: f64) -> Result<Predicted> {
        let found = self.read(Quantity::Survival, level, time)?;
        let std_error = libm::sqrt(self.of.variance_of(&found).max(0.0));
        let (hazard, relative) = match found.value {
            survival if survival > 0.0 => (-libm::log(survival), std_error / survival),
            _ => (f64::INFINITY, 0.0),
        };
        // −ln 1 is −0, and a mean of ones may be just above 1.
        Ok(Predicted::new(time, (hazard.max(0.0), relative), (found.value.min(1.0), std_error), &self.of.scale))
    }

    /// The risk in `first` less that in `second` at `time`.
    ///
    /// # Errors
    /// As [`Standardised::at`].
    pub fn risk_difference(&self, first: &str, second: &str, time: f64) -> Result<Row> {
        let (a, b) = self.pair(Quantity::Survival, first, second, time)?;
        let found = Functional::combined(b.value - a.value, &[(-1.0, &a), (1.0, &b)]);
        Ok(self.of.scale.row(format!("risk: {first} - {second}"), found.value, self.of.variance_of(&found)))
    }

    /// ln of the ratio of the risks at `time`, `first` to `second`.
    ///
    /// # Errors
    /// As [`Standardised::at`]; `no_risk` when no event has happened until then.
    pub fn log_risk_ratio(&self, first: &str, second: &str, time: f64) -> Result<Row> {
        let (a, b) = self.pair(Quantity::Survival, first, second, time)?;
        let (x, y) = (1.0 - a.value, 1.0 - b.value);
        // A mean of ones is 1 but for rounding.
        if x.min(y) <= 1e-14 {
            return Err(Error::data("no_risk", "no event has happened until then: risks of zero have no ratio"));
        }
        let found = Functional::combined(libm::log(x) - libm::log(y), &[(-1.0 / x, &a), (1.0 / y, &b)]);
        Ok(self.of.scale.row(format!("ln risk: {first} / {second}"), found.value, self.of.variance_of(&found)))
    }

    /// The mean time without event until `time` in `level`.
    ///
    /// # Errors
    /// As [`Standardised::at`].
    pub fn restricted_mean(&self, level: &str, time: f64) -> Result<Row> {
        let found = self.read(Quantity::RestrictedMean, level, time)?;
        Ok(self.of.scale.row(format!("restricted mean: {level}"), found.value, self.of.variance_of(&found)))
    }

    /// The restricted mean in `first` less that in `second`.
    ///
    /// # Errors
    /// As [`Standardised::at`].
    pub fn restricted_mean_difference(&self, first: &str, second: &str, time: f64) -> Result<Row> {
        let (a, b) = self.pair(Quantity::RestrictedMean, first, second, time)?;
        let found = Functional::combined(a.value - b.value, &[(1.0, &a), (-1.0, &b)]);
        let term = format!("restricted mean: {first} - {second}");
        Ok(self.of.scale.row(term, found.value, self.of.variance_of(&found)))
    }

    fn pair(&self, quantity: Quantity, a: &str, b: &str, time: f64) -> Result<(Functional, Functional)> {
        Ok((self.read(quantity, a, time)?, self.read(quantity, b, time)?))
    }

    fn read(&self, quantity: Quantity, level: &str, time: f64) -> Result<Functional> {
        let at = self.levels.iter().position(|known| known == level).ok_or_else(|| {
            let message = format!("nobody is in the level `{level}`; there are: {}", self.levels.join(", "));
            Error::usage("unknown_level", message)
        })?;
        let points = &self.points[at];
        self.of.check(time, points.stratum.iter().copied())?;
        let reading = match quantity {
            Quantity::Survival => self.of.reading(time),
            Quantity::RestrictedMean => self.of.lengths(time)?,
        };
        let own = self.own.as_deref().filter(|_| self.of.variance == super::CurveVariance::Jackknife);
        Ok(self.of.average(points, &self.weights, &reading, own))
    }
}

/// The first row of each subject of the fit.
fn first_rows(fit: &CoxFit) -> Vec<u32> {
    let data = fit.data();
    let mut rows: Vec<u32> = (0..data.rows.len() as u32).collect();
    rows.sort_by(|&a, &b| {
        let start = |row: u32| data.rows[row as usize].start;
        data.subject[a as usize].cmp(&data.subject[b as usize]).then(start(a).total_cmp(&start(b))).then(a.cmp(&b))
    });
    rows.dedup_by_key(|row| data.subject[*row as usize]);
    rows.sort_unstable();
    rows
}
