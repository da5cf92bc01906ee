//! Columns centred and scaled inside the engine, with the exact way back.
//!
//! Coding time as a calendar year, or measuring it in seconds, makes X'V⁻¹X nearly singular although the model is the
//! same. Each numeric piece x of a column is replaced by x − c wherever the columns that x − c needs (the same
//! product without x) are in the model too, and each column is multiplied by a power of two. Then X = X̃ M⁻¹ and
//! β = M β̃ with a known M: nothing is approximated.

use std::sync::Arc;

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

/// The smallest and the largest value of each piece of each column, whatever rows they were seen in.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct PieceRanges(Vec<Vec<(f64, f64)>>);

impl PieceRanges {
    /// Those of `columns` over `rows`.
    pub(crate) fn of(columns: &[ModelColumn], rows: &[u32]) -> Self {
        let mut known: Vec<(&Piece, (f64, f64))> = Vec::new();
        let mut of_piece = |piece| match known.iter().find(|(other, _)| other.same(piece)) {
            Some((_, found)) => *found,
            None => {
                let found = range(rows, |row| piece.value(row));
                known.push((piece, found));
                found
            }
        };
        Self(columns.iter().map(|column| column.pieces.iter().map(&mut of_piece).collect()).collect())
    }

    /// Takes in the ranges of the same columns over other rows.
    pub(crate) fn merge(&mut self, other: &PieceRanges) {
        if self.0.is_empty() {
            self.0.clone_from(&other.0);
        }
        for (own, others) in self.0.iter_mut().flatten().zip(other.0.iter().flatten()) {
            *own = (own.0.min(others.0), own.1.max(others.1));
        }
    }

    /// Those of some of the columns.
    pub(crate) fn of_columns(&self, kept: &[usize]) -> Self {
        Self(kept.iter().map(|&column| self.0[column].clone()).collect())
    }
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
        let mut centres: Vec<(Piece, f64)> = Vec::new();
        let centre_of = |_, piece: &Piece| match centres.iter().find(|(known, _)| known.same(piece)) {
            Some((_, centre)) => *centre,
            None => {
                let (low, high) = range(rows, |row| piece.value(row));
                let centre = 0.5 * low + 0.5 * high;
                centres.push((piece.clone(), centre));
                centre
            }
        };
        let size_of = |_, column: &CentredColumn| {
            let (low, high) = range(rows, |row| column.value(row));
            low.abs().max(high.abs())
        };
        Self::made(columns, freedom, centre_of, size_of)
    }

    /// The columns centred and scaled by what is known of all rows, of which `columns` need not have any: a scale is then
    /// that of the largest product there could be.
    pub(crate) fn of_ranges(columns: &[ModelColumn], ranges: &PieceRanges, freedom: Freedom) -> Self {
        let centre_of = |(j, i): (usize, usize), _: &Piece| {
            let (low, high) = ranges.0[j][i];
            0.5 * low + 0.5 * high
        };
        let size_of = |j: usize, column: &CentredColumn| {
            let largest = |((_, centre), (low, high)): (&(Piece, f64), &(f64, f64))| {
                (low - centre).abs().max((high - centre).abs())
            };
            column.pieces.iter().zip(&ranges.0[j]).map(largest).product()
        };
        Self::made(columns, freedom, centre_of, size_of)
    }

    /// The columns with the centre of each piece at (column, place in its product), and the size of each column.
    fn made(
        columns: &[ModelColumn],
        freedom: Freedom,
        mut centre_of: impl FnMut((usize, usize), &Piece) -> f64,
        size_of: impl Fn(usize, &CentredColumn) -> f64,
    ) -> Self {
        let p = columns.len();
        let mut centred = Vec::with_capacity(p);
        let mut to_user = DMatrix::zeros(p, p);
        let mut log_det = 0.0;
        for (j, column) in columns.iter().enumerate() {
            let movable = if freedom == Freedom::Combine { centrable(columns, column) } else { 0 };
            let pieces: Vec<(Piece, f64)> = (column.pieces.iter().enumerate())
                .map(|(i, piece)| (piece.clone(), if movable & (1 << i) != 0 { centre_of((j, i), piece) } else { 0.0 }))
                .collect();
            let mut new = CentredColumn { pieces, scale: 1.0 };
            if freedom != Freedom::Fixed {
                new.scale = power_of_two_scale(size_of(j, &new));
            }
            for removed in subsets(movable) {
                let factor = (new.pieces.iter().enumerate())
                    .filter(|(i, _)| removed & (1 << i) != 0)
                    .fold(new.scale, |product, (_, (_, centre))| -centre * product);
                let at = if removed == 0 { Some(j) } else { without(columns, column, removed) };
                if let Some(at) = at {
                    to_user[(at, j)] += factor;
                }
            }
            log_det += libm::log(new.scale);
            centred.push(new);
        }
        Self { columns: centred, orthogonal: None, to_user, log_det }
    }

    /// The same centres and scales for `columns`, which are these over other rows.
    pub(crate) fn over(&self, columns: &[ModelColumn]) -> Self {
        let rebound = |(known, column): (&CentredColumn, &ModelColumn)| CentredColumn {
            pieces: (known.pieces.iter().zip(&column.pieces))
                .map(|((_, centre), piece)| (piece.clone(), *centre))
                .collect(),
            scale: known.scale,
        };
        Self { columns: self.columns.iter().zip(columns).map(rebound).collect(), ..self.clone() }
    }

    /// The columns as numbers over `rows`, before they were scaled.
    pub(crate) fn evaluated(&self, rows: &[u32]) -> Vec<ModelColumn> {
        let value = |column: &CentredColumn, row: &u32| column.value(*row as usize) / column.scale;
        let numbers = |column| Piece::Numeric(Arc::new(rows.iter().map(|row| value(column, row)).collect()));
        let named = |column| ModelColumn { name: String::new(), pieces: vec![numbers(column)] };
        self.columns.iter().map(named).collect()
    }

    /// M before the columns were scaled.
    pub(crate) fn unscaled_map(&self) -> DMatrix<f64> {
        DMatrix::from_fn(self.len(), self.len(), |i, j| self.to_user[(i, j)] / self.columns[j].scale)
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
