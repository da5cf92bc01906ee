//! The coded items of a score as a table, for coefficients of reliability.

use super::columns::Columns;
use super::form::Answer;
use super::request::Request;
use super::selection::{Selected, Selection};
use crate::error::Result;
use crate::frame::Frame;

/// The rows of a frame that answered every item of a score, as the items count (reversed and recoded).
#[derive(Debug, Clone, PartialEq)]
pub struct ItemRows {
    /// The number of items.
    pub n_items: usize,
    /// The rows of the frame that are complete, ascending.
    pub rows: Vec<u32>,
    /// What the items of each of these rows count, row by row.
    pub values: Vec<f64>,
    /// The rows that have the form.
    pub n_rows: usize,
}

/// The complete rows of the score `scale` of the form at `form` of `request`, which was scored before.
///
/// # Errors
/// `unknown_column` when a column of the request is not there.
pub fn item_rows(frame: &Frame, request: &Request, form: usize, scale: &str) -> Result<ItemRows> {
    let selection = Selection::of(frame, request)?;
    let (columns, _) = Columns::of(frame, request);
    let of = &request.forms[form];
    let output = of.outputs().position(|output| output.id() == scale).unwrap_or(0);
    let items: Vec<_> = of.items_of(output).into_iter().map(|place| &of.items()[place]).collect();
    let sources: Vec<_> = items.iter().map(|item| columns.get(&item.id)).collect();
    let mut found = ItemRows { n_items: items.len(), rows: Vec::new(), values: Vec::new(), n_rows: 0 };
    for row in (0..frame.n_rows()).filter(|&row| selection.rows[row] == Selected::Form(form)) {
        found.n_rows += 1;
        let coded: Option<Vec<f64>> = (items.iter().zip(&sources))
            .map(|(item, source)| match source.map(|source| source.answer(row)) {
                Some(Answer::Given(answer)) => Some(item.coded(answer)),
                _ => None,
            })
            .collect();
        if let Some(coded) = coded {
            found.rows.push(row as u32);
            found.values.extend(coded);
        }
    }
    Ok(found)
}
