//! Means, norms and cross-products of the columns, in one pass over the rows each.

use super::super::column::{ModelColumn, Piece};
use super::DOUBTFUL;

/// Rows that are evaluated at a time: one block of a few dozen columns stays in the cache.
pub(super) const BLOCK: usize = 512;

/// The centre and the norm of each column.
pub(super) struct Moments {
    /// The number of rows.
    rows: f64,
    /// What is subtracted: the mean, when the model has an intercept (whose own is 0).
    centres: Vec<f64>,
    /// Σ(x − centre)².
    spreads: Vec<f64>,
}

impl Moments {
    pub(super) fn of(columns: &[ModelColumn], intercept: bool, rows: &[u32]) -> Self {
        let n = rows.len() as f64;
        let mut moments = Self { rows: n, centres: Vec::new(), spreads: Vec::new() };
        let mut block = vec![0.0; BLOCK];
        for (at, column) in columns.iter().enumerate() {
            // About the first value, so that the sum of squares loses no digits to a large mean.
            let origin =
                if intercept && at > 0 { rows.first().map_or(0.0, |&row| column.value(row as usize)) } else { 0.0 };
            let (mut sum, mut squares) = (0.0, 0.0);
            for chunk in rows.chunks(BLOCK) {
                let block = &mut block[..chunk.len()];
                fill(column, chunk, origin, block);
                sum += accumulate(block, |x| x);
                squares += accumulate(block, |x| x * x);
            }
            if intercept && at > 0 {
                moments.centres.push(origin + sum / n);
                moments.spreads.push((squares - sum * sum / n).max(0.0));
            } else {
                moments.centres.push(0.0);
                moments.spreads.push(squares);
            }
        }
        moments
    }

    pub(super) fn centre(&self, column: usize) -> f64 {
        self.centres[column]
    }

    /// Σ(x − centre)².
    pub(super) fn spread(&self, column: usize) -> f64 {
        self.spreads[column]
    }

    /// √Σx², before centring.
    pub(super) fn size(&self, column: usize) -> f64 {
        libm::sqrt(self.spreads[column] + self.rows * self.centres[column] * self.centres[column])
    }

    /// Coefficients of a centred column on centred columns as those of the columns themselves: what the centres leave
    /// goes to the intercept, the first kept column.
    pub(super) fn uncentred(&self, column: usize, mut on_kept: Vec<f64>, kept: &[usize]) -> Vec<f64> {
        let implied: f64 = on_kept.iter().zip(kept).map(|(c, &k)| c * self.centres[k]).sum();
        let size = self.size(column);
        on_kept.resize(kept.len(), 0.0);
        if let Some(first) = on_kept.first_mut() {
            *first += self.centres[column] - implied;
        }
        for (coefficient, &k) in on_kept.iter_mut().zip(kept) {
            // A share this small of the column is rounding, and the coefficient is 0.
            if coefficient.abs() * self.size(k) <= 1e-11 * size {
                *coefficient = 0.0;
            }
        }
        on_kept
    }
}

/// The sum of `f` over a block, in four lanes.
fn accumulate(block: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0.0; 4];
    let (fours, rest) = block.as_chunks::<4>();
    for four in fours {
        for (lane, &x) in lanes.iter_mut().zip(four) {
            *lane += f(x);
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().map(|&x| f(x)).sum::<f64>()
}

/// The values of `column` less `centre` at `rows`.
pub(super) fn fill(column: &ModelColumn, rows: &[u32], centre: f64, into: &mut [f64]) {
    let mut pieces = column.pieces.iter();
    match pieces.next() {
        None => into.fill(1.0),
        Some(piece) => visit(piece, rows, into, |x, value| *x = value),
    }
    for piece in pieces {
        visit(piece, rows, into, |x, value| *x *= value);
    }
    if centre.to_bits() != 0 {
        into.iter_mut().for_each(|x| *x -= centre);
    }
}

/// Gives the values of `piece` at `rows` to `f`; rows that follow each other are read as one slice.
fn visit(piece: &Piece, rows: &[u32], into: &mut [f64], f: impl Fn(&mut f64, f64)) {
    let first = rows.first().map_or(0, |&row| row as usize);
    let run = rows.last().is_some_and(|&last| last as usize - first + 1 == rows.len());
    let run = run.then_some(first..first + rows.len());
    match (piece, run) {
        (Piece::Numeric(values), Some(run)) => into.iter_mut().zip(&values[run]).for_each(|(x, &value)| f(x, value)),
        (Piece::Coded { codes, values }, Some(run)) => {
            into.iter_mut().zip(&codes[run]).for_each(|(x, &code)| f(x, values[code as usize]));
        }
        (piece, None) => into.iter_mut().zip(rows).for_each(|(x, &row)| f(x, piece.value(row as usize))),
    }
}

/// X'X of the centred columns, the upper triangle by columns.
pub(super) struct Gram {
    columns: Vec<Vec<f64>>,
}

impl Gram {
    pub(super) fn of(columns: &[ModelColumn], moments: &Moments, rows: &[u32]) -> Self {
        let p = columns.len();
        let mut gram: Vec<Vec<f64>> = (0..p).map(|column| vec![0.0; column + 1]).collect();
        let mut blocks = vec![vec![0.0; BLOCK]; p];
        for chunk in rows.chunks(BLOCK) {
            for (at, (column, block)) in columns.iter().zip(&mut blocks).enumerate() {
                fill(column, chunk, moments.centre(at), &mut block[..chunk.len()]);
            }
            for (j, column) in gram.iter_mut().enumerate() {
                for (i, entry) in column.iter_mut().enumerate() {
                    *entry += dot(&blocks[i][..chunk.len()], &blocks[j][..chunk.len()]);
                }
            }
        }
        Self { columns: gram }
    }

    /// Whether every column has a remainder, given the earlier ones, that is beyond doubt of its norm over all rows.
    pub(super) fn shows_full_rank(mut self, spread: impl Fn(usize) -> f64, size: impl Fn(usize) -> f64) -> bool {
        for j in 0..self.columns.len() {
            let (before, rest) = self.columns.split_at_mut(j);
            let column = &mut rest[0];
            for i in 0..j {
                let inner: f64 = before[i][..i].iter().zip(&column[..i]).map(|(a, b)| a * b).sum();
                column[i] = (column[i] - inner) / before[i][i];
            }
            let pivot = column[j] - column[..j].iter().map(|x| x * x).sum::<f64>();
            // A constant column next to an intercept has no spread, only rounding, so its size counts too.
            let floor = (DOUBTFUL * spread(j)).max(1e-20 * size(j) * size(j));
            if pivot.is_nan() || pivot <= floor {
                return false;
            }
            column[j] = libm::sqrt(pivot);
        }
        true
    }
}

/// The inner product, in four lanes.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 4];
    let ((a4, a1), (b4, b1)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    for (x, y) in a4.iter().zip(b4) {
        for lane in 0..4 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    lanes.iter().sum::<f64>() + a1.iter().zip(b1).map(|(x, y)| x * y).sum::<f64>()
}
