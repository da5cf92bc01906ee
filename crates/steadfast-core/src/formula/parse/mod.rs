//! From text to expressions, with R's precedence of operators.

use winnow::Parser;
use winnow::combinator::{Infix, Prefix, alt, expression, opt};
use winnow::error::{ErrMode, ModalResult, ParserError};
use winnow::stream::{LocatingSlice, Location};
use winnow::token::{any, literal, one_of, take_while};

use super::ast::{Argument, Expr, ExprKind, Operator, SIGN_POWER, Span};

mod limits;
mod literal;

pub(super) use literal::is_plain_name;
use literal::{is_in_name, number, peek_char, quoted, space, starts_fraction, starts_name};

type Input<'s> = LocatingSlice<&'s str>;
type Parsed<T> = ModalResult<T, Failure>;

/// What was expected, and at which byte.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) at: usize,
    pub(super) message: &'static str,
}

impl<'s> ParserError<Input<'s>> for Failure {
    type Inner = Self;

    fn from_input(input: &Input<'s>) -> Self {
        Self { at: input.current_token_start(), message: "this cannot be read" }
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

const OPERAND: &str = "expected a column, a number, a call or `(`";
/// The response, if one is written, and the right-hand side.
pub(super) fn formula(source: &str) -> Result<(Option<Expr>, Expr), Failure> {
    limits::bounded(source)?;
    let mut input = Input::new(source);
    whole(&mut input).map_err(|error| match error {
        ErrMode::Backtrack(failure) | ErrMode::Cut(failure) => failure,
        ErrMode::Incomplete(_) => Failure { at: source.len(), message: OPERAND },
    })
}

fn whole(input: &mut Input<'_>) -> Parsed<(Option<Expr>, Expr)> {
    space(input)?;
    let response = if peek_char(input) == Some('~') { None } else { Some(expr(input)?) };
    symbol(input, '~', "expected an operator or `~` here")?;
    let right = expr(input)?;
    match peek_char(input) {
        None => Ok((response, right)),
        Some('~') => fail(input, "a formula has one `~`"),
        Some('|') => fail(input, "a term with `|` is written in parentheses, as in `(1 + x | g)`"),
        Some(')') => fail(input, "this parenthesis was never opened"),
        Some('%') => fail(input, "operators such as `%in%` are not part of the formula language"),
        Some('<' | '>' | '=' | '!' | '&') => {
            fail(input, "comparisons are not part of the formula language; make a column of it first")
        }
        Some(_) => fail(input, "expected an operator or the end of the formula"),
    }
}

fn expr(input: &mut Input<'_>) -> Parsed<Expr> {
    expression(operand).prefix(sign).infix(infix).parse_next(input)
}

/// `left | right`, `left || right`, or an expression without a bar.
fn bar_or_expr(input: &mut Input<'_>) -> Parsed<Expr> {
    let left = expr(input)?;
    let Some(bar) = opt(alt((literal("||"), literal("|")))).parse_next(input)? else {
        return Ok(left);
    };
    space(input)?;
    let right = expr(input)?;
    let span = Span { start: left.span.start, end: right.span.end };
    let kind = ExprKind::Bar { independent: bar.len() == 2, left: Box::new(left), right: Box::new(right) };
    Ok(Expr { kind, span })
}

fn sign<'s>(input: &mut Input<'s>) -> Parsed<Prefix<Input<'s>, Expr, ErrMode<Failure>>> {
    let negative = match peek_char(input) {
        Some('-') => true,
        Some('+') => false,
        Some('.') => return fail(input, "`.` is not supported: write out the columns"),
        _ => return Err(ErrMode::Backtrack(Failure { at: input.current_token_start(), message: OPERAND })),
    };
    any.void().parse_next(input)?;
    space(input)?;
    let minus: fn(&mut Input<'s>, Expr) -> Parsed<Expr> = |_, operand| Ok(signed(true, operand));
    let plus: fn(&mut Input<'s>, Expr) -> Parsed<Expr> = |_, operand| Ok(signed(false, operand));
    Ok(Prefix(SIGN_POWER, if negative { minus } else { plus }))
}

fn signed(negative: bool, operand: Expr) -> Expr {
    let span = Span { start: operand.span.start.saturating_sub(1), end: operand.span.end };
    Expr { kind: ExprKind::Sign { negative, operand: Box::new(operand) }, span }
}

fn infix<'s>(input: &mut Input<'s>) -> Parsed<Infix<Input<'s>, Expr, ErrMode<Failure>>> {
    let found = one_of(['+', '-', '*', '/', ':', '^']).parse_next(input)?;
    space(input)?;
    Ok(match found {
        '+' => Infix::Left(Operator::Add.power(), |_, a, b| Ok(binary(Operator::Add, a, b))),
        '-' => Infix::Left(Operator::Subtract.power(), |_, a, b| Ok(binary(Operator::Subtract, a, b))),
        '*' => Infix::Left(Operator::Cross.power(), |_, a, b| Ok(binary(Operator::Cross, a, b))),
        '/' => Infix::Left(Operator::Nest.power(), |_, a, b| Ok(binary(Operator::Nest, a, b))),
        ':' => Infix::Left(Operator::Interact.power(), |_, a, b| Ok(binary(Operator::Interact, a, b))),
        _ => Infix::Right(Operator::Power.power(), |_, a, b| Ok(binary(Operator::Power, a, b))),
    })
}

