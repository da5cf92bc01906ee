//! Sums over ranks that change one at a time.

/// Weights by rank: adding one and summing those below a rank take log n steps each.
///
/// # Source
/// Fenwick 1994, Software: Practice and Experience 24:327.
#[derive(Debug, Clone)]
pub(super) struct Fenwick {
    sums: Vec<f64>,
}

impl Fenwick {
    pub(super) fn new(ranks: usize) -> Self {
        Self { sums: vec![0.0; ranks + 1] }
    }

    /// Adds `weight` at `rank`.
    pub(super) fn add(&mut self, rank: usize, weight: f64) {
        let mut at = rank + 1;
        while at < self.sums.len() {
            self.sums[at] += weight;
            at += at & at.wrapping_neg();
        }
    }

    /// The weight of all ranks below `rank`.
    fn below(&self, rank: usize) -> f64 {
        let (mut at, mut sum) = (rank, 0.0);
        while at > 0 {
            sum += self.sums[at];
            at &= at - 1;
        }
        sum
    }

    /// The weights below `rank`, at it, and above it.
    pub(super) fn around(&self, rank: usize) -> [f64; 3] {
        let (below, until) = (self.below(rank), self.below(rank + 1));
        [below, until - below, self.below(self.sums.len() - 1) - until]
    }
}
