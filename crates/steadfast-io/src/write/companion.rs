//! The column beside another that says in words why its values are absent.

use std::borrow::Cow;

use steadfast_core::frame::{Code, Coding, Column, Factor, Frame, Presence};

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

/// The frame in which the companions that text brought along are the codes of the columns that they explain.
///
/// A text column `NAME.reason` is one where it says something only of absent values of `NAME`, which has no codes of its own.
pub(super) fn without_companions(frame: &Frame) -> Result<Cow<'_, Frame>> {
    let explained: Vec<(&Column, &Column)> = frame
        .columns()
        .iter()
        .filter_map(|column| Some((column, frame.get(&companion(column.name()))?)))
        .filter(|(column, companion)| explains(column, companion))
        .collect();
    if explained.is_empty() {
        return Ok(Cow::Borrowed(frame));
    }
    let is_companion = |column: &Column| explained.iter().any(|(_, companion)| companion.name() == column.name());
    let columns = frame.columns().iter().filter(|column| !is_companion(column));
    let columns = columns.map(|column| match explained.iter().find(|(known, _)| known.name() == column.name()) {
        Some((_, companion)) => column.clone().with_coding(coding(column, companion)),
        None => column.clone(),
    });
    Ok(Cow::Owned(Frame::new(columns.collect())?))
}

fn explains(column: &Column, companion: &Column) -> bool {
    let of_absent = |row: usize| match companion.presence(row) {
        Presence::Observed => !column.is_observed(row),
        why => why == Presence::Missing,
    };
    let has_codes = column.coding().is_some_and(Coding::has_reasons);
    // What is labelled or has a role is a column of its own.
    let is_bare = companion.label() == companion.name() && companion.role().is_none();
    let is_told = |levels: usize| (1..usize::from(u16::MAX)).contains(&levels);
    let is_text = companion.as_factor().is_some_and(|factor| is_told(factor.levels().len()));
    is_text && is_bare && !has_codes && (0..column.len()).all(of_absent)
}

/// The coding of `column` with the codes that `companion` tells.
fn coding(column: &Column, companion: &Column) -> Coding {
    let Some(factor) = companion.as_factor() else { return Coding::default() };
    let codes = factor.levels().iter().map(Code::new).collect();
    let place = |row: usize| match companion.is_observed(row) {
        true => u16::try_from(factor.codes()[row] + 1).unwrap_or(0),
        false => 0,
    };
    let own = column.coding().map(|coding| coding.labels().to_vec()).unwrap_or_default();
    Coding::of_values(own).with_reasons(codes, (0..column.len()).map(place).collect())
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
