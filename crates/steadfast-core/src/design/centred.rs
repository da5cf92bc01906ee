//! Columns centred and scaled inside the engine, with the exact way back.
//!
//! Coding time as a calendar year, or measuring it in seconds, makes X'V⁻¹X nearly singular although the model is the
//! same. Each numeric piece x of a column is replaced by x − c wherever the columns that x − c needs (the same
//! product without x) are in the model too, and each column is multiplied by a power of two. Then X = X̃ M⁻¹ and
//! β = M β̃ with a known M: nothing is approximated.

use nalgebra::DMatrix;

use super::column::{ModelColumn, Piece};

/// One column of X̃: scale · Π (piece − centre).
#[derive(Debug, Clone)]
struct CentredColumn {
    pieces: Vec<(Piece, f64)>,
    scale: f64,
}

/// The columns X̃ and the matrix M with β = M β̃.
#[derive(Debug, Clone)]
pub(crate) struct CentredColumns {
    columns: Vec<CentredColumn>,
    /// The inverse of the triangular factor by which nearly dependent columns were made orthogonal, where they were.
    orthogonal: Option<DMatrix<f64>>,
    /// M, p × p.
    pub(crate) to_user: DMatrix<f64>,
    /// log|det M|.
    pub(crate) log_det: f64,
}

/// What may be done to the columns without changing the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freedom {
    /// Any invertible combination: fixed effects, unstructured random effects.
    Combine,
    /// A scale for each column: independent random effects.
    Scale,
    /// Nothing.
    Fixed,
}

/// (smallest, largest) of `value` over `rows`, whatever their order.
pub(crate) fn range(rows: &[u32], value: impl Fn(usize) -> f64) -> (f64, f64) {
    rows.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &row| {
        let x = value(row as usize);
        (low.min(x), high.max(x))
    })
}

/// The power of two that brings `size` to between ½ and 1; multiplying by it is exact.
pub(crate) fn power_of_two_scale(size: f64) -> f64 {
    if size > 0.0 && size.is_finite() { libm::ldexp(1.0, -libm::frexp(size).1) } else { 1.0 }
}

/// The column that is left of `column` when the pieces at `removed` (a bit set) are taken out.
pub(super) fn without(columns: &[ModelColumn], column: &ModelColumn, removed: usize) -> Option<usize> {
    let kept: Vec<&Piece> =
        column.pieces.iter().enumerate().filter(|(i, _)| removed & (1 << i) == 0).map(|(_, piece)| piece).collect();
    columns.iter().position(|candidate| {
        candidate.pieces.len() == kept.len()
            && kept.iter().all(|piece| candidate.pieces.iter().any(|other| other.same(piece)))
    })
}

/// The pieces of `column` that may be centred, as a bit set: all numeric ones or none.
pub(super) fn centrable(columns: &[ModelColumn], column: &ModelColumn) -> usize {
    let numeric = column
        .pieces
        .iter()
        .enumerate()
        .fold(0usize, |set, (i, piece)| if matches!(piece, Piece::Numeric(_)) { set | (1 << i) } else { set });
    let all_present = subsets(numeric).all(|removed| without(columns, column, removed).is_some());
    if all_present { numeric } else { 0 }
}

/// The subsets of a bit set, the set itself included.
pub(super) fn subsets(set: usize) -> impl Iterator<Item = usize> {
    let mut next = Some(set);
    std::iter::from_fn(move || {
        let current = next?;
        next = (current != 0).then(|| (current - 1) & set);
        Some(current)
    })
}

