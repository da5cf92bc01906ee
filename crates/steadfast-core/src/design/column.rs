//! A column of a design matrix, as the product that defines it and not as numbers in memory.

use std::sync::Arc;

/// One factor of the product that makes a column; it is indexed by the row of the frame.
#[derive(Debug, Clone)]
pub enum Piece {
    /// A numeric variable, shared with the frame where nothing was computed.
    Numeric(Arc<Vec<f64>>),
    /// A contrast column of a factor: `values[codes[row]]`, one value a level.
    Coded {
        /// The factor's code of each row.
        codes: Arc<Vec<u32>>,
        /// The contrast's value for each level.
        values: Arc<Vec<f64>>,
    },
}

impl Piece {
    /// The value at `row` of the frame.
    #[inline]
    pub fn value(&self, row: usize) -> f64 {
        match self {
            Piece::Numeric(values) => values[row],
            Piece::Coded { codes, values } => values[codes[row] as usize],
        }
    }

    /// Whether two pieces are the same variable: they share their memory.
    pub fn same(&self, other: &Piece) -> bool {
        match (self, other) {
            (Piece::Numeric(a), Piece::Numeric(b)) => Arc::ptr_eq(a, b),
            (Piece::Coded { codes: a, values: v }, Piece::Coded { codes: b, values: w }) => {
                Arc::ptr_eq(a, b) && (Arc::ptr_eq(v, w) || v == w)
            }
            _ => false,
        }
    }
}

/// A column of X or Z: the product of its pieces; the intercept has none.
#[derive(Debug, Clone)]
pub struct ModelColumn {
    /// The coefficient's name, such as `armNIM:visit15`.
    pub name: String,
    /// What is multiplied.
    pub pieces: Vec<Piece>,
}

impl ModelColumn {
    /// The value at `row` of the frame.
    #[inline]
    pub fn value(&self, row: usize) -> f64 {
        self.pieces.iter().map(|piece| piece.value(row)).product()
    }
}
