//! Factors with levels added, moved or left out.

use crate::error::{Error, Result};
use crate::frame::{Column, Factor, Frame};

/// A column of the same kind, label and unit as `like` with other values.
pub(super) fn dressed(mut column: Column, like: &Column) -> Column {
    column = column.renamed(like.name()).with_label(like.label());
    if let Some(role) = like.role() {
        column = column.with_role(role);
    }
    match like.unit() {
        Some(unit) => column.with_unit(unit),
        None => column,
    }
}

/// `frame` with `column` as a factor; why a row has no level is kept.
pub(super) fn as_factor(frame: Frame, column: &str) -> Result<Frame> {
    let old = frame.column(column)?;
    if old.as_factor().is_some() {
        return Ok(frame);
    }
    let presence = (0..old.len()).map(|row| old.presence(row)).collect();
    let new = dressed(Column::from_factor(column, old.to_factor()).with_presence(presence), old);
    frame.with_column(new)
}

/// `frame` with another factor in the place of `column`.
pub(super) fn with_factor(frame: Frame, column: &str, factor: Factor) -> Result<Frame> {
    let old = frame.column(column)?;
    let presence = (0..old.len()).map(|row| old.presence(row)).collect();
    let new = dressed(Column::from_factor(column, factor).with_presence(presence), old);
    frame.with_column(new)
}

/// The factor called `column`.
pub(super) fn factor(frame: &Frame, column: &str) -> Result<Factor> {
    Ok(frame.column(column)?.to_factor())
}

/// `factor` with `levels` in the place of its own; rows of other levels have none.
pub(super) fn relevelled(factor: &Factor, levels: Vec<String>) -> Result<Factor> {
    let new: Vec<Option<u32>> = (factor.levels().iter())
        .map(|level| levels.iter().position(|kept| kept == level).map(|position| position as u32))
        .collect();
    let code = |&code: &u32| new.get(code as usize).copied().flatten();
    let codes = factor.codes().iter().map(code).collect();
    let reference = factor.levels().get(factor.reference()).filter(|level| levels.contains(level)).cloned();
    let made = Factor::from_codes(levels, codes)?.ordered(factor.is_ordered());
    match reference {
        Some(level) => made.with_reference(&level),
        None => Ok(made),
    }
}

/// `factor` without `level`.
pub(super) fn without(factor: &Factor, level: &str) -> Result<Factor> {
    relevelled(factor, factor.levels().iter().filter(|known| *known != level).cloned().collect())
}

/// `factor` with `level` as its first level and its reference, whether it had it before or not.
pub(super) fn with_first(factor: &Factor, level: &str) -> Result<Factor> {
    let others = factor.levels().iter().filter(|known| *known != level).cloned();
    let levels = std::iter::once(level.to_owned()).chain(others).collect();
    relevelled(factor, levels)?.with_reference(level)
}

/// Refuses to make a column that is there already.
pub(super) fn require_free(frame: &Frame, column: &str) -> Result<()> {
    if frame.get(column).is_none() {
        return Ok(());
    }
    let message =
        format!("the analysis makes a column `{column}`, and the data have one: give one of them another name");
    Err(Error::usage("column_exists", message))
}
