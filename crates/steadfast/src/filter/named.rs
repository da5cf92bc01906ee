//! The levels that a condition names, for rows that come in parts: a part has those levels alone that occur in it.

use steadfast_core::frame::{Column, Factor, Frame};

use super::Filter;
use super::ast::{Condition, Operand};
use crate::error::Result;

impl Filter {
    /// The columns that the condition compares with a value, and the value as a level would be written.
    pub(crate) fn named_levels(&self) -> Vec<(&str, &str)> {
        let mut named = Vec::new();
        collect(&self.condition, &mut named);
        named
    }
}

fn collect<'c>(condition: &'c Condition, named: &mut Vec<(&'c str, &'c str)>) {
    match condition {
        Condition::Or(parts) | Condition::And(parts) => parts.iter().for_each(|part| collect(part, named)),
        Condition::Not(inner) => collect(inner, named),
        Condition::Compare { left, right, .. } => {
            named.extend(level(&left.item, &right.item).or_else(|| level(&right.item, &left.item)));
        }
        Condition::OneOf { value, list } => {
            named.extend(list.iter().filter_map(|item| level(&value.item, &item.item)));
        }
        Condition::Presence { .. } | Condition::Alone(_) => {}
    }
}

fn level<'c>(column: &'c Operand, value: &'c Operand) -> Option<(&'c str, &'c str)> {
    match (column, value) {
        (Operand::Column(column), Operand::Text(text) | Operand::Number { text, .. }) => Some((column, text)),
        _ => None,
    }
}

/// The frame in which the columns of `named` have the levels named beside them too, whether they occur or not.
pub(crate) fn with_levels(mut frame: Frame, named: &[(String, String)]) -> Result<Frame> {
    for (name, text) in named {
        let Some(factor) = frame.get(name).and_then(Column::as_factor) else { continue };
        if factor.level_index(text).is_some() {
            continue;
        }
        let mut levels = factor.levels().to_vec();
        levels.push(text.clone());
        let factor = Factor::from_raw(levels, factor.codes().to_vec())?;
        let column = frame.column(name)?;
        let presence = (0..column.len()).map(|row| column.presence(row)).collect();
        frame = frame.with_column(Column::from_factor(name, factor).with_presence(presence))?;
    }
    Ok(frame)
}
