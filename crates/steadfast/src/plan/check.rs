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
    problems.extend(set_problems(plan));
    let mut ids = BTreeSet::new();
    for analysis in &plan.analyses {
        if !ids.insert(&analysis.id) {
            problems.push(format!("analyses: the id `{}` is used twice", analysis.id));
        }
        problems.extend(analysis_problems(analysis, &plan.design_for(plan.set_of(analysis))));
        problems.extend(problems_with_set(analysis, plan));
    }
    problems
}

fn set_problems(plan: &Plan) -> Vec<String> {
    let mut problems = Vec::new();
    let mut names = BTreeSet::new();
    for set in &plan.analysis_sets {
        if !names.insert(&set.name) {
            problems.push(format!("analysis_sets: the name `{}` is used twice", set.name));
        }
        for step in &set.steps {
            problems.extend(condition(&format!("analysis set `{}`, where", set.name), Some(&step.condition)));
        }
    }
    problems
}

/// An analysis in a set that is compared by another arm must compare by that arm.
fn problems_with_set(analysis: &Analysis, plan: &Plan) -> Option<String> {
    let at = |key: &str| format!("analysis `{}`, {key}", analysis.id);
    if let Some(name) = &analysis.set
        && !plan.analysis_sets.iter().any(|set| set.name == *name)
    {
        let names: Vec<&str> = plan.analysis_sets.iter().map(|set| set.name.as_str()).collect();
        return Some(format!("{}: there is no analysis set `{name}`; the sets are: {}", at("set"), names.join(", ")));
    }
    let set = plan.set_of(analysis);
    let arm = set.arm.as_ref().filter(|arm| **arm != plan.design.arm && analysis.contrast.factor == plan.design.arm)?;
    let message = "is compared by the arm";
    Some(format!("{}: the analysis set `{}` {message} `{arm}`", at("contrast.factor"), set.name))
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
