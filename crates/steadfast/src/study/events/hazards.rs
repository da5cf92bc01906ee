//! Hazard ratios of exits and moves by Cox's model: unadjusted, adjusted, in subgroups, with the tests of proportional hazards.

use steadfast_core::frame::Frame;
use steadfast_core::survival::{Cox, CoxFit, TimeTransform};

use super::asked::{Asked, Strata};
use super::ratio::{Ratio, add_subgroup};
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
        let fit = cox(asked, frame, event, &asked.right_side(adjusted, Strata::Hazards, None));
        let found = fit.and_then(|fit| {
            let test = proportional(asked, &fit, event, adjusted);
            Ok((test, ratio(asked, fit, event, (measure, adjusted))?))
        });
        let Some((test, model)) = result.unless_untold((measure, event), found)? else { continue };
        result.tests.extend(test);
        model.add(result, asked, frame)?;
    }
    for column in &asked.analysis.subgroups {
        let right_side = asked.right_side(asked.adjusts(), asked.strata_beside(column), Some(column));
        let fit = cox(asked, frame, event, &right_side);
        let model = fit.and_then(|fit| ratio(asked, fit, event, (measure, asked.adjusts())));
        add_subgroup(result, asked, frame, column, ((measure, event), model))?;
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
        counts: None,
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
