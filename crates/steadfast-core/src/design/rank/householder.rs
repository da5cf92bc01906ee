//! The triangular factor of X by Householder reflections, block of rows after block of rows.

use super::super::column::ModelColumn;
use super::gram::{Moments, dot, fill};

/// R of X = QR for the centred columns: column j of R has the length of column j of X and its angles to the others.
pub(super) struct Triangle {
    pub(super) columns: Vec<Vec<f64>>,
}

/// Rows that are reflected at a time, below the p rows of the triangle so far.
const ROWS: usize = 1_024;

pub(super) fn triangulate(columns: &[ModelColumn], moments: &Moments, rows: &[u32]) -> Triangle {
    let p = columns.len();
    // Each column holds its p rows of the triangle, then the block.
    let mut work = vec![vec![0.0; p + ROWS]; p];
    for chunk in rows.chunks(ROWS) {
        for (at, (column, values)) in columns.iter().zip(&mut work).enumerate() {
            fill(column, chunk, moments.centre(at), &mut values[p..p + chunk.len()]);
            values[p + chunk.len()..].fill(0.0);
        }
        for step in 0..p {
            reflect(&mut work, p, step);
        }
    }
    for values in &mut work {
        values.truncate(p);
    }
    Triangle { columns: work }
}

/// Reflects the block into row `step` of the triangle: rows `step + 1..p` of it take no part, since the triangle has
/// zeros there.
fn reflect(work: &mut [Vec<f64>], p: usize, step: usize) {
    let (head, tail) = work.split_at_mut(step + 1);
    let pivot = &mut head[step];
    let below = dot(&pivot[p..], &pivot[p..]);
    if below <= 0.0 {
        return;
    }
    let top = pivot[step];
    let norm = libm::sqrt(top * top + below);
    // Away from the sign of the diagonal, so that nothing cancels.
    let diagonal = if top > 0.0 { -norm } else { norm };
    let first = top - diagonal;
    let scale = 2.0 / (first * first + below);
    for other in tail {
        let share = scale * (first * other[step] + dot(&pivot[p..], &other[p..]));
        other[step] -= share * first;
        other[p..].iter_mut().zip(&pivot[p..]).for_each(|(x, v)| *x -= share * v);
    }
    pivot[step] = diagonal;
}
