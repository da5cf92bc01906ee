//! Histories from a table of stays, for data that are no SSDA903 return.

use super::care::{Exit, MoveReason, Period, Placement};
use super::episode::{Absence, Child, inconsistent};
use super::histories::Histories;
use super::state::State;
use crate::error::Result;
use crate::frame::Date;

/// A stay of a child in a state, `[start, stop)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// The child.
    pub child: u32,
    /// The first day.
    pub start: Date,
    /// The day it ended, unless it is open.
    pub stop: Option<Date>,
    /// The state.
    pub state: u32,
    /// Whether the child moved here from the stay before; without meaning for the first of a period of care.
    pub is_move: bool,
    /// Why the stay ended, where it ended in a move.
    pub reason: MoveReason,
    /// The state entered at `stop` where no stay says it, such as an adoption that a column of reasons names.
    pub followed_by: Option<u32>,
}

impl Histories {
    /// The histories in `stays`, which follow each other without overlap, as they were known on `cut`.
    ///
    /// Stays in care that follow each other on the same day are one period of care. The period ends where a stay out of
    /// care begins, where a stay says what follows it, or, unknown, where nothing follows on the same day. A stay that
    /// is no move belongs to the placement before. Temporary stays are bridged by their owner, who knows what "the same
    /// placement" is in these data.
    pub fn from_stays(
        states: Vec<State>,
        children: Vec<Child>,
        stays: &[Stay],
        absences: &[Absence],
        cut: Date,
    ) -> Result<Self> {
        check(&states, &children, stays, absences)?;
        let known = stays.iter().filter(|stay| stay.start <= cut);
        let mut stays: Vec<Stay> = known
            .map(|stay| match stay.stop {
                Some(stop) if stop > cut => Stay { stop: None, followed_by: None, ..*stay },
                _ => *stay,
            })
            .collect();
        stays.sort_by_key(|stay| (stay.child, stay.start, stay.stop.unwrap_or(Date(i32::MAX)), stay.state));
        let mut periods: Vec<Period> = Vec::new();
        for of_child in stays.chunk_by(|a, b| a.child == b.child) {
            let mut open = None;
            for stay in of_child {
                open = step(&states, open, stay, &mut periods);
            }
            periods.extend(open.map(|open| open.period));
        }
        let names: Vec<String> = states.iter().map(|state| state.name().to_owned()).collect();
        Ok(Self {
            cut,
            placement_names: names.clone(),
            legal_names: Vec::new(),
            exit_names: names,
            states,
            children,
            periods,
            absences: super::histories::absences(absences, cut),
        })
    }
}

/// That every number names something in the lists it counts in.
fn check(states: &[State], children: &[Child], stays: &[Stay], absences: &[Absence]) -> Result<()> {
    let no_child = |child: u32| child as usize >= children.len();
    let no_state = |state: u32| state as usize >= states.len();
    let unknown = |stay: &Stay| no_child(stay.child) || no_state(stay.state) || stay.followed_by.is_some_and(no_state);
    if let Some(at) = stays.iter().position(unknown) {
        return Err(inconsistent(format!("stay {} names a child or a state that is not in the list", at + 1)));
    }
    match absences.iter().position(|absence| no_child(absence.child)) {
        Some(at) => Err(inconsistent(format!("absence {} names a child that is not in the list", at + 1))),
        None => Ok(()),
    }
}

/// A period that may go on, and why its last stay ended.
struct Open {
    period: Period,
    reason: MoveReason,
}

/// Reads one stay: the period that is open afterwards. Periods that are over go to `done`.
fn step(states: &[State], open: Option<Open>, stay: &Stay, done: &mut Vec<Period>) -> Option<Open> {
    let in_care = states[stay.state as usize].kind().is_care();
    // An exit without a state is one that the next stay may explain.
    let adjoins = |exit: &Exit| exit.day == stay.start && exit.state.is_none();
    let mut period = match open {
        Some(Open { mut period, reason }) if in_care && period.exit.as_ref().is_some_and(adjoins) => {
            extend(&mut period, stay, reason);
            period
        }
        other => {
            if let Some(Open { mut period, .. }) = other {
                if let Some(exit) = period.exit.as_mut().filter(|exit| adjoins(exit)) {
                    (exit.state, exit.code) = (Some(stay.state), Some(stay.state));
                }
                done.push(period);
            }
            if !in_care {
                return None;
            }
            begun(stay)
        }
    };
    period.exit = stay.stop.map(|day| Exit { day, state: stay.followed_by, code: stay.followed_by });
    Some(Open { period, reason: stay.reason })
}

fn begun(stay: &Stay) -> Period {
    Period {
        child: stay.child,
        start: stay.start,
        truncated: false,
        exit: None,
        placements: vec![placement(stay, 0)],
        legal: Vec::new(),
    }
}

fn extend(period: &mut Period, stay: &Stay, reason: MoveReason) {
    let Some(last) = period.placements.last_mut() else { return };
    if stay.is_move {
        last.moved = Some(reason);
        let carer = last.carer + 1;
        period.placements.push(placement(stay, carer));
    } else {
        last.stop = stay.stop;
    }
}

fn placement(stay: &Stay, carer: u32) -> Placement {
    Placement {
        start: stay.start,
        stop: stay.stop,
        kind: stay.state,
        state: stay.state,
        carer,
        bridged: 0,
        moved: None,
    }
}
