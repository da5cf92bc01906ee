//! What is summed over the times at which rows that change together are at risk.

use super::{At, Group};

/// A group, with sums over the times of its span from its first on: of e a, e a g_j, e a g_j g_l (j ≤ l), each with a leading
/// zero.
pub(super) struct Span<'a> {
    pub(super) group: &'a Group,
    /// Σ γ z g at the times of the span.
    pub(super) changes: Vec<f64>,
    width: usize,
    sums: Vec<f64>,
}

impl<'a> Span<'a> {
    pub(super) fn new(at: &At<'a>, group: &'a Group) -> Self {
        let (changes, q) = (at.changes(group), at.q);
        let width = 1 + q + q * (q + 1) / 2;
        let mut sums = vec![0.0; (changes.len() + 1) * width];
        for (offset, change) in changes.iter().enumerate() {
            let k = group.first + offset;
            let hazard = libm::exp(change - at.times.centre[k]) * at.times.steps[k].first[0];
            let (before, after) = sums.split_at_mut((offset + 1) * width);
            let before = &before[offset * width..];
            let added = terms(at.g(k));
            after.iter_mut().zip(before).zip(added).for_each(|((after, before), term)| *after = before + hazard * term);
        }
        Self { group, changes, width, sums }
    }

    /// How many sums there are.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The sums over first..end, counted from the span's beginning.
    pub(super) fn over(&self, first: usize, end: usize, item: usize) -> f64 {
        self.sums[end * self.width + item] - self.sums[first * self.width + item]
    }
}

/// 1, g_j, and g_j g_l for j ≤ l.
pub(super) fn terms(g: &[f64]) -> impl Iterator<Item = f64> + '_ {
    let pairs = g.iter().enumerate().flat_map(|(j, left)| g[j..].iter().map(move |right| left * right));
    std::iter::once(1.0).chain(g.iter().copied()).chain(pairs)
}

/// The place of g_j g_l among the terms, j ≤ l.
pub(super) fn pair(q: usize, j: usize, l: usize) -> usize {
    1 + q + crate::linalg::index(q, j, l)
}
