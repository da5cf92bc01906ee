//! Comma-separated text.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use steadfast_core::frame::{Column, ColumnData, Frame, Presence};

use super::companion::{Reasons, with_companions};
use super::losses::Losses;
use super::{OutputFormat, WritableFormat};
use crate::error::{Error, Result};
use crate::read::Format;

impl OutputFormat {
    /// Text with a header, fields separated by commas.
    pub const CSV: OutputFormat = OutputFormat(&Delimited { name: "csv", extensions: &["csv"], delimiter: ',' });
    /// Text with a header, fields separated by tabs.
    pub const TSV: OutputFormat =
        OutputFormat(&Delimited { name: "tsv", extensions: &["tsv", "tab"], delimiter: '\t' });
}

struct Delimited {
    name: &'static str,
    extensions: &'static [&'static str],
    delimiter: char,
}

impl WritableFormat for Delimited {
    fn name(&self) -> &'static str {
        self.name
    }

    fn extensions(&self) -> &'static [&'static str] {
        self.extensions
    }

    fn reader(&self) -> Format {
        if self.delimiter == ',' { Format::CSV } else { Format::TSV }
    }

    fn has_companions(&self) -> bool {
        true
    }

    fn write(&self, frame: &Frame, target: &mut Vec<u8>, losses: &mut Losses) -> Result<()> {
        let options = WriteOptions::new();
        check(frame, &options)?;
        losses.of_text(frame);
        let frame = with_companions(frame, Reasons::Codes)?;
        write_rows(&frame, target, &options, self.delimiter)
            .map_err(|error| Error::unwritable(Path::new("output"), error))
    }
}

/// How absent values are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteOptions {
    missing: String,
    not_applicable: String,
    withdrawn: String,
    not_yet_due: String,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            missing: "NA".to_owned(),
            not_applicable: "NOT_APPLICABLE".to_owned(),
            withdrawn: "WITHDRAWN".to_owned(),
            not_yet_due: "NOT_YET_DUE".to_owned(),
        }
    }
}

impl WriteOptions {
    /// `NA` for a missing value, `NOT_APPLICABLE` for one that cannot exist by design, `WITHDRAWN` and `NOT_YET_DUE`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes `text` for a missing value.
    pub fn missing(mut self, text: impl Into<String>) -> Self {
        self.missing = text.into();
        self
    }

    /// Writes `text` for a value that cannot exist by design.
    pub fn not_applicable(mut self, text: impl Into<String>) -> Self {
        self.not_applicable = text.into();
        self
    }

    /// Writes `text` for a value that is absent after withdrawal.
    pub fn withdrawn(mut self, text: impl Into<String>) -> Self {
        self.withdrawn = text.into();
        self
    }

    /// Writes `text` for a value that is not yet due.
    pub fn not_yet_due(mut self, text: impl Into<String>) -> Self {
        self.not_yet_due = text.into();
        self
    }

    fn texts(&self) -> [&str; 4] {
        [&self.missing, &self.not_applicable, &self.withdrawn, &self.not_yet_due]
    }
}

/// Writes `frame` as UTF-8 text with a header, commas and LF. Numbers have the fewest digits that give them back, whole
/// numbers in a column of real ones end in `.0`, days are yyyy-mm-dd. Levels, roles and labels are not in the file.
///
/// # Errors
/// `unwritable_file`, and `ambiguous_text` when a level is written like an absent value.
pub fn write_csv(frame: &Frame, path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    check(frame, &WriteOptions::new())?;
    let file = File::create(path).map_err(|source| Error::unwritable(path, source))?;
    write_rows(frame, BufWriter::new(file), &WriteOptions::new(), ',').map_err(|source| Error::unwritable(path, source))
}

/// As [`write_csv`], into `target` and as `options` say.
///
/// # Errors
/// As [`write_csv`].
pub fn write_csv_to(frame: &Frame, target: impl Write, options: &WriteOptions) -> Result<()> {
    check(frame, options)?;
    write_rows(frame, target, options, ',').map_err(|source| Error::unwritable(Path::new("output"), source))
}

/// Refuses a level that would be read as an absent value, and texts that do not tell absences apart.
fn check(frame: &Frame, options: &WriteOptions) -> Result<()> {
    let texts = options.texts();
    if (1..texts.len()).any(|at| texts[..at].contains(&texts[at])) {
        return Err(Error::usage("ambiguous_text", "each reason why a value is absent needs a text of its own"));
    }
    let is_absent = |level: &str| level.is_empty() || texts.iter().any(|text| text.trim() == level);
    for column in frame.columns() {
        let Some(factor) = column.as_factor() else { continue };
        if factor.levels().iter().any(|level| is_absent(level.trim())) {
            let message = format!("column `{}`: a level is written like an absent value", column.name());
            return Err(Error::data("ambiguous_text", message));
        }
    }
    Ok(())
}

fn write_rows(frame: &Frame, mut target: impl Write, options: &WriteOptions, delimiter: char) -> io::Result<()> {
    let mut line = String::new();
    for column in frame.columns() {
        push_text(&mut line, column.name(), delimiter);
        line.push(delimiter);
    }
    end_line(&mut line, &mut target)?;
    for row in 0..frame.n_rows() {
        for column in frame.columns() {
            push_cell(&mut line, column, row, (options, delimiter));
            line.push(delimiter);
        }
        end_line(&mut line, &mut target)?;
    }
    target.flush()
}

fn end_line(line: &mut String, target: &mut impl Write) -> io::Result<()> {
    line.pop();
    line.push('\n');
    target.write_all(line.as_bytes())?;
    line.clear();
    Ok(())
}

fn push_cell(line: &mut String, column: &Column, row: usize, (options, delimiter): (&WriteOptions, char)) {
    // Writing to a string cannot fail.
    let _ = match (column.presence(row), column.data()) {
        (Presence::Withdrawn, _) => return push_text(line, &options.withdrawn, delimiter),
        (Presence::NotYetDue, _) => return push_text(line, &options.not_yet_due, delimiter),
        (Presence::Missing, _) => return push_text(line, &options.missing, delimiter),
        (Presence::NotApplicable, _) => return push_text(line, &options.not_applicable, delimiter),
        (Presence::Observed, ColumnData::Factor(factor)) => {
            return push_text(line, factor.level(row).unwrap_or_default(), delimiter);
        }
        (Presence::Observed, ColumnData::Float(values)) => write!(line, "{:?}", values[row]),
        (Presence::Observed, ColumnData::Integer(values)) => write!(line, "{}", values[row]),
        (Presence::Observed, ColumnData::Date(values)) => write!(line, "{}", values[row]),
        (Presence::Observed, ColumnData::Bool(values)) => write!(line, "{}", values[row]),
        (Presence::Observed, _) => Ok(()),
    };
}

fn push_text(line: &mut String, text: &str, delimiter: char) {
    if text.contains([delimiter, '"', '\n', '\r']) {
        line.push('"');
        line.push_str(&text.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(text);
    }
}
