//! Refuses texts that would exhaust the stack.

use super::Failure;

/// More operators than any formula has, few enough for the recursion over the expression.
const MOST_OPERATORS: usize = 2_000;
/// Deeper parentheses than any formula has, few enough for the recursion of the parser.
const DEEPEST: usize = 64;

const TOO_LONG: &str = "the formula is too long or nested too deeply";

/// Refuses a formula that is longer or nested deeper than any sensible one.
pub(super) fn bounded(source: &str) -> Result<(), Failure> {
    let (mut depth, mut operators, mut climbs) = (0_usize, 0_usize, 0_usize);
    let mut after_operand = false;
    for (at, character) in source.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '+' | '-' | '*' | '/' | ':' | '^' | '|' | ',' => operators += 1,
            _ => {}
        }
        // A sign and `^` recurse on their right.
        match character {
            '^' => climbs += 1,
            '+' | '-' if !after_operand => climbs += 1,
            '+' | '*' | '/' | ':' | '-' | '~' | '|' | ',' => climbs = 0,
            _ => {}
        }
        if !character.is_whitespace() {
            after_operand = !matches!(character, '+' | '-' | '*' | '/' | ':' | '^' | '(' | '~' | '|' | ',' | '=');
        }
        if depth.max(climbs) > DEEPEST || operators > MOST_OPERATORS {
            return Err(Failure { at, message: TOO_LONG });
        }
    }
    Ok(())
}
