//! What can be known to be wrong with a plan before any data are read: everything at once.

use std::collections::BTreeSet;

use super::{Analysis, DesignColumns, EventAnalysis, PLAN_VERSION, Plan};
use steadfast_core::formula::Formula;

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
    problems.extend(event_problems(plan, &mut ids));
    problems
}

/// What is wrong with the analyses of events; `ids` are those in use.
fn event_problems<'a>(plan: &'a Plan, ids: &mut BTreeSet<&'a String>) -> Vec<String> {
    let mut problems: Vec<String> = plan.placements.iter().flat_map(|source| source.problems()).collect();
    match (&plan.placements, plan.events.is_empty()) {
        (None, false) => problems.push("events: `[placements]` does not say where placements are told".to_owned()),
        (Some(_), true) => problems.push("placements: no `[[events]]` asks about them".to_owned()),
        _ => {}
    }
    for analysis in &plan.events {
        let at = |key: &str| format!("events `{}`, {key}", analysis.id);
        if !ids.insert(&analysis.id) {
            problems.push(format!("events: the id `{}` is used twice", analysis.id));
        }
        problems.extend(id_problem(&analysis.id, &at));
        problems.extend(unknown_set(analysis.set.as_ref(), plan, &at));
        problems.extend(condition(&at("where"), analysis.condition.as_deref()));
        problems.extend(analysis.problems(&at));
        problems.extend(covariate_problems(analysis, plan, &at));
    }
    problems
}

/// Covariates are terms of a formula, and subgroups and covariates are not the arm.
fn covariate_problems(analysis: &EventAnalysis, plan: &Plan, at: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut problems = Vec::new();
    for term in &analysis.covariates {
        match format!("y ~ {term}").parse::<Formula>() {
            Err(error) => problems.push(format!("{}: {error}", at("covariates"))),
            Ok(formula) if formula.columns().contains(&plan.design.arm) => {
                problems.push(format!("{}: the arm is compared, and is no covariate", at("covariates")));
            }
            Ok(_) => {}
        }
    }
    if analysis.subgroups.contains(&plan.design.arm) {
        problems.push(format!("{}: the arm is compared, and is no subgroup", at("subgroups")));
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
    if let Some(problem) = unknown_set(analysis.set.as_ref(), plan, &at) {
        return Some(problem);
    }
    let set = plan.set_of(analysis);
    let arm = set.arm.as_ref().filter(|arm| **arm != plan.design.arm && analysis.contrast.factor == plan.design.arm)?;
    let message = "is compared by the arm";
    Some(format!("{}: the analysis set `{}` {message} `{arm}`", at("contrast.factor"), set.name))
}

fn unknown_set(name: Option<&String>, plan: &Plan, at: &dyn Fn(&str) -> String) -> Option<String> {
    let name = name.filter(|name| !plan.analysis_sets.iter().any(|set| set.name == **name))?;
    let names: Vec<&str> = plan.analysis_sets.iter().map(|set| set.name.as_str()).collect();
    Some(format!("{}: there is no analysis set `{name}`; the sets are: {}", at("set"), names.join(", ")))
}

fn id_problem(id: &str, at: &dyn Fn(&str) -> String) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let good = !id.is_empty() && id.chars().all(plain);
    (!good).then(|| format!("{}: letters, digits, - and _ only, since files are named after it", at("id")))
}

fn analysis_problems(analysis: &Analysis, design: &DesignColumns) -> Vec<String> {
    let mut problems = Vec::new();
    let at = |key: &str| format!("analysis `{}`, {key}", analysis.id);
    problems.extend(id_problem(&analysis.id, &at));
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
