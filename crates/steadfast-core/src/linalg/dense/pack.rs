//! Operands copied into the order in which the tile reads them.

use pulp::Simd;

use super::matrix::Matrix;
use super::tile::COLUMNS;

/// A, padded with zeros to `height` rows, a whole number of vectors: one run of `height` numbers a column of A.
#[inline(always)]
pub(super) fn left<S: Simd>(simd: S, a: Matrix<'_>, height: usize, packed: &mut [f64]) {
    if a.down != 1 {
        return left_transposed(a, height, packed);
    }
    for (k, column) in packed.chunks_exact_mut(height).take(a.cols).enumerate() {
        let (vectors, rest) = S::as_simd_f64s(&a.data[k * a.across..][..a.rows]);
        let (packed, _) = S::as_mut_simd_f64s(column);
        for (to, &from) in packed.iter_mut().zip(vectors) {
            *to = from;
        }
        if let Some(last) = packed.get_mut(vectors.len()) {
            *last = simd.partial_load_f64s(rest);
        }
    }
}

/// The same where the rows of A, not its columns, are contiguous.
fn left_transposed(a: Matrix<'_>, height: usize, packed: &mut [f64]) {
    for (k, column) in packed.chunks_exact_mut(height).take(a.cols).enumerate() {
        let (taken, padding) = column.split_at_mut(a.rows);
        for (x, row) in taken.iter_mut().zip(a.data.chunks(a.down)) {
            *x = row[k];
        }
        padding.fill(0.0);
    }
}

/// `sign` · B in groups of `COLUMNS` columns, padded with zeros: within a group, one run a row of B.
#[inline(always)]
pub(super) fn right(b: Matrix<'_>, sign: f64, packed: &mut Vec<f64>) {
    packed.clear();
    for first in (0..b.cols).step_by(COLUMNS) {
        let width = COLUMNS.min(b.cols - first);
        let group = b.block(0, first, b.rows, width);
        if width < COLUMNS {
            for k in 0..b.rows {
                packed.extend((0..COLUMNS).map(|j| if j < width { sign * group.at(k, j) } else { 0.0 }));
            }
        } else if b.across == 1 {
            for k in 0..b.rows {
                packed.extend(group.data[k * b.down..][..COLUMNS].iter().map(|x| sign * x));
            }
        } else {
            let columns: [&[f64]; COLUMNS] = std::array::from_fn(|j| &group.data[j * b.across..][..b.rows]);
            for k in 0..b.rows {
                packed.extend(columns.map(|column| sign * column[k]));
            }
        }
    }
}
