//! Rates of moves a year in care, their ratios and differences, from one count a child: Poisson's model with errors that families
//! make, and the negative binomial.

use steadfast_core::counts::{Correction, CountFit, CountModel, CountPosition, FewClusters, Standardisation, Variance};
use steadfast_core::family::{Distribution, NegativeBinomial2, Poisson};
use steadfast_core::frame::{Column, Frame};
use steadfast_core::report::Row;

use super::asked::{Asked, Strata};
use super::ratio::{Ratio, difference};
use super::results::{ArmEstimate, EventResult, Measure};
use crate::error::Result;
use crate::plan::MoveGroup;
use crate::trial::placement::{CENSORED, EVENT, counts};

/// The columns of a table with a row a child.
const MOVES: &str = "moves";
const YEARS: &str = "years";

/// The sandwich of the families, as Cox models of the same plan have it.
const VARIANCE: Variance = Variance::Robust(Correction::Cr2, FewClusters::Clusters);

/// What of a model of counts is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Report {
    /// Rates and their differences.
    Differences,
    /// Rates, their differences and ratios, also in subgroups.
    Everything,
}

/// Adds what counts of the moves of `group` say.
///
/// # Errors
/// Those of a model of counts.
pub(super) fn add(result: &mut EventResult, asked: &Asked<'_>, group: &MoveGroup, report: Report) -> Result<()> {
    let frame = table(asked, group)?;
    let distribution: &'static dyn Distribution =
        if report == Report::Everything { &NegativeBinomial2 } else { &Poisson };
    for adjusted in [false, true] {
        if adjusted && !asked.adjusts() {
            continue;
        }
        let fit = fit(&frame, distribution, &asked.right_side(adjusted, Strata::Covariates, None))?;
        differences(result, asked, &fit, (&group.name, adjusted))?;
        if report == Report::Everything {
            poisson_suffices(result, &fit, &group.name, adjusted);
            let model = ratio(asked, fit, &group.name, adjusted)?;
            for arms in asked.pairs() {
                result.effects.push(model.effect(asked, arms, None)?);
            }
            result.models.push(model.described(asked, &frame)?);
        }
    }
    if report == Report::Everything {
        for column in &asked.analysis.subgroups {
            let right_side = asked.right_side(asked.adjusts(), Strata::Covariates, Some(column));
            let model = ratio(asked, fit(&frame, distribution, &right_side)?, &group.name, asked.adjusts())?;
            let levels = frame.column(column)?.to_factor().levels().to_vec();
            result.subgroups.extend(model.subgroup(asked, &frame, column, &levels)?);
        }
    }
    Ok(())
}

/// A row a child: its moves, its years in care, and its columns of the trial.
fn table(asked: &Asked<'_>, group: &MoveGroup) -> Result<Frame> {
    let rows = counts(asked.trial, asked.children, group, asked.end());
    let children: Vec<u32> = rows.iter().map(|row| row.0).collect();
    let moves: Vec<i64> = rows.iter().map(|row| i64::from(row.1)).collect();
    // Layouts have such a column; how often it happened stands in that of the moves.
    let happened = rows.iter().map(|row| if row.1 > 0 { group.name.as_str() } else { CENSORED });
    let frame = asked.trial.frame.select(&children);
    let frame = frame.with_column(Column::factor(EVENT, happened))?;
    let frame = frame.with_column(Column::integer(MOVES, moves))?;
    Ok(frame.with_column(Column::float(YEARS, rows.iter().map(|row| row.2).collect()))?)
}

fn fit(frame: &Frame, distribution: &'static dyn Distribution, right_side: &str) -> Result<CountFit> {
    let formula = format!("{MOVES} ~ {right_side}").parse()?;
    Ok(CountModel::new(formula).distribution(distribution).exposure(YEARS).fit(frame)?)
}

/// The rates of the arms and their differences, everybody being set to each arm.
fn differences(
    result: &mut EventResult,
    asked: &Asked<'_>,
    fit: &CountFit,
    (event, adjusted): (&str, bool),
) -> Result<()> {
    let what = Standardisation::over(&asked.design.arm).population(steadfast_core::counts::Population::Exposure);
    let rates = fit.standardise(&what)?.with_level(asked.analysis.level);
    if !adjusted {
        let rows = rates.rows(VARIANCE)?;
        for arm in asked.arms {
            let Some(row) = rows.iter().find(|row| row.term == *arm) else { continue };
            result.estimates.push(ArmEstimate {
                measure: Measure::Rate,
                name: event.to_owned(),
                arm: arm.clone(),
                at: None,
                estimate: row.estimate,
                std_error: row.std_error,
                conf_low: Some(row.conf_low),
                conf_high: Some(row.conf_high),
                n_at_risk: None,
            });
        }
    }
    for (first, second) in asked.pairs() {
        let row = rates.difference(&asked.arms[first], &asked.arms[second], VARIANCE)?;
        let row = Row { term: format!("{} - {}", asked.arms[first], asked.arms[second]), ..row };
        result.effects.push(difference(row, Measure::Rate, event, adjusted, None));
    }
    Ok(())
}

/// A caution when the counts vary no more than Poisson's.
fn poisson_suffices(result: &mut EventResult, fit: &CountFit, event: &str, adjusted: bool) {
    if *fit.position() != CountPosition::Interior {
        let model = if adjusted { "adjusted" } else { "unadjusted" };
        let caution =
            format!("`{event}`, {model}: counts vary no more than Poisson's; the negative binomial model is that one");
        result.cautions.push(caution);
    }
}

fn ratio(asked: &Asked<'_>, fit: CountFit, event: &str, adjusted: bool) -> Result<Ratio> {
    let inference = fit.inference(VARIANCE)?.with_level(asked.analysis.level)?;
    Ok(Ratio {
        measure: Measure::RateRatio,
        event: event.to_owned(),
        adjusted,
        formula: fit.formula().to_owned(),
        rows: fit.rows().to_vec(),
        aliased: fit.aliased().into_iter().map(str::to_owned).collect(),
        n_events: fit.events_and_exposure().0 as usize,
        source: Box::new(fit),
        inference,
        counts: Some(MOVES),
    })
}
