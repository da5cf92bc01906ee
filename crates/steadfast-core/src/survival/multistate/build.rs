//! From the specification and a frame to fitted components.

use std::sync::Arc;

use super::component::{Component, Member, Stack};
use super::fit::MultiStateFit;
use super::{MultiState, Transition};
use crate::design::{Design, DesignOptions};
use crate::error::{Error, Result};
use crate::event_history::{Columns, EventHistory};
use crate::formula::Formula;
use crate::frame::Frame;
use crate::likelihood::RiskRow;
use crate::survival::predictors::predictors;
use crate::survival::risk_data::{Markers, Response, crossed, response, without_random_effects};

/// A transition with its rows.
struct Part {
    transition: Transition,
    /// The rows of the history that are at risk.
    rows: Vec<u32>,
    to: u32,
    design: Design,
    markers: Markers,
}

pub(super) fn fit(spec: &MultiState, frame: &Frame) -> Result<MultiStateFit> {
    let named = response(&spec.formula)?;
    let source = complete(spec, frame)?;
    let frame = frame.select(&source);
    let history = history(spec, &named, &frame)?;
    let states = history.states().to_vec();
    let transitions = transitions(spec, &history)?;
    let parts =
        transitions.iter().map(|wanted| part(spec, &named, &frame, &history, wanted)).collect::<Result<Vec<_>>>()?;
    let mut components = Vec::new();
    for members in together(spec, &transitions)? {
        components.push(component(spec, &frame, &history, &parts, &members)?);
    }
    Ok(MultiStateFit::new(spec, states, transitions, components, &history, source))
}

/// The rows with a value in every column that a model reads.
fn complete(spec: &MultiState, frame: &Frame) -> Result<Vec<u32>> {
    let mut names = spec.formula.columns();
    names.extend(spec.own.iter().flat_map(|(_, formula)| formula.columns()));
    names.extend([&spec.from, &spec.subject, &spec.weights].into_iter().flatten().cloned());
    let columns = names.iter().map(|name| frame.column(name)).collect::<Result<Vec<_>>>()?;
    let is_complete = |row: &u32| columns.iter().all(|column| column.is_observed(*row as usize));
    let rows: Vec<u32> = (0..frame.n_rows() as u32).filter(is_complete).collect();
    if rows.is_empty() {
        return Err(Error::data("no_rows", "no row has a value in every variable of the model"));
    }
    Ok(rows)
}

fn history(spec: &MultiState, named: &Response, frame: &Frame) -> Result<EventHistory> {
    let mut columns = Columns::new(&named.stop, &named.event);
    if let Some(start) = &named.start {
        columns = columns.start(start);
    }
    if let Some(from) = &spec.from {
        columns = columns.from(from);
    }
    if let Some(subject) = &spec.subject {
        columns = columns.subject(subject);
    }
    if let Some(cluster) = Markers::of(&spec.formula, false)?.cluster {
        columns = columns.cluster(cluster);
    }
    if let Some(weights) = &spec.weights {
        columns = columns.weight(weights);
    }
    if let Some(censored) = &spec.censored {
        columns = columns.censored(censored);
    }
    EventHistory::from_frame(frame, &columns)
}

/// The transitions asked for, or those that occur, in the order of the states.
fn transitions(spec: &MultiState, history: &EventHistory) -> Result<Vec<Transition>> {
    let states = history.states();
    let counts = |row: &usize| history.weight()[*row] > 0.0;
    let moves = (0..history.n_rows()).filter(counts).filter_map(|row| Some((history.from()[row], history.to(row)?)));
    let mut occur: Vec<(u32, u32)> = moves.collect();
    occur.sort_unstable();
    occur.dedup();
    if spec.transitions.is_empty() {
        if occur.is_empty() {
            return Err(Error::data("no_events", "nobody passes from one state to another"));
        }
        let named = |(from, to): (u32, u32)| Transition::new(&states[from as usize], &states[to as usize]);
        return Ok(occur.into_iter().map(named).collect());
    }
    for wanted in &spec.transitions {
        let place = (state(states, &wanted.from)?, state(states, &wanted.to)?);
        if occur.binary_search(&place).is_err() {
            return Err(Error::data(
                "no_events",
                format!("the transition {wanted} does not happen to anybody at risk"),
            ));
        }
    }
    let mut wanted = spec.transitions.clone();
    wanted.dedup();
    Ok(wanted)
}

