//! Curves of single rows.

use super::Scale;
use super::functional::{Functional, Uncertainty};
use super::points::Points;
use super::sweep::Path;
use crate::error::{Error, Result};
use crate::report::Row;

/// Hazard and survival at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicted {
    /// The time.
    pub time: f64,
    /// The cumulative hazard; −ln of the survival for a population.
    pub cumulative_hazard: f64,
    /// Its standard error: R's `std.err`, which is of ln S.
    pub hazard_std_error: f64,
    /// The probability of no event until then.
    pub survival: f64,
    /// Its standard error, S times that of the hazard.
    pub std_error: f64,
    /// Its confidence limits; `None` where the scale has none, as when no event has happened.
    pub limits: Option<(f64, f64)>,
}

impl Predicted {
    pub(super) fn new(time: f64, hazard: (f64, f64), survival: (f64, f64), scale: &Scale) -> Self {
        let (survival, std_error) = survival;
        let limits = scale.transformation.limits(survival, std_error, scale.z);
        Self { time, cumulative_hazard: hazard.0, hazard_std_error: hazard.1, survival, std_error, limits }
    }
}

/// The curves of new rows.
#[derive(Debug, Clone)]
pub struct PredictedCurves<'f> {
    of: Uncertainty<'f>,
    points: Points,
    /// For each stratum that a curve is in.
    paths: Vec<Option<Path>>,
}

impl<'f> PredictedCurves<'f> {
    pub(super) fn new(of: Uncertainty<'f>, points: Points) -> Result<Self> {
        for at in 0..points.n() {
            let last = of.cumulative[points.stratum[at]].iter().rev().find(|hazard| hazard.is_finite());
            if !(of.risk(&points, at) * last.copied().unwrap_or_default()).is_finite() {
                let message = format!("the hazard of row {} is too large to be a number", points.row[at] + 1);
                return Err(Error::data("not_finite", message));
            }
        }
        let wanted = |number: usize| points.stratum.contains(&number);
        let strata = of.process.strata.iter().enumerate();
        let paths = strata.map(|(number, stratum)| wanted(number).then(|| Path::new(&of, stratum))).collect();
        Ok(Self { of, points, paths })
    }

