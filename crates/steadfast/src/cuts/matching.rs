//! Which row of the new cut is which row of the old one.

use std::collections::{BTreeMap, HashMap};

use steadfast_core::frame::{Column, ColumnData};

use super::Cut;
use crate::error::{Error, Result};

/// The rows of two cuts, matched by their keys.
pub(super) struct Matching {
    /// The 0-based rows of the old and the new cut with the same key, in the order of the new cut.
    pub(super) pairs: Vec<(usize, usize)>,
    pub(super) added: Vec<usize>,
    pub(super) removed: Vec<usize>,
    pub(super) old: Unmatched,
    pub(super) new: Unmatched,
    /// The key of each row that has one, by cut; for findings, which are compared by the key of their row.
    pub(super) old_keys: Vec<Option<Key>>,
    pub(super) new_keys: Vec<Option<Key>>,
}

/// A row's values in the columns of the key.
pub(super) type Key = Vec<String>;

/// The rows that no other can be matched with.
#[derive(Default)]
pub(super) struct Unmatched {
    pub(super) without_key: Vec<usize>,
    pub(super) repeated_key: Vec<usize>,
}

impl Matching {
    /// The rows of `old` and `new` matched by the columns `key`.
    pub(super) fn of(old: &Cut, new: &Cut, key: &[String]) -> Result<Self> {
        let (old_keys, new_keys) = (keys(old, key)?, keys(new, key)?);
        let (old_rows, old_unmatched) = index(&old_keys);
        let (new_rows, new_unmatched) = index(&new_keys);
        let mut pairs: Vec<(usize, usize)> =
            new_rows.iter().filter_map(|(key, &row)| Some((*old_rows.get(key)?, row))).collect();
        pairs.sort_unstable_by_key(|pair| pair.1);
        let only = |here: &HashMap<&Key, usize>, there: &HashMap<&Key, usize>| {
            let mut rows: Vec<usize> =
                here.iter().filter(|(key, _)| !there.contains_key(*key)).map(|(_, &row)| row).collect();
            rows.sort_unstable();
            rows
        };
        let (added, removed) = (only(&new_rows, &old_rows), only(&old_rows, &new_rows));
        Ok(Self { pairs, added, removed, old: old_unmatched, new: new_unmatched, old_keys, new_keys })
    }
}

fn keys(cut: &Cut, key: &[String]) -> Result<Vec<Option<Key>>> {
    let columns: Result<Vec<&Column>> = key
        .iter()
        .map(|name| {
            cut.column(name).ok_or_else(|| {
                let message = format!("`{}`: rows are matched by `{name}`, which is not there", cut.file);
                Error::data("missing_column", message)
            })
        })
        .collect();
    let columns = columns?;
    let of_row = |row: usize| columns.iter().map(|column| written(column, row)).collect();
    Ok((0..cut.assessment.frame().n_rows()).map(of_row).collect())
}

/// The first row of each key, and the rows that it leaves over.
fn index(keys: &[Option<Key>]) -> (HashMap<&Key, usize>, Unmatched) {
    let (mut first, mut unmatched) = (HashMap::new(), Unmatched::default());
    for (row, key) in keys.iter().enumerate() {
        match key {
            None => unmatched.without_key.push(row),
            Some(key) if first.contains_key(key) => unmatched.repeated_key.push(row),
            Some(key) => {
                first.insert(key, row);
            }
        }
    }
    (first, unmatched)
}

/// The distinct values of `column` with the first row of each.
pub(super) fn classes(column: &Column) -> BTreeMap<String, usize> {
    let mut first = BTreeMap::new();
    for row in 0..column.len() {
        if let Some(value) = written(column, row) {
            first.entry(value).or_insert(row);
        }
    }
    first
}

/// The value of a cell in one way of writing it, so that equal values are equal texts; none where it has no value.
fn written(column: &Column, row: usize) -> Option<String> {
    column.is_observed(row).then(|| match column.data() {
        ColumnData::Float(values) => (values[row] + 0.0).to_string(),
        ColumnData::Integer(values) => values[row].to_string(),
        ColumnData::Date(values) => values[row].to_string(),
        ColumnData::Bool(values) => values[row].to_string(),
        ColumnData::Factor(factor) => factor.level(row).unwrap_or_default().to_owned(),
        _ => String::new(),
    })
}

/// The level at which a row is shown in a table by visit or arm.
pub(super) fn place(column: Option<&Column>, row: usize) -> String {
    column.and_then(|column| written(column, row)).unwrap_or_default()
}
