//! The analyses of a plan, one after the other.

use steadfast_core::formula::Formula;
use steadfast_core::frame::Frame;
use steadfast_core::parallel::Threads;

use super::numbers::{AnalysisResult, ContrastResult, pooled_std_dev};
use super::select;
use crate::error::Result;
use crate::model::{Fitted, ModelSpec};
use crate::plan::{Analysis, Plan};
use crate::trial::Trial;
use crate::trial::observed::observed;

/// The results of the analyses of `plan` on the `population`.
pub(super) fn run(
    population: &Frame,
    plan: &Plan,
    threads: Threads,
    step: &dyn Fn(&str),
) -> Result<Vec<AnalysisResult>> {
    let mut results = Vec::new();
    for analysis in &plan.analyses {
        step(&format!("analysis {}", analysis.id));
        let result = analyse(population, plan, analysis, threads);
        results.push(result.map_err(|error| error.within(format!("analysis `{}`", analysis.id)))?);
    }
    Ok(results)
}

fn analyse(population: &Frame, plan: &Plan, analysis: &Analysis, threads: Threads) -> Result<AnalysisResult> {
    let selection = select(population, analysis.condition.as_deref(), "where")?;
    let frame = population.select(&selection.rows);
    let fitted = ModelSpec { threads, ..analysis.spec(&plan.design)? }.fit(&frame)?;
    Ok(AnalysisResult {
        id: analysis.id.clone(),
        label: analysis.label.clone(),
        role: analysis.role,
        adjusted: analysis.adjusted,
        estimand: analysis.estimand.clone(),
        condition: analysis.condition.clone(),
        contrast: contrast(&fitted, &frame, plan, analysis)?,
        fit: fitted.result()?,
    })
}

fn contrast(fitted: &Fitted, frame: &Frame, plan: &Plan, analysis: &Analysis) -> Result<ContrastResult> {
    let contrast = &analysis.contrast;
    let row = fitted.difference(&contrast.factor, &contrast.levels, &contrast.at)?;
    let scale = scale(frame, plan, analysis)?;
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
fn scale(frame: &Frame, plan: &Plan, analysis: &Analysis) -> Result<Option<f64>> {
    let contrast = &analysis.contrast;
    let formula: Formula = analysis.model.parse()?;
    let response = formula.response().and_then(|response| response.as_name()).and_then(|name| frame.get(name));
    let visit = contrast.at.get(&plan.design.visit).filter(|_| contrast.factor == plan.design.arm);
    let (Some(response), Some(visit)) = (response, visit) else { return Ok(None) };
    let trial = Trial::new(frame, &plan.design)?.measuring(response);
    let means = observed(&trial, &trial.all_rows(), analysis.level)?;
    Ok(pooled_std_dev(&means, &contrast.levels, visit))
}