fn state(states: &[String], name: &str) -> Result<u32> {
    let unknown = || Error::usage("unknown_state", format!("there is no state `{name}`: {}", states.join(", ")));
    states.iter().position(|state| state == name).map(|at| at as u32).ok_or_else(unknown)
}

fn part(
    spec: &MultiState,
    named: &Response,
    frame: &Frame,
    history: &EventHistory,
    wanted: &Transition,
) -> Result<Part> {
    let (from, to) = (state(history.states(), &wanted.from)?, state(history.states(), &wanted.to)?);
    let rows: Vec<u32> = (0..history.n_rows() as u32).filter(|&row| history.from()[row as usize] == from).collect();
    let own = spec.own.iter().find(|(transition, _)| transition == wanted);
    let formula: &Formula = own.map_or(&spec.formula, |(_, formula)| formula);
    without_random_effects(formula, false)?;
    if let Some(strata) = formula.terms().strata().next() {
        let message = "this model takes `strata()` as a term of its own only";
        return Err(formula.error_at("unsupported_term", strata.span, message));
    }
    let design =
        Design::build(&predictors(formula, &named.stop, None)?, &frame.select(&rows), &DesignOptions::default())
            .map_err(|error| Error::data(error.code(), format!("{wanted}: {error}")))?;
    if !design.aliased.is_empty() {
        let message = format!(
            "{wanted}: among those at risk these columns do not vary, or others determine them: {}",
            design.aliased.join(", ")
        );
        return Err(Error::data("constant_covariate", message));
    }
    Ok(Part { transition: wanted.clone(), rows, to, design, markers: Markers::of(formula, false)? })
}

/// The places of transitions that share something, each set once.
fn together(spec: &MultiState, transitions: &[Transition]) -> Result<Vec<Vec<usize>>> {
    let mut set: Vec<usize> = (0..transitions.len()).collect();
    let common = spec.common.iter().map(|(_, transitions)| transitions);
    for shared in spec.proportional.iter().chain(common) {
        let places = places(shared, transitions)?;
        for pair in places.windows(2) {
            let (a, b) = (set[pair[0]], set[pair[1]]);
            set.iter_mut().filter(|known| **known == b).for_each(|known| *known = a);
        }
    }
    let mut found: Vec<Vec<usize>> = Vec::new();
    for place in 0..transitions.len() {
        match found.iter_mut().find(|members| set[members[0]] == set[place]) {
            Some(members) => members.push(place),
            None => found.push(vec![place]),
        }
    }
    Ok(found)
}

/// The places of `wanted`; of all, where none is wanted.
fn places(wanted: &[Transition], transitions: &[Transition]) -> Result<Vec<usize>> {
    if wanted.is_empty() {
        return Ok((0..transitions.len()).collect());
    }
    let place = |wanted: &Transition| {
        let unknown = || Error::usage("unknown_transition", format!("{wanted} is not modelled"));
        transitions.iter().position(|known| known == wanted).ok_or_else(unknown)
    };
    wanted.iter().map(place).collect()
}

