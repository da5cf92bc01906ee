//! Typed rows as bytes: how they wait on disk, and how they become columns again.
//!
//! A row is its number in the file (8 bytes) and for each column a byte that says whether a value is there, and the value
//! where it is: 8 bytes for a number, 4 for a day or a declared level, 1 for yes or no, a length and the text for a text. All
//! little-endian.

use steadfast_core::frame::{Column, ColumnData, Date, Frame, Presence};

use crate::dictionary::{Variable, VariableType};
use crate::error::{Error, Result};
use crate::typing::{Interner, Reason, Rejected, Typed, declared, described};

const OBSERVED: u8 = 0;
const MISSING: u8 = 1;
const NOT_APPLICABLE: u8 = 2;
const NOT_OF_TYPE: u8 = 3;
const UNKNOWN_CODE: u8 = 4;
const NON_FINITE: u8 = 5;
const WITHDRAWN: u8 = 6;
const NOT_YET_DUE: u8 = 7;

/// Rows of a part, as they were in the file.
pub(super) struct Decoded {
    /// The typed columns.
    pub(super) frame: Frame,
    /// The cells that were refused, by column; rows of the frame.
    pub(super) rejected: Vec<(String, Vec<Rejected>)>,
    /// The 0-based row of the file of each row.
    pub(super) rows: Vec<u64>,
}

/// Typed columns of a chunk, read row by row.
pub(super) struct Encoder<'a> {
    columns: Vec<Cells<'a>>,
}

/// A column of a chunk.
struct Cells<'a> {
    column: &'a Column,
    /// The refused cells not yet met.
    rejected: std::iter::Peekable<std::slice::Iter<'a, Rejected>>,
    is_declared: bool,
}

impl<'a> Encoder<'a> {
    /// For the columns of `typed`, which `variables` describe.
    pub(super) fn new(typed: &'a [Typed], variables: &[Variable]) -> Self {
        let cells = |(typed, variable): (&'a Typed, &Variable)| Cells {
            column: &typed.column,
            rejected: typed.rejected.iter().peekable(),
            is_declared: matches!(variable.kind(), VariableType::Factor(Some(_))),
        };
        Self { columns: typed.iter().zip(variables).map(cells).collect() }
    }

    /// Appends `row` of the chunk to `out`, without its number, whatever was asked for before.
    pub(super) fn at(&mut self, row: usize, out: &mut Vec<u8>) {
        for cells in &mut self.columns {
            while cells.rejected.next_if(|refused| refused.row < row).is_some() {}
            cells.write(row, out);
        }
    }

    /// Appends `row` of the chunk to `out`, without its number; rows are asked for in their order.
    pub(super) fn write(&mut self, row: usize, out: &mut Vec<u8>) {
        self.columns.iter_mut().for_each(|cells| cells.write(row, out));
    }
}

impl Cells<'_> {
    fn write(&mut self, row: usize, out: &mut Vec<u8>) {
        if let Some(refused) = self.rejected.next_if(|refused| refused.row == row) {
            out.push(match refused.reason {
                Reason::NotOfType => NOT_OF_TYPE,
                Reason::UnknownCode => UNKNOWN_CODE,
                Reason::NonFinite => NON_FINITE,
            });
            return;
        }
        match self.column.presence(row) {
            Presence::Missing => out.push(MISSING),
            Presence::NotApplicable => out.push(NOT_APPLICABLE),
            Presence::Withdrawn => out.push(WITHDRAWN),
            Presence::NotYetDue => out.push(NOT_YET_DUE),
            Presence::Observed => {
                out.push(OBSERVED);
                value(self.column, row, self.is_declared, out);
            }
        }
    }
}

/// Appends the value in `row`, which is observed; a level by its text unless `coded`.
pub(super) fn value(column: &Column, row: usize, coded: bool, out: &mut Vec<u8>) {
    match column.data() {
        ColumnData::Float(values) => out.extend(values[row].to_bits().to_le_bytes()),
        ColumnData::Integer(values) => out.extend(values[row].to_le_bytes()),
        ColumnData::Date(values) => out.extend(values[row].0.to_le_bytes()),
        ColumnData::Bool(values) => out.push(u8::from(values[row])),
        ColumnData::Factor(factor) if coded => out.extend(factor.codes()[row].to_le_bytes()),
        ColumnData::Factor(factor) => {
            let text = factor.level(row).unwrap_or_default().as_bytes();
            out.extend((text.len() as u32).to_le_bytes());
            out.extend_from_slice(text);
        }
        // No description makes a column of another kind.
        _ => {}
    }
}

