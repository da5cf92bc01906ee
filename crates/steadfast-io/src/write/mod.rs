//! From a frame to a file that others can read.

mod coded;
mod companion;
mod csv;
mod ipc;
mod losses;
mod names;
mod parquet;
mod stata;
mod tags;
mod text_table;
mod xport;

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use steadfast_core::findings::Findings;
use steadfast_core::frame::Frame;

pub(crate) use coded::is_text;
pub use csv::{WriteOptions, write_csv, write_csv_to};
pub use parquet::{frame_to_polars, write_parquet};
pub use text_table::text_table;

use crate::dictionary::Dictionary;
use crate::error::{Error, Result};
use crate::read::{Format, ReadOptions, read_bytes};
use companion::{Reasons, with_companions, without_companions};
use losses::Losses;

/// A kind of file that a frame can become.
pub(crate) trait WritableFormat: Sync {
    /// The name by which a user asks for it.
    fn name(&self) -> &'static str;
    /// The file extensions that announce it, in lower case.
    fn extensions(&self) -> &'static [&'static str];
    /// The format that reads its files.
    fn reader(&self) -> Format;
    /// Whether columns `NAME.reason` tell why values are absent.
    fn has_companions(&self) -> bool {
        false
    }
    /// Writes the frame, and says what the format could not carry.
    fn write(&self, frame: &Frame, target: &mut Vec<u8>, losses: &mut Losses) -> Result<()>;
}

/// Every format that can be written. Where two share an extension, the first is the one that it announces.
static WRITABLE: &[OutputFormat] = &[
    OutputFormat::CSV,
    OutputFormat::TSV,
    OutputFormat::PARQUET,
    OutputFormat::IPC,
    OutputFormat::STATA,
    OutputFormat::XPORT,
    OutputFormat::XPORT8,
];

/// A file format that frames can be written in, such as [`OutputFormat::STATA`]. `docs/formats.md` says what each carries.
#[derive(Clone, Copy)]
pub struct OutputFormat(&'static dyn WritableFormat);

impl OutputFormat {
    /// The formats that can be written.
    pub fn all() -> &'static [OutputFormat] {
        WRITABLE
    }

    /// The format's name, such as `stata`.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The format that the extension of `path` announces.
    ///
    /// # Errors
    /// `unknown_format` when it announces none.
    pub fn of_path(path: &Path) -> Result<OutputFormat> {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        let announced = |format: &&OutputFormat| format.0.extensions().contains(&extension.as_str());
        WRITABLE.iter().find(announced).copied().ok_or_else(|| {
            let message = format!(
                "`{}`: the extension announces no format that can be written; state one of: {}",
                path.display(),
                names_of_all()
            );
            Error::usage("unknown_format", message)
        })
    }
}

impl FromStr for OutputFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        WRITABLE.iter().find(|format| format.name() == name).copied().ok_or_else(|| {
            let message = format!("`{name}` is no format that can be written; these are: {}", names_of_all());
            Error::usage("unknown_format", message)
        })
    }
}

impl fmt::Debug for OutputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutputFormat({})", self.name())
    }
}

impl PartialEq for OutputFormat {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for OutputFormat {}

fn names_of_all() -> String {
    WRITABLE.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
}

/// The content of a file, and what of the frame is not in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    bytes: Vec<u8>,
    losses: Findings,
    dictionary: Dictionary,
}

impl Written {
    /// The content.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The content, by itself.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What the format could not carry, a note each.
    pub fn losses(&self) -> &Findings {
        &self.losses
    }

    /// The dictionary with which the file is the frame again: with roles, units and levels, whether the file holds them
    /// or not.
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }
}

/// The content of a file with `frame` in `format`. The same frame gives the same bytes.
///
/// ```
/// use steadfast_core::frame::{Column, Frame};
/// use steadfast_io::{OutputFormat, ReadOptions, read_bytes, write_bytes};
///
/// let frame = Frame::new(vec![Column::factor("arm", ["NIM", "SAU"]), Column::integer("sdq", vec![12, 9])])?;
/// let file = write_bytes(&frame, OutputFormat::STATA)?;
/// assert!(file.losses().is_empty());
/// assert_eq!(read_bytes("trial.dta", file.into_bytes(), &ReadOptions::new())?.infer()?, frame);
/// # Ok::<(), steadfast_io::Error>(())
/// ```
///
/// # Errors
/// `unwritable_value` when a value has no counterpart, such as an infinity in Stata; `ambiguous_text` as [`write_csv`];
/// `duplicate_column` when a column is called like the companion of another.
pub fn write_bytes(frame: &Frame, format: OutputFormat) -> Result<Written> {
    let folded = if format.0.has_companions() { without_companions(frame)? } else { Cow::Borrowed(frame) };
    let frame = folded.as_ref();
    let (mut bytes, mut losses) = (Vec::new(), Losses::default());
    format.0.write(frame, &mut bytes, &mut losses)?;
    // Read back, so that the dictionary is of the file as it is, and a file that cannot be read is never given out.
    let reading = ReadOptions::new().format(format.0.reader()).max_memory(u64::MAX);
    let raw = read_bytes("output", bytes.clone(), &reading)?;
    if raw.n_rows() != frame.n_rows() {
        return Err(Error::data("unwritable_value", "the rows that were written cannot be told apart from its end"));
    }
    let described = if raw.description().is_some() { frame.clone() } else { with_companions(frame, Reasons::Codes)? };
    let dictionary = Dictionary::of_written(&described, &raw)?;
    Ok(Written { bytes, losses: losses.into_findings(), dictionary })
}

#[cfg(test)]
mod round_trips;
#[cfg(test)]
mod tests;
