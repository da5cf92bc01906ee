//! Operands copied into the order in which the tile reads them.

use super::matrix::Matrix;
use super::tile::COLUMNS;

/// The rows `rows` of A, padded with zeros to `height`: one run of `height` numbers a column of A.
pub(super) fn left(a: Matrix<'_>, height: usize, packed: &mut [f64]) {
    for (k, column) in packed.chunks_exact_mut(height).take(a.cols).enumerate() {
        let (taken, padding) = column.split_at_mut(a.rows);
        if a.down == 1 {
            taken.copy_from_slice(&a.data[k * a.across..][..a.rows]);
        } else {
            for (i, x) in taken.iter_mut().enumerate() {
                *x = a.at(i, k);
            }
        }
        padding.fill(0.0);
    }
}

/// `sign` · B in groups of `COLUMNS` columns, padded with zeros: within a group, one run a row of B.
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
