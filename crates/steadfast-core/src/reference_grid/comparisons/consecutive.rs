//! Every mean with the one before it.

use super::{Compared, Comparison, Comparisons};
use crate::error::Result;

/// The k − 1 differences of neighbours in the order of the levels: change from visit to visit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Consecutive;

impl Comparisons for Consecutive {
    fn of(&self, means: &Compared) -> Result<Vec<Comparison>> {
        Ok((1..means.labels.len()).map(|at| means.difference(at, at - 1)).collect())
    }
}
