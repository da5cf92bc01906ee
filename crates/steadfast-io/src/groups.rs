//! Rows that share their values in some columns.

use std::collections::HashMap;

use steadfast_core::frame::{Column, ColumnData};

/// The group of a row that has no value in one of the columns.
pub(crate) const NO_GROUP: u32 = u32::MAX;

/// A number for each row: rows with equal values in all `columns` have the same one, and groups are numbered in the
/// order in which they come.
pub(crate) fn groups(columns: &[&Column]) -> Vec<u32> {
    let mut columns = columns.iter();
    let Some(first) = columns.next() else { return Vec::new() };
    let mut groups = classes(first);
    for column in columns {
        let classes = classes(column);
        let (n_groups, n_classes) = (count(&groups), count(&classes));
        let mut numbers = Numbers::for_keys_below(n_groups.saturating_mul(n_classes), groups.len());
        for (group, class) in groups.iter_mut().zip(classes) {
            let both = *group != NO_GROUP && class != NO_GROUP;
            *group = if both { numbers.of(u64::from(*group) * n_classes + u64::from(class)) } else { NO_GROUP };
        }
    }
    groups
}

/// The first row of each group.
pub(crate) fn first_rows(groups: &[u32]) -> Vec<usize> {
    let mut first = Vec::new();
    for (row, &group) in groups.iter().enumerate() {
        if group as usize == first.len() {
            first.push(row);
        }
    }
    first
}

/// The group of each row by one column.
pub(crate) fn classes(column: &Column) -> Vec<u32> {
    let n_keys = match column.data() {
        ColumnData::Factor(factor) => factor.levels().len() as u64,
        ColumnData::Bool(_) => 2,
        _ => u64::MAX,
    };
    let mut numbers = Numbers::for_keys_below(n_keys, column.len());
    let key = |row: usize| match column.data() {
        // Adding zero makes the two zeros one value.
        ColumnData::Float(values) => Some((values[row] + 0.0).to_bits()),
        ColumnData::Integer(values) => Some(values[row] as u64),
        ColumnData::Factor(factor) => Some(u64::from(factor.codes()[row])),
        ColumnData::Date(values) => Some(values[row].0 as u64),
        ColumnData::Bool(values) => Some(u64::from(values[row])),
        _ => None,
    };
    let class = |row: usize| match key(row) {
        Some(key) if column.is_observed(row) => numbers.of(key),
        _ => NO_GROUP,
    };
    (0..column.len()).map(class).collect()
}

/// The number of groups.
fn count(groups: &[u32]) -> u64 {
    groups.iter().filter(|group| **group != NO_GROUP).max().map_or(0, |last| u64::from(*last) + 1)
}

/// Numbers given to keys in the order in which they come.
enum Numbers {
    /// A place for each key that can come.
    Dense { given: Vec<u32>, next: u32 },
    /// Only the keys that came.
    Sparse(HashMap<u64, u32>),
}

impl Numbers {
    /// For keys below `limit` that come `times` often; a place for each costs less than hashing as long as there are
    /// not many more places than rows.
    fn for_keys_below(limit: u64, times: usize) -> Self {
        match usize::try_from(limit) {
            Ok(limit) if limit <= times.saturating_mul(8) => Self::Dense { given: vec![NO_GROUP; limit], next: 0 },
            _ => Self::Sparse(HashMap::new()),
        }
    }

    fn of(&mut self, key: u64) -> u32 {
        match self {
            Self::Sparse(given) => {
                let next = given.len() as u32;
                *given.entry(key).or_insert(next)
            }
            Self::Dense { given, next } => {
                let number = &mut given[key as usize];
                if *number == NO_GROUP {
                    *number = *next;
                    *next += 1;
                }
                *number
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_with_equal_values_share_a_group_in_the_order_of_appearance() {
        let child = Column::factor("child", ["b", "a", "b", "a", "b"]);
        let visit = Column::integer("visit", vec![7, 7, -7, 7, 7]);
        let score = Column::float("score", vec![0.0, f64::NAN, 1.0, 1.0, -0.0]);
        assert_eq!(groups(&[&child, &visit]), [0, 1, 2, 1, 0]);
        assert_eq!(groups(&[&score]), [0, NO_GROUP, 1, 1, 0]);
        assert_eq!(groups(&[&child, &score]), [0, NO_GROUP, 1, 2, 0]);
        assert_eq!(first_rows(&[0, NO_GROUP, 1, 2, 0]), [0, 2, 3]);
    }

    #[test]
    fn dense_and_sparse_numbers_are_the_same() {
        let keys = [5, 3, 5, 0, 3, 9];
        let numbers = |mut numbers: Numbers| keys.map(|key| numbers.of(key));
        assert_eq!(numbers(Numbers::for_keys_below(10, 6)), numbers(Numbers::for_keys_below(u64::MAX, 6)));
    }
}
