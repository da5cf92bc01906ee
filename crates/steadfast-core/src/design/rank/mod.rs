//! Which columns of X earlier ones determine.

use super::column::ModelColumn;

/// The columns kept, and each column left out with its coefficients on the kept ones.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Rank {
    pub(super) kept: Vec<usize>,
    pub(super) aliases: Vec<(usize, Vec<f64>)>,
}

pub(super) fn of(columns: &[ModelColumn], _intercept: bool, _rows: &[u32]) -> Rank {
    Rank { kept: (0..columns.len()).collect(), aliases: Vec::new() }
}
