//! A plan's analyses of events held against the columns and states that there are: everything that does not fit, at once.

use steadfast_core::episodes::State;
use steadfast_core::formula::Formula;
use steadfast_core::frame::{ColumnData, Frame};

use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::plan::{EventAnalysis, EventKind, Plan};

/// Every column and state that the analyses of `plan` name is there and can be what it is asked for.
///
/// # Errors
/// `events_do_not_fit`, with a line for everything that is wrong.
pub(super) fn against(plan: &Plan, frame: &Frame, states: &[State]) -> Result<()> {
    let mut problems = Vec::new();
    if let Some(origin) = plan.placements.as_ref().and_then(|source| source.origin.as_deref()) {
        match frame.get(origin).map(|column| column.data()) {
            None => problems.push(format!("placements, origin: there is no column `{origin}`")),
            Some(ColumnData::Date(_)) => {}
            Some(_) => problems.push(format!("placements, origin: the column `{origin}` holds no days")),
        }
    }
    let mut unknown = false;
    for analysis in &plan.events {
        let at = |key: &str| format!("events `{}`, {key}", analysis.id);
        let of_states = of_states(analysis, states, &at);
        unknown |= !of_states.is_empty();
        problems.extend(of_states);
        problems.extend(of_columns(analysis, frame, &at));
    }
    if problems.is_empty() {
        return Ok(());
    }
    if unknown {
        let names: Vec<&str> = states.iter().map(State::name).collect();
        problems.push(format!("the states are: {}", names.join(", ")));
    }
    Err(Error::usage("events_do_not_fit", problems.join("\n  ")))
}

fn of_states(analysis: &EventAnalysis, states: &[State], at: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut problems = Vec::new();
    let find = |name: &String| states.iter().find(|state| state.name() == name);
    let grouped = analysis.states.iter().flatten().flat_map(|group| &group.states);
    for name in grouped.chain(&analysis.censored).filter(|name| find(name).is_none()) {
        problems.push(format!("{}: there is no state `{name}`", at("states, censored")));
    }
    let (exits, key) = (analysis.exits(), if analysis.kind == EventKind::TimeToEvent { "event" } else { "routes" });
    let left = analysis.from.clone().unwrap_or_default();
    let exits = exits.iter().flat_map(|group| &group.states).map(|name| (key, name));
    for (key, name) in exits.chain(left.iter().map(|name| ("from", name))) {
        match find(name) {
            None => problems.push(format!("{}: there is no state `{name}`", at(key))),
            Some(state) if state.kind().is_care() => {
                problems.push(format!("{}: `{name}` is a state of care, and no way out of it", at(key)));
            }
            Some(_) => {}
        }
    }
    problems
}

fn of_columns(analysis: &EventAnalysis, frame: &Frame, at: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut problems = Vec::new();
    for term in &analysis.covariates {
        let names = format!("y ~ {term}").parse::<Formula>().map(|formula| formula.columns()).unwrap_or_default();
        for name in names.iter().filter(|name| *name != "y" && frame.get(name).is_none()) {
            problems.push(format!("{}: there is no column `{name}`", at("covariates")));
        }
    }
    for name in &analysis.subgroups {
        match frame.get(name) {
            None => problems.push(format!("{}: there is no column `{name}`", at("subgroups"))),
            Some(column)
                if matches!(column.data(), ColumnData::Float(_) | ColumnData::Integer(_) | ColumnData::Date(_)) =>
            {
                problems.push(format!("{}: `{name}` holds numbers, and no levels", at("subgroups")));
            }
            Some(_) => {}
        }
    }
    if let Some(condition) = &analysis.condition
        && let Err(error) = condition.parse::<Filter>().and_then(|filter| filter.truths(frame))
    {
        problems.push(format!("{}: {error}", at("where")));
    }
    problems
}
