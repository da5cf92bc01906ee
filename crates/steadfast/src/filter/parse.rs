//! From the text of a condition to its parts.

use steadfast_core::frame::Presence;
use winnow::ascii::multispace0;
use winnow::combinator::{alt, cut_err, delimited, opt, preceded, separated, terminated};
use winnow::error::{ContextError, StrContext, StrContextValue};
use winnow::prelude::*;
use winnow::stream::LocatingSlice;
use winnow::token::{one_of, take_till, take_while};

use super::Fault;
use super::ast::{Comparison, Condition, Operand, Spanned};

type Input<'a> = LocatingSlice<&'a str>;

/// The condition that `source` spells.
pub(super) fn condition(source: &str) -> Result<Condition, Fault> {
    preceded(multispace0, any_of).parse(LocatingSlice::new(source)).map_err(|error| {
        let start = error.offset();
        let end = start + source.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Fault { code: "filter_syntax", start, end, message: message(error.inner(), source.len() == start) }
    })
}

fn message(context: &ContextError, at_end: bool) -> String {
    let expected: Vec<String> = context
        .context()
        .filter_map(|context| match context {
            StrContext::Expected(StrContextValue::Description(text)) => Some((*text).to_owned()),
            StrContext::Expected(StrContextValue::StringLiteral(text)) => Some(format!("`{text}`")),
            StrContext::Expected(StrContextValue::CharLiteral(c)) => Some(format!("`{c}`")),
            _ => None,
        })
        .collect();
    let place = if at_end { "the condition ends too early" } else { "the condition cannot be read" };
    match expected.first() {
        Some(expected) => format!("{place}: expected {expected}"),
        None => format!("{place}: expected a comparison, `&`, `|` or the end"),
    }
}

fn expected(description: &'static str) -> StrContext {
    StrContext::Expected(StrContextValue::Description(description))
}

/// A token with the blanks behind it.
fn token<'a>(text: &'static str) -> impl ModalParser<Input<'a>, &'a str, ContextError> {
    terminated(text, multispace0)
}

fn any_of(input: &mut Input<'_>) -> ModalResult<Condition> {
    let parts: Vec<Condition> = separated(1.., all_of, alt((token("||"), token("|")))).parse_next(input)?;
    Ok(alone_or(parts, Condition::Or))
}

fn all_of(input: &mut Input<'_>) -> ModalResult<Condition> {
    let parts: Vec<Condition> = separated(1.., negation, alt((token("&&"), token("&")))).parse_next(input)?;
    Ok(alone_or(parts, Condition::And))
}

fn alone_or(mut parts: Vec<Condition>, several: impl FnOnce(Vec<Condition>) -> Condition) -> Condition {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            parts.extend(last);
            several(parts)
        }
    }
}

fn negation(input: &mut Input<'_>) -> ModalResult<Condition> {
    alt((
        preceded(token("!"), cut_err(negation)).map(|inner| Condition::Not(Box::new(inner))),
        delimited(token("("), cut_err(any_of), cut_err(token(")").context(expected("`)`")))),
        presence,
        comparison,
    ))
    .context(expected("a column, a value, `!` or `(`"))
    .parse_next(input)
}

fn presence(input: &mut Input<'_>) -> ModalResult<Condition> {
    let presence = alt((
        "missing".value(Presence::Missing),
        "withdrawn".value(Presence::Withdrawn),
        "not_yet_due".value(Presence::NotYetDue),
        "not_applicable".value(Presence::NotApplicable),
        "observed".value(Presence::Observed),
    ));
    let presence = terminated(presence, (multispace0, token("("))).parse_next(input)?;
    let column = cut_err(spanned(name).context(expected("the name of a column"))).parse_next(input)?;
    cut_err(token(")").context(expected("`)`"))).parse_next(input)?;
    Ok(Condition::Presence { presence, column })
}

fn comparison(input: &mut Input<'_>) -> ModalResult<Condition> {
    let left = spanned(operand).parse_next(input)?;
    if opt((token("in"), token("["))).parse_next(input)?.is_some() {
        let value = expected("a value");
        let list = cut_err(separated(1.., spanned(operand).context(value), token(","))).parse_next(input)?;
        cut_err(token("]").context(expected("`,` or `]`"))).parse_next(input)?;
        return Ok(Condition::OneOf { value: left, list });
    }
    let Some(comparison) = opt(operator).parse_next(input)? else { return Ok(Condition::Alone(left)) };
    let right = cut_err(spanned(operand).context(expected("a column or a value"))).parse_next(input)?;
    Ok(Condition::Compare { left, comparison, right })
}

fn operator(input: &mut Input<'_>) -> ModalResult<Comparison> {
    alt((
        token("==").value(Comparison::Equal),
        token("!=").value(Comparison::NotEqual),
        token("<=").value(Comparison::LessOrEqual),
        token(">=").value(Comparison::GreaterOrEqual),
        token("<").value(Comparison::Less),
        token(">").value(Comparison::Greater),
    ))
    .parse_next(input)
}

fn operand(input: &mut Input<'_>) -> ModalResult<Operand> {
    alt((
        delimited('"', take_till(0.., '"'), cut_err('"'.context(expected("a closing `\"`")))).map(text),
        delimited('\'', take_till(0.., '\''), cut_err('\''.context(expected("a closing `'`")))).map(text),
        number,
        name.map(|name| match name.as_str() {
            "true" => Operand::Bool(true),
            "false" => Operand::Bool(false),
            _ => Operand::Column(name),
        }),
    ))
    .parse_next(input)
}

fn text(text: &str) -> Operand {
    Operand::Text(text.to_owned())
}

fn number(input: &mut Input<'_>) -> ModalResult<Operand> {
    let digits = |least| take_while(least.., |c: char| c.is_ascii_digit());
    let exponent = (one_of(['e', 'E']), opt(one_of(['+', '-'])), digits(1));
    (opt('-'), digits(1), opt(('.', digits(0))), opt(exponent))
        .take()
        .verify_map(|text: &str| {
            let value = text.parse().ok().filter(|value: &f64| value.is_finite())?;
            Some(Operand::Number { value, text: text.to_owned() })
        })
        .parse_next(input)
}

fn name(input: &mut Input<'_>) -> ModalResult<String> {
    let plain = (
        one_of(|c: char| c.is_alphabetic() || c == '_' || c == '.'),
        take_while(0.., |c: char| c.is_alphanumeric() || c == '_' || c == '.'),
    );
    let quoted = delimited('`', take_till(1.., '`'), cut_err('`'.context(expected("a closing backquote"))));
    alt((plain.take(), quoted)).map(str::to_owned).parse_next(input)
}

/// The item with its place, without the blanks behind it.
fn spanned<'a, T>(
    item: impl ModalParser<Input<'a>, T, ContextError>,
) -> impl ModalParser<Input<'a>, Spanned<T>, ContextError> {
    terminated(item.with_span().map(|(item, span)| Spanned { item, span }), multispace0)
}
