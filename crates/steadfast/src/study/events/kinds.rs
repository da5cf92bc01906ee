//! One function a question: which rows answer it, and what is estimated from them.

use steadfast_core::event_history::{Columns, EventHistory};
use steadfast_core::frame::Frame;

use super::asked::{Asked, numbers};
use super::drawn::{self, EventFigure};
use super::rates::Report;
use super::results::{EventResult, Measure};
use super::standardised::Wanted;
use super::{hazards, means, probabilities, rates, standardised, subdistribution};
use crate::error::{Error, Result};
use crate::events::curves::Kind;
use crate::plan::{Clock, EventKind, MoveGroup};
use crate::trial::placement::{CENSORED, EVENT, FROM, Layout, START, STOP, exits, moves, occupation, re_entries};

/// Fills `result` with the answer to the question of `asked`.
///
/// # Errors
/// `nobody_at_risk` when no child of an arm has a row; those of the estimators.
pub(super) fn answer(result: &mut EventResult, asked: &Asked<'_>, figures: &mut Vec<EventFigure>) -> Result<()> {
    match asked.analysis.kind {
        EventKind::TimeToEvent | EventKind::Incidence => exit(result, asked, figures)?,
        EventKind::ReEntry => re_entry(result, asked, figures)?,
        EventKind::Occupation => occupied(result, asked, figures)?,
        EventKind::Recurrent => recurrent(result, asked, figures)?,
        EventKind::Counts => counted(result, asked)?,
    }
    drawn::add_forest(figures, asked, result);
    Ok(())
}

/// The frame of `layout`, counted into `result`.
fn rows(result: &mut EventResult, asked: &Asked<'_>, layout: &Layout) -> Result<Frame> {
    let frame = asked.frame(layout)?;
    result.arms = asked.count(layout, &frame)?;
    if let Some(empty) = result.arms.iter().position(|arm| arm.subjects == 0) {
        let message = format!("no child of the arm `{}` is ever at risk", asked.arms[empty]);
        return Err(Error::data("nobody_at_risk", message));
    }
    let truncated: usize = result.arms.iter().map(|arm| arm.truncated).sum();
    if truncated > 0 {
        result.cautions.push(format!(
            "{truncated} children entered care before the data begin and are left out: with an origin that the trial knows, such \
             as randomisation, they would be followed from there"
        ));
    }
    beyond(result, asked, &frame)?;
    Ok(frame)
}

/// A caution when nobody of an arm is under observation at the horizon.
fn beyond(result: &mut EventResult, asked: &Asked<'_>, frame: &Frame) -> Result<()> {
    let Some(horizon) = asked.analysis.horizon else { return Ok(()) };
    let (stops, arms) = (numbers(frame, STOP)?, frame.column(&asked.design.arm)?.to_factor());
    for arm in asked.arms {
        let last = (0..stops.len()).filter(|&row| arms.level(row) == Some(arm)).map(|row| stops[row]);
        if last.fold(0.0, f64::max) < horizon {
            let caution = format!(
                "no child of the arm {arm} is under observation at the horizon: estimates there stand still since the last"
            );
            result.cautions.push(caution);
        }
    }
    Ok(())
}

