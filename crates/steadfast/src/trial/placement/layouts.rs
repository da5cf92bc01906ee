//! Lives as the rows that models of events take: from the origin on, in the plan's unit of time.

use steadfast_core::episodes::StateKind;
use steadfast_core::frame::{Column, Factor, Frame};

use super::{ChildLife, PlacementTrial, Stay};
use crate::error::Result;
use crate::plan::{Clock, MoveGroup, Reason, StateGroup, TimeUnit};

/// The level of the event column that says that observation ended.
pub(crate) const CENSORED: &str = "censored";

/// The level for ways out of care that are no event of the analysis and compete with it.
pub(crate) const OTHER_EXIT: &str = "another exit";

/// The level for moves that are no event of the analysis.
pub(crate) const OTHER_MOVE: &str = "another move";

/// The level for the end of a life in care after which nothing can happen.
pub(crate) const TERMINAL: &str = "terminal exit";

/// The name for states that the plan gives none.
pub(crate) const OTHER_STATE: &str = "another state";

/// The columns that layouts add to those of the trial.
pub(crate) const START: &str = "start";
/// Where a row stops.
pub(crate) const STOP: &str = "stop";
/// What ended it.
pub(crate) const EVENT: &str = "event";
/// The state of the row.
pub(crate) const FROM: &str = "from";

/// Rows of an analysis before they become a frame.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layout {
    rows: Vec<LayoutRow>,
    events: Vec<String>,
    states: Vec<String>,
    /// Children who are in no row, and why.
    pub(crate) excluded: Excluded,
}

/// Children who are in no row, by reason, as places among the children.
#[derive(Debug, Clone, Default)]
pub(crate) struct Excluded {
    /// Not in care at the origin and never after it, or never in the state in which the time begins.
    pub(crate) not_at_risk: Vec<u32>,
    /// The day from which time counts is not known.
    pub(crate) truncated: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct LayoutRow {
    child: u32,
    start: i32,
    /// A whole day, but where follow-up ends.
    stop: f64,
    from: u32,
    /// The place among the events; 0 is censored.
    event: u32,
}

impl Layout {
    fn of(events: impl IntoIterator<Item = String>) -> Self {
        let events = std::iter::once(CENSORED.to_owned()).chain(events).collect();
        Self { events, ..Self::default() }
    }

    /// Adds a row up to the day `end`, after which nothing counts.
    fn add(&mut self, row: LayoutRow, end: Option<f64>) {
        let cut = end.filter(|end| row.stop > *end);
        let stop = cut.unwrap_or(row.stop);
        if f64::from(row.start) < stop {
            let event = if cut.is_some() { 0 } else { row.event };
            self.rows.push(LayoutRow { stop, event, ..row });
        }
    }

    /// The place of `name` among the events.
    fn event(&self, name: &str) -> u32 {
        self.events.iter().position(|event| event == name).unwrap_or_default() as u32
    }

    /// The events, the first being that nothing happened.
    pub(crate) fn events(&self) -> &[String] {
        &self.events
    }

    /// The rows with the columns of the trial that each child has, and `start`, `stop`, `event` (and `from`).
    ///
    /// # Errors
    /// None that a layout can cause.
    pub(crate) fn frame(&self, trial: &PlacementTrial, unit: TimeUnit) -> Result<Frame> {
        let children: Vec<u32> = self.rows.iter().map(|row| row.child).collect();
        let times = |of: fn(&LayoutRow) -> f64| self.rows.iter().map(|row| of(row) / unit.days()).collect();
        let events = Factor::from_raw(self.events.clone(), self.rows.iter().map(|row| row.event).collect())?;
        let mut frame = trial.frame.select(&children);
        frame = frame.with_column(Column::float(START, times(|row| f64::from(row.start))))?;
        frame = frame.with_column(Column::float(STOP, times(|row| row.stop)))?;
        frame = frame.with_column(Column::from_factor(EVENT, events))?;
        if !self.states.is_empty() {
            let from = Factor::from_raw(self.states.clone(), self.rows.iter().map(|row| row.from).collect())?;
            frame = frame.with_column(Column::from_factor(FROM, from))?;
        }
        Ok(frame)
    }

