//! The canonical text of a formula: one spelling, spaced as R does, with no parenthesis that is not needed.

use std::fmt::{Display, Formatter, Result, Write};

use super::ast::{Argument, Expr, ExprKind, Operator, SIGN_POWER};
use super::{Formula, parse};

impl Display for Formula {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if let Some(response) = self.response() {
            write!(f, "{response} ")?;
        }
        write!(f, "~ {}", self.right_side())
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.kind {
            ExprKind::Number(number) => write!(f, "{number}"),
            ExprKind::Text(text) => quoted(f, text, '"'),
            ExprKind::Flag(true) => f.write_str("TRUE"),
            ExprKind::Flag(false) => f.write_str("FALSE"),
            ExprKind::Name(name) => self::name(f, name),
            ExprKind::Sign { negative, operand } => {
                f.write_char(if *negative { '-' } else { '+' })?;
                operand_of(f, operand, SIGN_POWER)
            }
            ExprKind::Binary { operator, left, right } => binary(f, *operator, left, right),
            ExprKind::Call { function, arguments } => call(f, function, arguments),
            ExprKind::Bar { .. } => {
                f.write_char('(')?;
                bar(f, self)?;
                f.write_char(')')
            }
        }
    }
}

fn power(expr: &Expr) -> i64 {
    match &expr.kind {
        ExprKind::Binary { operator, .. } => operator.power(),
        ExprKind::Sign { .. } => SIGN_POWER,
        _ => i64::MAX,
    }
}

/// An operand whose operator binds with at least `least`, or else in parentheses.
fn operand_of(f: &mut Formatter<'_>, operand: &Expr, least: i64) -> Result {
    if power(operand) < least { write!(f, "({operand})") } else { write!(f, "{operand}") }
}

fn binary(f: &mut Formatter<'_>, operator: Operator, left: &Expr, right: &Expr) -> Result {
    let own = operator.power();
    // Only `^` groups to the right, so only it needs parentheses around an equal operator on its left.
    let (left_least, right_least) = if operator == Operator::Power { (own + 1, own) } else { (own, own + 1) };
    operand_of(f, left, left_least)?;
    f.write_str(match operator {
        Operator::Add => " + ",
        Operator::Subtract => " - ",
        Operator::Cross => " * ",
        Operator::Nest => "/",
        Operator::Interact => ":",
        Operator::Power => "^",
    })?;
    operand_of(f, right, right_least)
}

fn bar(f: &mut Formatter<'_>, expr: &Expr) -> Result {
    match &expr.kind {
        ExprKind::Bar { independent, left, right } => {
            write!(f, "{left} {} {right}", if *independent { "||" } else { "|" })
        }
        _ => write!(f, "{expr}"),
    }
}

fn call(f: &mut Formatter<'_>, function: &str, arguments: &[Argument]) -> Result {
    name(f, function)?;
    f.write_char('(')?;
    for (position, argument) in arguments.iter().enumerate() {
        if position > 0 {
            f.write_str(", ")?;
        }
        if let Some(keyword) = &argument.name {
            name(f, keyword)?;
            f.write_str(" = ")?;
        }
        bar(f, &argument.value)?;
    }
    f.write_char(')')
}

pub(super) fn name(f: &mut impl Write, name: &str) -> Result {
    if parse::is_plain_name(name) { f.write_str(name) } else { quoted(f, name, '`') }
}

fn quoted(f: &mut impl Write, text: &str, quote: char) -> Result {
    f.write_char(quote)?;
    for character in text.chars() {
        if character == quote || character == '\\' {
            f.write_char('\\')?;
        }
        f.write_char(character)?;
    }
    f.write_char(quote)
}
