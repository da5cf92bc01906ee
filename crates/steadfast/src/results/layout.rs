//! Numbers and columns for people: as many decimals as the standard error deserves, and aligned.

use std::fmt::Write as _;

/// The decimals with which the smallest of `scales` shows four significant digits, at most 10.
pub(crate) fn decimals(scales: impl IntoIterator<Item = f64>) -> usize {
    let smallest = scales.into_iter().filter(|scale| *scale > 0.0 && scale.is_finite()).fold(f64::INFINITY, f64::min);
    if !smallest.is_finite() {
        return 4;
    }
    (3 - smallest.log10().floor() as i32).clamp(0, 10) as usize
}

/// `value` with `decimals`, a minus sign that is one, and never −0.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.starts_with('-') && text.bytes().all(|b| matches!(b, b'-' | b'0' | b'.')) {
        return text.trim_start_matches('-').to_owned();
    }
    text.replace('-', "−")
}

/// `value` with `digits` significant digits.
pub(crate) fn significant(value: f64, digits: usize) -> String {
    if value.abs() < f64::MIN_POSITIVE {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor() as i32;
    if !(-5..15).contains(&magnitude) {
        return format!("{value:.*e}", digits.saturating_sub(1)).replace('-', "−");
    }
    fixed(value, (digits as i32 - 1 - magnitude).max(0) as usize)
}

/// `value` with at most six significant digits and no zero that says nothing: a time, a share.
pub(crate) fn plain(value: f64) -> String {
    let text = significant(value, 6);
    if !text.contains('.') || text.contains('e') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A p-value with four decimals.
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.0001 { "<0.0001".to_owned() } else { format!("{p:.4}") }
}

/// Degrees of freedom with one decimal, none where they are whole; ∞ for the normal distribution.
pub(crate) fn df(df: Option<f64>) -> String {
    match df {
        None => "∞".to_owned(),
        // Satterthwaite's whole numbers are whole up to rounding.
        Some(df) if (df - df.round()).abs() < 1e-6 => format!("{df:.0}"),
        Some(df) => format!("{df:.1}"),
    }
}

/// A confidence level as a percentage, such as `95 %`.
pub(crate) fn percent(level: f64) -> String {
    let text = format!("{:.4}", level * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A table for a terminal: the first `left` columns flush left, the others flush right, two blanks between.
pub(crate) fn columns(rows: &[Vec<String>], left: usize) -> String {
    let n = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |j: usize| rows.iter().filter_map(|row| row.get(j)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..n).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (j, cell) in row.iter().enumerate() {
            let blanks = " ".repeat(widths[j] - cell.chars().count());
            let (before, after) = if j < left { (String::new(), blanks) } else { (blanks, String::new()) };
            let _ = write!(line, "  {before}{cell}{after}");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_the_digits_that_their_error_deserves() {
        assert_eq!(decimals([24.74, 0.0412]), 5);
        assert_eq!(decimals([]), 4);
        assert_eq!(fixed(-0.00001, 3), "0.000");
        assert_eq!(fixed(-2.80184, 3), "−2.802");
        assert_eq!(significant(1743.628, 6), "1743.63");
        assert_eq!(significant(1.5e-9, 2), "1.5e−9");
        assert_eq!((plain(12.0), plain(0.5), plain(1_234_567.0)), ("12".into(), "0.5".into(), "1234567".into()));
        assert_eq!(p_value(0.00005), "<0.0001");
        assert_eq!((df(None), df(Some(17.0)), df(Some(164.26))), ("∞".into(), "17".into(), "164.3".into()));
        assert_eq!((percent(0.95), percent(0.975)), ("95 %".into(), "97.5 %".into()));
    }
}
