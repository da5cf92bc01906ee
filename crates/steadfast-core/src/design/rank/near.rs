//! Interactions of variables that are far from zero, brought near it.
//!
//! With time as a calendar year in nanoseconds, arm:time is arm times a constant but for its last digits, and would
//! count as determined by arm. With x − c in the place of x the columns span the same space from left to right, as
//! long as the columns that x − c needs stand before.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::super::centred::{centrable, range, subsets, without};
use super::super::column::{ModelColumn, Piece};
use super::Rank;

/// A variable is far from zero when its mid-range is this many times half its range: fewer lose no digits that matter.
const FAR: f64 = 8.0;

/// The columns near zero.
pub(super) struct Near {
    pub(super) columns: Vec<ModelColumn>,
    /// Each as a combination of the columns as they are: near_j = Σ_i back_ij column_i.
    pub(super) back: DMatrix<f64>,
}

/// The columns with far variables of interactions centred; `None` where there is nothing to centre.
pub(super) fn near(columns: &[ModelColumn], rows: &[u32]) -> Option<Near> {
    let far = far_pieces(columns, rows);
    if far.is_empty() {
        return None;
    }
    let replacement = |piece: &Piece| far.iter().find(|(known, _, _)| known.same(piece));
    let mut back = DMatrix::zeros(columns.len(), columns.len());
    let mut near = Vec::with_capacity(columns.len());
    for (j, column) in columns.iter().enumerate() {
        let movable = centrable(columns, column);
        let moved = column.pieces.iter().enumerate().fold(0, |set, (i, piece)| {
            if movable & (1 << i) != 0 && replacement(piece).is_some() { set | (1 << i) } else { set }
        });
        let pieces = column.pieces.iter().enumerate().map(|(i, piece)| match replacement(piece) {
            Some((_, _, centred)) if moved & (1 << i) != 0 => centred.clone(),
            _ => piece.clone(),
        });
        near.push(ModelColumn { name: column.name.clone(), pieces: pieces.collect() });
        for removed in subsets(moved) {
            let taken = column.pieces.iter().enumerate().filter(|(i, _)| removed & (1 << i) != 0);
            let factor = taken.fold(1.0, |product, (_, piece)| {
                replacement(piece).map_or(product, |(_, centre, _)| -centre * product)
            });
            if let Some(at) = without(columns, column, removed) {
                back[(at, j)] += factor;
            }
        }
    }
    Some(Near { columns: near, back })
}

/// The far numeric pieces of interactions, with their centres and their centred values.
fn far_pieces(columns: &[ModelColumn], rows: &[u32]) -> Vec<(Piece, f64, Piece)> {
    let mut seen: Vec<Piece> = Vec::new();
    let mut far = Vec::new();
    for piece in columns.iter().filter(|column| column.pieces.len() > 1).flat_map(|column| &column.pieces) {
        let Piece::Numeric(values) = piece else { continue };
        if seen.iter().any(|known| known.same(piece)) {
            continue;
        }
        seen.push(piece.clone());
        let (low, high) = range(rows, |row| values[row]);
        let centre = 0.5 * low + 0.5 * high;
        if centre.abs() > FAR * (high - centre) {
            let centred = Arc::new(values.iter().map(|x| x - centre).collect());
            far.push((piece.clone(), centre, Piece::Numeric(centred)));
        }
    }
    far
}

impl Near {
    /// The rank of the near columns as that of the columns themselves.
    pub(super) fn translated(&self, rank: Rank) -> Rank {
        let mut resolved: Vec<(usize, Vec<f64>)> = Vec::new();
        for (alias, on_kept) in &rank.aliases {
            // near_a = Σ c_k near_k, and near_a is column_a plus columns before it.
            let mut on_all = -self.back.column(*alias);
            on_all[*alias] += 1.0;
            for (coefficient, &kept) in on_kept.iter().zip(&rank.kept) {
                on_all += self.back.column(kept) * *coefficient;
            }
            let direct: Vec<f64> = rank.kept.iter().map(|&kept| on_all[kept]).collect();
            let through = resolved.iter().fold(direct, |mut sum, (earlier, theirs)| {
                sum.iter_mut().zip(theirs).for_each(|(own, c)| *own += on_all[*earlier] * c);
                sum
            });
            resolved.push((*alias, through));
        }
        Rank { kept: rank.kept, aliases: resolved }
    }
}
