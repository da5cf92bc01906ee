//! Which columns of X earlier ones determine.
//!
//! Columns are taken from left to right; a column is kept unless what earlier columns leave of it is at most
//! [`TOLERANCE`] of its norm, where norms are about the mean when the model has an intercept. So the choice depends
//! on the order of the columns alone, as in R's `lm`.
//!
//! Three ways lead there, each tried only where the one before left a doubt: a Cholesky factor of the cross-products
//! of a sample of rows (independent in some rows is independent in all), of the cross-products of all rows, and at
//! last an orthogonal triangulation of all rows, which loses no digits by squaring.

mod bounds;
mod gram;
mod householder;
mod near;

use std::sync::Arc;

use nalgebra::DMatrix;

use super::column::{ModelColumn, Piece};
use bounds::Bounds;
use gram::{Gram, Moments};
use near::Near;

/// The largest remainder, relative to the column's norm, that counts as nothing. R's `lm` takes the same: it is well
/// above what rounding leaves of a dependent column (about 1e-13) and below what any real covariate leaves.
const TOLERANCE: f64 = 1e-7;

/// Remainders below this share of a column's squared norm are not trusted to cross-products, whose rounding errors are
/// some 1e-14 of it.
const DOUBTFUL: f64 = 1e-8;

/// A column whose spread is below this share of its size is constant up to rounding (2⁻⁵² per value).
const CONSTANT: f64 = 1e-12;

/// The columns kept, and each column left out with its coefficients on the kept ones.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Rank {
    pub(super) kept: Vec<usize>,
    pub(super) aliases: Vec<(usize, Vec<f64>)>,
}

/// The rank of `columns` over `rows`; `intercept` says that the first column is one.
pub(super) fn of(columns: &[ModelColumn], intercept: bool, rows: &[u32]) -> Rank {
    match near::near(columns, rows) {
        Some(near) => near.translated(of_near(&near.columns, intercept, rows)),
        None => of_near(columns, intercept, rows),
    }
}

/// The triangular factor of `columns` over `rows`: one vector a column, with its length and its angles to the others.
pub(crate) fn triangle(columns: &[ModelColumn], rows: &[u32]) -> Vec<Vec<f64>> {
    householder::triangulate(columns, &Moments::of(columns, false, rows), rows).columns
}

/// Columns of numbers.
pub(crate) fn columns_of(numbers: &[Vec<f64>]) -> Vec<ModelColumn> {
    let column =
        |values: &Vec<f64>| ModelColumn { name: String::new(), pieces: vec![Piece::Numeric(Arc::new(values.clone()))] };
    numbers.iter().map(column).collect()
}

/// The rank of columns of which `triangle` holds the triangular factor of combinations, each determined by the columns up to
/// it: combination j is Σ_i back_ij column_i, with back_jj = 1.
pub(super) fn of_triangle(triangle: &[Vec<f64>], back: DMatrix<f64>) -> Rank {
    let near = Near { columns: columns_of(triangle), back };
    let rows: Vec<u32> = (0..triangle.len() as u32).collect();
    near.translated(of_near(&near.columns, false, &rows))
}

fn of_near(columns: &[ModelColumn], intercept: bool, rows: &[u32]) -> Rank {
    let all_kept = Rank { kept: (0..columns.len()).collect(), aliases: Vec::new() };
    // Enough rows to show independence as a rule, few enough to cost nothing beside one pass over all of them.
    let sample = (8 * columns.len()).max(4_096);
    if sample < rows.len() / 4 {
        let some = scattered(rows, rows.len() / sample);
        let bounds = Bounds::of(columns, intercept, rows.len());
        let gram = Gram::of(columns, &Moments::of(columns, intercept, &some), &some);
        if gram.shows_full_rank(|column| bounds.spread(column), |column| bounds.size(column)) {
            return all_kept;
        }
    }
    let moments = Moments::of(columns, intercept, rows);
    let gram = Gram::of(columns, &moments, rows);
    if gram.shows_full_rank(|column| moments.spread(column), |column| moments.size(column)) {
        return all_kept;
    }
    select(&householder::triangulate(columns, &moments, rows), &moments)
}

/// One row from each stretch of `stride` rows, not always the same one: data repeat themselves with the visits, and a
/// fixed step could meet one visit only.
fn scattered(rows: &[u32], stride: usize) -> Vec<u32> {
    // Knuth's multiplicative hash: the upper bits of k times 2³² over the golden ratio.
    let offset = |k: usize| ((k as u64).wrapping_mul(2_654_435_769) % (1 << 32)) * stride as u64 / (1 << 32);
    (0..rows.len() / stride).map(|k| rows[k * stride + offset(k) as usize]).collect()
}

/// Chooses columns by the triangular factor, which has their lengths and angles.
fn select(triangle: &householder::Triangle, moments: &Moments) -> Rank {
    let p = triangle.columns.len();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    // Each basis vector as a combination of the kept columns, so that aliases can be written on those.
    let mut combinations: Vec<Vec<f64>> = Vec::new();
    let mut rank = Rank::default();
    let mut found: Vec<(usize, Vec<f64>)> = Vec::new();
    for column in 0..p {
        let mut rest = triangle.columns[column].clone();
        let mut on_kept = vec![0.0; rank.kept.len()];
        let norm = length(&rest);
        // Twice, so that rounding in the first pass is taken out by the second.
        for _ in 0..2 {
            for (direction, combination) in basis.iter().zip(&combinations) {
                let share: f64 = direction.iter().zip(&rest).map(|(a, b)| a * b).sum();
                rest.iter_mut().zip(direction).for_each(|(x, d)| *x -= share * d);
                on_kept.iter_mut().zip(combination).for_each(|(c, k)| *c += share * k);
            }
        }
        let remainder = length(&rest);
        if remainder <= TOLERANCE * norm || remainder <= CONSTANT * moments.size(column) {
            found.push((column, on_kept));
            continue;
        }
        let mut combination: Vec<f64> = on_kept.iter().map(|c| -c / remainder).collect();
        combination.push(remainder.recip());
        basis.push(rest.iter().map(|x| x / remainder).collect());
        combinations.push(combination);
        rank.kept.push(column);
    }
    let complete = |(column, on_kept): (usize, Vec<f64>)| (column, moments.uncentred(column, on_kept, &rank.kept));
    rank.aliases = found.into_iter().map(complete).collect();
    rank
}

fn length(vector: &[f64]) -> f64 {
    libm::sqrt(vector.iter().map(|x| x * x).sum())
}

#[cfg(test)]
mod tests;
