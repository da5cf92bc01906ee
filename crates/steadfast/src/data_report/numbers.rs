//! What the numbers and days of a column are like.

use serde::Serialize;
use steadfast_core::frame::{Column, ColumnData, Date};

use super::disclosure::{Disclosure, Persons, Shown, Tally};
use crate::trial::moments::{moments, quantiles};

/// The quantiles of a report; those with too few people beyond them are left out.
const PLACES: [f64; 9] = [0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0];
/// So many bars show the shape of a distribution in a small figure.
const BINS: usize = 16;

/// A number, or a day as a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A day as yyyy-mm-dd; rounded to the month, yyyy-mm.
    Day(String),
}

/// A quantile.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quantile {
    /// The share of the values below it; 0 is the smallest value, 1 the largest.
    pub at: f64,
    /// Its value.
    pub value: Value,
}

/// The values of a column taken together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Numbers {
    /// The mean; none of days.
    pub mean: Option<f64>,
    /// The standard deviation, with n − 1.
    pub std_dev: Option<f64>,
    /// The quantiles, ascending (type 7), rounded unless everything is shown.
    pub quantiles: Vec<Quantile>,
    /// Between which values the distribution is drawn.
    #[serde(skip)]
    pub(super) range: Option<(f64, f64)>,
}

/// A bar of a distribution: cells from `low` to below `high`; the first and the last hold what lies beyond them too.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bin {
    /// The lower end; days count from 1970-01-01.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The cells.
    pub cells: Shown,
}

/// The numbers of `column`; none where it has none, or too few people have a value.
pub(super) fn numbers(column: &Column, persons: &Persons, disclosure: &Disclosure) -> Option<Numbers> {
    let rows: Vec<usize> = (0..column.len()).filter(|&row| column.is_observed(row)).collect();
    let tally = persons.tally(rows.iter().copied());
    let is_number = matches!(column.data(), ColumnData::Float(_) | ColumnData::Integer(_) | ColumnData::Date(_));
    if !is_number || tally.rows == 0 || disclosure.is_small(tally) {
        return None;
    }
    let values = column.to_numeric()?;
    let mut values: Vec<f64> = rows.iter().map(|&row| values[row]).collect();
    // In the order of their size, so that the sums do not depend on the order of the rows.
    values.sort_by(f64::total_cmp);
    let found = moments(&values)?;
    let is_day = matches!(column.data(), ColumnData::Date(_));
    let places = places(tally.persons, disclosure);
    let at = quantiles(&values, &places)?;
    let step = if disclosure.full { None } else { step(found.std_dev) };
    let rounded = |value: f64| step.map_or(value, |step| (value / step).round() * step);
    let value = |value: f64| {
        if is_day { Value::Day(day(value, disclosure.full)) } else { Value::Number(clean(rounded(value))) }
    };
    let ends = at.first().zip(at.last()).filter(|_| at.len() > 1);
    Some(Numbers {
        mean: Some(found.mean).filter(|mean| !is_day && mean.is_finite()),
        std_dev: found.std_dev.filter(|sd| !is_day && sd.is_finite()),
        range: ends.map(|(low, high)| if is_day { (*low, *high) } else { (rounded(*low), rounded(*high)) }),
        quantiles: places.iter().zip(&at).map(|(&at, &of)| Quantile { at, value: value(of) }).collect(),
    })
}

/// The quartiles between the extremes; where these are withheld, the outermost percentiles that enough people lie beyond.
fn places(persons: usize, disclosure: &Disclosure) -> Vec<f64> {
    let allowed = |at: &f64| disclosure.allows(*at, persons);
    if disclosure.full {
        return vec![0.0, 0.25, 0.5, 0.75, 1.0];
    }
    let tail = PLACES[1..3].iter().copied().find(allowed);
    let inner = [0.25, 0.5, 0.75].into_iter().filter(allowed);
    tail.into_iter().chain(inner).chain(tail.map(|tail| 1.0 - tail)).collect()
}

/// To what a value is rounded: a power of ten at or below a fifth of the standard deviation.
fn step(std_dev: Option<f64>) -> Option<f64> {
    let fifth = std_dev.filter(|sd| *sd > 0.0 && sd.is_finite())? / 5.0;
    Some(libm::pow(10.0, libm::floor(libm::log10(fifth))))
}

/// The number without the rounding that the step leaves in its last digits.
fn clean(value: f64) -> f64 {
    format!("{value:.12e}").parse().unwrap_or(value)
}

fn day(value: f64, full: bool) -> String {
    let text = Date(value.round() as i32).to_string();
    if full { text } else { text.chars().take(text.len() - 3).collect() }
}

/// The distribution of `column` between the outermost quantiles shown.
pub(super) fn bins(column: &Column, numbers: &Numbers, persons: &Persons, disclosure: &Disclosure) -> Vec<Bin> {
    let (Some((low, high)), Some(values)) = (numbers.range, column.to_numeric()) else { return Vec::new() };
    if high <= low || !(high - low).is_finite() {
        return Vec::new();
    }
    let whole = matches!(column.data(), ColumnData::Integer(_)) && high - low < BINS as f64 * 1.5;
    // Whole numbers of a short scale have a bar each, with the number in its middle.
    let (start, width, n) = if whole {
        (low.floor() - 0.5, 1.0, (high.ceil() - low.floor()) as usize + 1)
    } else {
        (low, (high - low) / BINS as f64, BINS)
    };
    let mut rows = vec![Vec::new(); n];
    for row in (0..column.len()).filter(|&row| column.is_observed(row)) {
        let at = ((values[row] - start) / width).floor().clamp(0.0, n as f64 - 1.0);
        rows[at as usize].push(row);
    }
    let bin = |(at, rows): (usize, Vec<usize>)| {
        let tally: Tally = persons.tally(rows.into_iter());
        // Lengths can be measured, so that all of them are rounded.
        let cells = disclosure.show(tally, !disclosure.full);
        Bin { low: start + width * at as f64, high: start + width * (at + 1) as f64, cells }
    };
    rows.into_iter().enumerate().map(bin).collect()
}
