//! Comma- and tab-separated text, as text: what the fields mean is decided later.
//!
//! The scanner is our own because the reader of polars fills short rows with nulls and renames repeated columns
//! without a word; here both are findings with their row. The tests hold it against polars on well-formed files.

use polars::prelude::{Column, DataFrame, IntoColumn, StringChunkedBuilder};
use steadfast_core::findings::{Finding, Findings, Severity};

use super::decode::decode;
use super::options::ReadOptions;
use super::scan::{End, Fault, Scanner};
use super::{Contents, FileFormat, Format};
use crate::error::{Error, Result};

impl Format {
    /// Text with a header, fields separated by commas unless another delimiter is stated.
    pub const CSV: Format = Format(&Delimited { name: "csv", extensions: &["csv"], delimiter: b',' });
    /// Text with a header, fields separated by tabs unless another delimiter is stated.
    pub const TSV: Format = Format(&Delimited { name: "tsv", extensions: &["tsv", "tab"], delimiter: b'\t' });
}

struct Delimited {
    name: &'static str,
    extensions: &'static [&'static str],
    delimiter: u8,
}

impl FileFormat for Delimited {
    fn name(&self) -> &'static str {
        self.name
    }

    fn extensions(&self) -> &'static [&'static str] {
        self.extensions
    }

    fn is_text(&self) -> bool {
        true
    }

    fn contents(&self, file: &str, bytes: Vec<u8>, options: &ReadOptions) -> Result<Contents> {
        columns(file, bytes, options, self.delimiter).map(Contents::bare)
    }
}

/// The columns of delimited text, as text.
pub(super) fn columns(file: &str, bytes: Vec<u8>, options: &ReadOptions, delimiter: u8) -> Result<DataFrame> {
    let delimiter = options.delimiter_or(delimiter)?;
    let text = decode(file, bytes, options.text_encoding(), delimiter)?;
    let mut table = Table::of(file, Scanner::new(text.as_bytes(), delimiter));
    table.header(text.len())?;
    table.rows()?;
    table.finish()
}

/// The names in the header, the first row of `text`, and how many bytes it takes.
///
/// # Errors
/// `malformed_table` with a finding for each unnamed or repeated column and each fault; none of a header whose last quote is
/// open, which is `None` where `text` may go on.
pub(crate) fn header(file: &str, text: &str, delimiter: u8, goes_on: bool) -> Result<Option<(Vec<String>, usize)>> {
    let mut table = Table::of(file, Scanner::new(text.as_bytes(), delimiter));
    match table.header(0) {
        Err(_) if goes_on && table.is_open => Ok(None),
        made => made.map(|()| Some((table.names, table.scanner.place()))),
    }
}

/// A table while it is being read, with everything that is wrong with it.
struct Table<'a> {
    file: &'a str,
    scanner: Scanner<'a>,
    columns: Vec<StringChunkedBuilder>,
    names: Vec<String>,
    findings: Findings,
    /// Whether the last fault was a quote that is never closed.
    is_open: bool,
}

impl<'a> Table<'a> {
    fn of(file: &'a str, scanner: Scanner<'a>) -> Self {
        Self { file, scanner, columns: Vec::new(), names: Vec::new(), findings: Findings::new(), is_open: false }
    }

    fn header(&mut self, bytes: usize) -> Result<()> {
        let mut scratch = Vec::new();
        loop {
            let (field, end) = match self.scanner.field(&mut scratch) {
                Ok(found) => found,
                Err(fault) => {
                    self.fault(None, fault);
                    return Err(self.malformed());
                }
            };
            self.names.push(text(field).to_owned());
            if end != End::Field {
                break;
            }
        }
        self.check_names();
        if !self.findings.is_empty() {
            return Err(self.malformed());
        }
        // Six bytes a field is a guess that seldom makes the columns grow more than twice.
        let rows = bytes / (6 * self.names.len());
        self.columns = self.names.iter().map(|name| StringChunkedBuilder::new(name.into(), rows)).collect();
        Ok(())
    }

