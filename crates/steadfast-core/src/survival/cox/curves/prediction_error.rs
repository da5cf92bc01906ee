//! How far predictions are from what happened: the Brier score, weighted for censoring.
//!
//! ```text
//! BS(t) = Σ w_i [ S_i(t)² 1(T_i ≤ t, δ_i) / G(T_i−) + (1 − S_i(t))² 1(T_i > t) / G(t) ] / Σ w_i
//! ```
//!
//! G is the Kaplan–Meier curve of the censoring, of all rows or of those of a group. The integrated score is ∫ BS / τ from the
//! origin to τ, exactly: BS changes only where a prediction or G does. Standard errors are over clusters, G being taken as known.
//!
//! Cost: n log n, and n operations a time; the integral has as many times as there are distinct ends of rows.
//!
//! ```
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::survival::{Cox, PredictionError};
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 8.0, 9.0, 12.0, 5.0, 7.0, 11.0, 14.0]),
//!     Column::integer("home", vec![1, 1, 0, 1, 1, 0, 1, 1]),
//!     Column::factor("arm", ["NIM", "NIM", "NIM", "NIM", "SAU", "SAU", "SAU", "SAU"]),
//! ])?;
//! let fit = Cox::new("Surv(months, home) ~ arm".parse()?).fit(&frame)?;
//! let score = PredictionError::new().at(&fit, &frame, 9.0)?;
//! assert!(score.model.estimate < 0.25 && score.null.estimate > 0.0);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```
//!
//! # Source
//! Graf et al. 1999, Statistics in Medicine 18:2529, eq. 9; Gerds and Schumacher 2006, Biometrical Journal 48:1029, for censoring that
//! depends on a group.

use super::functional::{CurveVariance, Uncertainty};
use super::points::Points;
use super::{Baseline, Scale, bad_time};
use crate::error::{Error, Result};
use crate::formula::ExprKind;
use crate::frame::Frame;
use crate::report::Row;
use crate::special::Normal;
use crate::survival::CoxFit;
use crate::survival::limits::Transformation;
use crate::survival::risk_data::{RiskData, Variables};

/// How prediction errors are weighted.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictionError {
    censoring: Option<String>,
    level: f64,
}

/// The error of a model beside that of a prediction without covariates.
#[derive(Debug, Clone, PartialEq)]
pub struct BrierScore {
    /// The score of the model's predictions: 0 is perfect, 1/4 that of one half for everybody.
    pub model: Row,
    /// The score of the Kaplan–Meier curve of the same rows.
    pub null: Row,
    /// 1 − model / null: what the covariates explain; `None` where the curve is without error.
    pub explained: Option<f64>,
}

impl Default for PredictionError {
    fn default() -> Self {
        Self::new()
    }
}

impl PredictionError {
    /// One censoring curve for all, limits of level 0.95.
    pub fn new() -> Self {
        Self { censoring: None, level: 0.95 }
    }

    /// A censoring curve for each level of `column`.
    pub fn censoring_by(mut self, column: impl Into<String>) -> Self {
        self.censoring = Some(column.into());
        self
    }

    /// Limits of another confidence level, between 0 and 1.
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// The score at `time` of the predictions of `fit` for the rows of `frame` that are complete in its variables: those of the
    /// fit, or others that have the response too.
    ///
    /// # Errors
    /// `late_entry` when rows are not observed from one origin on, or a person has several; `competing_events` for the hazard of one
    /// of several causes, from which no survival follows; `unknown_level`; `bad_time`; `beyond_follow_up`; `bad_level`; those of
    /// reading the response.
    pub fn at(&self, fit: &CoxFit, frame: &Frame, time: f64) -> Result<BrierScore> {
        let sample = Sample::new(self, fit, frame, time)?;
        let score = |survival: &dyn Fn(usize, f64) -> f64| {
            (0..sample.n()).map(|row| sample.error(row, time, survival(row, time))).collect::<Vec<f64>>()
        };
        let (model, null) = (score(&|row, time| sample.predicted(row, time)), score(&|_, time| sample.marginal(time)));
        sample.scores(self.level, &model, &null)
    }