    /// The number of curves.
    pub fn len(&self) -> usize {
        self.points.n()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row of the frame that a curve belongs to.
    ///
    /// # Errors
    /// `unknown_curve`.
    pub fn row(&self, curve: usize) -> Result<usize> {
        self.known(curve).map(|curve| self.points.row[curve])
    }

    /// The name of the stratum that a curve belongs to; empty where there is one only.
    ///
    /// # Errors
    /// `unknown_curve`.
    pub fn stratum(&self, curve: usize) -> Result<&str> {
        self.known(curve).map(|curve| self.of.data.strata[self.points.stratum[curve]].as_str())
    }

    /// A curve at every event time of its stratum.
    ///
    /// # Errors
    /// `unknown_curve`.
    pub fn curve(&self, curve: usize) -> Result<Vec<Predicted>> {
        let curve = self.known(curve)?;
        let stratum = &self.of.process.strata[self.points.stratum[curve]];
        let times = stratum.times.iter().enumerate().skip(self.of.start(stratum));
        Ok(times.map(|(k, time)| self.after(curve, k + 1, *time)).collect())
    }

    /// The number of rows of the fit at risk at each event time of a curve's stratum.
    ///
    /// # Errors
    /// `unknown_curve`.
    pub fn n_at_risk(&self, curve: usize) -> Result<&[u32]> {
        let stratum = &self.of.process.strata[self.points.stratum[self.known(curve)?]];
        Ok(&stratum.at_risk[self.of.start(stratum)..])
    }

    /// A curve at `time`.
    ///
    /// # Errors
    /// `unknown_curve`; `bad_time`; `beyond_follow_up` when nobody of the stratum was observed for that long.
    pub fn at(&self, curve: usize, time: f64) -> Result<Predicted> {
        let curve = self.known(curve)?;
        let stratum = self.points.stratum[curve];
        self.of.check(time, [stratum].into_iter())?;
        let passed = self.of.process.strata[stratum].times.partition_point(|known| *known <= time);
        Ok(self.after(curve, passed, time))
    }

    /// The mean time without event until `time`, ∫ S.
    ///
    /// # Errors
    /// As [`PredictedCurves::at`].
    pub fn restricted_mean(&self, curve: usize, time: f64) -> Result<Row> {
        let found = self.mean(curve, time)?;
        Ok(self.row_of("restricted mean", &[curve], found))
    }

    /// The restricted mean of one curve less that of another; what they have in common is taken into account.
    ///
    /// # Errors
    /// As [`PredictedCurves::at`].
    pub fn restricted_mean_difference(&self, first: usize, second: usize, time: f64) -> Result<Row> {
        let (a, b) = (self.mean(first, time)?, self.mean(second, time)?);
        let difference = Functional::combined(a.value - b.value, &[(1.0, &a), (-1.0, &b)]);
        Ok(self.row_of("restricted mean", &[first, second], difference))
    }

    /// The survival of one curve less that of another.
    ///
    /// # Errors
    /// As [`PredictedCurves::at`].
    pub fn survival_difference(&self, first: usize, second: usize, time: f64) -> Result<Row> {
        let survival = |curve: usize| {
            let curve = self.known(curve)?;
            self.of.check(time, [self.points.stratum[curve]].into_iter())?;
            Ok(self.integrated(curve, &self.of.reading(time)))
        };
        let (a, b) = (survival(first)?, survival(second)?);
        let difference = Functional::combined(a.value - b.value, &[(1.0, &a), (-1.0, &b)]);
        Ok(self.row_of("survival", &[first, second], difference))
    }

    fn mean(&self, curve: usize, time: f64) -> Result<Functional> {
        let curve = self.known(curve)?;
        self.of.check(time, [self.points.stratum[curve]].into_iter())?;
        Ok(self.integrated(curve, &self.of.lengths(time)?))
    }

    fn integrated(&self, curve: usize, reading: &[Vec<(usize, f64)>]) -> Functional {
        let p = self.of.data.p();
        let one = Points {
            row: vec![0],
            stratum: vec![self.points.stratum[curve]],
            eta: vec![self.points.eta[curve]],
            x: self.points.x[curve * p..(curve + 1) * p].to_vec(),
        };
        self.of.average(&one, &[1.0], reading, None)
    }

    fn row_of(&self, what: &str, curves: &[usize], found: Functional) -> Row {
        let names: Vec<String> = curves.iter().map(|curve| format!("curve {}", curve + 1)).collect();
        self.of.scale.row(format!("{what}: {}", names.join(" - ")), found.value, self.of.variance_of(&found))
    }

    /// A curve after `passed` event times of its stratum.
    fn after(&self, curve: usize, passed: usize, time: f64) -> Predicted {
        let (number, p) = (self.points.stratum[curve], self.of.data.p());
        let risk = self.of.risk(&self.points, curve);
        let survival = libm::exp(-self.of.hazard(number, passed, risk));
        let hazard = match (&self.paths[number], passed.checked_sub(1)) {
            (Some(path), Some(k)) => {
                let x = &self.points.x[curve * p..(curve + 1) * p];
                (risk * path.hazard[k], risk * libm::sqrt(path.variance(&self.of, k, x)))
            }
            _ => (0.0, 0.0),
        };
        Predicted::new(time, hazard, (survival, survival * hazard.1), &self.of.scale)
    }

    fn known(&self, curve: usize) -> Result<usize> {
        if curve < self.len() {
            Ok(curve)
        } else {
            Err(Error::usage("unknown_curve", format!("there is no curve {curve}: they are counted from 0")))
        }
    }
}
