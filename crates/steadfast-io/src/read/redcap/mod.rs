//! Records of REDCap, as its raw CSV export writes them, with the data dictionary that describes them.
//!
//! The table keeps the export's rows: one for each record and event, and one for each instance of what repeats. A field
//! that a row cannot have because the row is of a repeating instrument and the field is not, or the other way round, is
//! `NOT_APPLICABLE`, not blank; so is every other code that the caller declares to mean it. Which events have which
//! instruments stands in neither file: a field of an instrument that an event lacks is missing.

mod choices;
mod fields;

use std::collections::BTreeSet;

use polars::prelude::{Column, DataFrame, IntoColumn, StringChunked, StringChunkedBuilder};
use steadfast_core::frame::{Code, Presence, Role};

use super::options::ReadOptions;
use super::{Contents, FileFormat, Format, csv};
use crate::dictionary::{Levels, VariableType};
use crate::error::{Error, Result};
use crate::note::{Absences, Note};
use choices::choices;
use fields::{Field, Fields};

impl Format {
    /// Records of REDCap, which need their data dictionary: [`ReadOptions::redcap_dictionary`].
    pub const REDCAP: Format = Format(&Redcap);
}

struct Redcap;

const EVENT: &str = "redcap_event_name";
const INSTRUMENT: &str = "redcap_repeat_instrument";
const INSTANCE: &str = "redcap_repeat_instance";
/// Columns that REDCap adds to an export and that no field describes.
const ADDED: [&str; 4] = [EVENT, INSTRUMENT, "redcap_data_access_group", "redcap_survey_identifier"];
/// What stands where a row has no repeating instrument, so that it can be part of a key.
const NO_INSTRUMENT: &str = "(none)";
const NOT_APPLICABLE: &str = "NOT_APPLICABLE";

impl FileFormat for Redcap {
    fn name(&self) -> &'static str {
        "redcap"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &[]
    }

    fn is_text(&self) -> bool {
        true
    }

    fn contents(&self, file: &str, bytes: Vec<u8>, options: &ReadOptions) -> Result<Contents> {
        let (dictionary, missing) = options.redcap();
        let needs = || Error::usage("redcap_dictionary", "REDCap's records need their data dictionary beside them");
        let name = "the data dictionary of REDCap";
        let dictionary = csv::columns(name, dictionary.ok_or_else(needs)?.to_vec(), &ReadOptions::new(), b',')?;
        let fields = Fields::of(&dictionary)?;
        let missing = choices(missing.unwrap_or_default());
        let records = csv::columns(file, bytes, options, b',')?;
        Records { records, fields, missing }.contents(file)
    }
}

/// The export and what its columns mean.
struct Records {
    records: DataFrame,
    fields: Fields,
    missing: Vec<Code>,
}