fn binary(operator: Operator, left: Expr, right: Expr) -> Expr {
    let span = Span { start: left.span.start, end: right.span.end };
    Expr { kind: ExprKind::Binary { operator, left: Box::new(left), right: Box::new(right) }, span }
}

/// A number, a text, a name, a call, or an expression in parentheses; and the space after it.
fn operand(input: &mut Input<'_>) -> Parsed<Expr> {
    let start = input.current_token_start();
    let kind = match peek_char(input) {
        Some('(') => {
            any.void().parse_next(input)?;
            space(input)?;
            let inner = bar_or_expr(input).map_err(ErrMode::cut)?;
            symbol(input, ')', "expected an operator or `)` here")?;
            return Ok(inner);
        }
        Some(quote @ ('"' | '\'')) => ExprKind::Text(quoted(input, quote)?),
        Some('`') => {
            let name = quoted(input, '`')?;
            name_or_call(input, name)?
        }
        Some(digit) if digit.is_ascii_digit() || (digit == '.' && starts_fraction(input)) => number(input)?,
        Some(first) if starts_name(first, input) => {
            let name = take_while(1.., is_in_name).parse_next(input)?;
            match name {
                "TRUE" => ExprKind::Flag(true),
                "FALSE" => ExprKind::Flag(false),
                _ => name_or_call(input, name.to_owned())?,
            }
        }
        _ => return Err(ErrMode::Backtrack(Failure { at: start, message: OPERAND })),
    };
    let end = input.previous_token_end();
    space(input)?;
    Ok(Expr { kind, span: Span { start, end } })
}

fn name_or_call(input: &mut Input<'_>, name: String) -> Parsed<ExprKind> {
    if peek_char(input) != Some('(') {
        return Ok(ExprKind::Name(name));
    }
    any.void().parse_next(input)?;
    space(input)?;
    let mut arguments = Vec::new();
    if peek_char(input) != Some(')') {
        arguments.push(argument(input).map_err(ErrMode::cut)?);
        while peek_char(input) == Some(',') {
            any.void().parse_next(input)?;
            space(input)?;
            arguments.push(argument(input).map_err(ErrMode::cut)?);
        }
    }
    if peek_char(input) != Some(')') {
        return fail(input, "expected an operator, `,` or `)` here");
    }
    any.void().parse_next(input)?;
    Ok(ExprKind::Call { function: name, arguments })
}

fn argument(input: &mut Input<'_>) -> Parsed<Argument> {
    let value = bar_or_expr(input)?;
    match (&value.kind, peek_char(input)) {
        (ExprKind::Name(name), Some('=')) => {
            let name = Some(name.clone());
            any.void().parse_next(input)?;
            space(input)?;
            Ok(Argument { name, value: expr(input)? })
        }
        _ => Ok(Argument { name: None, value }),
    }
}

fn symbol(input: &mut Input<'_>, symbol: char, message: &'static str) -> Parsed<()> {
    if peek_char(input) != Some(symbol) {
        return fail(input, message);
    }
    any.void().parse_next(input)?;
    space(input)
}

fn fail<T>(input: &Input<'_>, message: &'static str) -> Parsed<T> {
    Err(ErrMode::Cut(Failure { at: input.current_token_start(), message }))
}
