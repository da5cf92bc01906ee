//! A value for each unit of a column.

use steadfast_core::frame::Role;
use steadfast_io::{Dictionary, Variable};

use super::Mock;
use super::domain::{Domain, Writer};
use super::layout::Layout;
use super::units::Units;
use crate::error::{Error, Result};

/// Half of the variance of a number lies between subjects, half within.
const SHARE: f64 = 0.5;
/// A draw beyond the range is drawn again so often before it is put on the limit.
const TRIES: usize = 20;

/// The values of the units of `variable`, as the file writes them; nothing where there is no value to choose.
pub(super) fn of(
    variable: &Variable,
    dictionary: &Dictionary,
    mock: &Mock,
    layout: &Layout,
    units: &Units,
) -> Result<Vec<String>> {
    let domain = Domain::of(variable, dictionary, &mock.needed);
    let writer = Writer::of(variable, dictionary);
    let n = units.first.len();
    let made = Maker { variable, mock, layout, units, writer: &writer };
    match (variable.role(), &domain) {
        _ if is_distinct(variable, dictionary) => made.distinct(&domain),
        (Some(Role::Visit), _) => made.visits(&domain),
        (Some(Role::Time), Domain::Listed(texts)) => Ok(made.listed_times(texts)),
        (Some(Role::Time), Domain::Whole(low, high)) => {
            Ok(made.times((*low as f64, *high as f64), |x| (x.round() as i64).clamp(*low, *high).to_string()))
        }
        (Some(Role::Time), Domain::Real(low, high)) => {
            let decimals = Decimals::of(*low, *high);
            Ok(made.times((*low, *high), |x| writer.real(decimals.round(x).clamp(*low, *high))))
        }
        (_, Domain::Listed(texts)) => Ok(made.balanced(texts)),
        (_, Domain::Numbered(_)) => Ok(domain.distinct(n, &writer)),
        (_, Domain::Whole(low, high)) => {
            let write = |x: f64| (x.round() as i64).clamp(*low, *high).to_string();
            Ok(if low > high { vec![String::new(); n] } else { made.numbers((*low as f64, *high as f64), write) })
        }
        (_, Domain::Real(low, high)) => {
            let decimals = Decimals::of(*low, *high);
            Ok(made.numbers((*low, *high), |x| writer.real(decimals.round(x).clamp(*low, *high))))
        }
        (_, Domain::Days(low, high)) => Ok(made.days(*low, *high)),
    }
}

/// Whether each unit needs a value of its own: who is who, and what tells rows apart beyond subject and visit.
fn is_distinct(variable: &Variable, dictionary: &Dictionary) -> bool {
    if matches!(variable.role(), Some(Role::Subject | Role::Cluster)) {
        return true;
    }
    let has = |key: &[String], role: Role| {
        dictionary.with_role(role).is_none_or(|one| key.iter().any(|column| column == one.name()))
    };
    let structural = |column: &String| {
        let role = dictionary.variable(column).and_then(Variable::role);
        matches!(role, Some(Role::Subject | Role::Cluster | Role::Visit))
    };
    dictionary.keys().iter().any(|key| {
        let person = dictionary.with_role(Role::Subject).is_some() && has(key, Role::Subject);
        let told_apart = (person && has(key, Role::Visit)) || key.iter().all(structural);
        // The last column of the key that is free to tell rows apart does.
        !told_apart && key.iter().rev().find(|column| !structural(column)).is_some_and(|last| last == variable.name())
    })
}

/// Decimal places that make sense for the width of a range.
struct Decimals(Option<f64>);

impl Decimals {
    fn of(low: f64, high: f64) -> Self {
        let width = (high - low).abs();
        let scales = [1.0, 10.0, 100.0, 1e3, 1e4, 1e6];
        Self(scales.into_iter().find(|scale| width * scale >= 1000.0))
    }

    fn round(&self, value: f64) -> f64 {
        self.0.map_or(value, |scale| (value * scale).round() / scale)
    }
}

/// What the values of a column are made from.
struct Maker<'a> {
    variable: &'a Variable,
    mock: &'a Mock,
    layout: &'a Layout,
    units: &'a Units,
    writer: &'a Writer<'a>,
}

