//! SPSS system files, `.sav` and `.zsav`: labels, user-missing values and dates with the numbers.
//!
//! `ambers` decodes the cells. It trusts the header, cuts times of day from dates and replaces what it cannot decode, so
//! [`skeleton`] walks the file's records first: what the header promises is held against the file, and numbers are
//! declared plain, to be made dates here.

mod cells;
mod skeleton;

use std::io::Cursor;

use ambers::{MissingSpec, SpssMetadata, Value};
use polars::prelude::{Column, DataFrame};
use steadfast_core::frame::Code;

use super::numbers::{Meaning, Numbers};
use super::options::ReadOptions;
use super::{Contents, FileFormat, Format, arrow_types, size};
use crate::error::{Error, Result};
use crate::note::{Absences, Note, code_text};
use cells::Gathered;
use skeleton::{Print, Skeleton};

impl Format {
    /// SPSS, compressed or not.
    pub const SPSS: Format = Format(&Spss);
}

struct Spss;

/// Rows that are decoded at a time.
const BATCH: usize = 8_192;

impl FileFormat for Spss {
    fn name(&self) -> &'static str {
        "spss"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["sav", "zsav"]
    }

    fn contents(&self, file: &str, mut bytes: Vec<u8>, options: &ReadOptions) -> Result<Contents> {
        let skeleton = Skeleton::of(file, &bytes)?;
        size::check_memory(file, skeleton.most_rows, u64::from(skeleton.slots), options.memory())?;
        skeleton.declare_plain_numbers(&mut bytes);
        arrow_types::guarded(file, || decode(file, bytes, &skeleton))
    }
}

fn decode(file: &str, bytes: Vec<u8>, skeleton: &Skeleton) -> Result<Contents> {
    let damaged = |error| arrow_types::damaged(file, error);
    let mut scanner = ambers::scan_sav_from_reader(Cursor::new(bytes), BATCH).map_err(damaged)?;
    let names = scanner.metadata().variable_names.clone();
    let is_text = |name: &String| scanner.metadata().format(name).is_some_and(|format| format.starts_with('A'));
    let mut columns: Vec<Gathered> = names.iter().map(|name| Gathered::empty(is_text(name))).collect();
    let mut rows = 0;
    while let Some(batch) = scanner.next_batch().map_err(damaged)? {
        rows += batch.num_rows();
        if rows as u64 > skeleton.most_rows || batch.num_columns() != names.len() {
            return Err(size::promises_more(file));
        }
        for ((column, name), batch) in columns.iter_mut().zip(&names).zip(batch.columns()) {
            column.push(file, name, batch)?;
        }
    }
    if let Some(promised) = skeleton.rows {
        size::check_rows(file, promised, rows)?;
    }
    finish(file, columns, scanner.metadata(), &skeleton.prints)
}

fn finish(file: &str, columns: Vec<Gathered>, meta: &SpssMetadata, prints: &[Print]) -> Result<Contents> {
    let mut prints = prints.iter();
    let (mut series, mut notes) = (Vec::new(), Vec::new());
    for (name, column) in meta.variable_names.iter().zip(columns) {
        let label = meta.label(name).unwrap_or_default();
        if label.contains(char::REPLACEMENT_CHARACTER) || name.contains(char::REPLACEMENT_CHARACTER) {
            return Err(cells::not_in_encoding(file, name));
        }
        let (column, note) = match column {
            Gathered::Numbers(values) => {
                let print = prints.next().copied().unwrap_or_default();
                numbers(name, values, meta, print, Note::labelled(label))?
            }
            Gathered::Texts(values) => texts(name, values, meta, Note::labelled(label))?,
        };
        series.push(column);
        notes.push(note);
    }
    let columns = DataFrame::new_infer_height(series).map_err(|error| Error::data("malformed_table", error))?;
    Ok(Contents::noted(columns, notes))
}

fn numbers(
    name: &str,
    mut values: Vec<Option<f64>>,
    meta: &SpssMetadata,
    print: Print,
    mut note: Note,
) -> Result<(Column, Note)> {
    let specs = meta.variable_missing_values.get(name).map(Vec::as_slice).unwrap_or_default();
    let mut absences = Absences::default();
    for spec in specs {
        if let MissingSpec::Value(code) = spec {
            absences.declare(Code::new(code_text(*code)))?;
        }
    }
    let is_missing = |value: f64| {
        specs.iter().any(|spec| match spec {
            MissingSpec::Value(code) => (*code - value).abs() <= 0.0,
            MissingSpec::Range { lo, hi } => (*lo..=*hi).contains(&value),
            MissingSpec::StringValue(_) => false,
        })
    };
    for (row, cell) in values.iter_mut().enumerate() {
        if let Some(value) = cell.filter(|value| is_missing(*value)) {
            absences.push(row, &code_text(value))?;
            *cell = None;
        }
    }
    declare_labelled(meta, name, |value| matches!(value, Value::Numeric(value) if is_missing(*value)), &mut absences)?;
    note.coding = absences.into_coding(labels(meta, name));
    // Labels say more than the format, which dates have too.
    let meaning = match print.meaning() {
        Meaning::Ticks { .. } if !note.coding.labels().is_empty() => Meaning::Number,
        meaning => meaning,
    };
    Ok((Numbers::column(values, name, meaning, &mut note)?, note))
}

fn texts(name: &str, mut values: Vec<Option<String>>, meta: &SpssMetadata, mut note: Note) -> Result<(Column, Note)> {
    let specs = meta.variable_missing_values.get(name).map(Vec::as_slice).unwrap_or_default();
    let is_missing =
        |text: &str| specs.iter().any(|spec| matches!(spec, MissingSpec::StringValue(code) if code.trim_end() == text));
    let mut absences = Absences::default();
    for (row, cell) in values.iter_mut().enumerate() {
        if let Some(text) = cell.take_if(|text| is_missing(text)) {
            absences.push(row, &text)?;
        }
    }
    declare_labelled(meta, name, |value| matches!(value, Value::String(text) if is_missing(text)), &mut absences)?;
    note.coding = absences.into_coding(labels(meta, name));
    Ok((cells::text_column(name, values), note))
}

/// Declares the codes of absences that have a label.
fn declare_labelled(
    meta: &SpssMetadata,
    name: &str,
    is_missing: impl Fn(&Value) -> bool,
    absences: &mut Absences,
) -> Result<()> {
    for value in meta.value_labels(name).into_iter().flatten().map(|(value, _)| value) {
        if is_missing(value) {
            absences.declare(Code::new(text_of(value)))?;
        }
    }
    Ok(())
}

fn labels(meta: &SpssMetadata, name: &str) -> Vec<Code> {
    let labels = meta.value_labels(name).into_iter().flatten();
    labels.map(|(value, label)| Code::new(text_of(value)).with_label(label.trim_end())).collect()
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Numeric(value) => code_text(*value),
        Value::String(text) => text.trim_end().to_owned(),
    }
}
