//! Ratios of the hazards of cumulative incidences by Fine and Gray's model.

use steadfast_core::frame::Frame;
use steadfast_core::survival::{FineGray, FineGrayFit, WeightVariance};

use super::asked::{Asked, Strata};
use super::ratio::{Ratio, add_subgroup};
use super::results::{EventResult, Measure};
use crate::error::Result;
use crate::events;
use crate::trial::placement::{CENSORED, EVENT, START, STOP};

const MEASURE: Measure = Measure::SubdistributionHazardRatio;

/// Adds the subdistribution hazard ratios of `event`, unadjusted and adjusted, and in subgroups.
///
/// # Errors
/// Those of Fine and Gray's model.
pub(super) fn add(result: &mut EventResult, asked: &Asked<'_>, frame: &Frame, event: &str) -> Result<()> {
    for adjusted in [false, true] {
        if adjusted && !asked.adjusts() {
            continue;
        }
        let fit = fit(asked, frame, event, &asked.right_side(adjusted, Strata::Hazards, None));
        let model = fit.and_then(|fit| ratio(asked, fit, event, adjusted));
        let Some(model) = result.unless_untold((MEASURE, event), model)? else { continue };
        model.add(result, asked, frame)?;
    }
    for column in &asked.analysis.subgroups {
        let right_side = asked.right_side(asked.adjusts(), asked.strata_beside(column), Some(column));
        let fit = fit(asked, frame, event, &right_side);
        let model = fit.and_then(|fit| ratio(asked, fit, event, asked.adjusts()));
        add_subgroup(result, asked, frame, column, ((MEASURE, event), model))?;
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
        measure: MEASURE,
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
