//! The arguments of a call in a formula, matched to parameters as R matches them: by name, then by position.

use crate::error::{Error, Result};
use crate::formula::{Argument, Expr, ExprKind, Formula};

/// A call whose arguments have been given to parameters.
pub(super) struct Arguments<'f> {
    formula: &'f Formula,
    function: &'f str,
    call: &'f Expr,
    given: Vec<(&'static str, &'f Expr)>,
}

impl<'f> Arguments<'f> {
    pub(super) fn read(
        formula: &'f Formula,
        call: &'f Expr,
        (function, arguments): (&'f str, &'f [Argument]),
        parameters: &[&'static str],
    ) -> Result<Self> {
        let mut matched = Self { formula, function, call, given: Vec::new() };
        for argument in arguments.iter().filter(|argument| argument.name.is_some()) {
            let name = argument.name.as_deref().unwrap_or_default();
            let parameter = parameters.iter().find(|parameter| **parameter == name);
            matched.give(parameter.copied(), &argument.value, parameters)?;
        }
        for argument in arguments.iter().filter(|argument| argument.name.is_none()) {
            let free = parameters.iter().find(|parameter| matched.get(parameter).is_none());
            matched.give(free.copied(), &argument.value, parameters)?;
        }
        Ok(matched)
    }

    fn give(&mut self, parameter: Option<&'static str>, value: &'f Expr, parameters: &[&str]) -> Result<()> {
        match parameter {
            Some(parameter) if self.get(parameter).is_none() => {
                self.given.push((parameter, value));
                Ok(())
            }
            _ => Err(self.refuse(value, &format!("`{}()` takes {}", self.function, parameters.join(", ")))),
        }
    }

    /// An error that points at `expr`.
    pub(super) fn refuse(&self, expr: &Expr, message: &str) -> Error {
        self.formula.error_at("formula_argument", expr.span, message)
    }

    /// An error that points at the whole call.
    pub(super) fn refuse_call(&self, message: &str) -> Error {
        self.refuse(self.call, message)
    }

    pub(super) fn get(&self, parameter: &str) -> Option<&'f Expr> {
        self.given.iter().find(|(name, _)| *name == parameter).map(|(_, value)| *value)
    }

    pub(super) fn required(&self, parameter: &str) -> Result<&'f Expr> {
        self.get(parameter).ok_or_else(|| self.refuse_call(&format!("`{}()` needs `{parameter}`", self.function)))
    }

    /// A text in quotes, or a bare word.
    pub(super) fn word(&self, parameter: &str) -> Result<Option<&'f str>> {
        self.optional(parameter, "a text in quotes", |expr| match &expr.kind {
            ExprKind::Text(text) | ExprKind::Name(text) => Some(text.as_str()),
            _ => None,
        })
    }

    pub(super) fn flag(&self, parameter: &str) -> Result<Option<bool>> {
        self.optional(parameter, "TRUE or FALSE", |expr| match expr.kind {
            ExprKind::Flag(flag) => Some(flag),
            _ => None,
        })
    }

    pub(super) fn whole(&self, parameter: &str) -> Result<Option<usize>> {
        self.optional(parameter, "a whole number from 1 to 100", |expr| {
            number(expr).filter(|x| (1.0..=100.0).contains(x) && x.fract() == 0.0).map(|x| x as usize)
        })
    }

    /// Numbers: one, or several in `c()`.
    pub(super) fn numbers(&self, parameter: &str) -> Result<Option<Vec<f64>>> {
        self.optional(parameter, "a number, or numbers as in c(1, 2)", |expr| {
            elements(expr).into_iter().map(number).collect()
        })
    }

    /// Texts: one, or several in `c()`; a number stands for its text.
    pub(super) fn texts(&self, parameter: &str) -> Result<Option<Vec<String>>> {
        self.optional(parameter, "texts in quotes, as in c(\"a\", \"b\")", |expr| {
            elements(expr).into_iter().map(text).collect()
        })
    }

    fn optional<T>(&self, parameter: &str, what: &str, read: impl Fn(&'f Expr) -> Option<T>) -> Result<Option<T>> {
        match self.get(parameter) {
            None => Ok(None),
            Some(expr) => match read(expr) {
                Some(value) => Ok(Some(value)),
                None => Err(self.refuse(expr, &format!("`{parameter}` is {what}"))),
            },
        }
    }
}

fn elements(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Call { function, arguments } if function == "c" => arguments.iter().map(|a| &a.value).collect(),
        _ => vec![expr],
    }
}

fn number(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Number(number) => Some(*number),
        ExprKind::Sign { negative, operand } => number(operand).map(|x| if *negative { -x } else { x }),
        _ => None,
    }
}

fn text(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Text(text) => Some(text.clone()),
        ExprKind::Number(_) | ExprKind::Sign { .. } => number(expr).map(|x| x.to_string()),
        _ => None,
    }
}
