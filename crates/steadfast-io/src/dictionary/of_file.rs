//! The dictionary that a file brings with it.

use std::collections::BTreeSet;

use polars::prelude::{Column, DataType};
use steadfast_core::findings::Severity;
use steadfast_core::frame::{Code, Presence};

use super::variable::{DateFormat, Level, Levels, Variable, VariableType};
use super::{Dictionary, ReadOptions};
use crate::cells::{Cells, Notation};
use crate::note::Note;
use crate::raw::RawTable;

/// The labels that make a column of 0 and 1 one of no and yes, as this crate writes it where a format has no such type.
pub(crate) const TRUTH: [&str; 2] = ["false", "true"];

impl Dictionary {
    /// What the file of `raw` says about its columns.
    pub(crate) fn of_file(raw: &RawTable) -> Dictionary {
        let plain = Note::default();
        let columns = raw.as_polars().columns().iter().enumerate();
        let mut variables: Vec<Variable> =
            columns.map(|(index, column)| variable(column, raw.note(index).unwrap_or(&plain))).collect();
        variables.sort_by(|a, b| a.name.cmp(&b.name));
        // The program that wrote the limits lets a person enter what lies outside.
        let outside = ("out_of_range".to_owned(), Severity::Warning);
        let severities = variables.iter().any(|variable| variable.range.is_some()).then_some(outside);
        Dictionary {
            variables,
            keys: raw.keys().to_vec(),
            severities: severities.into_iter().collect(),
            read_options: ReadOptions::new(),
            decimal_mark: None,
            schedule: None,
            scoring: super::instruments::Scoring::default(),
        }
    }
}

fn variable(column: &Column, note: &Note) -> Variable {
    let declared = |presence: Presence| {
        let codes = note.coding.reasons().iter().filter(move |code| note.presence_of(code) == presence);
        codes.map(|code| code.code().to_owned())
    };
    let meaning = |presence: Presence| -> Vec<String> {
        let said = note.meanings.iter().filter(|(_, known)| *known == presence).map(|(code, _)| code.clone());
        declared(presence).chain(said).collect::<BTreeSet<String>>().into_iter().collect()
    };
    Variable {
        name: column.name().to_string(),
        kind: note.kind.clone().unwrap_or_else(|| kind(column, note)),
        role: note.role,
        label: note.label.clone(),
        unit: note.unit.clone(),
        range: note.range,
        missing: std::iter::once(String::new()).chain(declared(Presence::Missing)).collect(),
        not_applicable: meaning(Presence::NotApplicable),
        withdrawn: meaning(Presence::Withdrawn),
        not_yet_due: meaning(Presence::NotYetDue),
        required: false,
        constant_within: Vec::new(),
    }
}

fn kind(column: &Column, note: &Note) -> VariableType {
    let labels = note.coding.labels();
    if !labels.is_empty() && all_are_labelled(column, labels) {
        let codes: Vec<&str> = labels.iter().map(Code::code).collect();
        let names: Vec<&str> = labels.iter().filter_map(Code::label).collect();
        if codes == ["0", "1"] && names == TRUTH {
            return VariableType::Bool;
        }
        return VariableType::Factor(Some(levels(labels)));
    }
    match column.dtype() {
        DataType::Float64 | DataType::Float32 | DataType::Null => VariableType::Float,
        DataType::Int64 | DataType::Int32 | DataType::UInt32 | DataType::UInt64 => VariableType::Integer(None),
        DataType::Boolean => VariableType::Bool,
        DataType::Date | DataType::Datetime(..) => VariableType::Date(DateFormat::default()),
        _ => VariableType::Text,
    }
}

fn all_are_labelled(column: &Column, labels: &[Code]) -> bool {
    let codes: BTreeSet<&str> = labels.iter().map(Code::code).collect();
    let mut all = true;
    let visited = Cells::of(column, Notation::TYPED).for_each(|cell| {
        all = all && cell.is_none_or(|text| codes.contains(text));
    });
    visited.is_ok() && all
}

/// A level for each code, by number where all are numbers. Two codes with one label stay two levels.
fn levels(labels: &[Code]) -> Levels {
    let number = |code: &Code| code.code().parse::<f64>().ok();
    let mut ordered: Vec<&Code> = labels.iter().collect();
    if ordered.iter().all(|code| number(code).is_some()) {
        ordered.sort_by(|a, b| number(a).partial_cmp(&number(b)).unwrap_or(std::cmp::Ordering::Equal));
    } else {
        ordered.sort_by(|a, b| a.code().cmp(b.code()));
    }
    ordered.dedup_by(|a, b| a.code() == b.code());
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut level = |code: &Code| {
        let label = code.label().map(str::to_owned).filter(|label| !label.is_empty());
        let mut name = label.unwrap_or_else(|| code.code().to_owned());
        while !names.insert(name.clone()) {
            name = format!("{name} [{}]", code.code());
        }
        Level { code: code.code().to_owned(), label: (name != code.code()).then_some(name) }
    };
    Levels { levels: ordered.into_iter().map(&mut level).collect(), ordered: false, reference: None }
}
