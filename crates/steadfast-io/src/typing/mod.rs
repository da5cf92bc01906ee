//! From the cells of a column to the typed column that its description promises, and the cells that do not keep the
//! promise.

mod factor;
mod parse;

use polars::prelude::Column;
use steadfast_core::frame::{self, Date, Presence};

pub(crate) use factor::{Interner, declared};
pub(crate) use parse::number;
use parse::{bool, float, integer};

use crate::cells::{Cells, Notation};
use crate::dictionary::{DateFormat, Dictionary, Variable, VariableType};
use crate::error::Result;
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

/// The column as `variable` describes it.
pub(crate) fn typed(column: &Column, variable: &Variable, mark: DecimalMark) -> Result<Typed> {
    let date_format = match variable.kind() {
        VariableType::Date(format) => *format,
        _ => DateFormat::default(),
    };
    let cells = Cells::of(column, Notation { decimal_mark: mark, date_format });
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
    Ok(Typed { column: described(typed.column, variable), rejected: typed.rejected })
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
}

impl<T> Cast<T> {
    fn into_typed(self, column: impl FnOnce(Vec<T>) -> Result<frame::Column>) -> Result<Typed> {
        Ok(Typed { column: column(self.values)?.with_presence(self.presence), rejected: self.rejected })
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
    cells.for_each(|cell| {
        let absent = absent(cell, variable);
        let (value, presence_here) = match (absent, cell) {
            (Presence::Observed, Some(text)) => match parse(text) {
                Ok(value) => (value, Presence::Observed),
                Err(reason) => {
                    rejected.push(Rejected { row: values.len(), reason });
                    (placeholder, Presence::Missing)
                }
            },
            (absent, _) => (placeholder, absent),
        };
        values.push(value);
        presence.push(presence_here);
    })?;
    Ok(Cast { values, presence, rejected })
}

/// Whether the cell stands for an absent value; blanks around such a text do not matter.
fn absent(cell: Option<&str>, variable: &Variable) -> Presence {
    let Some(text) = cell.map(str::trim) else { return Presence::Missing };
    if variable.not_applicable().iter().any(|code| code == text) {
        Presence::NotApplicable
    } else if variable.missing().iter().any(|code| code == text) {
        Presence::Missing
    } else {
        Presence::Observed
    }
}

/// The decimal mark of a table: what the dictionary says, or else what the reader was told.
pub(crate) fn decimal_mark(dictionary: &Dictionary, read: DecimalMark) -> DecimalMark {
    dictionary.decimal_mark().unwrap_or(read)
}
