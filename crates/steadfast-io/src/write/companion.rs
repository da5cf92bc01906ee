//! The column beside another that says in words why its values are absent.

use steadfast_core::frame::{Column, Factor, Frame};

use crate::error::Result;
use crate::read::{companion, reason};

/// Which reasons a companion tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reasons {
    /// Codes that stood in the place of a value: text tells apart by itself what cannot exist.
    Codes,
    /// Codes, and that a value cannot exist.
    All,
}

/// The frame with a companion after each column of which some row has more to say than that its value is missing.
pub(super) fn with_companions(frame: &Frame, reasons: Reasons) -> Result<Frame> {
    let mut columns = Vec::with_capacity(frame.columns().len());
    for column in frame.columns() {
        columns.push(column.clone());
        let told = |row: usize| match reasons {
            Reasons::All => reason(column, row),
            Reasons::Codes => column.coding()?.reason(row).map(steadfast_core::frame::Code::code),
        };
        let texts = Factor::from_values((0..column.len()).map(told));
        if !texts.levels().is_empty() {
            columns.push(Column::from_factor(companion(column.name()), texts));
        }
    }
    Ok(Frame::new(columns)?)
}
