//! A condition held against a frame: every name resolved and every comparison of one kind, before any row is read.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use steadfast_core::frame::{Column, ColumnData, Date, Frame, Presence};

use super::Fault;
use super::ast::{Comparison, Condition, Operand, Spanned};

/// A condition that can be asked about a row.
pub(super) enum Predicate<'a> {
    Any(Vec<Predicate<'a>>),
    All(Vec<Predicate<'a>>),
    Not(Box<Predicate<'a>>),
    Presence {
        column: &'a Column,
        presence: Presence,
    },
    /// An ordering of two keys that is one of the accepted ones.
    Ordered {
        left: Key<'a>,
        right: Key<'a>,
        accept: fn(Ordering) -> bool,
    },
    Constant(bool),
}

/// A number for each row, or one for all: values are compared as numbers, levels as their positions.
pub(super) enum Key<'a> {
    Column { column: &'a Column, values: Arc<Vec<f64>> },
    Value(f64),
}

impl Key<'_> {
    fn at(&self, row: usize) -> Option<f64> {
        match self {
            Self::Column { column, values } => column.is_observed(row).then(|| values[row]),
            Self::Value(value) => Some(*value),
        }
    }
}

impl Predicate<'_> {
    /// Whether the condition is true of `row`; `None` where an absent value leaves that undecided.
    pub(super) fn truth(&self, row: usize) -> Option<bool> {
        match self {
            Self::Any(parts) => combine(parts, row, true),
            Self::All(parts) => combine(parts, row, false),
            Self::Not(inner) => inner.truth(row).map(|truth| !truth),
            Self::Presence { column, presence } => Some(column.presence(row) == *presence),
            Self::Ordered { left, right, accept } => left.at(row)?.partial_cmp(&right.at(row)?).map(accept),
            Self::Constant(truth) => Some(*truth),
        }
    }
}

/// The first part that is `decisive` decides; otherwise an undecided part leaves the whole undecided.
fn combine(parts: &[Predicate<'_>], row: usize, decisive: bool) -> Option<bool> {
    let mut all_decided = true;
    for part in parts {
        match part.truth(row) {
            Some(truth) if truth == decisive => return Some(decisive),
            Some(_) => {}
            None => all_decided = false,
        }
    }
    all_decided.then_some(!decisive)
}

/// The predicate that `condition` is on `frame`.
pub(super) fn predicate<'a>(condition: &Condition, frame: &'a Frame) -> Result<Predicate<'a>, Fault> {
    let each = |parts: &[Condition]| parts.iter().map(|part| predicate(part, frame)).collect::<Result<Vec<_>, _>>();
    match condition {
        Condition::Or(parts) => Ok(Predicate::Any(each(parts)?)),
        Condition::And(parts) => Ok(Predicate::All(each(parts)?)),
        Condition::Not(inner) => Ok(Predicate::Not(Box::new(predicate(inner, frame)?))),
        Condition::Presence { presence, column } => {
            Ok(Predicate::Presence { column: find(frame, &column.item, &column.span)?, presence: *presence })
        }
        Condition::Compare { left, comparison, right } => compare(left, *comparison, right, frame),
        Condition::OneOf { value, list } => {
            let parts = list.iter().map(|item| compare(value, Comparison::Equal, item, frame));
            Ok(Predicate::Any(parts.collect::<Result<_, _>>()?))
        }
        Condition::Alone(operand) => alone(operand, frame),
    }
}

fn alone<'a>(operand: &Spanned<Operand>, frame: &'a Frame) -> Result<Predicate<'a>, Fault> {
    match &operand.item {
        Operand::Bool(truth) => Ok(Predicate::Constant(*truth)),
        Operand::Column(name) => {
            let column = find(frame, name, &operand.span)?;
            if !matches!(column.data(), ColumnData::Bool(_)) {
                return Err(mixed(
                    &operand.span,
                    format!("`{name}` is not a yes-or-no column: compare it with a value"),
                ));
            }
            Ok(ordered(key(column), Key::Value(1.0), Comparison::Equal))
        }
        _ => Err(mixed(&operand.span, "a value alone is no condition")),
    }
}

fn compare<'a>(
    left: &Spanned<Operand>,
    comparison: Comparison,
    right: &Spanned<Operand>,
    frame: &'a Frame,
) -> Result<Predicate<'a>, Fault> {
    match (&left.item, &right.item) {
        (Operand::Column(a), Operand::Column(b)) => {
            let (a, b) = (find(frame, a, &left.span)?, find(frame, b, &right.span)?);
            if !comparable(a, b) {
                return Err(mixed(&(left.span.start..right.span.end), "these two columns cannot be compared"));
            }
            Ok(ordered(key(a), key(b), comparison))
        }
        (Operand::Column(name), _) => with_value(find(frame, name, &left.span)?, comparison, right, left),
        (_, Operand::Column(name)) => with_value(find(frame, name, &right.span)?, comparison.mirrored(), left, right),
        _ => Err(mixed(&(left.span.start..right.span.end), "a condition compares a column")),
    }
}

