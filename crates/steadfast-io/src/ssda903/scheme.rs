//! The codes of the return and what they mean, as data: the shipped lists, and what a user's file changes in them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use steadfast_core::episodes::{MoveReason, State, StateKind};
use steadfast_core::frame::Date;

use crate::dictionary::DateFormat;
use crate::error::{Error, Result};

const CODES: &str = include_str!("codes.toml");
const STATES: &str = include_str!("states.toml");

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Source {
    codes: BTreeMap<String, BTreeMap<String, CodeSource>>,
    states: Vec<StateSource>,
    place: BTreeMap<String, String>,
    exit: BTreeMap<String, String>,
    r#move: BTreeMap<String, MoveReason>,
    short_breaks: Option<Vec<String>>,
    continues: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeSource {
    label: String,
    from: Option<i32>,
    to: Option<i32>,
    until: Option<String>,
}

/// A state as a file declares it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StateSource {
    name: String,
    kind: StateKind,
}

/// A code with the years in which it is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    label: String,
    from: Option<i32>,
    to: Option<i32>,
    until: Option<Date>,
}

impl Code {
    /// What the code stands for.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Whether an episode that began on `start` may have the code in the return of the collection year `year`.
    pub fn is_valid(&self, year: i32, start: Date) -> bool {
        self.from.is_none_or(|from| from <= year)
            && self.to.is_none_or(|to| year <= to)
            && self.until.is_none_or(|until| start <= until)
    }
}

/// The codes of the return, and their meaning for models of care.
#[derive(Debug, Clone)]
pub struct Scheme {
    codes: BTreeMap<String, BTreeMap<String, Code>>,
    states: Vec<State>,
    place: BTreeMap<String, u32>,
    exit: BTreeMap<String, u32>,
    moves: BTreeMap<String, MoveReason>,
    short_breaks: BTreeSet<String>,
    continues: String,
}

impl Scheme {
    /// The lists of this crate.
    ///
    /// # Errors
    /// None: a test reads them.
    pub fn shipped() -> Result<Self> {
        let mut scheme = Self {
            codes: BTreeMap::new(),
            states: Vec::new(),
            place: BTreeMap::new(),
            exit: BTreeMap::new(),
            moves: BTreeMap::new(),
            short_breaks: BTreeSet::new(),
            continues: String::new(),
        };
        scheme.take(CODES, "codes.toml")?;
        scheme.take(STATES, "states.toml")?;
        scheme.checked("states.toml")
    }

    /// The lists with the entries of `text` (TOML, called `file` in messages) added, or put in place of the same ones.
    ///
    /// # Errors
    /// `invalid_scheme` when the text is no such file, or a code has no state.
    pub fn with(mut self, text: &str, file: &str) -> Result<Self> {
        self.take(text, file)?;
        self.checked(file)
    }