/// Time to the first exit, and how many leave by which route.
fn exit(result: &mut EventResult, asked: &Asked<'_>, figures: &mut Vec<EventFigure>) -> Result<()> {
    let analysis = asked.analysis;
    let groups = analysis.exits();
    let known = (asked.origin_known, asked.end());
    let layout = exits(asked.trial, asked.children, &groups, &analysis.censored, known);
    let frame = rows(result, asked, &layout)?;
    let history = asked.history(&frame)?;
    let arms = asked.groups(&frame, &history)?;
    let curves = probabilities::estimate(asked, &history, &arms)?;
    let model = standardised::model(result, asked, &frame)?;
    for group in &groups {
        let event = group.name.as_str();
        let occurred = happened(result, event);
        if occurred == Occurred::Nowhere {
            continue;
        }
        probabilities::add(result, asked, &curves, event, Measure::CumulativeIncidence)?;
        if analysis.kind == EventKind::TimeToEvent {
            probabilities::add_times(result, asked, &curves, event, Measure::RestrictedMeanTime)?;
        }
        let caption = format!(
            "{event}: cumulative incidence by arm, other ways out of care competing, with children at risk and events so far."
        );
        drawn::add(figures, asked, &drawn::curves(asked, &frame, Kind::Incidence, Some(event))?, (event, caption))?;
        if occurred == Occurred::NotEverywhere {
            continue;
        }
        if analysis.kind == EventKind::TimeToEvent {
            probabilities::add_log_rank(result, asked, &frame, (&history, &arms), event)?;
        }
        probabilities::add_gray(result, asked, &frame, (&history, &arms), event)?;
        if let Some(fit) = &model {
            let mut measures = vec![Measure::CumulativeIncidence];
            measures.extend((analysis.kind == EventKind::TimeToEvent).then_some(Measure::RestrictedMeanTime));
            for measure in measures {
                standardised::add(result, asked, (fit, &frame), None, Wanted { state: event, measure })?;
            }
        }
        hazards::add(result, asked, &frame, event, Measure::HazardRatio)?;
        subdistribution::add(result, asked, &frame, event)?;
    }
    Ok(())
}

/// In which arms an event happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occurred {
    /// In all of them.
    Everywhere,
    /// In some: there are probabilities, and no ratios.
    NotEverywhere,
    /// In none.
    Nowhere,
}

/// In which arms `event` happened; a caution where it did not in some.
fn happened(result: &mut EventResult, event: &str) -> Occurred {
    let count = |arm: &super::results::EventArm| {
        arm.events.iter().find(|count| count.name == event).map_or(0, |count| count.events)
    };
    let counts: Vec<usize> = result.arms.iter().map(count).collect();
    if counts.iter().all(|count| *count > 0) {
        return Occurred::Everywhere;
    }
    if counts.iter().all(|count| *count == 0) {
        result.cautions.push(format!("`{event}` did not happen to anybody: nothing is estimated for it"));
        return Occurred::Nowhere;
    }
    result.cautions.push(format!(
        "`{event}` did not happen in every arm: no ratio, test or adjusted effect is estimated for it, and an error of 0 in the arm \
         without it says nothing of its uncertainty"
    ));
    Occurred::NotEverywhere
}

/// Time from leaving care to coming back.
fn re_entry(result: &mut EventResult, asked: &Asked<'_>, figures: &mut Vec<EventFigure>) -> Result<()> {
    let analysis = asked.analysis;
    let (from, clock) = (analysis.left_to(), analysis.clock.unwrap_or_default());
    let layout = re_entries(asked.trial, asked.children, (&from, &analysis.censored), clock, asked.end());
    let frame = rows(result, asked, &layout)?;
    result.cautions.push(
        "the children who left care are no randomised groups: the service may have changed who left, and arms differ in more \
         than the service"
            .to_owned(),
    );
    let event = layout.events()[1].clone();
    let occurred = happened(result, &event);
    if occurred == Occurred::Nowhere {
        return Ok(());
    }
    let history = asked.history(&frame)?;
    let arms = asked.groups(&frame, &history)?;
    let curves = probabilities::estimate(asked, &history, &arms)?;
    probabilities::add(result, asked, &curves, &event, Measure::CumulativeIncidence)?;
    let caption = format!("{}: cumulative incidence by arm, with children at risk and events so far.", analysis.label);
    drawn::add(figures, asked, &drawn::curves(asked, &frame, Kind::Incidence, Some(&event))?, (&event, caption))?;
    if occurred == Occurred::NotEverywhere {
        return Ok(());
    }
    probabilities::add_log_rank(result, asked, &frame, (&history, &arms), &event)?;
    if let Some(fit) = standardised::model(result, asked, &frame)?.filter(|_| clock == Clock::SinceExit) {
        let wanted = Wanted { state: &event, measure: Measure::CumulativeIncidence };
        standardised::add(result, asked, (&fit, &frame), None, wanted)?;
    }
    hazards::add(result, asked, &frame, &event, Measure::HazardRatio)
}