    fn check_names(&mut self) {
        self.check_marks();
        for (index, name) in self.names.iter().enumerate() {
            let message = if name.is_empty() {
                (None, "unnamed_column", format!("column {} has no name", index + 1))
            } else if let Some(first) = self.names[..index].iter().position(|earlier| earlier == name) {
                let message = format!("columns {} and {} have the same name", first + 1, index + 1);
                (Some(name.clone()), "duplicate_column", message)
            } else {
                continue;
            };
            let (column, code, message) = message;
            self.findings.push(finding(self.file, None, column, code, message));
        }
    }

    /// Marks in the names that tell of another delimiter, or of another end of lines, than the one expected.
    fn check_marks(&mut self) {
        let message = if self.names.iter().any(|name| name.contains('\r') && !name.contains('\n')) {
            "lines end with CR alone; save the file with LF or CR LF".to_owned()
        } else if let [only] = self.names.as_slice()
            && let Some(other) = only.chars().find(|c| matches!(c, ',' | ';' | '\t' | '|'))
        {
            format!("the header is one column with {other:?} in its name: state the delimiter")
        } else {
            return;
        };
        self.findings.push(finding(self.file, None, None, "wrong_delimiter", message));
    }

    fn rows(&mut self) -> Result<()> {
        let mut scratch = Vec::new();
        let mut row = 0;
        let one_column = self.columns.len() == 1;
        while !self.scanner.at_end() && (one_column || !self.scanner.only_blank_lines_left()) {
            row += 1;
            let mut fields = 0;
            loop {
                let (field, end) = match self.scanner.field(&mut scratch) {
                    Ok(found) => found,
                    Err(fault) => {
                        // Where the grammar is broken nothing that follows can be trusted to be a row.
                        self.fault(Some(row), fault);
                        return Err(self.malformed());
                    }
                };
                if let Some(column) = self.columns.get_mut(fields) {
                    column.append_value(text(field));
                }
                fields += 1;
                if end != End::Field {
                    break;
                }
            }
            if fields != self.columns.len() {
                self.ragged(row, fields);
            }
        }
        Ok(())
    }

    fn ragged(&mut self, row: u64, fields: usize) {
        self.findings.push(ragged(self.file, row, fields, self.columns.len()));
    }

    fn fault(&mut self, row: Option<u64>, fault: Fault) {
        self.is_open = fault == Fault::UnclosedQuote;
        self.findings.push(broken(self.file, row, fault));
    }

    fn malformed(&mut self) -> Error {
        Error::findings("malformed_table", std::mem::take(&mut self.findings))
    }

    fn finish(mut self) -> Result<DataFrame> {
        if !self.findings.is_empty() {
            return Err(self.malformed());
        }
        let columns: Vec<Column> = self.columns.into_iter().map(|column| column.finish().into_column()).collect();
        DataFrame::new_infer_height(columns).map_err(|error| Error::data("malformed_table", error))
    }
}

/// The finding of a row with another number of fields than the header.
pub(crate) fn ragged(file: &str, row: u64, fields: usize, columns: usize) -> Finding {
    let message = format!("number of fields: {fields}; the header has {columns}");
    finding(file, Some(row), None, "ragged_row", message)
}

/// The finding of what breaks the grammar.
pub(crate) fn broken(file: &str, row: Option<u64>, fault: Fault) -> Finding {
    let (code, message) = match fault {
        Fault::UnclosedQuote => ("unclosed_quote", "a quote opens in this row and is never closed"),
        Fault::TextAfterQuote => ("text_after_quote", "text follows a closing quote"),
    };
    finding(file, row, None, code, message.to_owned())
}

fn finding(file: &str, row: Option<u64>, column: Option<String>, code: &str, message: String) -> Finding {
    Finding { severity: Severity::Error, file: Some(file.to_owned()), row, column, code: code.to_owned(), message }
}

/// The field as text. The whole file has been decoded and a field ends at ASCII characters, so it always is text.
pub(crate) fn text(field: &[u8]) -> &str {
    std::str::from_utf8(field).unwrap_or_default()
}