fn component(
    spec: &MultiState,
    frame: &Frame,
    history: &EventHistory,
    parts: &[Part],
    members: &[usize],
) -> Result<Component> {
    let all: Vec<Transition> = parts.iter().map(|part| part.transition.clone()).collect();
    let label = members.iter().map(|&at| all[at].to_string()).collect::<Vec<_>>().join(", ");
    let mut names = Vec::new();
    let mut found =
        members.iter().map(|&at| member(spec, &all, &parts[at], at, &mut names)).collect::<Result<Vec<_>>>()?;
    let mut stack = Stack::default();
    // A baseline is known by the first transition that has it and by its stratum.
    let mut baselines: Vec<(usize, String)> = Vec::new();
    for member in &mut found {
        let part = &parts[member.transition];
        let shared = spec.proportional.iter().map(|shared| places(shared, &all)).collect::<Result<Vec<_>>>()?;
        let owner =
            shared.iter().find(|places| places.contains(&member.transition)).map_or(member.transition, |p| p[0]);
        let (codes, labels) = crossed(&frame.select(&part.rows), &member.strata)?;
        for label in labels {
            let at = baselines.iter().position(|known| *known == (owner, label.clone())).unwrap_or(baselines.len());
            if at == baselines.len() {
                baselines.push((owner, label.clone()));
            }
            member.places.push((label, at as u32));
        }
        let p = names.len();
        for (row, &at) in part.rows.iter().enumerate() {
            let at = at as usize;
            stack.rows.push(RiskRow {
                stratum: member.places[codes[row] as usize].1,
                start: history.start()[at],
                stop: history.stop()[at],
                event: history.to(at) == Some(part.to),
                weight: history.weight()[at],
                offset: part.design.offset.as_ref().map_or(0.0, |offset| offset[row]),
            });
            stack.cluster.push(history.cluster()[at]);
            let mut x = vec![0.0; p];
            let columns = part.design.fixed.iter().filter(|column| !column.pieces.is_empty());
            columns.zip(&member.columns).for_each(|(column, &to)| x[to] = column.value(row));
            if let Some(indicator) = member.indicator {
                x[indicator] = 1.0;
            }
            stack.x.extend(x);
        }
    }
    stack.names = names;
    Component::new(found, stack, spec.ties, &label)
}

/// A transition's columns among those of its component, which come into being as they are met.
fn member(spec: &MultiState, all: &[Transition], part: &Part, at: usize, names: &mut Vec<String>) -> Result<Member> {
    let recipe = &part.design.recipe;
    let terms = recipe.term_columns();
    for (term, transitions) in &spec.common {
        let concerned = transitions.is_empty() || transitions.contains(&part.transition);
        if concerned && !transitions.is_empty() && !terms.iter().any(|(label, _)| label == term) {
            return Err(Error::usage("unknown_term", format!("{}: the formula has no term `{term}`", part.transition)));
        }
    }
    let mut column_of = |name: String| {
        names.iter().position(|known| *known == name).unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        })
    };
    let mut columns = Vec::new();
    for (place, column) in part.design.fixed.iter().enumerate().filter(|(_, column)| !column.pieces.is_empty()) {
        let term = terms.iter().find(|(_, range)| range.contains(&recipe.kept[place])).map(|(label, _)| *label);
        let shared = spec.common.iter().find(|(name, transitions)| {
            Some(name.as_str()) == term && (transitions.is_empty() || transitions.contains(&part.transition))
        });
        columns.push(column_of(match shared {
            Some((_, transitions)) if transitions.is_empty() => column.name.clone(),
            Some((_, transitions)) => {
                let list: Vec<String> = transitions.iter().map(Transition::to_string).collect();
                format!("{}: {}", column.name, list.join(", "))
            }
            None => format!("{}: {}", column.name, part.transition),
        }));
    }
    let mut indicator = None;
    for shared in &spec.proportional {
        if places(shared, all)?.iter().skip(1).any(|&place| place == at) {
            indicator = Some(column_of(part.transition.to_string()));
        }
    }
    Ok(Member {
        transition: at,
        recipe: Arc::clone(recipe),
        columns,
        indicator,
        strata: part.markers.strata.clone(),
        places: Vec::new(),
    })
}
