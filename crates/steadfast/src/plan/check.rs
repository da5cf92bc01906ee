//! What can be known to be wrong with a plan before any data are read: everything at once.

use std::collections::BTreeSet;

use super::{Analysis, DesignColumns, PLAN_VERSION, Plan};
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
        problems.extend(analysis_problems(analysis, &plan.design));
    }
    problems
}

fn analysis_problems(analysis: &Analysis, design: &DesignColumns) -> Vec<String> {
    let mut problems = Vec::new();
    let at = |key: &str| format!("analysis `{}`, {key}", analysis.id);
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if analysis.id.is_empty() || !analysis.id.chars().all(plain) {
        problems.push(format!("{}: letters, digits, - and _ only, since files are named after it", at("id")));
    }
    if !analysis.model.is_empty()
        && let Ok(spec) = analysis.spec(design)
    {
        problems.extend(spec.problems().into_iter().map(|(key, error)| format!("{}: {error}", at(key))));
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
