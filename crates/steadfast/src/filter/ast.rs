//! A condition as it was written, every name and value with its place.

use std::ops::Range;

use steadfast_core::frame::Presence;

/// Something with the bytes of the source that it came from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spanned<T> {
    pub(super) item: T,
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// The comparison with its sides exchanged.
    pub(super) fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }
}

/// A number keeps its text, because a factor's level may be one.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Column(String),
    Number { value: f64, text: String },
    Text(String),
    Bool(bool),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    Or(Vec<Condition>),
    And(Vec<Condition>),
    Not(Box<Condition>),
    Compare {
        left: Spanned<Operand>,
        comparison: Comparison,
        right: Spanned<Operand>,
    },
    OneOf {
        value: Spanned<Operand>,
        list: Vec<Spanned<Operand>>,
    },
    Presence {
        presence: Presence,
        column: Spanned<String>,
    },
    /// An operand that stands alone: a yes-or-no column, `true` or `false`.
    Alone(Spanned<Operand>),
}