impl CentredColumns {
    /// The columns centred and scaled over `rows` of the frame, as far as `freedom` allows.
    pub(crate) fn new(columns: &[ModelColumn], rows: &[u32], freedom: Freedom) -> Self {
        let p = columns.len();
        let mut centres: Vec<(Piece, f64)> = Vec::new();
        let mut centre_of = |piece: &Piece| match centres.iter().find(|(known, _)| known.same(piece)) {
            Some((_, centre)) => *centre,
            None => {
                let (low, high) = range(rows, |row| piece.value(row));
                let centre = 0.5 * low + 0.5 * high;
                centres.push((piece.clone(), centre));
                centre
            }
        };
        let mut centred = Vec::with_capacity(p);
        let mut to_user = DMatrix::zeros(p, p);
        let mut log_det = 0.0;
        for (j, column) in columns.iter().enumerate() {
            let movable = if freedom == Freedom::Combine { centrable(columns, column) } else { 0 };
            let pieces: Vec<(Piece, f64)> = (column.pieces.iter().enumerate())
                .map(|(i, piece)| (piece.clone(), if movable & (1 << i) != 0 { centre_of(piece) } else { 0.0 }))
                .collect();
            let mut new = CentredColumn { pieces, scale: 1.0 };
            if freedom != Freedom::Fixed {
                let (low, high) = range(rows, |row| new.value(row));
                new.scale = power_of_two_scale(low.abs().max(high.abs()));
            }
            for removed in subsets(movable) {
                let factor = (new.pieces.iter().enumerate())
                    .filter(|(i, _)| removed & (1 << i) != 0)
                    .fold(new.scale, |product, (_, (_, centre))| -centre * product);
                if let Some(at) = without(columns, column, removed) {
                    to_user[(at, j)] += factor;
                }
            }
            log_det += libm::log(new.scale);
            centred.push(new);
        }
        Self { columns: centred, orthogonal: None, to_user, log_det }
    }

    /// The number of columns.
    pub(crate) fn len(&self) -> usize {
        self.columns.len()
    }

    /// The columns X̃R⁻¹ for the upper triangular factor R of their cross-products; false, and unchanged, where R is
    /// singular. Rows divided by R are orthogonal to the accuracy that R had, and a second R mends the rest (the
    /// Cholesky QR of Yamamoto and others 2015).
    pub(crate) fn orthogonalise(&mut self, factor: &DMatrix<f64>) -> bool {
        let Some(inverse) = factor.clone().try_inverse() else { return false };
        self.log_det -= factor.diagonal().iter().fold(0.0, |sum, pivot| sum + libm::log(pivot.abs()));
        self.to_user = &self.to_user * &inverse;
        self.orthogonal = Some(match self.orthogonal.take() {
            Some(first) => first * inverse,
            None => inverse,
        });
        true
    }

    /// The columns at `rows` of the frame, multiplied by `weight` of each, into `out`, whose rows are `stride` long.
    pub(crate) fn fill(&self, rows: &[u32], weight: impl Fn(usize) -> f64, out: &mut [f64], stride: usize) {
        for (c, column) in self.columns.iter().enumerate() {
            for (i, &row) in rows.iter().enumerate() {
                out[i * stride + c] = weight(row as usize) * column.value(row as usize);
            }
        }
        if let Some(inverse) = &self.orthogonal {
            for line in out.chunks_mut(stride).take(rows.len()) {
                // Upper triangular: from the last column on, each needs only columns that are still as they were.
                for c in (0..self.columns.len()).rev() {
                    line[c] = (0..=c).fold(0.0, |sum, k| sum + line[k] * inverse[(k, c)]);
                }
            }
        }
    }

    /// The value of column `c` at `row`.
    #[inline]
    pub(crate) fn value(&self, c: usize, row: usize) -> f64 {
        self.columns[c].value(row)
    }
}

impl CentredColumn {
    #[inline]
    fn value(&self, row: usize) -> f64 {
        self.pieces.iter().fold(self.scale, |product, (piece, centre)| product * (piece.value(row) - centre))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn the_centred_columns_times_the_inverse_map_are_the_columns() {
        let x = Piece::Numeric(Arc::new(vec![1990.0, 1991.0, 1995.0, 2000.0]));
        let z = Piece::Numeric(Arc::new(vec![-3.0, 5.0, 1.0, 7.0]));
        let arm = Piece::Coded { codes: Arc::new(vec![0, 1, 1, 0]), values: Arc::new(vec![0.0, 1.0]) };
        let column = |pieces: Vec<Piece>| ModelColumn { name: String::new(), pieces };
        let columns = [
            column(vec![]),
            column(vec![x.clone()]),
            column(vec![z.clone()]),
            column(vec![arm.clone()]),
            column(vec![x.clone(), z.clone()]),
            column(vec![arm, x]),
        ];
        let rows = [0, 1, 2, 3];
        let centred = CentredColumns::new(&columns, &rows, Freedom::Combine);
        let mut tilde = vec![0.0; 4 * 6];
        centred.fill(&rows, |_| 1.0, &mut tilde, 6);
        let user = DMatrix::from_fn(4, 6, |i, j| columns[j].value(i));
        let difference = (DMatrix::from_row_slice(4, 6, &tilde) - user * &centred.to_user).abs().max();
        assert!(difference < 1e-12, "{difference}");
        assert!(tilde.iter().all(|v| v.abs() <= 1.0));
    }
}
