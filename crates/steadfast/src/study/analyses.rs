//! The analyses of a plan, one after the other.

use steadfast_core::formula::Formula;
use steadfast_core::frame::Frame;
use steadfast_core::parallel::Threads;

use super::numbers::{AnalysisResult, ContrastResult, pooled_std_dev};
use super::select;
use crate::analysis_sets::Applied;
use crate::error::Result;
use crate::model::{Fitted, ModelSpec};
use crate::plan::{Analysis, AnalysisSet, DesignColumns, Plan};
use crate::trial::Trial;
use crate::trial::observed::observed;

/// The results of the analyses of `plan`, each on the rows of its set in `frame`.
pub(super) fn run(
    frame: &Frame,
    sets: &[Applied],
    plan: &Plan,
    threads: Threads,
    step: &dyn Fn(&str),
) -> Result<Vec<AnalysisResult>> {
    let mut results = Vec::new();
    for analysis in &plan.analyses {
        step(&format!("analysis {}", analysis.id));
        let set = plan.set_of(analysis);
        let applied = sets.iter().find(|applied| applied.result.name == set.name);
        let rows = applied.map_or(&[][..], |applied| &applied.rows);
        let result = analyse(&frame.select(rows), (plan, set), analysis, threads);
        results.push(result.map_err(|error| error.within(format!("analysis `{}`", analysis.id)))?);
    }
    Ok(results)
}

fn analyse(
    rows: &Frame,
    (plan, set): (&Plan, &AnalysisSet),
    analysis: &Analysis,
    threads: Threads,
) -> Result<AnalysisResult> {
    let selection = select(rows, analysis.condition.as_deref(), "where")?;
    let frame = rows.select(&selection.rows);
    let design = plan.design_for(set);
    let fitted = ModelSpec { threads, ..analysis.spec(&design)? }.fit(&frame)?;
    Ok(AnalysisResult {
        id: analysis.id.clone(),
        label: analysis.label.clone(),
        role: analysis.role,
        adjusted: analysis.adjusted,
        estimand: analysis.estimand.clone(),
        set: set.name.clone(),
        condition: analysis.condition.clone(),
        contrast: contrast(&fitted, &frame, &design, analysis)?,
        fit: fitted.result()?,
    })
}

fn contrast(fitted: &Fitted, frame: &Frame, design: &DesignColumns, analysis: &Analysis) -> Result<ContrastResult> {
    let contrast = &analysis.contrast;
    let row = fitted.difference(&contrast.factor, &contrast.levels, &contrast.at)?;
    let scale = scale(frame, design, analysis)?;
    Ok(ContrastResult {
        factor: contrast.factor.clone(),
        levels: contrast.levels.clone(),
        at: contrast.at.clone(),
        standardised: scale.map(|scale| row.estimate / scale),
        row,
    })
}

/// The standard deviation of the response at the visit of the contrast, pooled over its two arms; none when the contrast
/// is no comparison of arms at a visit, or the response no column.
fn scale(frame: &Frame, design: &DesignColumns, analysis: &Analysis) -> Result<Option<f64>> {
    let contrast = &analysis.contrast;
    let formula: Formula = analysis.model.parse()?;
    let response = formula.response().and_then(|response| response.as_name()).and_then(|name| frame.get(name));
    let visit = contrast.at.get(&design.visit).filter(|_| contrast.factor == design.arm);
    let (Some(response), Some(visit)) = (response, visit) else { return Ok(None) };
    let trial = Trial::new(frame, design)?.measuring(response);
    let means = observed(&trial, &trial.all_rows(), analysis.level)?;
    Ok(pooled_std_dev(&means, &contrast.levels, visit))
}
