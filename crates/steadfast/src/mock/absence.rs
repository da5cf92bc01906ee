//! Which values are absent, and which text says so.

use std::collections::BTreeSet;

use steadfast_core::findings::Severity;
use steadfast_core::frame::Role;
use steadfast_io::{Dictionary, Variable};

use super::Mock;
use crate::error::{Error, Result};

/// Puts a text for an absent value in the place of a share of `values`, where the dictionary allows it, and wherever there
/// was no value to choose.
pub(super) fn impose(values: &mut [String], variable: &Variable, dictionary: &Dictionary, mock: &Mock) -> Result<()> {
    let missing = writable(variable.missing());
    let not_applicable = writable(variable.not_applicable());
    let everywhere: BTreeSet<&str> = missing.iter().chain(&not_applicable).copied().collect();
    let allowed = may_be_absent(variable, dictionary);
    let streams = mock.streams("absence", variable.name());
    for (unit, value) in values.iter_mut().enumerate() {
        let mut stream = streams.of(unit);
        let draws = [stream.bernoulli(mock.missing), stream.bernoulli(mock.missing)];
        let mut any = |texts: &[&str]| {
            let at = stream.below(texts.len() as u64)?;
            texts.get(at as usize).map(|text| (*text).to_owned())
        };
        // A value that could not be made is empty, and the empty text is no value of any type.
        let impossible = value.is_empty() && !everywhere.contains("");
        let text = match draws {
            _ if value.is_empty() && !allowed => return Err(no_value(variable)),
            _ if !allowed => None,
            [true, _] => any(&missing),
            [_, true] => any(&not_applicable),
            _ => None,
        };
        match text {
            Some(text) => *value = text,
            None if impossible => {
                *value = any(&missing).or_else(|| any(&not_applicable)).ok_or_else(|| no_value(variable))?
            }
            None => {}
        }
    }
    Ok(())
}

fn no_value(variable: &Variable) -> Error {
    let message = format!("column `{}` must have a value and its description leaves none", variable.name());
    Error::usage("cannot_mock", message)
}

/// The texts that a reader knows again: it takes the blanks around a cell away before it looks.
fn writable(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).filter(|text| text.trim() == *text).collect()
}

/// Whether the design can do without the value: who, when, which arm and which stratum is always known, and so is whatever
/// another column is constant within.
fn may_be_absent(variable: &Variable, dictionary: &Dictionary) -> bool {
    let name = variable.name();
    let is_key = dictionary.keys().iter().any(|key| key.iter().any(|column| column == name));
    let holds_others = dictionary.variables().iter().any(|other| other.constant_within().iter().any(|of| of == name));
    let by_role = match variable.role() {
        None | Some(Role::Covariate | Role::Outcome) => true,
        Some(Role::Baseline) => dictionary.severity("baseline_missing") != Some(Severity::Error),
        Some(_) => false,
    };
    by_role && !is_key && !holds_others && !variable.is_required()
}
