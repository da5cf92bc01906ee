//! Ratios of the hazards of cumulative incidences by Fine and Gray's model.

use steadfast_core::frame::Frame;
use steadfast_core::survival::{FineGray, FineGrayFit, WeightVariance};

use super::asked::{Asked, Strata};
use super::ratio::Ratio;
use super::results::{EventResult, Measure};
use crate::error::Result;
use crate::events;
use crate::trial::placement::{CENSORED, EVENT, START, STOP};

/// Adds the subdistribution hazard ratios of `event`, unadjusted and adjusted, and in subgroups.
///
/// # Errors
/// Those of Fine and Gray's model.
pub(super) fn add(result: &mut EventResult, asked: &Asked<'_>, frame: &Frame, event: &str) -> Result<()> {
    for adjusted in [false, true] {
        if adjusted && !asked.adjusts() {
            continue;
        }
        let fit = fit(asked, frame, event, &asked.right_side(adjusted, Strata::Hazards, None))?;
        let model = ratio(asked, fit, event, adjusted)?;
        for arms in asked.pairs() {
            result.effects.push(model.effect(asked, arms, None)?);
        }
        result.models.push(model.described(asked, frame)?);
    }
    for column in &asked.analysis.subgroups {
        let right_side = asked.right_side(asked.adjusts(), asked.strata_beside(column), Some(column));
        let model = ratio(asked, fit(asked, frame, event, &right_side)?, event, asked.adjusts())?;
        let levels = frame.column(column)?.to_factor().levels().to_vec();
        result.subgroups.extend(model.subgroup(asked, frame, column, &levels)?);
    }
    Ok(())
}

fn fit(asked: &Asked<'_>, frame: &Frame, event: &str, right_side: &str) -> Result<FineGrayFit> {
    let formula = format!("Surv({START}, {STOP}, {EVENT}) ~ {right_side}").parse()?;
    let model = FineGray::new(formula).ties(events::ties(&asked.analysis.ties)?).censored(CENSORED).cause(event);
    Ok(model.fit(frame)?)
}

fn ratio(asked: &Asked<'_>, fit: FineGrayFit, event: &str, adjusted: bool) -> Result<Ratio> {
    let inference = fit.inference(WeightVariance::Estimated)?.with_level(asked.analysis.level)?;
    Ok(Ratio {
        measure: Measure::SubdistributionHazardRatio,
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
