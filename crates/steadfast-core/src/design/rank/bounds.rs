//! Upper bounds of the norms of columns, from the range of each variable: cheaper than the norms themselves.

use std::sync::Arc;

use super::super::column::{ModelColumn, Piece};

/// The largest size of each column's values, and of their distance from the mean when that is smaller.
pub(super) struct Bounds {
    sizes: Vec<f64>,
    spreads: Vec<f64>,
    rows: f64,
}

impl Bounds {
    pub(super) fn of(columns: &[ModelColumn], intercept: bool, rows: usize) -> Self {
        let mut ranges = Ranges::default();
        let mut bounds = Self { sizes: Vec::new(), spreads: Vec::new(), rows: rows as f64 };
        for column in columns {
            let pieces: Vec<(f64, f64)> = column.pieces.iter().map(|piece| ranges.of(piece)).collect();
            let size: f64 = pieces.iter().map(|(low, high)| low.abs().max(high.abs())).product();
            bounds.sizes.push(size);
            bounds.spreads.push(match pieces.as_slice() {
                // Values between low and high are at most half the range from their mean, in the root mean square.
                [(low, high)] if intercept => (high - low) / 2.0,
                _ => size,
            });
        }
        bounds
    }

    /// At least √Σx².
    pub(super) fn size(&self, column: usize) -> f64 {
        self.sizes[column] * libm::sqrt(self.rows)
    }

    /// At least Σ(x − centre)².
    pub(super) fn spread(&self, column: usize) -> f64 {
        self.spreads[column] * self.spreads[column] * self.rows
    }
}

/// The range of each numeric variable, found once.
#[derive(Default)]
struct Ranges {
    variables: Vec<Arc<Vec<f64>>>,
    ranges: Vec<(f64, f64)>,
}

impl Ranges {
    fn of(&mut self, piece: &Piece) -> (f64, f64) {
        match piece {
            Piece::Coded { values, .. } => range(values),
            Piece::Numeric(values) => {
                if let Some(known) = self.variables.iter().position(|other| Arc::ptr_eq(other, values)) {
                    return self.ranges[known];
                }
                let found = range(values);
                self.variables.push(Arc::clone(values));
                self.ranges.push(found);
                found
            }
        }
    }
}

/// The smallest and the largest value; rows that do not count can only widen the range.
fn range(values: &[f64]) -> (f64, f64) {
    let mut lows = [f64::INFINITY; 8];
    let mut highs = [f64::NEG_INFINITY; 8];
    let (eights, rest) = values.as_chunks::<8>();
    for eight in eights {
        for lane in 0..8 {
            let x = eight[lane];
            // Comparisons leave NaN, the placeholder of a missing value, aside.
            lows[lane] = if x < lows[lane] { x } else { lows[lane] };
            highs[lane] = if x > highs[lane] { x } else { highs[lane] };
        }
    }
    let low = lows.iter().chain(rest).copied().fold(f64::INFINITY, f64::min);
    (low, highs.iter().chain(rest).copied().fold(f64::NEG_INFINITY, f64::max))
}
