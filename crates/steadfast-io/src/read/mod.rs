//! From the bytes of a file to a [`RawTable`], the table before anybody has said what its columns mean.

pub(crate) mod arrow_types;
mod carried;
pub(crate) mod csv;
pub(crate) mod decode;
mod ipc;
mod numbers;
mod options;
mod parquet;
mod redcap;
pub(crate) mod scan;
mod size;
#[cfg(feature = "spss")]
mod spss;
mod stata;
mod xport;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use polars::prelude::DataFrame;

pub(crate) use carried::{Carried, METADATA_KEY, companion, explanation, reason};
pub use options::{DecimalMark, Encoding, ReadOptions};

use crate::error::{Error, Result};
use crate::note::Note;
use crate::raw::RawTable;

/// What a file holds: its columns, and what it says about them.
pub(crate) struct Contents {
    columns: DataFrame,
    /// One for each column, or none at all.
    notes: Vec<Note>,
    /// The columns that identify a row, where the file says it.
    keys: Vec<Vec<String>>,
}

impl Contents {
    /// The columns of a file that says nothing about them.
    fn bare(columns: DataFrame) -> Self {
        Self { columns, notes: Vec::new(), keys: Vec::new() }
    }

    /// The columns of a file with a note for each.
    fn noted(columns: DataFrame, notes: Vec<Note>) -> Self {
        Self { columns, notes, keys: Vec::new() }
    }
}

/// A kind of file: how it is recognised and how its bytes become columns.
pub(crate) trait FileFormat: Sync {
    /// The name by which a user asks for it.
    fn name(&self) -> &'static str;
    /// The file extensions that announce it, in lower case.
    fn extensions(&self) -> &'static [&'static str];
    /// The columns; every one of them text when the format knows no types.
    fn contents(&self, file: &str, bytes: Vec<u8>, options: &ReadOptions) -> Result<Contents>;
    /// Whether the format knows no types, so that every column is text.
    fn is_text(&self) -> bool {
        false
    }
}

/// Every format that can be read.
static FORMATS: &[Format] = &[
    Format::CSV,
    Format::TSV,
    Format::PARQUET,
    Format::IPC,
    #[cfg(feature = "spss")]
    Format::SPSS,
    Format::STATA,
    Format::XPORT,
    Format::REDCAP,
];

/// A file format, such as [`Format::CSV`].
#[derive(Clone, Copy)]
pub struct Format(&'static dyn FileFormat);

impl Format {
    /// The formats that can be read.
    pub fn all() -> &'static [Format] {
        FORMATS
    }

    /// The format's name, such as `csv`.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The format that the extension of `path` announces.
    ///
    /// # Errors
    /// `unknown_format` when it announces none.
    pub fn of_path(path: &Path) -> Result<Format> {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        let announced = |format: &&Format| format.0.extensions().contains(&extension.as_str());
        FORMATS.iter().find(announced).copied().ok_or_else(|| {
            Error::usage(
                "unknown_format",
                format!("`{}`: the extension announces no known format; state one of: {}", path.display(), names()),
            )
        })
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let unknown = || Error::usage("unknown_format", format!("`{name}` is no format; the formats are: {}", names()));
        FORMATS.iter().find(|format| format.name() == name).copied().ok_or_else(unknown)
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Format({})", self.name())
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Format {}

fn names() -> String {
    FORMATS.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
}

/// The table in the file at `path`; its extension announces the format, everything else is the default.
///
/// # Errors
/// As [`read_with`].
pub fn read(path: impl AsRef<Path>) -> Result<RawTable> {
    read_with(path, &ReadOptions::new())
}

/// The table in the file at `path`, read as `options` say.
///
/// # Errors
/// `unreadable_file`, `unknown_format`, and whatever [`read_bytes`] finds.
pub fn read_with(path: impl AsRef<Path>, options: &ReadOptions) -> Result<RawTable> {
    let path = path.as_ref();
    let format = match options.chosen_format() {
        Some(format) => format,
        None => Format::of_path(path)?,
    };
    let bytes = std::fs::read(path).map_err(|source| Error::unreadable(path, source))?;
    read_bytes(&path.display().to_string(), bytes, &options.clone().format(format))
}

/// The table in `bytes`, for callers who hold them already, such as those who also hash them. `file` is the name that
/// messages use, and announces the format where `options` state none.
///
/// # Errors
/// `empty_file`; `invalid_utf8`, `not_in_encoding` or `utf16` when the text is in another encoding; `malformed_table`,
/// with a finding for each ragged row, unclosed quote, unnamed or repeated column; `damaged_file` for a file with types
/// that is cut short or contradicts itself; `too_large` when its cells would take more than
/// [`ReadOptions::max_memory`]; `unsupported_type` when a column holds something that is no number, text, date or truth
/// value; `redcap_dictionary` when REDCap's records come without their data dictionary, or do not fit it.
pub fn read_bytes(file: &str, bytes: Vec<u8>, options: &ReadOptions) -> Result<RawTable> {
    let format = match options.chosen_format() {
        Some(format) => format,
        None => Format::of_path(Path::new(file))?,
    };
    if bytes.is_empty() {
        return Err(Error::data("empty_file", format!("`{file}` is empty: it has not even a header")));
    }
    let contents = format.0.contents(file, bytes, options)?;
    let raw = RawTable::new(file, contents.columns, format.0.is_text(), options.decimal());
    Ok(raw.with_notes(contents.notes, contents.keys))
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;
