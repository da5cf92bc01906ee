//! What the columns of a text file are when no dictionary says it.

use polars::prelude::Column;
use steadfast_core::frame::{self, Date, Frame, Presence};

use crate::cells::{Cells, Notation};
use crate::convert::no_rows;
use crate::dictionary::{DateFormat, Dictionary};
use crate::error::Result;
use crate::raw::RawTable;
use crate::typing::{Interner, number, typed};
use crate::validate::Valid;

/// The texts that stand for a missing value.
const MISSING: [&str; 7] = ["", "NA", "N/A", "NaN", ".", "NULL", "null"];

/// A whole number of more digits is an identifier, and might not be the same as a double.
const MOST_DIGITS: usize = 15;

/// The table as a frame, by the rules of [`RawTable::infer`].
pub(crate) fn frame(raw: &RawTable) -> Result<Frame> {
    if raw.n_rows() == 0 {
        return Err(no_rows(raw));
    }
    let notation = Notation { decimal_mark: raw.decimal_mark(), date_format: DateFormat::default() };
    let columns = raw.as_polars().columns().iter().map(|column| inferred(column, notation));
    Ok(Frame::new(columns.collect::<Result<_>>()?)?)
}

/// The table as its own `description` types it. The rules about rows are left to those who validate it: a frame that was
/// written without them is read without them.
pub(crate) fn described(raw: &RawTable, description: &Dictionary) -> Result<Frame> {
    let mut columns = Vec::new();
    for (index, column) in raw.as_polars().columns().iter().enumerate() {
        let Some(variable) = description.variable(column.name()) else { continue };
        let found = typed((column, raw.note(index)), variable, raw.decimal_mark())?;
        if !found.rejected.is_empty() {
            // All that contradicts the description, with its places.
            return raw.validate(description).map(Valid::into_frame);
        }
        columns.push(found.column);
    }
    Ok(Frame::new(columns)?)
}

fn inferred(column: &Column, notation: Notation) -> Result<frame::Column> {
    let (name, cells) = (column.name().as_str(), Cells::of(column, notation));
    let mut scratch = String::new();
    match Possible::of(&cells, &mut scratch)? {
        Possible { any_value: false, .. } => Ok(frame::Column::float(name, vec![f64::NAN; cells.len()])),
        Possible { bool: true, .. } => {
            let (values, presence) = collect(&cells, false, |text| text.trim().eq_ignore_ascii_case("true"))?;
            Ok(frame::Column::bool(name, values).with_presence(presence))
        }
        Possible { date: true, .. } => {
            let day = |text: &str| notation.date_format.parse(text.trim()).unwrap_or(Date(0));
            let (values, presence) = collect(&cells, Date(0), day)?;
            Ok(frame::Column::date(name, values).with_presence(presence))
        }
        Possible { integer: true, .. } => {
            let (values, presence) = collect(&cells, 0, |text| text.trim().parse().unwrap_or(0))?;
            Ok(frame::Column::integer(name, values).with_presence(presence))
        }
        Possible { float: true, .. } => {
            let read = |text: &str| number(text, notation, &mut scratch).unwrap_or(f64::NAN);
            let (values, presence) = collect(&cells, f64::NAN, read)?;
            Ok(frame::Column::float(name, values).with_presence(presence))
        }
        Possible { .. } => {
            let mut interner = Interner::new();
            let (codes, presence) = collect(&cells, u32::MAX, |text| interner.code(text))?;
            Ok(interner.factor(name, codes)?.with_presence(presence))
        }
    }
}

/// The types that can read every value seen so far.
struct Possible {
    any_value: bool,
    bool: bool,
    date: bool,
    integer: bool,
    float: bool,
}

impl Possible {
    fn of(cells: &Cells<'_>, scratch: &mut String) -> Result<Self> {
        let mut possible = Self { any_value: false, bool: true, date: true, integer: true, float: true };
        let notation = cells.notation();
        cells.for_each(|cell| {
            if let Some(text) = value(cell) {
                possible.any_value = true;
                possible.exclude(text.trim(), notation, scratch);
            }
        })?;
        Ok(possible)
    }

    fn exclude(&mut self, text: &str, notation: Notation, scratch: &mut String) {
        self.bool = self.bool && (text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"));
        self.date = self.date && notation.date_format.parse(text).is_some();
        if !self.float {
            return;
        }
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let leading_zero = digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit();
        let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_identifier = leading_zero || (is_whole && digits.len() > MOST_DIGITS);
        self.integer = self.integer && is_whole && !is_identifier;
        self.float = !is_identifier && (is_whole || number(text, notation, scratch).is_ok());
    }
}

/// The cell, unless it stands for a missing value.
fn value(cell: Option<&str>) -> Option<&str> {
    cell.filter(|text| !MISSING.contains(&text.trim()))
}

/// The values, with a placeholder where one is missing.
fn collect<T: Copy>(
    cells: &Cells<'_>,
    placeholder: T,
    mut read: impl FnMut(&str) -> T,
) -> Result<(Vec<T>, Vec<Presence>)> {
    let (mut values, mut presence) = (Vec::with_capacity(cells.len()), Vec::with_capacity(cells.len()));
    cells.for_each(|cell| match value(cell) {
        Some(text) => {
            values.push(read(text));
            presence.push(Presence::Observed);
        }
        None => {
            values.push(placeholder);
            presence.push(Presence::Missing);
        }
    })?;
    Ok((values, presence))
}

#[cfg(test)]
mod tests;
