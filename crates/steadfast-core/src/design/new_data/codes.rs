//! Codes for the combinations of columns that new rows have.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::frame::{Factor, Frame};

/// The levels of each of `columns`, every row having one.
fn factors(frame: &Frame, columns: &[String]) -> Result<Vec<Factor>> {
    let factor = |name: &String| {
        let column = frame.column(name)?;
        match (0..frame.n_rows()).find(|&row| !column.is_observed(row)) {
            None => Ok(column.to_factor()),
            Some(row) => Err(Error::data("missing_value", format!("column `{name}` has no value in row {}", row + 1))),
        }
    };
    columns.iter().map(factor).collect()
}

/// A code for each row, equal where the rows agree in all of `columns`, numbered as they appear.
///
/// # Errors
/// `missing_value` with column and row; `unknown_column`.
pub(super) fn distinct(frame: &Frame, columns: &[String]) -> Result<Vec<u32>> {
    let factors = factors(frame, columns)?;
    let mut seen: HashMap<Vec<u32>, u32> = HashMap::new();
    let mut code = |row: usize| {
        let key = factors.iter().map(|factor| factor.codes()[row]).collect();
        let next = seen.len() as u32;
        *seen.entry(key).or_insert(next)
    };
    Ok((0..frame.n_rows()).map(&mut code).collect())
}

/// For each row the place among `labels` of its combination of `columns`, levels joined by `:`.
///
/// # Errors
/// `unknown_level` with the row; `missing_value`; `unknown_column`.
pub(super) fn known(frame: &Frame, columns: &[String], labels: &[String]) -> Result<Vec<u32>> {
    let code = |(row, place): (usize, Option<u32>)| {
        place.ok_or_else(|| {
            let message =
                format!("row {} of `{}` has a level that the model does not know", row + 1, columns.join(":"));
            Error::data("unknown_level", message)
        })
    };
    places(frame, columns, labels)?.into_iter().enumerate().map(code).collect()
}

/// As [`known`], none for a combination that is not among the labels.
///
/// # Errors
/// `missing_value`; `unknown_column`.
pub(super) fn places(frame: &Frame, columns: &[String], labels: &[String]) -> Result<Vec<Option<u32>>> {
    let factors = factors(frame, columns)?;
    let places: HashMap<&str, u32> = labels.iter().zip(0..).map(|(label, place)| (label.as_str(), place)).collect();
    let code = |row: usize| {
        let levels: Vec<&str> = factors.iter().map(|factor| factor.level(row).unwrap_or_default()).collect();
        places.get(levels.join(":").as_str()).copied()
    };
    Ok((0..frame.n_rows()).map(code).collect())
}
