//! What the columns and codes of a table of spells mean, as a TOML file says it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use steadfast_core::episodes::{MoveReason, State, StateKind};

use crate::dictionary::DateFormat;
use crate::error::{Error, Result};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    date_format: Option<String>,
    columns: Columns,
    states: Vec<StateSource>,
    #[serde(default)]
    reasons: BTreeMap<String, MoveReason>,
    #[serde(default)]
    exits: BTreeMap<String, String>,
    #[serde(default)]
    moves: Moves,
    #[serde(default)]
    gaps: Gaps,
}

/// The names of the columns.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Columns {
    pub(super) child: String,
    pub(super) start: String,
    pub(super) stop: String,
    pub(super) state: String,
    pub(super) reason: Option<String>,
    pub(super) placement: Option<String>,
    pub(super) birth: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StateSource {
    name: String,
    kind: StateKind,
    /// The codes of the table that stand for the state; its name where none are given.
    codes: Option<Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Moves {
    /// Whether two rows in a row with the same state are two placements; a column `placement` says it better.
    same_state: bool,
    /// Changes of state that are no move.
    never: Vec<[String; 2]>,
    /// The changes of state that can be; every other is a jump.
    possible: Option<Vec<[String; 2]>>,
}

/// What a time between two rows of a child means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub(super) enum Gaps {
    /// A mistake.
    #[default]
    Error,
    /// A time out of care of which nothing is known.
    Unknown,
}

/// How to read a table of spells.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub(super) date_format: DateFormat,
    pub(super) columns: Columns,
    pub(super) states: Vec<State>,
    pub(super) codes: BTreeMap<String, u32>,
    pub(super) reasons: BTreeMap<String, MoveReason>,
    pub(super) exits: BTreeMap<String, u32>,
    pub(super) same_state: bool,
    pub(super) never: BTreeSet<(u32, u32)>,
    pub(super) possible: Option<BTreeSet<(u32, u32)>>,
    pub(super) gaps: Gaps,
}

impl Mapping {
    /// The mapping in `text` (TOML), called `file` in messages.
    ///
    /// # Errors
    /// `invalid_mapping` when the text is no mapping, or names a state that it does not declare.
    pub fn parse(text: &str, file: &str) -> Result<Self> {
        let invalid = |problem: String| Error::usage("invalid_mapping", format!("`{file}`: {problem}"));
        let source: Source = toml::from_str(text).map_err(|error| invalid(error.message().to_owned()))?;
        let date_format = match source.date_format {
            Some(format) => format.parse()?,
            None => DateFormat::default(),
        };
        let mut mapping = Self {
            date_format,
            columns: source.columns,
            states: Vec::new(),
            codes: BTreeMap::new(),
            reasons: source.reasons.into_iter().collect(),
            exits: BTreeMap::new(),
            same_state: source.moves.same_state,
            never: BTreeSet::new(),
            possible: None,
            gaps: source.gaps,
        };
        for (at, state) in source.states.into_iter().enumerate() {
            if mapping.states.iter().any(|known| known.name() == state.name) {
                return Err(invalid(format!("the state `{}` is declared twice", state.name)));
            }
            for code in state.codes.unwrap_or_else(|| vec![state.name.clone()]) {
                if mapping.codes.insert(code.clone(), at as u32).is_some() {
                    return Err(invalid(format!("the code `{code}` stands for two states")));
                }
            }
            mapping.states.push(State::new(state.name, state.kind));
        }
        let state = |name: &str| {
            let found = mapping.states.iter().position(|state| state.name() == name);
            found.map(|at| at as u32).ok_or_else(|| invalid(format!("there is no state `{name}`")))
        };
        let pairs = |pairs: Vec<[String; 2]>| -> Result<BTreeSet<(u32, u32)>> {
            pairs.iter().map(|[from, to]| Ok((state(from)?, state(to)?))).collect()
        };
        let mut exits = BTreeMap::new();
        for (reason, name) in source.exits {
            let at = state(&name)?;
            if mapping.states[at as usize].kind().is_care() {
                return Err(invalid(format!("the exit `{reason}` leads to a state in care")));
            }
            exits.insert(reason, at);
        }
        let (never, possible) = (pairs(source.moves.never)?, source.moves.possible.map(pairs).transpose()?);
        Ok(Self { exits, never, possible, ..mapping })
    }
}
