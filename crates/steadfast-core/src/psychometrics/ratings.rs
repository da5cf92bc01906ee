//! A table of numbers: persons by items, or subjects by raters.

use crate::error::{Error, Result};

/// Rows of `k` numbers, complete: what is rated is a row, who or what rates it a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratings {
    k: usize,
    /// Row by row.
    values: Vec<f64>,
    n_incomplete: usize,
}

/// The mean squares of a two-way layout with one number a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct MeanSquares {
    /// Between rows.
    pub(super) rows: f64,
    /// Between columns.
    pub(super) columns: f64,
    /// Of what rows and columns leave.
    pub(super) residual: f64,
    /// Within rows.
    pub(super) within: f64,
}

impl Ratings {
    /// The rows of `values`, which stand row by row, that hold `k` numbers; a row with NaN in it is counted and left out.
    ///
    /// # Errors
    /// `unequal_lengths` when the values are no rows of `k`; `non_finite` for an infinite value; `too_few_items` for fewer than two
    /// columns; `too_few_rows` for fewer than two complete rows.
    pub fn complete(k: usize, values: &[f64]) -> Result<Self> {
        if k < 2 {
            return Err(Error::data("too_few_items", "two columns are needed at least"));
        }
        if !values.len().is_multiple_of(k) {
            return Err(Error::usage("unequal_lengths", format!("the values are no rows of {k}")));
        }
        if let Some(at) = values.iter().position(|value| value.is_infinite()) {
            return Err(Error::data("non_finite", format!("row {} holds an infinite value", at / k + 1)));
        }
        let mut kept = Vec::with_capacity(values.len());
        for row in values.chunks_exact(k).filter(|row| row.iter().all(|value| !value.is_nan())) {
            kept.extend_from_slice(row);
        }
        let n_incomplete = (values.len() - kept.len()) / k;
        let ratings = Self { k, values: kept, n_incomplete };
        if ratings.n() < 2 {
            return Err(Error::data("too_few_rows", "two complete rows are needed at least"));
        }
        Ok(ratings)
    }

    /// The number of complete rows.
    pub fn n(&self) -> usize {
        self.values.len() / self.k
    }

    /// The number of columns.
    pub fn k(&self) -> usize {
        self.k
    }

    /// The rows left out because a number is missing.
    pub fn n_incomplete(&self) -> usize {
        self.n_incomplete
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.k)
    }

    /// The rows in an order that depends on their content alone, so that sums do not depend on the order of the data.
    pub(super) fn sorted_rows(&self) -> Vec<&[f64]> {
        let mut rows: Vec<&[f64]> = self.rows().collect();
        rows.sort_by(|a, b| compare(a, b));
        rows
    }

    /// The analysis of variance by rows and columns.
    pub(super) fn mean_squares(&self) -> MeanSquares {
        let (n, k) = (self.n() as f64, self.k as f64);
        let rows = self.sorted_rows();
        let grand = rows.iter().map(|row| row.iter().sum::<f64>()).sum::<f64>() / (n * k);
        let square = |x: f64| x * x;
        let column = |j: usize| rows.iter().map(|row| row[j] - grand).sum::<f64>() / n;
        let columns: Vec<f64> = (0..self.k).map(column).collect();
        let (mut between, mut within, mut residual) = (0.0, 0.0, 0.0);
        for row in &rows {
            let mean = row.iter().map(|value| value - grand).sum::<f64>() / k;
            between += k * square(mean);
            for (value, column) in row.iter().zip(&columns) {
                within += square(value - grand - mean);
                residual += square(value - grand - mean - column);
            }
        }
        MeanSquares {
            rows: between / (n - 1.0),
            columns: n * columns.iter().copied().map(square).sum::<f64>() / (k - 1.0),
            residual: residual / ((n - 1.0) * (k - 1.0)),
            within: within / (n * (k - 1.0)),
        }
    }
}

/// Lexicographic order of rows.
pub(super) fn compare(a: &[f64], b: &[f64]) -> std::cmp::Ordering {
    let differing = a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|order| order.is_ne());
    differing.unwrap_or(std::cmp::Ordering::Equal)
}
