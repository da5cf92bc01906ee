//! The expressions that a formula is made of, each with its place in the text.

/// Where an expression stands in the formula: a range of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// An expression and its place. Two expressions are equal when they say the same, wherever they stand.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What the expression says.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// What an expression says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ExprKind {
    /// A number, never negative: a minus is a [`ExprKind::Sign`].
    Number(f64),
    /// A text in quotes.
    Text(String),
    /// `TRUE` or `FALSE`.
    Flag(bool),
    /// The name of a column.
    Name(String),
    /// `-x` or `+x`.
    Sign {
        /// Whether the sign is a minus.
        negative: bool,
        /// What the sign stands before.
        operand: Box<Expr>,
    },
    /// Two expressions and the operator between them.
    Binary {
        /// The operator.
        operator: Operator,
        /// The expression before it.
        left: Box<Expr>,
        /// The expression after it.
        right: Box<Expr>,
    },
    /// `function(argument, name = argument)`.
    Call {
        /// The function's name.
        function: String,
        /// The arguments in the order written.
        arguments: Vec<Argument>,
    },
    /// `left | right` or `left || right`, inside parentheses or as the first argument of a call.
    Bar {
        /// `||`: the effects are independent of each other.
        independent: bool,
        /// The effects, or the visit of a residual structure.
        left: Box<Expr>,
        /// The group.
        right: Box<Expr>,
    },
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// The name before `=`, if one is written.
    pub name: Option<String>,
    /// The value.
    pub value: Expr,
}

/// An operator between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Cross,
    /// `/`
    Nest,
    /// `:`
    Interact,
    /// `^`
    Power,
}

impl Operator {
    /// How tightly the operator binds, as in R: `^`, then a sign, then `:`, then `*` and `/`, then `+` and `-`.
    pub(super) fn power(self) -> i64 {
        match self {
            Operator::Add | Operator::Subtract => 10,
            Operator::Cross | Operator::Nest => 12,
            Operator::Interact => 14,
            Operator::Power => 18,
        }
    }
}

/// How tightly a sign binds.
pub(super) const SIGN_POWER: i64 = 16;

impl Expr {
    /// The name, when the expression is nothing but the name of a column.
    pub fn as_name(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The expressions directly inside this one.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Flag(_) | ExprKind::Name(_) => Vec::new(),
            ExprKind::Sign { operand, .. } => vec![operand],
            ExprKind::Binary { left, right, .. } | ExprKind::Bar { left, right, .. } => vec![left, right],
            ExprKind::Call { arguments, .. } => arguments.iter().map(|argument| &argument.value).collect(),
        }
    }

    /// Adds the names of columns in the expression to `names`, each once, in the order of their first occurrence.
    /// Values of keyword arguments, such as `sum` in `contrasts = sum`, are no columns.
    pub(crate) fn collect_columns(&self, names: &mut Vec<String>) {
        match &self.kind {
            ExprKind::Name(name) if !names.contains(name) => names.push(name.clone()),
            ExprKind::Call { arguments, .. } => {
                for argument in arguments.iter().filter(|argument| argument.name.is_none()) {
                    argument.value.collect_columns(names);
                }
            }
            _ => self.children().into_iter().for_each(|child| child.collect_columns(names)),
        }
    }
}
