//! Data of any size for benchmarks, made quickly and from a known truth.

pub mod crossed;
pub mod questionnaires;
pub mod slope;
pub mod visits;

pub use crossed::{crossed, ratings};
pub use slope::random_slope;
pub use visits::{TRIAL_DICTIONARY, trial};

use steadfast_core::frame::{Column, Factor, Frame};

/// The frame of `columns`.
///
/// # Panics
/// When the columns do not make a table, which is a mistake in a generator.
#[allow(clippy::expect_used, reason = "the generators make columns of one length with distinct names")]
fn frame(columns: Vec<Column>) -> Frame {
    Frame::new(columns).expect("columns of one length with distinct names")
}

/// A factor column of `levels`.
///
/// # Panics
/// When a code has no level, which is a mistake in a generator.
#[allow(clippy::expect_used, reason = "the generators make codes within distinct levels")]
fn factor(name: &str, levels: Vec<String>, codes: Vec<u32>) -> Column {
    Column::from_factor(name, Factor::from_raw(levels, codes).expect("codes within distinct levels"))
}

/// Identifiers of one length, so that their order as texts is that of the numbers.
fn identifiers(n: usize) -> Vec<String> {
    let width = n.to_string().len();
    (1..=n).map(|i| format!("{i:0width$}")).collect()
}

#[cfg(test)]
mod tests;
