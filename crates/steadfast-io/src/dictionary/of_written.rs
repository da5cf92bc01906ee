//! The dictionary of a file that was written from a frame, with what the file itself could not carry.

use std::collections::HashMap;

use steadfast_core::frame::{Column, ColumnData, Frame, Presence};

use super::Dictionary;
use super::variable::{Level, Levels, Variable, VariableType};
use crate::error::Result;
use crate::note::Note;
use crate::raw::RawTable;
use crate::write::is_text;

impl Dictionary {
    /// The dictionary with which the file in `raw`, written from `frame`, is that frame again: the file's own
    /// description, and roles, units, levels and kinds of absences beside it. Columns are known by their places, as a
    /// format may have changed their names.
    pub(crate) fn of_written(frame: &Frame, raw: &RawTable) -> Result<Dictionary> {
        let Some(mut dictionary) = raw.description() else {
            let mut dictionary = Dictionary::of(frame);
            for column in frame.columns().iter().filter(|column| is_only_text(column)) {
                let own = dictionary.variables.iter_mut().find(|variable| variable.name == column.name());
                own.into_iter().for_each(|variable| variable.kind = VariableType::Text);
            }
            return Ok(dictionary);
        };
        for (index, (column, name)) in frame.columns().iter().zip(raw.names()).enumerate() {
            if let Some(variable) = dictionary.variables.iter_mut().find(|variable| variable.name == name) {
                complete(variable, column, raw.note(index));
            }
        }
        Ok(dictionary)
    }

    /// The dictionary with the keys that `other` declares, where it describes their columns too.
    pub fn with_keys_of(mut self, other: &Dictionary) -> Dictionary {
        let is_known = |column: &String| self.variables.iter().any(|variable| variable.name == *column);
        if other.keys.iter().flatten().all(is_known) {
            self.keys.clone_from(&other.keys);
        }
        self
    }
}

fn complete(variable: &mut Variable, column: &Column, note: Option<&Note>) {
    variable.role = column.role();
    variable.unit = column.unit().map(str::to_owned);
    if column.label() != column.name() || !column.name().eq_ignore_ascii_case(&variable.name) {
        variable.label = Some(column.label().to_owned());
    }
    match column.data() {
        ColumnData::Bool(_) => variable.kind = VariableType::Bool,
        ColumnData::Float(_) => variable.kind = VariableType::Float,
        ColumnData::Integer(_) => variable.kind = VariableType::Integer(None),
        // Texts may be people: they are not listed where the file gives them back without.
        ColumnData::Factor(_)
            if is_only_text(column) && matches!(variable.kind, VariableType::Text | VariableType::Factor(None)) => {}
        ColumnData::Factor(_) => complete_levels(variable, column),
        _ => {}
    }
    if let Some(note) = note {
        for row in 0..column.len() {
            let texts = match column.presence(row) {
                Presence::Observed | Presence::Missing => continue,
                Presence::NotApplicable => &mut variable.not_applicable,
                Presence::Withdrawn => &mut variable.withdrawn,
                Presence::NotYetDue => &mut variable.not_yet_due,
            };
            if let Some(code) = note.coding.reason(row)
                && !texts.iter().any(|known| known == code.code())
            {
                texts.push(code.code().to_owned());
                variable.missing.retain(|known| known != code.code());
            }
        }
    }
}

/// Whether the column is a factor that its texts give back, whatever they are.
fn is_only_text(column: &Column) -> bool {
    let has_codes = column.coding().is_some_and(|coding| !coding.labels().is_empty());
    !has_codes && column.as_factor().is_some_and(|factor| is_text(factor, |row| column.is_observed(row)))
}

fn complete_levels(variable: &mut Variable, column: &Column) {
    let Some(factor) = column.as_factor().filter(|factor| !factor.levels().is_empty()) else { return };
    let reference = factor.levels().get(factor.reference()).cloned();
    let codes: HashMap<&str, &str> = match (&variable.kind, column.coding()) {
        // The file has the numbers and not their labels.
        (VariableType::Integer(_), Some(coding)) => {
            let labelled = coding.labels().iter().rev();
            labelled.filter_map(|known| Some((known.label()?, known.code()))).collect()
        }
        (VariableType::Factor(Some(known)), _) => {
            known.levels.iter().rev().map(|known| (known.name(), known.code.as_str())).collect()
        }
        _ => HashMap::new(),
    };
    let level = |level: &String| {
        let code = codes.get(level.as_str()).map_or(level.as_str(), |code| *code).to_owned();
        Level { label: (code != *level).then(|| level.clone()), code }
    };
    let levels = factor.levels().iter().map(level).collect();
    variable.kind = VariableType::Factor(Some(Levels { levels, ordered: factor.is_ordered(), reference }));
}
