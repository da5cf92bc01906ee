//! Delimited text, some rows at a time.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use polars::prelude::{Column, DataFrame, IntoColumn, StringChunkedBuilder};
use steadfast_core::findings::Findings;

use super::chunks::{Chunk, Chunks, Wanted};
use crate::error::{Error, Result};
use crate::read::csv::{broken, header, ragged, text};
use crate::read::decode::{Before, decode_piece};
use crate::read::scan::{End, Fault, Scanner};
use crate::read::{Encoding, ReadOptions};

/// More findings about the grammar than this say nothing new.
const MOST_FINDINGS: usize = 10_000;

/// The rows of a text file, of which one window at a time is in memory.
///
/// A window ends at the end of a line. Where that line ends inside quotes, the open field is read again with the next
/// window; what has been read of its row is carried over.
pub(super) struct TextRows {
    file: String,
    input: File,
    encoding: Encoding,
    delimiter: u8,
    /// Bytes a window.
    window: usize,
    /// The longest field that is read.
    longest: usize,
    /// Bytes read that are not yet text.
    raw: Vec<u8>,
    /// Text whose fields have not been read.
    open: String,
    /// Whether that text was looked at and goes on in the next window.
    starved: bool,
    at_end: bool,
    names: Vec<String>,
    wanted: Vec<bool>,
    /// Rows begun, the header aside.
    row: u64,
    /// Fields read of a row that goes on in the next window, and those of them that are wanted.
    fields: usize,
    carried: Vec<String>,
    findings: Findings,
}

impl TextRows {
    /// The rows of `input`, called `file` in messages.
    ///
    /// # Errors
    /// `empty_file`; those of a header.
    pub(super) fn new(
        file: &str,
        mut input: File,
        options: &ReadOptions,
        delimiter: u8,
        window: usize,
        wanted: &Wanted<'_>,
    ) -> Result<Self> {
        let unreadable = |source| Error::unreadable(std::path::Path::new(file), source);
        if input.seek(SeekFrom::End(0)).map_err(unreadable)? == 0 {
            return Err(Error::data("empty_file", format!("`{file}` is empty: it has not even a header")));
        }
        input.rewind().map_err(unreadable)?;
        let mut rows = Self {
            file: file.to_owned(),
            input,
            encoding: options.text_encoding(),
            delimiter: options.delimiter_or(delimiter)?,
            window,
            longest: 64 * window,
            raw: Vec::new(),
            open: String::new(),
            starved: false,
            at_end: false,
            names: Vec::new(),
            wanted: Vec::new(),
            row: 0,
            fields: 0,
            carried: Vec::new(),
            findings: Findings::new(),
        };
        rows.header()?;
        rows.wanted = rows.names.iter().map(|name| wanted(name)).collect();
        Ok(rows)
    }

    fn header(&mut self) -> Result<()> {
        loop {
            self.more(0)?;
            if let Some((names, bytes)) = header(&self.file, &self.open, self.delimiter, !self.at_end)? {
                self.names = names;
                self.open.drain(..bytes);
                return Ok(());
            }
        }
    }

