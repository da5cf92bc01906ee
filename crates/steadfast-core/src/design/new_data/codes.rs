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
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let unknown = |row: usize| {
        let message = format!("row {} of `{}` has a level that the model does not know", row + 1, columns.join(":"));
        Error::data("unknown_level", message)
    };
    let places = known_or_new(frame, columns, &labels)?.into_iter().enumerate();
    places.map(|(row, place)| place.map(|place| place as u32).ok_or_else(|| unknown(row))).collect()
}

/// As [`known`], with none where the combination is not among `labels`.
///
/// # Errors
/// `missing_value`; `unknown_column`.
pub(super) fn known_or_new(frame: &Frame, columns: &[String], labels: &[&str]) -> Result<Vec<Option<usize>>> {
    let factors = factors(frame, columns)?;
    let places: HashMap<&str, usize> = labels.iter().zip(0..).map(|(label, place)| (*label, place)).collect();
    let code = |row: usize| {
        let levels: Vec<&str> = factors.iter().map(|factor| factor.level(row).unwrap_or_default()).collect();
        places.get(levels.join(":").as_str()).copied()
    };
    Ok((0..frame.n_rows()).map(code).collect())
}