/// The rows in `bytes`, whose columns `variables` describe.
///
/// # Errors
/// `temporary_file` where the bytes are not what was written.
pub(super) fn decode(bytes: &[u8], variables: &[Variable]) -> Result<Decoded> {
    let mut input = Input { bytes };
    let mut columns: Vec<Builder> = variables.iter().map(Builder::of).collect();
    let mut rows = Vec::new();
    while !input.bytes.is_empty() {
        rows.push(u64::from_le_bytes(input.take()?));
        for column in &mut columns {
            column.read(rows.len() - 1, &mut input)?;
        }
    }
    let (mut made, mut rejected) = (Vec::with_capacity(columns.len()), Vec::with_capacity(columns.len()));
    for (builder, variable) in columns.into_iter().zip(variables) {
        let (column, refused) = builder.finish(variable)?;
        made.push(column);
        rejected.push((variable.name().to_owned(), refused));
    }
    Ok(Decoded { frame: Frame::new(made)?, rejected, rows })
}

/// Bytes that are left.
struct Input<'a> {
    bytes: &'a [u8],
}

fn damaged() -> Error {
    Error::data("temporary_file", "the temporary file of rows is not what was written to it")
}

impl<'a> Input<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (found, rest) = self.bytes.split_first_chunk::<N>().ok_or_else(damaged)?;
        self.bytes = rest;
        Ok(*found)
    }

    fn text(&mut self) -> Result<&'a str> {
        let length = u32::from_le_bytes(self.take()?) as usize;
        let (text, rest) = self.bytes.split_at_checked(length).ok_or_else(damaged)?;
        self.bytes = rest;
        std::str::from_utf8(text).map_err(|_| damaged())
    }
}

/// The values of a column, as its description says.
enum Values {
    Float(Vec<f64>),
    Integer(Vec<i64>),
    Date(Vec<Date>),
    Bool(Vec<bool>),
    Coded(Vec<u32>),
    Text(Vec<u32>, Interner),
}

/// A column that grows.
struct Builder {
    values: Values,
    presence: Vec<Presence>,
    rejected: Vec<Rejected>,
}

impl Builder {
    fn of(variable: &Variable) -> Self {
        let values = match variable.kind() {
            VariableType::Float => Values::Float(Vec::new()),
            VariableType::Integer(_) => Values::Integer(Vec::new()),
            VariableType::Date(_) => Values::Date(Vec::new()),
            VariableType::Bool => Values::Bool(Vec::new()),
            VariableType::Factor(Some(_)) => Values::Coded(Vec::new()),
            VariableType::Text | VariableType::Factor(None) => Values::Text(Vec::new(), Interner::new()),
        };
        Self { values, presence: Vec::new(), rejected: Vec::new() }
    }

    fn read(&mut self, row: usize, input: &mut Input<'_>) -> Result<()> {
        let [tag] = input.take()?;
        let mut refuse = |reason| {
            self.rejected.push(Rejected { row, reason });
            Presence::Missing
        };
        let presence = match tag {
            OBSERVED => Presence::Observed,
            MISSING => Presence::Missing,
            NOT_APPLICABLE => Presence::NotApplicable,
            WITHDRAWN => Presence::Withdrawn,
            NOT_YET_DUE => Presence::NotYetDue,
            NOT_OF_TYPE => refuse(Reason::NotOfType),
            UNKNOWN_CODE => refuse(Reason::UnknownCode),
            NON_FINITE => refuse(Reason::NonFinite),
            _ => return Err(damaged()),
        };
        self.presence.push(presence);
        let there = presence == Presence::Observed;
        match &mut self.values {
            Values::Float(values) => {
                values.push(if there { f64::from_bits(u64::from_le_bytes(input.take()?)) } else { f64::NAN });
            }
            Values::Integer(values) => values.push(if there { i64::from_le_bytes(input.take()?) } else { 0 }),
            Values::Date(values) => values.push(Date(if there { i32::from_le_bytes(input.take()?) } else { 0 })),
            Values::Bool(values) => values.push(there && input.take::<1>()? == [1]),
            Values::Coded(codes) => codes.push(if there { u32::from_le_bytes(input.take()?) } else { u32::MAX }),
            Values::Text(codes, interner) => {
                codes.push(if there { interner.code(input.text()?) } else { u32::MAX });
            }
        }
        Ok(())
    }

    fn finish(self, variable: &Variable) -> Result<(Column, Vec<Rejected>)> {
        let name = variable.name();
        let column = match self.values {
            Values::Float(values) => Column::float(name, values),
            Values::Integer(values) => Column::integer(name, values),
            Values::Date(values) => Column::date(name, values),
            Values::Bool(values) => Column::bool(name, values),
            Values::Coded(codes) => match variable.kind() {
                VariableType::Factor(Some(levels)) => declared(name, levels, codes)?,
                _ => return Err(damaged()),
            },
            Values::Text(codes, interner) => interner.factor(name, codes)?,
        };
        Ok((described(column.with_presence(self.presence), variable), self.rejected))
    }
}
