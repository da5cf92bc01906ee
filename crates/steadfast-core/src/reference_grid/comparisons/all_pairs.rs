//! Every mean with every other.

use super::{Compared, Comparison, Comparisons};
use crate::error::Result;

/// All k(k − 1)/2 differences `later - earlier`, the reference level being the earliest.
#[derive(Debug, Clone, Copy, Default)]
pub struct AllPairs;

impl Comparisons for AllPairs {
    fn of(&self, means: &Compared) -> Result<Vec<Comparison>> {
        let order = &means.reference_first;
        let pairs = (0..order.len()).flat_map(|i| (i + 1..order.len()).map(move |j| (order[j], order[i])));
        Ok(pairs.map(|(later, earlier)| means.difference(later, earlier)).collect())
    }
}