/// Where children are over time.
fn occupied(result: &mut EventResult, asked: &Asked<'_>, figures: &mut Vec<EventFigure>) -> Result<()> {
    let analysis = asked.analysis;
    let groups = analysis.states.clone().unwrap_or_default();
    let layout = occupation(asked.trial, asked.children, &groups, &analysis.censored, asked.end());
    let frame = rows(result, asked, &layout)?;
    let columns = Columns::new(STOP, EVENT).start(START).from(FROM).censored(CENSORED);
    let columns = columns.subject(&asked.design.subject).cluster(asked.design.unit());
    let history = EventHistory::from_frame(&frame, &columns)?;
    let arms = asked.groups(&frame, &history)?;
    let curves = probabilities::estimate(asked, &history, &arms)?;
    for state in layout.events().iter().skip(1) {
        let is_known = groups.iter().any(|group| group.name == *state);
        if is_known || result.arms.iter().any(|arm| arm.events.iter().any(|count| count.name == *state)) {
            probabilities::add(result, asked, &curves, state, Measure::StateProbability)?;
            probabilities::add_times(result, asked, &curves, state, Measure::TimeInState)?;
        }
    }
    let caption = format!("{}: the probability of each state over time, by arm.", analysis.label);
    drawn::add(figures, asked, &drawn::curves(asked, &frame, Kind::Occupation, None)?, ("states", caption))
}

/// How often children move while they are in care.
fn recurrent(result: &mut EventResult, asked: &Asked<'_>, figures: &mut Vec<EventFigure>) -> Result<()> {
    for (at, group) in move_groups(asked)?.iter().enumerate() {
        let layout = moves(asked.trial, asked.children, std::slice::from_ref(group), asked.end());
        let frame = move_rows(result, asked, &layout, at)?;
        if happened(result, &group.name) == Occurred::Everywhere {
            hazards::add(result, asked, &frame, &group.name, Measure::RateRatio)?;
            rates::add(result, asked, group, Report::Differences)?;
            means::add(result, asked, group, figures)?;
        }
    }
    Ok(())
}

/// How many moves a child has in its time in care.
fn counted(result: &mut EventResult, asked: &Asked<'_>) -> Result<()> {
    for (at, group) in move_groups(asked)?.iter().enumerate() {
        let layout = moves(asked.trial, asked.children, std::slice::from_ref(group), asked.end());
        move_rows(result, asked, &layout, at)?;
        if happened(result, &group.name) == Occurred::Everywhere {
            rates::add(result, asked, group, Report::Everything)?;
        }
    }
    Ok(())
}

fn move_groups(asked: &Asked<'_>) -> Result<Vec<MoveGroup>> {
    if asked.trial.has_moves {
        return Ok(asked.analysis.move_groups());
    }
    Err(Error::usage("no_moves", "the placements tell no moves: name `placements.tables.moves`"))
}

/// The frame of the moves of one group, counted into `result`: the children once, and the events of each group.
fn move_rows(result: &mut EventResult, asked: &Asked<'_>, layout: &Layout, at: usize) -> Result<Frame> {
    let before = std::mem::take(&mut result.arms);
    let cautions = result.cautions.len();
    let frame = rows(result, asked, layout)?;
    let own = layout.events()[1].clone();
    for arm in &mut result.arms {
        arm.events.retain(|count| count.name == own);
    }
    if at > 0 {
        // What is said of the children was said with the first group.
        result.cautions.truncate(cautions);
        for (arm, before) in result.arms.iter_mut().zip(before) {
            let own = std::mem::replace(&mut arm.events, before.events);
            arm.events.extend(own);
        }
    }
    Ok(frame)
}
