//! Rows that share their values in some columns.

use std::collections::HashMap;

use steadfast_core::frame::{Column, ColumnData};

/// The group of a row that has no value in one of the columns.
pub(super) const NO_GROUP: u32 = u32::MAX;

/// A number for each row: rows with equal values in all `columns` have the same one, and groups are numbered in the
/// order in which they come.
pub(super) fn groups(columns: &[&Column]) -> Vec<u32> {
    let mut columns = columns.iter();
    let Some(first) = columns.next() else { return Vec::new() };
    let mut groups = classes(first);
    for column in columns {
        let mut numbers = Numbers::default();
        for (group, class) in groups.iter_mut().zip(classes(column)) {
            let both = *group != NO_GROUP && class != NO_GROUP;
            *group = if both { numbers.of((u64::from(*group) << 32) | u64::from(class)) } else { NO_GROUP };
        }
    }
    groups
}

/// The first row of each group.
pub(super) fn first_rows(groups: &[u32]) -> Vec<usize> {
    let mut first = Vec::new();
    for (row, &group) in groups.iter().enumerate() {
        if group as usize == first.len() {
            first.push(row);
        }
    }
    first
}

/// The group of each row by one column.
pub(super) fn classes(column: &Column) -> Vec<u32> {
    let mut numbers = Numbers::default();
    let bits = |row: usize| match column.data() {
        ColumnData::Float(values) => Some((values[row] + 0.0).to_bits()),
        ColumnData::Integer(values) => Some(values[row] as u64),
        ColumnData::Factor(factor) => Some(u64::from(factor.codes()[row])),
        ColumnData::Date(values) => Some(values[row].0 as u64),
        ColumnData::Bool(values) => Some(u64::from(values[row])),
        _ => None,
    };
    let class = |row: usize| match bits(row) {
        Some(bits) if column.is_observed(row) => numbers.of(bits),
        _ => NO_GROUP,
    };
    (0..column.len()).map(class).collect()
}

/// Numbers given to keys in the order in which they come.
#[derive(Default)]
struct Numbers {
    given: HashMap<u64, u32>,
}

impl Numbers {
    fn of(&mut self, key: u64) -> u32 {
        let next = self.given.len() as u32;
        *self.given.entry(key).or_insert(next)
    }
}
