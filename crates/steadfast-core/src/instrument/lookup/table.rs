//! The table of a lookup: entries by key, and by age where it has ages.

use std::collections::BTreeMap;

use super::super::definition::AgeUnit;
use crate::error::{Error, Result};
use crate::frame::{Column, ColumnData, Frame};

/// Entries by key and age.
#[derive(Debug, Clone, PartialEq)]
pub struct LookupTable {
    entries: BTreeMap<Vec<String>, Vec<Entry>>,
    /// The names of the columns of values.
    values: Vec<String>,
    has_ages: bool,
}

/// The columns of ages of a table, and their unit: an entry is for ages from the first on and below the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ages {
    /// The column of the youngest age.
    pub from: String,
    /// The column of the first age that is too old.
    pub below: String,
    /// In what they count.
    pub unit: AgeUnit,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    /// In months.
    from: f64,
    below: f64,
    values: Vec<f64>,
}

/// What a table knows of a key at an age.
pub(super) enum Found<'a> {
    Entry(&'a [f64]),
    /// No entry of the table is for this age.
    OutsideAges,
    /// Other entries are, and this key has none.
    Nothing,
}

impl LookupTable {
    /// The table in `frame` with its columns of `keys`, of `values`, and of `ages` where it has them.
    ///
    /// # Errors
    /// `unknown_column`; `lookup_table` with every row that lacks a number, whose ages do not ascend, or that says a second time what
    /// another row says.
    pub fn new(frame: &Frame, keys: &[String], values: &[String], ages: Option<&Ages>) -> Result<Self> {
        let keys: Vec<Vec<Option<String>>> =
            keys.iter().map(|name| frame.column(name).map(key_text)).collect::<Result<_>>()?;
        let numbers: Vec<Vec<Option<f64>>> =
            values.iter().map(|name| frame.column(name).map(numbers)).collect::<Result<_>>()?;
        let bounds = match ages {
            None => None,
            Some(ages) => {
                let months = |name: &String| -> Result<Vec<Option<f64>>> {
                    let age = numbers_of(frame, name)?;
                    Ok(age.into_iter().map(|age| age.map(|age| ages.unit.months(age))).collect())
                };
                Some((months(&ages.from)?, months(&ages.below)?))
            }
        };
        let mut table = Self { entries: BTreeMap::new(), values: values.to_vec(), has_ages: bounds.is_some() };
        let mut problems = Vec::new();
        for row in 0..frame.n_rows() {
            let key: Option<Vec<String>> = keys.iter().map(|column| column[row].clone()).collect();
            let found: Option<Vec<f64>> = numbers.iter().map(|column| column[row]).collect();
            let age = match &bounds {
                None => Some((f64::NEG_INFINITY, f64::INFINITY)),
                Some((from, below)) => from[row].zip(below[row]),
            };
            let (Some(key), Some(values), Some((from, below))) = (key, found, age) else {
                problems.push(format!("row {}: a key, an age or a value is missing", row + 1));
                continue;
            };
            problems.extend(table.add(key, Entry { from, below, values }, row));
        }
        if table.entries.is_empty() {
            problems.push("it has no entries".to_owned());
        }
        if problems.is_empty() { Ok(table) } else { Err(Error::data("lookup_table", problems.join("\n"))) }
    }

    fn add(&mut self, key: Vec<String>, entry: Entry, row: usize) -> Option<String> {
        if entry.from >= entry.below {
            return Some(format!("row {}: the ages do not ascend", row + 1));
        }
        let others = self.entries.entry(key).or_default();
        if others.iter().any(|other| entry.from < other.below && other.from < entry.below) {
            return Some(format!("row {}: another row has the same key at the same age", row + 1));
        }
        others.push(entry);
        None
    }

    /// The names of the columns of values.
    pub fn value_names(&self) -> &[String] {
        &self.values
    }

    pub(super) fn n_values(&self) -> usize {
        self.values.len()
    }

    /// Whether entries are for certain ages.
    pub fn has_ages(&self) -> bool {
        self.has_ages
    }

    /// The entry of `key` at the age of `months`.
    pub(super) fn find(&self, key: &[String], months: Option<f64>) -> Found<'_> {
        let is_of_age = |entry: &Entry| months.is_none_or(|months| entry.from <= months && months < entry.below);
        let entry = self.entries.get(key).and_then(|entries| entries.iter().find(|entry| is_of_age(entry)));
        match entry {
            Some(entry) => Found::Entry(&entry.values),
            None if self.entries.values().flatten().any(is_of_age) => Found::Nothing,
            None => Found::OutsideAges,
        }
    }
}

/// The values of a key as texts; a number is the same however it is written.
pub(super) fn key_text(column: &Column) -> Vec<Option<String>> {
    let normal = |text: &str| match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => (number + 0.0).to_string(),
        _ => text.trim().to_owned(),
    };
    let factor = column.to_factor();
    let levels: Vec<String> = factor.levels().iter().map(|level| normal(level)).collect();
    let text = |row: usize| match column.data() {
        ColumnData::Float(values) => (values[row] + 0.0).to_string(),
        _ => levels.get(factor.codes()[row] as usize).cloned().unwrap_or_default(),
    };
    (0..column.len()).map(|row| column.is_observed(row).then(|| text(row))).collect()
}

fn numbers(column: &Column) -> Vec<Option<f64>> {
    let numbers = column.to_numeric();
    let number = |row: usize| {
        let number = numbers.as_ref().map(|numbers| numbers[row])?;
        (column.is_observed(row) && number.is_finite()).then_some(number)
    };
    (0..column.len()).map(number).collect()
}

fn numbers_of(frame: &Frame, name: &str) -> Result<Vec<Option<f64>>> {
    frame.column(name).map(numbers)
}