    fn take(&mut self, text: &str, file: &str) -> Result<()> {
        let invalid = |problem: String| Error::usage("invalid_scheme", format!("`{file}`: {problem}"));
        let source: Source = toml::from_str(text).map_err(|error| invalid(error.message().to_owned()))?;
        self.take_states(source.states);
        for (column, codes) in source.codes {
            self.take_codes(column, codes, &invalid)?;
        }
        let state = |code: &str, name: &str| {
            let found = self.states.iter().position(|state| state.name() == name);
            found.map(|at| at as u32).ok_or_else(|| invalid(format!("code `{code}` has the unknown state `{name}`")))
        };
        for (code, name) in source.place {
            let at = state(&code, &name)?;
            self.place.insert(code, at);
        }
        for (code, name) in source.exit {
            let at = state(&code, &name)?;
            self.exit.insert(code, at);
        }
        self.moves.extend(source.r#move);
        if let Some(codes) = source.short_breaks {
            self.short_breaks = codes.into_iter().collect();
        }
        if let Some(code) = source.continues {
            self.continues = code;
        }
        Ok(())
    }

    fn take_states(&mut self, states: Vec<StateSource>) {
        for state in states {
            let new = State::new(state.name, state.kind);
            match self.states.iter().position(|known| known.name() == new.name()) {
                Some(at) => self.states[at] = new,
                None => self.states.push(new),
            }
        }
    }

    fn take_codes(
        &mut self,
        column: String,
        codes: BTreeMap<String, CodeSource>,
        invalid: &dyn Fn(String) -> Error,
    ) -> Result<()> {
        let list = self.codes.entry(column).or_default();
        for (name, code) in codes {
            let day = |text: String| {
                let day = DateFormat::YearMonthDay('-').parse(&text);
                day.ok_or_else(|| invalid(format!("`until` of code `{name}` is no day as yyyy-mm-dd")))
            };
            let until = code.until.map(day).transpose()?;
            list.insert(name, Code { label: code.label, from: code.from, to: code.to, until });
        }
        Ok(())
    }

    fn checked(self, file: &str) -> Result<Self> {
        let invalid = |problem: String| Err(Error::usage("invalid_scheme", format!("`{file}`: {problem}")));
        let kind = |at: u32| self.states[at as usize].kind();
        let in_care = |code: &&str| self.place.get(*code).is_some_and(|&at| kind(at).is_care());
        if let Some(code) = self.list("PLACE").find(|code| !in_care(code)) {
            return invalid(format!("placement code `{code}` needs a state in care"));
        }
        let out = |code: &&str| self.exit.get(*code).is_some_and(|&at| !kind(at).is_care());
        if let Some(code) = self.list("REC").find(|code| *code != self.continues && !out(code)) {
            return invalid(format!("exit code `{code}` needs a state out of care"));
        }
        Ok(self)
    }

    /// The codes of `column`.
    pub fn list(&self, column: &str) -> impl Iterator<Item = &str> {
        self.codes.get(column).into_iter().flat_map(|codes| codes.keys().map(String::as_str))
    }

    /// The code of `column` called `name`.
    pub fn code(&self, column: &str, name: &str) -> Option<&Code> {
        self.codes.get(column)?.get(name)
    }

    /// The states.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// The state of a type of placement.
    pub(super) fn place(&self, code: &str) -> Option<u32> {
        self.place.get(code).copied()
    }

    /// The state that an exit leads to.
    pub(super) fn exit(&self, code: &str) -> Option<u32> {
        self.exit.get(code).copied()
    }

    pub(super) fn reason(&self, code: &str) -> MoveReason {
        // A reason that a user added without a meaning was given all the same.
        self.moves.get(code).copied().unwrap_or(MoveReason::Other)
    }

    pub(super) fn is_short_break(&self, code: &str) -> bool {
        self.short_breaks.contains(code)
    }

    pub(super) fn continues(&self, code: &str) -> bool {
        self.continues == code
    }

    pub(super) fn is_temporary(&self, code: &str) -> bool {
        self.place(code).is_some_and(|at| self.states[at as usize].kind() == StateKind::Temporary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_lists_are_whole() {
        let scheme = Scheme::shipped().unwrap();
        let columns = ["RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "REC", "REASON_PLACE_CHANGE", "MISSING"];
        let sizes = columns.map(|column| scheme.list(column).count());
        assert_eq!(sizes, [6, 13, 8, 32, 6, 22, 12, 2]);
        assert!(scheme.states().len() >= 17 && scheme.is_short_break("V4") && scheme.is_temporary("T0"));
    }

    #[test]
    fn a_code_is_valid_in_its_years() {
        let scheme = Scheme::shipped().unwrap();
        let valid = |code: &str, year, day: &str| {
            scheme.code("PLACE", code).unwrap().is_valid(year, DateFormat::YearMonthDay('-').parse(day).unwrap())
        };
        assert!(valid("P2", 2024, "2023-10-28") && !valid("P2", 2024, "2023-10-29"));
        assert!(!valid("K3", 2024, "2024-01-01") && valid("K3", 2025, "2024-05-01"));
        assert!(
            valid("Z1", 2025, "2024-05-01") && !valid("Z1", 2026, "2025-05-01") && valid("Z14", 2026, "2025-05-01")
        );
    }

    #[test]
    fn a_users_file_adds_codes_and_changes_states() {
        let text =
            "[codes.PLACE]\nX9 = { label = \"new\" }\n[place]\nX9 = \"residential\"\nU5 = \"adoptive_placement\"\n";
        let scheme = Scheme::shipped().unwrap().with(text, "own.toml").unwrap();
        assert_eq!(scheme.place("X9"), scheme.place("K2"));
        assert_eq!(scheme.place("U5"), scheme.place("A5"));
        for wrong in ["[place]\nU5 = \"nowhere\"", "[codes.PLACE]\nX9 = { label = \"no state\" }", "nonsense = 1"] {
            assert_eq!(Scheme::shipped().unwrap().with(wrong, "own.toml").unwrap_err().code(), "invalid_scheme");
        }
    }
}
