//! What a model of hazards says in probabilities and in time: of each row, and of all people set to each level of a factor.

use serde::Serialize;
use steadfast_core::report::Row;
use steadfast_core::survival::{CoxCurves, CurveVariance, Population};

use super::EventFitted;
use super::result::RatioRow;
use crate::csv::{Csv, Field};
use crate::error::{Error, Result};

/// What is asked on the absolute scale: plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct AbsoluteSpec {
    /// The factor to whose levels everybody is set.
    pub factor: String,
    /// The times.
    pub times: Vec<f64>,
}

/// The population of the fit with everybody at each level of a factor: standardised risks, mean times, and their comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Absolute {
    /// The factor.
    pub factor: String,
    /// The level with which others are compared.
    pub reference: String,
    /// Where standard errors come from: `model`, `jackknife`.
    pub variance: &'static str,
    /// The probability of the event until each time, at each level.
    pub risks: Vec<RiskRow>,
    /// Differences of these probabilities, level − reference.
    pub risk_differences: Vec<TimeRow>,
    /// ln ratios of these probabilities, level / reference.
    pub risk_ratios: Vec<TimeRow<RatioRow>>,
    /// Mean times without event until each time, at each level.
    pub restricted_means: Vec<TimeRow>,
    /// Differences of these means, level − reference.
    pub mean_differences: Vec<TimeRow>,
}

/// A probability at a level of the factor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RiskRow {
    /// The level.
    pub level: String,
    /// The time.
    pub time: f64,
    /// The probability of the event until then.
    pub risk: f64,
    /// Its standard error.
    pub std_error: f64,
    /// The lower limit.
    pub conf_low: Option<f64>,
    /// The upper limit.
    pub conf_high: Option<f64>,
}

/// An estimate at a time, or until it; a logarithm has its ratio beside it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimeRow<R = Row> {
    /// The time.
    pub time: f64,
    /// The estimate.
    #[serde(flatten)]
    pub row: R,
}

/// How curves of the fit are made: their errors hold for clusters where those of the coefficients do.
fn curves(fitted: &EventFitted) -> (CoxCurves, &'static str) {
    let curves = CoxCurves::new().level(fitted.spec.level);
    match fitted.is_robust() {
        false => (curves.variance(CurveVariance::Model), "model"),
        true => (curves.variance(CurveVariance::Jackknife), "jackknife"),
    }
}

/// Refuses probabilities where other events end observation: the hazard of one cause alone makes none.
fn one_event(fitted: &EventFitted) -> Result<()> {
    let history = &fitted.rows.history;
    let other = (0..history.n_rows()).find_map(|row| history.to(row).filter(|to| *to != fitted.cause));
    let Some(other) = other else { return Ok(()) };
    let message = format!(
        "{} ends observation: the hazard of one event makes no probability where others compete; `steadfast curves --kind incidence`",
        history.states()[other as usize]
    );
    Err(Error::usage("competing_events", message))
}

/// Refuses a factor that the model lacks: setting people to its levels would change nothing.
fn in_model(fitted: &EventFitted, factor: &String) -> Result<()> {
    let known = fitted.fit.effects().recipe().fixed_columns();
    if known.contains(factor) || fitted.response.strata.contains(factor) || fitted.rows.frame.get(factor).is_none() {
        return Ok(());
    }
    let message = format!("`{factor}` is no variable of the model, which says the same of everybody whatever it is");
    Err(Error::usage("unknown_factor", message))
}

impl Absolute {
    pub(super) fn of(fitted: &EventFitted, asked: &AbsoluteSpec) -> Result<Self> {
        one_event(fitted)?;
        in_model(fitted, &asked.factor)?;
        let (how, variance) = curves(fitted);
        let frame = &fitted.rows.frame;
        let at = how.standardised(fitted.fit.cox("standardised risks")?, Population::Fitted(frame), &asked.factor)?;
        let reference = frame.column(&asked.factor)?.to_factor();
        let reference = reference.levels()[reference.reference()].clone();
        let mut found = Self {
            factor: asked.factor.clone(),
            reference: reference.clone(),
            variance,
            risks: Vec::new(),
            risk_differences: Vec::new(),
            risk_ratios: Vec::new(),
            restricted_means: Vec::new(),
            mean_differences: Vec::new(),
        };
        for &time in &asked.times {
            let row = |row: Row| TimeRow { time, row };
            for level in at.levels() {
                let survival = at.at(level, time)?;
                found.risks.push(RiskRow {
                    level: level.clone(),
                    time,
                    risk: 1.0 - survival.survival,
                    std_error: survival.std_error,
                    conf_low: survival.limits.map(|limits| 1.0 - limits.1),
                    conf_high: survival.limits.map(|limits| 1.0 - limits.0),
                });
                let mut mean = at.restricted_mean(level, time)?;
                mean.term.clone_from(level);
                found.restricted_means.push(row(mean));
            }
            for level in at.levels().iter().filter(|level| **level != reference) {
                let named = |sign: &str, mut row: Row| {
                    row.term = format!("{level} {sign} {reference}");
                    TimeRow { time, row }
                };
                found.risk_differences.push(named("-", at.risk_difference(level, &reference, time)?));
                let TimeRow { time, row } = named("/", at.log_risk_ratio(level, &reference, time)?);
                found.risk_ratios.push(TimeRow { time, row: RatioRow::from(row) });
                found.mean_differences.push(named("-", at.restricted_mean_difference(level, &reference, time)?));
            }
        }
        Ok(found)
    }
}

/// Predictions for the rows used, at `times`: a line a row and time, with the cumulative hazard, and the probability of no event
/// until then with its limits.
///
/// # Errors
/// `competing_events` where other events end observation; `beyond_follow_up` when nobody of a row's stratum was observed for so long.
pub fn predictions(fitted: &EventFitted, times: &[f64]) -> Result<Vec<u8>> {
    one_event(fitted)?;
    let frame = &fitted.rows.frame;
    let found = curves(fitted).0.of(fitted.fit.cox("predictions")?, frame)?;
    let mut csv = Csv::new([
        "row",
        "time",
        "cumulative_hazard",
        "hazard_std_error",
        "survival",
        "std_error",
        "conf_low",
        "conf_high",
    ]);
    for curve in 0..found.len() {
        let row = frame.row_number(found.row(curve)?) as usize;
        for &time in times {
            let one = found.at(curve, time)?;
            let numbers =
                [time, one.cumulative_hazard, one.hazard_std_error, one.survival, one.std_error].map(Field::from);
            let limits = [one.limits.map(|limits| limits.0), one.limits.map(|limits| limits.1)].map(Field::from);
            csv.row(std::iter::once(Field::from(row)).chain(numbers).chain(limits));
        }
    }
    Ok(csv.into_bytes())
}
