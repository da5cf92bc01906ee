//! Episodes as England's SSDA903 return holds them, with codes already read.

use super::care::MoveReason;
use super::state::State;
use crate::error::{Error, Result};
use crate::frame::Date;

/// Why an episode began (`RNE`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Began {
    /// `S`: the child started to be looked after.
    Started,
    /// `L`: the legal status changed, and nothing else.
    Legal,
    /// `P`: placement and carer changed.
    Placement,
    /// `T`: the placement changed, the carer did not.
    SameCarer,
    /// `B`: legal status, placement and carer changed.
    Both,
    /// `U`: legal status and placement changed, the carer did not.
    BothSameCarer,
}

impl Began {
    /// The reason that `code` stands for.
    pub fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "S" => Self::Started,
            "L" => Self::Legal,
            "P" => Self::Placement,
            "T" => Self::SameCarer,
            "B" => Self::Both,
            "U" => Self::BothSameCarer,
            _ => return None,
        })
    }

    /// Whether a new placement begins within a period of care: P, T, B and U.
    pub fn changes_placement(self) -> bool {
        matches!(self, Self::Placement | Self::SameCarer | Self::Both | Self::BothSameCarer)
    }

    /// Whether the carer changes: P and B.
    pub fn changes_carer(self) -> bool {
        matches!(self, Self::Placement | Self::Both)
    }

    /// Whether the legal status changes: L, B and U.
    pub fn changes_legal_status(self) -> bool {
        matches!(self, Self::Legal | Self::Both | Self::BothSameCarer)
    }
}

/// How an episode ended (`REC`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ended {
    /// `X1`: another episode follows on the same day.
    Continues,
    /// The child left care, by the code at this place of [`Register::exits`].
    Exit(u32),
}

/// A child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// The identifier.
    pub id: String,
    /// The day of birth, where it is known.
    pub born: Option<Date>,
}

/// An episode; codes are places in the lists of [`Register`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Episode {
    /// The child: a place in [`Register::children`].
    pub child: u32,
    /// The day it began (`DECOM`).
    pub start: Date,
    /// The day it ended (`DEC`) and how (`REC`), unless it is open.
    pub ended: Option<(Date, Ended)>,
    /// Why it began.
    pub began: Began,
    /// The legal status.
    pub legal: u32,
    /// The type of placement.
    pub placement: u32,
    /// What tells one placement from another: the same number for the same type, provider, postcode and URN.
    pub address: u32,
    /// Why the placement changed when the episode ended.
    pub moved: MoveReason,
}

impl Episode {
    /// An open episode.
    pub fn new(child: u32, start: Date, began: Began, legal: u32, placement: u32, address: u32) -> Self {
        Self { child, start, ended: None, began, legal, placement, address, moved: MoveReason::Unknown }
    }

    /// Ends the episode.
    pub fn end(&mut self, day: Date, how: Ended) {
        self.ended = Some((day, how));
    }
}

/// A time away from the placement: missing, or away without authorisation. It changes no placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence {
    /// The child.
    pub child: u32,
    /// The first day.
    pub start: Date,
    /// The day of return, unless the child is still away.
    pub stop: Option<Date>,
}

/// Episodes with the children and the meaning of the codes.
#[derive(Debug, Clone, Default)]
pub struct Register {
    /// The states; codes below name places in this list.
    pub states: Vec<State>,
    /// The children.
    pub children: Vec<Child>,
    /// The episodes, in any order.
    pub episodes: Vec<Episode>,
    /// The absences, in any order.
    pub absences: Vec<Absence>,
    /// Types of placement: code and state.
    pub placements: Vec<(String, u32)>,
    /// Legal statuses: code, and whether it is a series of short breaks, which is no care.
    pub legal: Vec<(String, bool)>,
    /// Ways to leave care: code and state.
    pub exits: Vec<(String, u32)>,
}

impl Register {
    /// A register without episodes.
    pub fn new(states: Vec<State>, children: Vec<Child>) -> Self {
        Self { states, children, ..Self::default() }
    }

    /// Adds a type of placement and returns its place.
    pub fn placement_type(&mut self, code: &str, state: u32) -> u32 {
        self.placements.push((code.to_owned(), state));
        self.placements.len() as u32 - 1
    }

    /// Adds a legal status and returns its place.
    pub fn legal_status(&mut self, code: &str, short_break: bool) -> u32 {
        self.legal.push((code.to_owned(), short_break));
        self.legal.len() as u32 - 1
    }

    /// Adds a way to leave care and returns its place.
    pub fn exit(&mut self, code: &str, state: u32) -> u32 {
        self.exits.push((code.to_owned(), state));
        self.exits.len() as u32 - 1
    }

    /// That every number names something in the lists it counts in.
    ///
    /// # Errors
    /// `inconsistent_register`.
    pub(super) fn check(&self) -> Result<()> {
        if self.placements.iter().chain(&self.exits).any(|(_, state)| *state as usize >= self.states.len()) {
            let message = "a type of placement or a way to leave care stands for a state that is not in the list";
            return Err(inconsistent(message.to_owned()));
        }
        for (at, episode) in self.episodes.iter().enumerate() {
            if let Some(what) = self.unknown_to(episode) {
                return Err(inconsistent(format!("episode {} names {what} that is not in the list", at + 1)));
            }
        }
        let unknown = |absence: &Absence| absence.child as usize >= self.children.len();
        match self.absences.iter().position(unknown) {
            Some(at) => Err(inconsistent(format!("absence {} names a child that is not in the list", at + 1))),
            None => Ok(()),
        }
    }

    /// What `episode` names and the lists do not have.
    fn unknown_to(&self, episode: &Episode) -> Option<&'static str> {
        let exit = match episode.ended {
            Some((_, Ended::Exit(code))) => Some(code),
            _ => None,
        };
        if episode.child as usize >= self.children.len() {
            Some("a child")
        } else if episode.legal as usize >= self.legal.len() {
            Some("a legal status")
        } else if episode.placement as usize >= self.placements.len() {
            Some("a type of placement")
        } else if exit.is_some_and(|code| code as usize >= self.exits.len()) {
            Some("a way to leave care")
        } else {
            None
        }
    }
}

/// A number that names nothing.
pub(super) fn inconsistent(message: String) -> Error {
    Error::usage("inconsistent_register", message)
}
