//! Periods of care, and what stands within them.

use serde::Deserialize;

use crate::frame::Date;

/// Why a placement ended in a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveReason {
    /// A planned move.
    Planned,
    /// A disruption: an allegation, a standard, a request of carer or child, a closure.
    Disrupted,
    /// Another reason that was given.
    Other,
    /// No reason was given; no code of a file says so.
    #[default]
    #[serde(skip)]
    Unknown,
}

impl MoveReason {
    /// The reason as tables write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Disrupted => "disrupted",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

/// How a period of care ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// The day.
    pub day: Date,
    /// The state that follows, unless it is not known.
    pub state: Option<u32>,
    /// The code, as a place in the list of exits, where there is one.
    pub code: Option<u32>,
}

/// A placement, `[start, stop)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// The first day.
    pub start: Date,
    /// The day it ended, unless it is open at the cut.
    pub stop: Option<Date>,
    /// The type, as a place in the list of types.
    pub kind: u32,
    /// The state.
    pub state: u32,
    /// The carer: 0 for the first of the period; the same number as long as the carer is the same.
    pub carer: u32,
    /// Temporary placements from which the child returned to this one; they are part of it.
    pub bridged: u32,
    /// Why it ended in a move; `None` when it did not.
    pub moved: Option<MoveReason>,
}

/// A time under one legal status, `[start, stop)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegalSpell {
    /// The first day.
    pub start: Date,
    /// The day it ended, unless it is open at the cut.
    pub stop: Option<Date>,
    /// The status, as a place in the list of statuses.
    pub status: u32,
}

/// A period of care: uninterrupted, from the start of being looked after to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// The child.
    pub child: u32,
    /// The first day known.
    pub start: Date,
    /// Whether the period began before the first day known: its earlier episodes are not in the data.
    pub truncated: bool,
    /// How it ended, unless it is open at the cut.
    pub exit: Option<Exit>,
    /// The placements in order; never empty.
    pub placements: Vec<Placement>,
    /// The legal statuses in order; empty where none are known.
    pub legal: Vec<LegalSpell>,
}

impl Period {
    /// The last day of observation: the exit or the cut.
    pub fn stop(&self, cut: Date) -> Date {
        self.exit.map_or(cut, |exit| exit.day)
    }

    /// Days in care up to `cut`.
    pub fn days(&self, cut: Date) -> i32 {
        self.stop(cut).0 - self.start.0
    }

    /// Whether the child is looked after in the night after `day`.
    pub fn covers(&self, day: Date) -> bool {
        self.start <= day && self.exit.is_none_or(|exit| exit.day > day)
    }

    /// Moves: placements after the first.
    pub fn moves(&self) -> usize {
        self.placements.len() - 1
    }

    /// Changes of carer.
    pub fn carer_changes(&self) -> u32 {
        self.placements.last().map_or(0, |last| last.carer)
    }
}
