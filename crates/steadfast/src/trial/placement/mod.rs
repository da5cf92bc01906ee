//! What happened to the children of a trial between its visits: their placement histories, each from its own origin, joined
//! with what the trial knows of them.
//!
//! Times are days since the origin: the day of a column of the trial's data, such as that of randomisation, or the first entry
//! into care. What lies before the origin is cut off.

mod censoring;
mod join;
mod layouts;
mod source;
#[cfg(test)]
mod tests;

use serde::Serialize;
use steadfast_core::episodes::State;
use steadfast_core::findings::Findings;
use steadfast_core::frame::Frame;

pub use censoring::censored_states;
pub(crate) use join::join;
pub(crate) use layouts::{
    CENSORED, EVENT, Excluded, FROM, Layout, START, STOP, TERMINAL, counts, exits, moves, observed_moves, occupation,
    re_entries,
};
pub(crate) use source::Lives;

use super::ByArm;
use crate::plan::Reason;

/// The children of the trial whose placements are known.
#[derive(Debug, Clone)]
pub struct PlacementTrial {
    /// The states, with what they mean for care.
    pub(crate) states: Vec<State>,
    /// One row a child: the row of the trial's data from which its covariates come.
    pub(crate) frame: Frame,
    /// The children, in the order of the rows of `frame`.
    pub(crate) children: Vec<ChildLife>,
    /// Whether moves are told.
    pub(crate) has_moves: bool,
    /// What the join found.
    pub(crate) findings: Findings,
    /// Who is in the trial, and whose placements are known.
    pub(crate) joined: Joined,
}

/// Who is in the trial, and whose placements are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Joined {
    /// Everyone in the trial's data.
    pub in_trial: ByArm,
    /// Those with placements.
    pub with_placements: ByArm,
    /// Those without, who are in no analysis of events.
    pub without_placements: ByArm,
    /// Children of the placements who are not in the trial's data.
    pub not_in_trial: usize,
}

/// What happened to one child, in days since its origin.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ChildLife {
    /// The rows of the trial's data that are of the child.
    pub(crate) rows: Vec<u32>,
    /// Its stays, one after the other, from the origin on.
    pub(crate) stays: Vec<Stay>,
    /// Its times at risk of a move, from the origin on.
    pub(crate) at_risk: Vec<AtRisk>,
    /// Whether care began before the data did, at a day that is therefore not known to be the first.
    pub(crate) truncated: bool,
}

/// A stay in a state, (start, stop].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stay {
    pub(crate) start: i32,
    pub(crate) stop: i32,
    pub(crate) from: usize,
    /// The state entered; `None` when nothing is known to follow.
    pub(crate) to: Option<usize>,
}

/// A time in one placement, (start, stop].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AtRisk {
    pub(crate) start: i32,
    pub(crate) stop: i32,
    /// The reason of the move at the end; `None` when none ended the time.
    pub(crate) moved: Option<Reason>,
}

impl PlacementTrial {
    /// Whether being in the state at the place `state` is being in care.
    pub(crate) fn is_care(&self, state: usize) -> bool {
        self.states[state].kind().is_care()
    }
}