impl Maker<'_> {
    fn name(&self) -> &str {
        self.variable.name()
    }

    fn distinct(&self, domain: &Domain) -> Result<Vec<String>> {
        let n = self.units.first.len();
        let values = domain.distinct(n, self.writer);
        if values.len() == n {
            return Ok(values);
        }
        let message = format!("column `{}` would need {n} different values and can have {}", self.name(), values.len());
        Err(Error::usage("too_few_values", message))
    }

    /// The visits in order; of a range, evenly spaced.
    fn visits(&self, domain: &Domain) -> Result<Vec<String>> {
        let n = self.layout.n_visit_values();
        let all = match domain {
            Domain::Whole(low, high) if low < high => {
                let step = ((high - low) / n.max(2) as i64).max(1);
                (0..n as i64).map(|at| (low + at * step).to_string()).filter(|x| !self.writer.is_absent(x)).collect()
            }
            _ => domain.distinct(n, self.writer),
        };
        if all.len() < n {
            return self.distinct(domain);
        }
        Ok(self.units.first.iter().map(|&row| all[self.layout.visit(row)].clone()).collect())
    }

    /// Each value as often as the others, in an order drawn for the column, so that every level occurs.
    fn balanced(&self, texts: &[String]) -> Vec<String> {
        let n = self.units.first.len();
        if texts.is_empty() {
            return vec![String::new(); n];
        }
        let mut values: Vec<String> = texts.iter().cycle().take(n).cloned().collect();
        self.mock.streams("values", self.name()).of(0).shuffle(&mut values);
        values
    }

    /// Where along the visits each unit stands, from 0 to 1.
    fn progress(&self, row: usize) -> f64 {
        let last = self.layout.n_visit_values().saturating_sub(1).max(1);
        self.layout.visit(row) as f64 / last as f64
    }

    fn listed_times(&self, texts: &[String]) -> Vec<String> {
        let last = texts.len().saturating_sub(1) as f64;
        let at = |&row: &usize| texts.get((self.progress(row) * last).round() as usize).cloned().unwrap_or_default();
        self.units.first.iter().map(at).collect()
    }

    /// Times that grow with the visits; where each row has its own, a little early or late.
    fn times(&self, (low, high): (f64, f64), write: impl Fn(f64) -> String) -> Vec<String> {
        let (steps, streams) = (self.layout.n_visit_values() as f64, self.mock.streams("values", self.name()));
        let at = |(unit, &row): (usize, &usize)| {
            let drawn = if self.units.rows { streams.of(unit).uniform() * 0.8 } else { 0.4 };
            // Within the visit's part of the range another time serves as well as one that means an absent value.
            let at = |late: f64| {
                let share = (self.layout.visit(row) as f64 + late) / steps;
                write(low * (1.0 - share) + high * share)
            };
            let mut texts = [drawn, 0.2, 0.4, 0.6, 0.8].into_iter().map(at);
            texts.find(|text| !self.writer.is_absent(text)).unwrap_or_default()
        };
        self.units.first.iter().enumerate().map(at).collect()
    }

    /// Numbers about the middle of their range, alike within a subject.
    fn numbers(&self, (low, high): (f64, f64), write: impl Fn(f64) -> String) -> Vec<String> {
        let (subjects, streams) =
            (self.mock.streams("subjects", self.name()), self.mock.streams("values", self.name()));
        let (middle, sd) = (low / 2.0 + high / 2.0, high / 6.0 - low / 6.0);
        let at = |(unit, &row): (usize, &usize)| {
            let own = subjects.of(self.layout.subject(row)).normal();
            let mut stream = streams.of(unit);
            for _ in 0..TRIES {
                let x = middle + sd * (SHARE.sqrt() * own + (1.0 - SHARE).sqrt() * stream.normal());
                let text = write(x.clamp(low, high));
                if (low..=high).contains(&x) && !self.writer.is_absent(&text) {
                    return text;
                }
            }
            let limits = [middle, low, high].map(&write).into_iter().find(|text| !self.writer.is_absent(text));
            limits.unwrap_or_default()
        };
        self.units.first.iter().enumerate().map(at).collect()
    }

    /// Days in proportion to their range: whoever comes early comes early everywhere, and later visits are later, so that
    /// what a dictionary allows later happens later.
    fn days(&self, low: i32, high: i32) -> Vec<String> {
        let (width, streams) = (f64::from(high) - f64::from(low), self.mock.streams("start", ""));
        let at = |&row: &usize| {
            let start = streams.of(self.layout.cluster(row)).uniform() * 0.6;
            let own_visit = self.units.rows || self.variable.role() == Some(Role::Time);
            let later = if own_visit { (1.0 - start) * 0.9 * self.progress(row) } else { 0.0 };
            let day = low + (width * (start + later)).floor() as i32;
            let text = self.writer.day(day.clamp(low, high));
            if !self.writer.is_absent(&text) {
                return text;
            }
            self.writer.day(if day > low { day - 1 } else { high })
        };
        self.units.first.iter().map(at).collect()
    }
}
