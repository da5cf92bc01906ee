//! Numbers and truth values as texts write them.

use super::Reason;
use crate::cells::Notation;
use crate::read::DecimalMark;

/// Past this, whole numbers and doubles no longer correspond one to one.
const WHOLE_DOUBLES: f64 = 9_007_199_254_740_992.0;

/// The number that `text` writes, blanks around it aside; thousands are not separated. `inf` and `nan` are read.
pub(crate) fn number(text: &str, notation: Notation, scratch: &mut String) -> Result<f64, Reason> {
    with_point(text.trim(), notation, scratch)?.parse().map_err(|_| Reason::NotOfType)
}

/// The finite number that `text` writes.
pub(crate) fn float(text: &str, notation: Notation, scratch: &mut String) -> Result<f64, Reason> {
    let value = number(text, notation, scratch)?;
    if value.is_finite() { Ok(value) } else { Err(Reason::NonFinite) }
}

/// The whole number that `text` writes, which may carry a fraction of zero; one of `allowed`, where that is given.
pub(crate) fn integer(
    text: &str,
    notation: Notation,
    scratch: &mut String,
    allowed: Option<&[i64]>,
) -> Result<i64, Reason> {
    let value = match text.trim().parse::<i64>() {
        Ok(value) => value,
        Err(_) => whole(float(text, notation, scratch)?)?,
    };
    if allowed.is_none_or(|allowed| allowed.contains(&value)) { Ok(value) } else { Err(Reason::UnknownCode) }
}

fn whole(value: f64) -> Result<i64, Reason> {
    let is_whole = value.fract().abs() <= 0.0 && value.abs() < WHOLE_DOUBLES;
    if is_whole { Ok(value as i64) } else { Err(Reason::NotOfType) }
}

/// The truth value that `text` writes.
pub(crate) fn bool(text: &str) -> Result<bool, Reason> {
    let text = text.trim();
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    match (is(&["true", "yes", "1"]), is(&["false", "no", "0"])) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(Reason::NotOfType),
    }
}

/// The text with a point before its fraction.
fn with_point<'t>(text: &'t str, notation: Notation, scratch: &'t mut String) -> Result<&'t str, Reason> {
    match notation.decimal_mark {
        DecimalMark::Point => Ok(text),
        DecimalMark::Comma if text.contains('.') => Err(Reason::NotOfType),
        DecimalMark::Comma => {
            scratch.clear();
            scratch.extend(text.chars().map(|c| if c == ',' { '.' } else { c }));
            Ok(scratch)
        }
    }
}
