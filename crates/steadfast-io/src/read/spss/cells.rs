//! From batches of decoded rows to whole columns.

use arrow::array::{Array, Float64Array, StringViewArray};
use polars::prelude::{Column, IntoColumn, NamedFrom, PlSmallStr, Series};

use crate::error::{Error, Result};
use crate::read::arrow_types;

/// A column while its batches come.
pub(super) enum Gathered {
    /// Numbers, without those that SPSS calls system-missing.
    Numbers(Vec<Option<f64>>),
    /// Texts without trailing blanks; a blank one is no value.
    Texts(Vec<Option<String>>),
}

impl Gathered {
    pub(super) fn empty(is_text: bool) -> Self {
        if is_text { Self::Texts(Vec::new()) } else { Self::Numbers(Vec::new()) }
    }

    /// Adds the cells of one batch.
    pub(super) fn push(&mut self, file: &str, name: &str, batch: &dyn Array) -> Result<()> {
        match self {
            Self::Numbers(values) => {
                let numbers = batch.as_any().downcast_ref::<Float64Array>().ok_or_else(|| unexpected(file, name))?;
                values.extend(numbers.iter());
            }
            Self::Texts(values) => {
                let texts = batch.as_any().downcast_ref::<StringViewArray>().ok_or_else(|| unexpected(file, name))?;
                for text in texts {
                    let text = text.map(str::trim_end).filter(|text| !text.is_empty());
                    // The decoder puts this character where it could not decode.
                    if text.is_some_and(|text| text.contains(char::REPLACEMENT_CHARACTER)) {
                        return Err(not_in_encoding(file, name));
                    }
                    values.push(text.map(str::to_owned));
                }
            }
        }
        Ok(())
    }
}

/// The error of a text that was not written in the encoding that the file declares.
pub(super) fn not_in_encoding(file: &str, column: &str) -> Error {
    let message = format!("`{file}` column `{column}` has text that is not in the encoding which the file declares");
    Error::data("not_in_encoding", message)
}

fn unexpected(file: &str, name: &str) -> Error {
    arrow_types::damaged(file, format!("column `{name}` is neither of numbers nor of text"))
}

/// A column of text.
pub(super) fn text_column(name: &str, values: Vec<Option<String>>) -> Column {
    Series::new(PlSmallStr::from(name), values).into_column()
}
