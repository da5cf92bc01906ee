//! Hazard ratios of exits and moves by Cox's model: unadjusted, adjusted, in subgroups, with the tests of proportional hazards.

use steadfast_core::frame::Frame;
use steadfast_core::survival::{Cox, CoxFit, TimeTransform};

use super::asked::{Asked, Strata};
use super::ratio::Ratio;
use super::results::{EventResult, EventTest, Measure};
use crate::error::Result;
use crate::events;
use crate::trial::placement::{CENSORED, EVENT, START, STOP};

/// Adds the ratios of the hazard of `event`, and everything that is said about their models.
///
/// # Errors
/// Those of a Cox model.
pub(super) fn add(
    result: &mut EventResult,
    asked: &Asked<'_>,
    frame: &Frame,
    event: &str,
    measure: Measure,
) -> Result<()> {
    for adjusted in [false, true] {
        if adjusted && !asked.adjusts() {
            continue;
        }
        let fit = cox(asked, frame, event, &asked.right_side(adjusted, Strata::Hazards, None))?;
        result.tests.extend(proportional(asked, &fit, event, adjusted));
        let model = ratio(asked, fit, event, (measure, adjusted))?;
        for arms in asked.pairs() {
            result.effects.push(model.effect(asked, arms, None)?);
        }
        result.models.push(model.described(asked, frame)?);
    }
    for column in &asked.analysis.subgroups {
        let right_side = asked.right_side(asked.adjusts(), asked.strata_beside(column), Some(column));
        let fit = cox(asked, frame, event, &right_side)?;
        let model = ratio(asked, fit, event, (measure, asked.adjusts()))?;
        let levels = frame.column(column)?.to_factor().levels().to_vec();
        result.subgroups.extend(model.subgroup(asked, frame, column, &levels)?);
    }
    Ok(())
}

/// The Cox model of the hazard of `event`; other events end observation.
pub(super) fn cox(asked: &Asked<'_>, frame: &Frame, event: &str, right_side: &str) -> Result<CoxFit> {
    let ties = events::ties(&asked.analysis.ties)?;
    let formula = format!("Surv({START}, {STOP}, {EVENT}) ~ {right_side}").parse()?;
    Ok(Cox::new(formula).ties(ties).censored(CENSORED).cause(event).fit(frame)?)
}

fn ratio(asked: &Asked<'_>, fit: CoxFit, event: &str, (measure, adjusted): (Measure, bool)) -> Result<Ratio> {
    let (variance, dof) = (events::vcov(&asked.analysis.vcov)?, events::dof(&asked.analysis.df)?);
    let inference = fit.inference_with(variance, dof)?.with_level(asked.analysis.level)?;
    Ok(Ratio {
        measure,
        event: event.to_owned(),
        adjusted,
        formula: fit.formula().to_owned(),
        rows: fit.rows().to_vec(),
        aliased: fit.aliased().to_vec(),
        n_events: fit.n_events(),
        source: Box::new(fit),
        inference,
    })
}

/// The test that the ratio of the arms does not change with time; none where the events do not tell.
fn proportional(asked: &Asked<'_>, fit: &CoxFit, event: &str, adjusted: bool) -> Option<EventTest> {
    let found = fit.proportional(TimeTransform::KaplanMeier).ok()?;
    let test = found.terms.into_iter().find(|test| test.term == crate::plan::quoted(&asked.design.arm))?;
    Some(EventTest {
        term: "proportional hazards".to_owned(),
        event: event.to_owned(),
        adjusted,
        num_df: test.num_df,
        statistic: test.statistic,
        p_value: test.p_value,
    })
}