    /// The mean of the score from the origin until `time`.
    ///
    /// # Errors
    /// As [`PredictionError::at`].
    pub fn integrated(&self, fit: &CoxFit, frame: &Frame, time: f64) -> Result<BrierScore> {
        let sample = Sample::new(self, fit, frame, time)?;
        let fitted = sample.of.process.strata.iter().flat_map(|stratum| stratum.times.iter().copied());
        let mut times: Vec<f64> = sample.data.rows.iter().map(|row| row.stop).chain(fitted).collect();
        times.push(sample.origin);
        times.retain(|known| *known >= sample.origin && *known < time);
        times.sort_by(f64::total_cmp);
        times.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let (mut model, mut null) = (vec![0.0; sample.n()], vec![0.0; sample.n()]);
        for (at, &now) in times.iter().enumerate() {
            let share = (times.get(at + 1).copied().unwrap_or(time) - now) / (time - sample.origin);
            let marginal = sample.marginal(now);
            for row in 0..sample.n() {
                model[row] += share * sample.error(row, now, sample.predicted(row, now));
                null[row] += share * sample.error(row, now, marginal);
            }
        }
        sample.scores(self.level, &model, &null)
    }
}

/// Rows with what is predicted for them and how their censoring goes.
struct Sample<'f> {
    of: Uncertainty<'f>,
    data: RiskData,
    points: Points,
    origin: f64,
    /// The group of each row's censoring, and the groups' curves.
    group: Vec<usize>,
    censoring: Vec<Curve>,
    /// The Kaplan–Meier curve of the events.
    events: Curve,
}

impl<'f> Sample<'f> {
    fn new(spec: &PredictionError, fit: &'f CoxFit, frame: &Frame, time: f64) -> Result<Self> {
        let scale = Scale { z: Normal.quantile(0.975)?, transformation: Transformation::default(), from: None };
        let of = Uncertainty::new(fit, Baseline::AsFitted, CurveVariance::Model, scale)?;
        if fit.data().spec.cause.is_some() {
            let message = "the hazard of one of several causes gives no survival: compare cumulative incidences";
            return Err(Error::usage("competing_events", message));
        }
        let frame = frame.select(&complete(fit, spec, frame)?);
        let data = RiskData::new(&response_only(&fit.data().spec)?, &frame)?;
        let origin = data.rows.iter().map(|row| row.start).fold(f64::INFINITY, f64::min);
        let mut subjects = data.subject.clone();
        subjects.sort_unstable();
        subjects.dedup();
        if data.rows.iter().any(|row| row.start > origin) || subjects.len() < data.rows.len() {
            let message = "predictions are judged from one origin on, with one row a person";
            return Err(Error::usage("late_entry", message));
        }
        let points = Points::of(fit, &frame)?;
        if time <= origin {
            return Err(bad_time());
        }
        of.check(time, points.stratum.iter().copied())?;
        let group: Vec<usize> = match &spec.censoring {
            None => vec![0; data.rows.len()],
            Some(name) => frame.column(name)?.to_factor().codes().iter().map(|code| *code as usize).collect(),
        };
        let groups = group.iter().max().map_or(0, |last| last + 1);
        let member = |of: usize| (0..data.rows.len()).filter(|row| group[*row] == of).collect::<Vec<usize>>();
        let censoring = (0..groups).map(|of| Curve::new(&data, &member(of), false)).collect();
        let events = Curve::new(&data, &(0..data.rows.len()).collect::<Vec<usize>>(), true);
        Ok(Self { of, data, points, origin, group, censoring, events })
    }

    fn n(&self) -> usize {
        self.data.rows.len()
    }

    /// The model's survival of `row`.
    fn predicted(&self, row: usize, time: f64) -> f64 {
        let stratum = self.points.stratum[row];
        let passed = self.of.process.strata[stratum].times.partition_point(|known| *known <= time);
        libm::exp(-self.of.hazard(stratum, passed, self.of.risk(&self.points, row)))
    }

    /// That of everybody.
    fn marginal(&self, time: f64) -> f64 {
        self.events.after(time)
    }

    /// The weighted squared error of a prediction for `row`.
    fn error(&self, row: usize, time: f64, survival: f64) -> f64 {
        let (known, censoring) = (&self.data.rows[row], &self.censoring[self.group[row]]);
        if known.stop > time {
            (1.0 - survival) * (1.0 - survival) / censoring.after(time)
        } else if known.event {
            survival * survival / censoring.before(known.stop)
        } else {
            0.0
        }
    }

