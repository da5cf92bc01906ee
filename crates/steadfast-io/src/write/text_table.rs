//! Cells that are text already, written as a dictionary says that its file is: delimiter and encoding.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::read::{Encoding, Format, ReadOptions};

/// The bytes of a file of `format` that a reader with the same `options` reads back cell by cell; every one of `columns`
/// has a cell for each row. Lines end with LF; quotes stand where a reader needs them.
///
/// # Errors
/// `unwritable_format` unless the format is delimited text; `bad_delimiter`; `not_in_encoding` when a character does not
/// exist in the encoding; `unequal_lengths` when the columns do not make a table.
pub fn text_table(names: &[String], columns: &[Vec<String>], options: &ReadOptions, format: Format) -> Result<Vec<u8>> {
    let delimiter = match format.name() {
        "csv" => options.delimiter_or(b',')?,
        "tsv" => options.delimiter_or(b'\t')?,
        name => return Err(Error::usage("unwritable_format", format!("text is written as csv or tsv, not as {name}"))),
    };
    let rows = columns.first().map_or(0, Vec::len);
    if columns.len() != names.len() || columns.iter().any(|column| column.len() != rows) {
        return Err(Error::usage("unequal_lengths", "every column needs a name and a cell for each row"));
    }
    let mut text = String::new();
    push_row(&mut text, names.iter(), char::from(delimiter));
    for row in 0..rows {
        push_row(&mut text, columns.iter().map(|column| &column[row]), char::from(delimiter));
    }
    encoded(text, options.text_encoding())
}

fn push_row<'a>(text: &mut String, cells: impl ExactSizeIterator<Item = &'a String>, delimiter: char) {
    // An empty line would be no row.
    let alone = cells.len() == 1;
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(delimiter);
        }
        if (alone && cell.is_empty()) || cell.contains([delimiter, '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push('\n');
}

fn encoded(text: String, encoding: Encoding) -> Result<Vec<u8>> {
    match encoding {
        Encoding::Utf8 => Ok(text.into_bytes()),
        Encoding::Windows1252 => match encoding_rs::WINDOWS_1252.encode(&text) {
            (_, _, true) => Err(Error::usage("not_in_encoding", "a character does not exist in windows-1252")),
            (Cow::Borrowed(bytes), ..) => Ok(bytes.to_vec()),
            (Cow::Owned(bytes), ..) => Ok(bytes),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{DecimalMark, read_bytes};

    #[test]
    fn what_is_written_is_read_back_cell_by_cell() {
        let texts = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let names = texts(&["na;me", "größe"]);
        let columns = [texts(&["a\"b", "", "x\ny"]), texts(&["1,5", "€", "ü"])];
        let options =
            ReadOptions::new().delimiter(';').encoding(Encoding::Windows1252).decimal_mark(DecimalMark::Comma);
        let bytes = text_table(&names, &columns, &options, Format::CSV).unwrap();
        let raw = read_bytes("a.csv", bytes, &options).unwrap();
        assert_eq!(raw.names().collect::<Vec<_>>(), ["na;me", "größe"]);
        let read = raw.as_polars();
        for (j, column) in columns.iter().enumerate() {
            let cells = read.columns()[j].str().unwrap();
            for (row, cell) in column.iter().enumerate() {
                assert_eq!(cells.get(row), Some(cell.as_str()));
            }
        }
    }

    #[test]
    fn one_column_of_empty_cells_keeps_its_rows() {
        let columns = [vec![String::new(), "1".to_owned(), String::new()]];
        let bytes = text_table(&["x".to_owned()], &columns, &ReadOptions::new(), Format::CSV).unwrap();
        assert_eq!(read_bytes("a.csv", bytes, &ReadOptions::new()).unwrap().n_rows(), 3);
    }

    #[test]
    fn a_character_that_the_encoding_lacks_is_refused() {
        let options = ReadOptions::new().encoding(Encoding::Windows1252);
        let error = text_table(&["漢".to_owned()], &[vec![]], &options, Format::CSV).unwrap_err();
        assert_eq!(error.code(), "not_in_encoding");
        let error = text_table(&[], &[], &options, Format::PARQUET).unwrap_err();
        assert_eq!(error.code(), "unwritable_format");
    }
}
