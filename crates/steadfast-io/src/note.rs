//! What a file says about a column besides its values: labels, and which code stands where a value is absent.

use std::collections::HashMap;

use steadfast_core::frame::{Code, Coding, Presence, Role};

use crate::dictionary::{Range, VariableType};
use crate::error::{Error, Result};

/// The reasons of an absence that say more than that a value is missing, with the texts by which files of this crate know them.
pub(crate) const SPOKEN: [(Presence, &str); 3] = [
    (Presence::NotApplicable, "NOT_APPLICABLE"),
    (Presence::NotYetDue, "NOT_YET_DUE"),
    (Presence::Withdrawn, "WITHDRAWN"),
];

/// Why a value is absent whose code has this label, in whatever case.
pub(crate) fn labelled_presence(label: &str) -> Presence {
    let says = |(presence, _): &&(Presence, &str)| label.trim().eq_ignore_ascii_case(presence.name());
    SPOKEN.iter().find(says).map_or(Presence::Missing, |(presence, _)| *presence)
}

/// What a file says about one column. Where `coding` has a reason, the cell itself is null.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Note {
    pub(crate) label: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) role: Option<Role>,
    /// What the values are, where the file says it; otherwise the type of its cells and the labels decide.
    pub(crate) kind: Option<VariableType>,
    pub(crate) range: Option<Range>,
    /// Labels of values, codes of absences, and the rows in which these stand.
    pub(crate) coding: Coding,
    /// What codes stand for, where it is not a missing value and no label says it.
    pub(crate) meanings: Vec<(String, Presence)>,
}

impl Note {
    /// The note with the label, unless that is blank.
    pub(crate) fn labelled(label: &str) -> Self {
        let label = label.trim_end();
        Self { label: (!label.is_empty()).then(|| label.to_owned()), ..Self::default() }
    }

    /// Why a value is absent in whose place `code` stands.
    pub(crate) fn presence_of(&self, code: &Code) -> Presence {
        let declared = self.meanings.iter().find(|(known, _)| known == code.code()).map(|(_, presence)| *presence);
        declared.or_else(|| code.label().map(labelled_presence)).unwrap_or(Presence::Missing)
    }
}

/// Codes of absences while a column is being read.
#[derive(Debug, Default)]
pub(crate) struct Absences {
    codes: Vec<Code>,
    places: HashMap<String, u16>,
    rows: Vec<u16>,
}

impl Absences {
    /// Declares a code that may occur.
    pub(crate) fn declare(&mut self, code: Code) -> Result<u16> {
        if let Some(&place) = self.places.get(code.code()) {
            return Ok(place);
        }
        let next = u16::try_from(self.codes.len() + 1).map_err(|_| {
            Error::data("too_many_codes", "a column has more than 65,535 different codes of absent values")
        })?;
        self.places.insert(code.code().to_owned(), next);
        self.codes.push(code);
        Ok(next)
    }

    /// The value of `row` is absent, and `code` stands in its place.
    pub(crate) fn push(&mut self, row: usize, code: &str) -> Result<()> {
        let place = match self.places.get(code) {
            Some(&place) => place,
            None => self.declare(Code::new(code))?,
        };
        if self.rows.len() <= row {
            self.rows.resize(row + 1, 0);
        }
        self.rows[row] = place;
        Ok(())
    }

    /// The codes that were declared or occur, each with its label in `labels`, and the labels of the other values.
    pub(crate) fn into_coding(self, labels: Vec<Code>) -> Coding {
        let label = |code: &Code| labels.iter().find(|known| known.code() == code.code()).and_then(Code::label);
        let reasons: Vec<Code> = self
            .codes
            .iter()
            .map(|code| match label(code) {
                Some(label) => code.clone().with_label(label),
                None => code.clone(),
            })
            .collect();
        let of_values = labels.into_iter().filter(|label| !self.places.contains_key(label.code())).collect();
        Coding::of_values(of_values).with_reasons(reasons, self.rows)
    }
}

/// A number as cells show it, and so as labels and codes must write it.
pub(crate) fn code_text(value: f64) -> String {
    // A negative zero would be written with its sign.
    (value + 0.0).to_string()
}
