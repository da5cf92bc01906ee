//! Errors that point into the formula.

use super::ast::Span;
use crate::error::Error;

/// A usage error whose message shows the formula and a caret under the place at fault.
pub(crate) fn pointing_at(code: &'static str, source: &str, span: Span, message: &str) -> Error {
    // One line, so that a column of the text is a column of the screen; every character keeps its width.
    let line: String = source.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let characters = |bytes: usize| source.char_indices().take_while(|(at, _)| *at < bytes).count();
    let (start, end) = (characters(span.start), characters(span.end));
    let caret = format!("{}{}", " ".repeat(start), "^".repeat(end.saturating_sub(start).max(1)));
    Error::usage(code, format!("{message}\n  {line}\n  {caret}"))
}