/// `column comparison value`, with the place of the column for the messages about it.
fn with_value<'a>(
    column: &'a Column,
    comparison: Comparison,
    value: &Spanned<Operand>,
    place: &Spanned<Operand>,
) -> Result<Predicate<'a>, Fault> {
    let number = match (column.data(), &value.item) {
        (ColumnData::Factor(factor), Operand::Text(text) | Operand::Number { text, .. }) => {
            let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
            if !equality && !factor.is_ordered() {
                let message = format!("the levels of `{}` have no order; compare them with == or !=", column.name());
                return Err(mixed(&place.span, message));
            }
            let index = factor.level_index(text).ok_or_else(|| {
                // The number only: levels may be people, or values of a questionnaire.
                let count = factor.levels().len();
                let message = format!("`{text}` is not one of the {count} levels of `{}`", column.name());
                fault("unknown_level", &value.span, message)
            })?;
            index as f64
        }
        (ColumnData::Float(_) | ColumnData::Integer(_), Operand::Number { value, .. }) => *value,
        (ColumnData::Bool(_), Operand::Bool(truth)) => f64::from(u8::from(*truth)),
        (ColumnData::Date(_), Operand::Text(text)) => day(text)
            .ok_or_else(|| mixed(&value.span, format!("`{}` holds days: write one as yyyy-mm-dd", column.name())))?,
        (data, _) => {
            let message = format!("`{}` holds {} and cannot be compared with this", column.name(), kind(data));
            return Err(mixed(&value.span, message));
        }
    };
    Ok(ordered(key(column), Key::Value(number), comparison))
}

fn comparable(a: &Column, b: &Column) -> bool {
    let numeric = |column: &Column| matches!(column.data(), ColumnData::Float(_) | ColumnData::Integer(_));
    let same_levels = || match (a.as_factor(), b.as_factor()) {
        (Some(a), Some(b)) => a.levels() == b.levels(),
        _ => false,
    };
    let same_kind = matches!(
        (a.data(), b.data()),
        (ColumnData::Date(_), ColumnData::Date(_)) | (ColumnData::Bool(_), ColumnData::Bool(_))
    );
    (numeric(a) && numeric(b)) || same_kind || same_levels()
}

fn ordered<'a>(left: Key<'a>, right: Key<'a>, comparison: Comparison) -> Predicate<'a> {
    let accept = match comparison {
        Comparison::Equal => Ordering::is_eq,
        Comparison::NotEqual => Ordering::is_ne,
        Comparison::Less => Ordering::is_lt,
        Comparison::LessOrEqual => Ordering::is_le,
        Comparison::Greater => Ordering::is_gt,
        Comparison::GreaterOrEqual => Ordering::is_ge,
    };
    Predicate::Ordered { left, right, accept }
}

fn key(column: &Column) -> Key<'_> {
    let values = column.to_numeric().unwrap_or_else(|| {
        let codes = column.as_factor().map(|factor| Arc::clone(factor.codes())).unwrap_or_default();
        Arc::new(codes.iter().map(|&code| f64::from(code)).collect())
    });
    Key::Column { column, values }
}

fn day(text: &str) -> Option<f64> {
    let mut parts = text.splitn(3, '-').map(str::parse::<u32>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    Date::from_ymd(i32::try_from(year).ok()?, month, day).map(|date| f64::from(date.0))
}

fn find<'a>(frame: &'a Frame, name: &str, span: &Range<usize>) -> Result<&'a Column, Fault> {
    frame.column(name).map_err(|error| fault("unknown_column", span, error.to_string()))
}

fn kind(data: &ColumnData) -> &'static str {
    match data {
        ColumnData::Float(_) | ColumnData::Integer(_) => "numbers",
        ColumnData::Factor(_) => "levels",
        ColumnData::Date(_) => "days",
        ColumnData::Bool(_) => "yes or no",
        _ => "values of another kind",
    }
}

fn mixed(span: &Range<usize>, message: impl Into<String>) -> Fault {
    fault("filter_type", span, message)
}

fn fault(code: &'static str, span: &Range<usize>, message: impl Into<String>) -> Fault {
    Fault { code, start: span.start, end: span.end, message: message.into() }
}
