//! Numbers, texts, names and the space between them.

use winnow::Parser;
use winnow::combinator::opt;
use winnow::error::ErrMode;
use winnow::stream::{Location, Stream};
use winnow::token::{any, one_of, take_while};

use super::super::ast::ExprKind;
use super::{Failure, Input, Parsed};

pub(super) fn number(input: &mut Input<'_>) -> Parsed<ExprKind> {
    let at = input.current_token_start();
    let digits = |c: char| c.is_ascii_digit();
    let exponent = (one_of(['e', 'E']), opt(one_of(['+', '-'])), take_while(1.., digits));
    let text =
        (take_while(0.., digits), opt(('.', take_while(0.., digits))), opt(exponent)).take().parse_next(input)?;
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && !peek_char(input).is_some_and(is_in_name) => Ok(ExprKind::Number(number)),
        _ => Err(ErrMode::Cut(Failure { at, message: "this is not a number that can be used" })),
    }
}

/// A text between `quote`s, in which a backslash takes the next character as it is.
pub(super) fn quoted(input: &mut Input<'_>, quote: char) -> Parsed<String> {
    let at = input.current_token_start();
    let open = ErrMode::Cut(Failure { at, message: "this quote is never closed" });
    any.void().parse_next(input)?;
    let mut text = String::new();
    while let Some(character) = input.next_token() {
        match character {
            '\\' => text.push(input.next_token().ok_or_else(|| open.clone())?),
            _ if character == quote => return Ok(text),
            _ => text.push(character),
        }
    }
    Err(open)
}

pub(super) fn space(input: &mut Input<'_>) -> Parsed<()> {
    take_while(0.., char::is_whitespace).void().parse_next(input)
}

pub(super) fn peek_char(input: &Input<'_>) -> Option<char> {
    input.peek_token()
}

pub(super) fn is_in_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '.'
}

pub(super) fn starts_fraction(input: &Input<'_>) -> bool {
    input.chars().nth(1).is_some_and(|c| c.is_ascii_digit())
}

pub(super) fn starts_name(first: char, input: &Input<'_>) -> bool {
    first.is_alphabetic() || first == '_' || (first == '.' && input.chars().nth(1).is_some_and(is_in_name))
}

/// Whether `name` can stand in a formula without backticks.
pub(in crate::formula) fn is_plain_name(name: &str) -> bool {
    let mut characters = name.chars();
    let starts = match (characters.next(), name.chars().nth(1)) {
        (Some('.'), Some(second)) => is_in_name(second) && !second.is_ascii_digit(),
        (Some('.'), None) | (None, _) => false,
        (Some(first), _) => first.is_alphabetic() || first == '_',
    };
    starts && name.chars().all(is_in_name) && name != "TRUE" && name != "FALSE"
}
