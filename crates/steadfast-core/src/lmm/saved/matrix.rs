//! Matrices as lists of rows: `[[1.0, 0.5], [0.5, 2.0]]`. Also for `#[serde(with = "matrix")]`.

use nalgebra::DMatrix;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};

/// A matrix that is written as the list of its rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::lmm) struct Matrix(
    #[serde(serialize_with = "serialize", deserialize_with = "deserialize")] pub(in crate::lmm) DMatrix<f64>,
);

pub(in crate::lmm) fn serialize<S: Serializer>(matrix: &DMatrix<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(matrix.row_iter().map(|row| row.iter().copied().collect::<Vec<f64>>()))
}

pub(in crate::lmm) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DMatrix<f64>, D::Error> {
    let rows = Vec::<Vec<f64>>::deserialize(deserializer)?;
    let columns = rows.first().map_or(0, Vec::len);
    if rows.iter().any(|row| row.len() != columns) {
        return Err(D::Error::custom("the rows of a matrix differ in length"));
    }
    Ok(DMatrix::from_fn(rows.len(), columns, |i, j| rows[i][j]))
}
