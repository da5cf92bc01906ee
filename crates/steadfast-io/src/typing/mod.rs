//! From the cells of a column to the typed column that its description promises, and the cells that do not keep the
//! promise.

mod factor;
mod parse;
mod reasons;

use polars::prelude::Column;
use steadfast_core::frame::{self, Code, Coding, Date, Presence};

pub(crate) use factor::{Interner, declared};
pub(crate) use parse::number;
use parse::{bool, float, integer};
use reasons::Reasons;

use crate::cells::{Cells, Notation};
use crate::dictionary::{DateFormat, Dictionary, Variable, VariableType};
use crate::error::Result;
use crate::note::Note;
use crate::read::DecimalMark;

/// Why a cell has no value of the declared type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It is not written like one.
    NotOfType,
    /// It is none of the declared codes.
    UnknownCode,
    /// It is infinite, or not a number.
    NonFinite,
}

/// A cell that was refused. It counts as missing until all rules have been checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rejected {
    /// 0-based.
    pub(crate) row: usize,
    pub(crate) reason: Reason,
}

/// A column of the declared type, and the cells that have no place in it.
pub(crate) struct Typed {
    pub(crate) column: frame::Column,
    pub(crate) rejected: Vec<Rejected>,
}

/// The column, with what its file says about it, as `variable` describes it.
pub(crate) fn typed((column, note): (&Column, Option<&Note>), variable: &Variable, mark: DecimalMark) -> Result<Typed> {
    let date_format = match variable.kind() {
        VariableType::Date(format) => *format,
        _ => DateFormat::default(),
    };
    let cells = Cells::of(column, Notation { decimal_mark: mark, date_format }).with_note(note);
    let notation = cells.notation();
    let name = variable.name();
    let mut scratch = String::new();
    let typed = match variable.kind() {
        VariableType::Text | VariableType::Factor(None) => {
            let mut interner = Interner::new();
            let cast = cast(&cells, variable, u32::MAX, |text| Ok(interner.code(text)))?;
            cast.into_typed(|codes| interner.factor(name, codes))?
        }
        VariableType::Factor(Some(levels)) => {
            let codes = factor::codes_of(levels);
            let code = |text: &str| codes.get(text).copied().ok_or(Reason::UnknownCode);
            cast(&cells, variable, u32::MAX, code)?.into_typed(|codes| factor::declared(name, levels, codes))?
        }
        VariableType::Float => cast(&cells, variable, f64::NAN, |text| float(text, notation, &mut scratch))?
            .into_typed(|values| Ok(frame::Column::float(name, values)))?,
        VariableType::Integer(allowed) => {
            let allowed = allowed.as_deref();
            cast(&cells, variable, 0, |text| integer(text, notation, &mut scratch, allowed))?
                .into_typed(|values| Ok(frame::Column::integer(name, values)))?
        }
        VariableType::Bool => {
            cast(&cells, variable, false, bool)?.into_typed(|values| Ok(frame::Column::bool(name, values)))?
        }
        VariableType::Date(_) => {
            let day = |text: &str| notation.date_format.parse(text.trim()).ok_or(Reason::NotOfType);
            cast(&cells, variable, Date(0), day)?.into_typed(|values| Ok(frame::Column::date(name, values)))?
        }
    };
    let coding = coding(typed.column.coding(), note, variable);
    Ok(Typed { column: described(typed.column.with_coding(coding), variable), rejected: typed.rejected })
}

/// The codes of values, from the declared levels or else from the file, beside those of absences.
fn coding(absences: Option<&Coding>, note: Option<&Note>, variable: &Variable) -> Coding {
    let mut labels = Vec::new();
    if let VariableType::Factor(Some(levels)) = variable.kind() {
        let named = levels.levels().iter().filter(|level| level.name() != level.code());
        labels = named.map(|level| Code::new(level.code()).with_label(level.name())).collect();
    }
    if let (true, Some(note)) = (labels.is_empty(), note) {
        labels = note.coding.labels().to_vec();
    }
    let coding = Coding::of_values(labels);
    match absences {
        Some(absences) => coding.with_reasons_of(absences),
        None => coding,
    }
}

/// The description's role, label and unit on the column.
pub(crate) fn described(mut column: frame::Column, variable: &Variable) -> frame::Column {
    if let Some(role) = variable.role() {
        column = column.with_role(role);
    }
    if let Some(label) = variable.label() {
        column = column.with_label(label);
    }
    if let Some(unit) = variable.unit() {
        column = column.with_unit(unit);
    }
    column
}

/// The values of a column before they are one.
struct Cast<T> {
    values: Vec<T>,
    presence: Vec<Presence>,
    rejected: Vec<Rejected>,
    reasons: Reasons,
}

impl<T> Cast<T> {
    fn into_typed(self, column: impl FnOnce(Vec<T>) -> Result<frame::Column>) -> Result<Typed> {
        let column = column(self.values)?.with_presence(self.presence).with_coding(self.reasons.into_coding());
        Ok(Typed { column, rejected: self.rejected })
    }
}

/// Every cell through `parse`, unless it is null or a text that stands for an absent value.
fn cast<T: Copy>(
    cells: &Cells<'_>,
    variable: &Variable,
    placeholder: T,
    mut parse: impl FnMut(&str) -> std::result::Result<T, Reason>,
) -> Result<Cast<T>> {
    let rows = cells.len();
    let (mut values, mut presence) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let mut rejected = Vec::new();
    let mut reasons = Reasons::of(cells.note(), variable);
    // A code of an absent value is a value all the same where the dictionary lists it among the values.
    let lists_codes = matches!(variable.kind(), VariableType::Factor(Some(_)) | VariableType::Integer(Some(_)));
    cells.for_each(|cell| {
        let absent = absent(cell, variable);
        let row = values.len();
        let is_code = cells.is_absent(row);
        let (value, presence_here) = match (absent, cell) {
            (Presence::Observed, Some(_)) if is_code && !lists_codes => (placeholder, Presence::Missing),
            (Presence::Observed, Some(text)) => match parse(text) {
                Ok(value) => (value, Presence::Observed),
                Err(_) if is_code => (placeholder, Presence::Missing),
                Err(reason) => {
                    rejected.push(Rejected { row: values.len(), reason });
                    (placeholder, Presence::Missing)
                }
            },
            (absent, _) => (placeholder, absent),
        };
        if let (true, Some(text)) = (presence_here != Presence::Observed, cell) {
            reasons.push(row, text.trim());
        }
        values.push(value);
        presence.push(presence_here);
    })?;
    Ok(Cast { values, presence, rejected, reasons })
}

/// Whether the cell stands for an absent value; blanks around such a text do not matter.
fn absent(cell: Option<&str>, variable: &Variable) -> Presence {
    let Some(text) = cell.map(str::trim) else { return Presence::Missing };
    let reason = variable.absent().into_iter().find(|(_, codes)| codes.iter().any(|code| code == text));
    reason.map_or(Presence::Observed, |(why, _)| why)
}

/// The decimal mark of a table: what the dictionary says, or else what the reader was told.
pub(crate) fn decimal_mark(dictionary: &Dictionary, read: DecimalMark) -> DecimalMark {
    dictionary.decimal_mark().unwrap_or(read)
}