    /// The child of each row.
    pub(crate) fn children(&self) -> Vec<u32> {
        self.rows.iter().map(|row| row.child).collect()
    }
}

/// How each child's time in care ended: the first way out after the origin, by group. What the plan neither counts nor censors
/// competes.
pub(crate) fn exits(
    trial: &PlacementTrial,
    of: &[u32],
    groups: &[StateGroup],
    censored: &[String],
    (origin_known, end): (bool, Option<f64>),
) -> Layout {
    let names = groups.iter().map(|group| group.name.clone()).chain([OTHER_EXIT.to_owned()]);
    let mut layout = Layout::of(names);
    for &child in of {
        let life = &trial.children[child as usize];
        if life.truncated && !origin_known {
            layout.excluded.truncated.push(child);
            continue;
        }
        let Some((first, last)) = time_in_care(trial, life) else {
            layout.excluded.not_at_risk.push(child);
            continue;
        };
        let event = last.to.map_or(0, |state| exit_event(trial, &layout, groups, censored, state));
        layout.add(LayoutRow { child, start: first.start, stop: last.stop.into(), from: 0, event }, end);
    }
    layout
}

/// The first and the last stay of the first uninterrupted time in care.
fn time_in_care(trial: &PlacementTrial, life: &ChildLife) -> Option<(Stay, Stay)> {
    let first = life.stays.iter().position(|stay| trial.is_care(stay.from))?;
    // Somebody who is out of care at the origin, and comes back later, has left before it.
    if first > 0 {
        return None;
    }
    let goes_on = |stay: &&Stay| stay.to.is_some_and(|to| trial.is_care(to));
    let last = life.stays.iter().take_while(goes_on).count();
    let last = life.stays.get(last).or(life.stays.last())?;
    Some((life.stays[0], *last))
}

fn exit_event(
    trial: &PlacementTrial,
    layout: &Layout,
    groups: &[StateGroup],
    censored: &[String],
    state: usize,
) -> u32 {
    let name = trial.states[state].name();
    let group = groups.iter().position(|group| group.states.iter().any(|known| known == name));
    match group {
        Some(group) => group as u32 + 1,
        None if ends_observation(trial, censored, state) || trial.is_care(state) => 0,
        None => layout.event(OTHER_EXIT),
    }
}

/// Whether observation ends where the state begins, by what it means or because the plan says so.
fn ends_observation(trial: &PlacementTrial, censored: &[String], state: usize) -> bool {
    let state = &trial.states[state];
    state.kind() == StateKind::Censored || censored.iter().any(|known| known == state.name())
}

/// The times at risk of a move, while in care.
pub(crate) fn moves(trial: &PlacementTrial, of: &[u32], groups: &[MoveGroup], end: Option<f64>) -> Layout {
    let mut layout = move_layout(groups, &[OTHER_MOVE]);
    for &child in of {
        let life = &trial.children[child as usize];
        if life.at_risk.is_empty() {
            layout.excluded.not_at_risk.push(child);
        }
        for time in &life.at_risk {
            let event = time.moved.map_or(0, |reason| move_event(&layout, groups, reason));
            layout.add(LayoutRow { child, start: time.start, stop: time.stop.into(), from: 0, event }, end);
        }
    }
    layout
}

/// The moves of each child over all the time in which it is observed, in care or out of it, until an exit after which nothing
/// can follow.
pub(crate) fn observed_moves(
    trial: &PlacementTrial,
    of: &[u32],
    groups: &[MoveGroup],
    censored: &[String],
    end: Option<f64>,
) -> Layout {
    let mut layout = move_layout(groups, &[OTHER_MOVE, TERMINAL]);
    for &child in of {
        let life = &trial.children[child as usize];
        let (Some(first), Some(last)) = (life.stays.first(), life.stays.last()) else {
            layout.excluded.not_at_risk.push(child);
            continue;
        };
        let ends = |state: &usize| {
            let state = &trial.states[*state];
            state.kind() == StateKind::End && !censored.iter().any(|known| known == state.name())
        };
        let event = last.to.filter(ends).map_or(0, |_| layout.event(TERMINAL));
        let mut start = first.start;
        // A move on the last day counts, but for the day of a terminal exit.
        let until = if event == 0 { last.stop } else { last.stop - 1 };
        for time in &life.at_risk {
            let Some(reason) = time.moved.filter(|_| start < time.stop && time.stop <= until) else { continue };
            let event = move_event(&layout, groups, reason);
            layout.add(LayoutRow { child, start, stop: time.stop.into(), from: 0, event }, end);
            start = time.stop;
        }
        layout.add(LayoutRow { child, start, stop: last.stop.into(), from: 0, event }, end);
    }
    layout
}

fn move_layout(groups: &[MoveGroup], others: &[&str]) -> Layout {
    let names = groups.iter().map(|group| group.name.clone());
    Layout::of(names.chain(others.iter().map(|name| (*name).to_owned())))
}

fn move_event(layout: &Layout, groups: &[MoveGroup], reason: Reason) -> u32 {
    let group = groups.iter().position(|group| group.reasons.contains(&reason));
    group.map_or_else(|| layout.event(OTHER_MOVE), |group| group as u32 + 1)
}

/// Moves of one group and years in care of each child: the child, the moves, the exposure.
pub(crate) fn counts(trial: &PlacementTrial, of: &[u32], group: &MoveGroup, end: Option<f64>) -> Vec<(u32, u32, f64)> {
    let layout = moves(trial, of, std::slice::from_ref(group), end);
    let mut counts: Vec<(u32, u32, f64)> = Vec::new();
    for row in &layout.rows {
        let days = row.stop - f64::from(row.start);
        let moved = u32::from(row.event == 1);
        match counts.last_mut().filter(|last| last.0 == row.child) {
            Some(last) => (last.1, last.2) = (last.1 + moved, last.2 + days / TimeUnit::Years.days()),
            None => counts.push((row.child, moved, days / TimeUnit::Years.days())),
        }
    }
    counts
}

/// The time from the first way out of care to a state of `from`, after the origin, until the child is in care again; what else ends
/// it competes, but for the states `censored`.
pub(crate) fn re_entries(
    trial: &PlacementTrial,
    of: &[u32],
    (from, censored): (&[String], &[String]),
    clock: Clock,
    end: Option<f64>,
) -> Layout {
    let mut layout = Layout::of(["re-entry".to_owned(), OTHER_EXIT.to_owned()]);
    for &child in of {
        let life = &trial.children[child as usize];
        let is_out = |stay: &&Stay| from.iter().any(|name| name == trial.states[stay.from].name());
        // A child that is out of care at the origin left at a day that the layout does not know.
        let Some(out) = life.stays.iter().skip(1).find(is_out) else {
            layout.excluded.not_at_risk.push(child);
            continue;
        };
        let event = match out.to {
            Some(to) if trial.is_care(to) => 1,
            Some(to) if ends_observation(trial, censored, to) => 0,
            Some(_) => layout.event(OTHER_EXIT),
            None => 0,
        };
        let zero = if clock == Clock::SinceExit { out.start } else { 0 };
        layout.add(LayoutRow { child, start: out.start - zero, stop: (out.stop - zero).into(), from: 0, event }, end);
    }
    layout
}

/// Where each child is, by groups of states; stays in one group that follow each other are one.
pub(crate) fn occupation(
    trial: &PlacementTrial,
    of: &[u32],
    groups: &[StateGroup],
    censored: &[String],
    end: Option<f64>,
) -> Layout {
    let names: Vec<String> = groups.iter().map(|group| group.name.clone()).collect();
    let mut layout = Layout::of(names.iter().cloned().chain([OTHER_STATE.to_owned()]));
    layout.states = names.into_iter().chain([OTHER_STATE.to_owned()]).collect();
    let place = |state: usize| {
        let name = trial.states[state].name();
        groups.iter().position(|group| group.states.iter().any(|known| known == name)).unwrap_or(groups.len()) as u32
    };
    for &child in of {
        let life = &trial.children[child as usize];
        let mut open: Option<LayoutRow> = None;
        for stay in &life.stays {
            let lost = |state: &usize| censored.iter().any(|known| known == trial.states[*state].name());
            let (from, to) = (place(stay.from), stay.to.filter(|to| !lost(to)).map(place));
            let follows = |row: &LayoutRow| (row.stop - f64::from(stay.start)).abs() < 0.5;
            let start = open.take().filter(follows).map_or(stay.start, |row| row.start);
            let row = LayoutRow { child, start, stop: stay.stop.into(), from, event: to.map_or(0, |to| to + 1) };
            if to == Some(from) { open = Some(LayoutRow { event: 0, ..row }) } else { layout.add(row, end) }
        }
        // A stay that ends in the state of its own group, and after which nothing is told, merely ends.
        if let Some(row) = open {
            layout.add(row, end);
        }
        if life.stays.is_empty() {
            layout.excluded.not_at_risk.push(child);
        }
    }
    layout
}