    fn scores(&self, level: f64, model: &[f64], null: &[f64]) -> Result<BrierScore> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::usage("bad_level", "a confidence level lies between 0 and 1"));
        }
        let z = Normal.quantile(0.5 + 0.5 * level)?;
        let (model, null) = (self.mean("Brier score", model, z)?, self.mean("Brier score, no covariates", null, z)?);
        let explained = (null.estimate > 0.0).then(|| 1.0 - model.estimate / null.estimate);
        Ok(BrierScore { model, null, explained })
    }

    /// The weighted mean of `values` with its error over clusters.
    fn mean(&self, term: &str, values: &[f64], z: f64) -> Result<Row> {
        let total: f64 = self.data.rows.iter().map(|row| row.weight).sum();
        if total <= 0.0 {
            return Err(Error::data("no_rows", "no row has any weight"));
        }
        let mean = self.data.rows.iter().zip(values).map(|(row, value)| row.weight * value).sum::<f64>() / total;
        let mut sums = vec![0.0; self.data.cluster.iter().max().map_or(0, |last| *last as usize + 1)];
        for ((row, value), cluster) in self.data.rows.iter().zip(values).zip(&self.data.cluster) {
            sums[*cluster as usize] += row.weight * (value - mean) / total;
        }
        let std_error = libm::sqrt(sums.iter().map(|sum| sum * sum).sum());
        let scale = Scale { z, transformation: Transformation::default(), from: None };
        Ok(scale.row(term.to_owned(), mean, std_error * std_error))
    }
}

/// The rows with a value in every variable of the fit, and in the groups of the censoring.
fn complete(fit: &CoxFit, spec: &PredictionError, frame: &Frame) -> Result<Vec<u32>> {
    let variables = &fit.data().spec;
    let mut names = variables.formula.columns();
    names.extend(variables.weights.iter().chain(&variables.subject).chain(&spec.censoring).cloned());
    let columns = names.iter().map(|name| frame.column(name)).collect::<Result<Vec<_>>>()?;
    let all = |row: &u32| columns.iter().all(|column| column.is_observed(*row as usize));
    Ok((0..frame.n_rows() as u32).filter(all).collect())
}

/// The variables of the response, and the clusters.
fn response_only(spec: &Variables) -> Result<Variables> {
    let formula = &spec.formula;
    let mut text = format!("{} ~ 1", formula.response().map(ToString::to_string).unwrap_or_default());
    for marker in formula.markers() {
        if matches!(&marker.kind, ExprKind::Call { function, .. } if function == "cluster") {
            text.push_str(&format!(" + {marker}"));
        }
    }
    Ok(Variables { formula: text.parse()?, ..spec.clone() })
}

/// A Kaplan–Meier curve of rows observed from one origin on; events come before censoring at the same time.
struct Curve {
    times: Vec<f64>,
    /// Before the first time and after each.
    survival: Vec<f64>,
}

impl Curve {
    /// Of the events, or of the censoring.
    fn new(data: &RiskData, members: &[usize], of_events: bool) -> Self {
        let mut rows: Vec<_> = members.iter().map(|&row| data.rows[row]).collect();
        rows.sort_by(|a, b| a.stop.total_cmp(&b.stop).then(a.event.cmp(&b.event)).then(a.weight.total_cmp(&b.weight)));
        let mut at_risk: f64 = rows.iter().map(|row| row.weight).sum();
        let mut curve = Self { times: Vec::new(), survival: vec![1.0] };
        let mut now = 1.0;
        for alike in rows.chunk_by(|a, b| a.stop.total_cmp(&b.stop).is_eq()) {
            let gone = |event: bool| alike.iter().filter(|row| row.event == event).map(|row| row.weight).sum::<f64>();
            let (events, censored) = (gone(true), gone(false));
            let (leaving, from) = if of_events { (events, at_risk) } else { (censored, at_risk - events) };
            if leaving > 0.0 {
                now *= (1.0 - leaving / from).max(0.0);
                curve.times.push(alike[0].stop);
                curve.survival.push(now);
            }
            at_risk -= events + censored;
        }
        curve
    }

    fn after(&self, time: f64) -> f64 {
        self.survival[self.times.partition_point(|known| *known <= time)]
    }

    fn before(&self, time: f64) -> f64 {
        self.survival[self.times.partition_point(|known| *known < time)]
    }
}