impl Records {
    fn contents(self, file: &str) -> Result<Contents> {
        let names: Vec<String> = self.records.columns().iter().map(|column| column.name().to_string()).collect();
        let repeats = Repeats::of(&self.records);
        let (mut columns, mut notes, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
        for name in &names {
            let column = self.records.column(name).map_err(|error| Error::data("malformed_table", error))?;
            match self.described(name, &names[0]) {
                Some((note, field)) => {
                    columns.push(self.cells(name, text(column)?, field, &repeats)?);
                    notes.push(self.with_missing_codes(note)?);
                }
                None => unknown.push(name.clone()),
            }
        }
        if !unknown.is_empty() {
            let message = format!(
                "`{file}` has columns that its data dictionary does not describe: {}; export raw data, not labels",
                unknown.join(", ")
            );
            return Err(Error::data("redcap_dictionary", message));
        }
        let key =
            names[..1].iter().chain(names.iter().filter(|name| [EVENT, INSTRUMENT, INSTANCE].contains(&&***name)));
        let keys = vec![key.cloned().collect()];
        let columns = DataFrame::new_infer_height(columns).map_err(|error| Error::data("malformed_table", error))?;
        Ok(Contents { columns, notes, keys })
    }

    /// What the column means, and the field that it belongs to.
    fn described(&self, name: &str, first: &str) -> Option<(Note, Option<&Field>)> {
        if name == INSTANCE {
            return Some((of_kind(VariableType::Integer(None)), None));
        }
        if ADDED.contains(&name) {
            let mut note = of_kind(VariableType::Text);
            note.role = (name == EVENT).then_some(Role::Visit);
            return Some((note, None));
        }
        if let Some((mut note, field)) = self.fields.column(name) {
            if name == first {
                note.kind = Some(VariableType::Text);
                note.role = Some(Role::Subject);
            }
            return Some((note, Some(field)));
        }
        let form = name.strip_suffix("_complete").or_else(|| name.strip_suffix("_timestamp"))?;
        let field = self.fields.first_of_form(form)?;
        if name.ends_with("_timestamp") {
            return Some((of_kind(VariableType::Text), Some(field)));
        }
        let states = [("0", "Incomplete"), ("1", "Unverified"), ("2", "Complete")];
        let states = states.map(|(code, label)| (code.to_owned(), label.to_owned())).to_vec();
        Some((of_kind(VariableType::Factor(Some(Levels::labelled(states)))), Some(field)))
    }

    /// The note with the project's missing data codes among those that stand for absent values.
    fn with_missing_codes(&self, mut note: Note) -> Result<Note> {
        let labels = note.coding.labels().to_vec();
        let mut absences = Absences::default();
        for code in &self.missing {
            absences.declare(code.clone())?;
        }
        note.coding = absences.into_coding(labels);
        note.meanings.push((NOT_APPLICABLE.to_owned(), Presence::NotApplicable));
        Ok(note)
    }

    /// The cells, with what the export leaves out said in words.
    fn cells(&self, name: &str, cells: &StringChunked, field: Option<&Field>, repeats: &Repeats) -> Result<Column> {
        let mut written = StringChunkedBuilder::new(name.into(), cells.len());
        let comma = field.is_some_and(Field::has_decimal_comma);
        for (row, cell) in cells.iter().enumerate() {
            let cell = cell.unwrap_or_default();
            match (cell, name, field) {
                ("", INSTRUMENT, _) => written.append_value(NO_INSTRUMENT),
                ("", INSTANCE, _) => written.append_value("0"),
                ("", _, Some(field)) if !repeats.can_have(row, field) => written.append_value(NOT_APPLICABLE),
                _ if comma => written.append_value(cell.replace(',', ".")),
                _ => written.append_value(cell),
            }
        }
        Ok(written.finish().into_column())
    }
}

fn of_kind(kind: VariableType) -> Note {
    Note { kind: Some(kind), ..Note::default() }
}

fn text(column: &Column) -> Result<&StringChunked> {
    column.as_materialized_series().str().map_err(|error| Error::data("malformed_table", error))
}

/// Which instrument each row repeats, and which repeat in its event.
#[derive(Default)]
struct Repeats {
    rows: Vec<(String, String)>,
    repeating: BTreeSet<(String, String)>,
}

impl Repeats {
    fn of(records: &DataFrame) -> Self {
        let cells = |name: &str| -> Option<Vec<String>> {
            let column = records.column(name).ok()?;
            Some(text(column).ok()?.iter().map(|cell| cell.unwrap_or_default().to_owned()).collect())
        };
        let Some(instruments) = cells(INSTRUMENT) else { return Self::default() };
        let events = cells(EVENT).unwrap_or_else(|| vec![String::new(); instruments.len()]);
        let rows: Vec<(String, String)> = events.into_iter().zip(instruments).collect();
        let repeating = rows.iter().filter(|(_, instrument)| !instrument.is_empty()).cloned().collect();
        Self { rows, repeating }
    }

    /// Whether `row` can have a value of `field`. The record's identifier stands in every row.
    fn can_have(&self, row: usize, field: &Field) -> bool {
        let Some((event, instrument)) = self.rows.get(row) else { return true };
        if instrument.is_empty() {
            !self.repeating.contains(&(event.clone(), field.form.clone()))
        } else {
            *instrument == field.form
        }
    }
}

#[cfg(test)]
mod tests;