    /// Reads another window; `rows` rows, the header among them, end before the text that is open.
    fn more(&mut self, rows: u64) -> Result<()> {
        let unreadable = |source| Error::unreadable(std::path::Path::new(&self.file), source);
        // A field that goes on is read again from its beginning: by doubling, that stays in proportion to its length.
        let wanted = self.window.max(self.open.len());
        loop {
            if self.open.len() + self.raw.len() > self.longest {
                return Err(self.too_long(rows));
            }
            let read = (&mut self.input).take(wanted as u64).read_to_end(&mut self.raw).map_err(unreadable)?;
            self.at_end = read < wanted;
            let cut = match self.at_end {
                true => self.raw.len(),
                false => self.raw.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1),
            };
            if cut == 0 && !self.at_end {
                continue;
            }
            let rest = self.raw.split_off(cut);
            let piece = std::mem::replace(&mut self.raw, rest);
            let before = Before { rows, text: &self.open };
            let text = decode_piece(&self.file, piece, self.encoding, self.delimiter, before)?;
            self.open.push_str(&text);
            return Ok(());
        }
    }

    fn too_long(&self, row: u64) -> Error {
        let megabytes = self.longest.div_ceil(1_000_000);
        let message = format!(
            "a line or field in row {row} is longer than the {megabytes} MB that the memory allowed has for it: is a quote \
             left open?"
        );
        Error::data("memory_ceiling", message)
    }

    /// Reads the fields of the window into `columns`; the number of rows completed.
    fn scan(&mut self, columns: &mut [Option<StringChunkedBuilder>]) -> Result<usize> {
        let text_of_window = std::mem::take(&mut self.open);
        let mut scanner = Scanner::new(text_of_window.as_bytes(), self.delimiter);
        let (mut scratch, mut complete) = (Vec::new(), 0);
        let one_column = columns.len() == 1;
        loop {
            let from = scanner.place();
            if self.fields == 0 {
                let blank = !one_column && scanner.only_blank_lines_left();
                if scanner.at_end() || blank {
                    // Blank lines are rows where others follow, and nothing at the end of the file.
                    self.open = if self.at_end { String::new() } else { text_of_window[from..].to_owned() };
                    return Ok(complete);
                }
                self.row += 1;
            }
            match scanner.field(&mut scratch) {
                Ok((field, end)) => {
                    if let Some(Some(column)) = columns.get_mut(self.fields) {
                        column.append_value(text(field));
                    }
                    self.fields += 1;
                    if end != End::Field {
                        if self.fields != columns.len() {
                            self.found(ragged(&self.file, self.row, self.fields, columns.len()))?;
                        }
                        self.fields = 0;
                        complete += 1;
                    }
                }
                Err(Fault::UnclosedQuote) if !self.at_end => {
                    if self.fields == 0 {
                        self.row -= 1;
                    }
                    self.open = text_of_window[from..].to_owned();
                    return Ok(complete);
                }
                Err(fault) => {
                    // Where the grammar is broken nothing that follows can be trusted to be a row.
                    self.findings.push(broken(&self.file, Some(self.row), fault));
                    return Err(self.malformed());
                }
            }
        }
    }

    fn found(&mut self, finding: steadfast_core::findings::Finding) -> Result<()> {
        self.findings.push(finding);
        if self.findings.len() >= MOST_FINDINGS { Err(self.malformed()) } else { Ok(()) }
    }

    fn malformed(&mut self) -> Error {
        Error::findings("malformed_table", std::mem::take(&mut self.findings))
    }

    /// The complete rows of the columns; what is there of a row more is carried over.
    fn table(&mut self, columns: Vec<Option<StringChunkedBuilder>>, rows: usize) -> Result<DataFrame> {
        let mut complete: Vec<Column> = Vec::new();
        for column in columns.into_iter().flatten() {
            let values = column.finish();
            if values.len() > rows {
                self.carried.push(values.get(rows).unwrap_or_default().to_owned());
            }
            complete.push(values.into_column().slice(0, rows));
        }
        DataFrame::new_infer_height(complete).map_err(|error| Error::data("malformed_table", error))
    }
}

impl Chunks for TextRows {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn place(&mut self) -> u64 {
        self.input.stream_position().unwrap_or(0)
    }

    fn next(&mut self) -> Result<Option<Chunk>> {
        loop {
            if self.at_end && self.open.is_empty() {
                return if self.findings.is_empty() { Ok(None) } else { Err(self.malformed()) };
            }
            if !self.at_end && (self.open.is_empty() || self.starved) {
                // The header, and every row that was begun but the open one.
                self.more(1 + self.row - u64::from(self.fields > 0))?;
            }
            self.starved = true;
            let capacity = self.open.len() / (6 * self.names.len());
            let builder = |(name, wanted): (&String, &bool)| {
                wanted.then(|| StringChunkedBuilder::new(name.as_str().into(), capacity))
            };
            let mut columns: Vec<Option<StringChunkedBuilder>> =
                self.names.iter().zip(&self.wanted).map(builder).collect();
            let carried = std::mem::take(&mut self.carried);
            columns.iter_mut().flatten().zip(&carried).for_each(|(column, value)| column.append_value(value));
            let rows = self.scan(&mut columns)?;
            let malformed = !self.findings.is_empty();
            if malformed {
                // Nothing will be made of the rows; what else is wrong with them is still to be said.
                self.carried.clear();
                continue;
            }
            let table = self.table(columns, rows)?;
            if rows > 0 {
                return Ok(Some(Chunk { rows, columns: table, notes: Vec::new() }));
            }
        }
    }
}
