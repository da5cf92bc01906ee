//! What can be known to be wrong with a plan before any data are read: everything at once.

use std::collections::BTreeSet;

use steadfast_core::formula::Formula;
use steadfast_core::inference::{df_method, inference_method};
use steadfast_core::multiplicity::multiplicity;

use super::{Analysis, PLAN_VERSION, Plan};
use crate::filter::Filter;

/// Every contradiction in `plan`.
pub(super) fn problems(plan: &Plan) -> Vec<String> {
    let mut problems = Vec::new();
    if plan.version != PLAN_VERSION {
        problems.push(format!("version: {} is not known; this program reads {PLAN_VERSION}", plan.version));
    }
    if plan.analyses.is_empty() {
        problems.push("analyses: there is none".to_owned());
    }
    problems.extend(condition("population.where", plan.population.condition.as_deref()));
    let mut ids = BTreeSet::new();
    for analysis in &plan.analyses {
        if !ids.insert(&analysis.id) {
            problems.push(format!("analyses: the id `{}` is used twice", analysis.id));
        }
        problems.extend(analysis_problems(analysis));
    }
    problems
}

fn analysis_problems(analysis: &Analysis) -> Vec<String> {
    let mut problems = Vec::new();
    let at = |key: &str| format!("analysis `{}`, {key}", analysis.id);
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if analysis.id.is_empty() || !analysis.id.chars().all(plain) {
        problems.push(format!("{}: letters, digits, - and _ only, since files are named after it", at("id")));
    }
    let formula = analysis.model.parse::<Formula>();
    if let Err(error) = &formula {
        problems.push(format!("{}: {error}", at("model")));
    }
    if let Err(error) = df_method(&analysis.df) {
        problems.push(format!("{}: {error}", at("df")));
    } else if let Ok(formula) = &formula
        && let Err(error) = inference_method(analysis.convention.df(&analysis.df, formula), &analysis.vcov)
    {
        problems.push(format!("{}: {error}", at("vcov")));
    }
    if let Some(Err(error)) = analysis.adjust.as_deref().map(multiplicity) {
        problems.push(format!("{}: {error}", at("adjust")));
    }
    if !(analysis.level > 0.0 && analysis.level < 1.0) {
        problems.push(format!("{}: between 0 and 1, such as 0.95", at("level")));
    }
    let [first, second] = &analysis.contrast.levels;
    if first == second {
        problems.push(format!("{}: the two levels are the same", at("contrast.levels")));
    }
    if analysis.contrast.at.contains_key(&analysis.contrast.factor) {
        problems.push(format!("{}: the factor of the contrast cannot be held at a level", at("contrast.at")));
    }
    problems.extend(condition(&at("where"), analysis.condition.as_deref()));
    problems
}

fn condition(place: &str, condition: Option<&str>) -> Option<String> {
    let error = condition?.parse::<Filter>().err()?;
    Some(format!("{place}: {error}"))
}
