//! How a file is to be read, where the file itself does not say.

use std::str::FromStr;
use std::sync::Arc;

use super::Format;
use crate::error::{Error, Result};

/// How the bytes of a text file stand for characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark.
    #[default]
    Utf8,
    /// Windows code page 1252, as western European versions of Excel write; Latin-1 is part of it.
    Windows1252,
}

impl Encoding {
    /// The name that a dictionary gives it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Windows1252 => "windows-1252",
        }
    }

    pub(super) fn decoder(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
        }
    }
}

impl FromStr for Encoding {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" | "ascii" => Ok(Self::Utf8),
            "windows-1252" | "cp1252" | "latin-1" | "latin1" | "iso-8859-1" => Ok(Self::Windows1252),
            _ => Err(Error::usage(
                "unknown_encoding",
                format!("`{name}` is no known encoding; the encodings are: utf-8, windows-1252"),
            )),
        }
    }
}

/// What separates the whole part of a number from its fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecimalMark {
    /// 12.5
    #[default]
    Point,
    /// 12,5
    Comma,
}

/// How a file is to be read.
///
/// ```
/// use steadfast_io::{DecimalMark, Encoding, ReadOptions};
///
/// let german_excel =
///     ReadOptions::new().delimiter(';').encoding(Encoding::Windows1252).decimal_mark(DecimalMark::Comma);
/// # let _ = german_excel;
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadOptions {
    format: Option<Format>,
    delimiter: Option<char>,
    encoding: Option<Encoding>,
    decimal_mark: DecimalMark,
    max_memory: Option<u64>,
    redcap_dictionary: Option<Arc<Vec<u8>>>,
    redcap_missing: Option<String>,
}

/// How much memory the cells of a file may take when nobody states it: 8 GiB.
const MAX_MEMORY: u64 = 8 << 30;

impl ReadOptions {
    /// The format that the extension announces; UTF-8; the format's delimiter; a decimal point.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the file as `format`, whatever its extension.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Reads fields separated by `delimiter`.
    pub fn delimiter(mut self, delimiter: char) -> Self {
        self.delimiter = Some(delimiter);
        self
    }

    /// Reads text in `encoding`.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// Reads numbers with `mark` before their fraction.
    pub fn decimal_mark(mut self, mark: DecimalMark) -> Self {
        self.decimal_mark = mark;
        self
    }

    /// Refuses a file whose cells, eight bytes for each, would take more than `bytes`, before they are read. The default
    /// is 8 GiB. It holds for formats that state their size or compress their cells: SPSS, Stata, SAS transport,
    /// Parquet and Arrow; text takes about as much memory as its file.
    pub fn max_memory(mut self, bytes: u64) -> Self {
        self.max_memory = Some(bytes);
        self
    }

    /// Reads the file as records of REDCap, described by the content of their data dictionary, as REDCap exports it.
    pub fn redcap_dictionary(mut self, content: Vec<u8>) -> Self {
        self.redcap_dictionary = Some(Arc::new(content));
        self.format = Some(Format::REDCAP);
        self
    }

    /// The missing data codes of a REDCap project, written as REDCap writes them: `NI, No information | NA, Not
    /// applicable`. A code whose label is `not applicable`, in whatever case, stands for a value that cannot exist.
    pub fn redcap_missing_codes(mut self, codes: impl Into<String>) -> Self {
        self.redcap_missing = Some(codes.into());
        self
    }

    pub(crate) fn chosen_format(&self) -> Option<Format> {
        self.format
    }

    pub(crate) fn chosen_delimiter(&self) -> Option<char> {
        self.delimiter
    }

    pub(crate) fn text_encoding(&self) -> Encoding {
        self.encoding.unwrap_or_default()
    }

    pub(crate) fn chosen_encoding(&self) -> Option<Encoding> {
        self.encoding
    }

    pub(crate) fn memory(&self) -> u64 {
        self.max_memory.unwrap_or(MAX_MEMORY)
    }

    pub(super) fn redcap(&self) -> (Option<&[u8]>, Option<&str>) {
        (self.redcap_dictionary.as_ref().map(|bytes| bytes.as_slice()), self.redcap_missing.as_deref())
    }

    pub(crate) fn decimal(&self) -> DecimalMark {
        self.decimal_mark
    }

    /// The delimiter as the one byte that it must be.
    pub(crate) fn delimiter_or(&self, default: u8) -> Result<u8> {
        match self.delimiter {
            None => Ok(default),
            Some(c) if c.is_ascii() && !matches!(c, '"' | '\n' | '\r') => Ok(c as u8),
            Some(_) => Err(Error::usage(
                "bad_delimiter",
                "a delimiter is one ASCII character, and neither a quote nor the end of a line",
            )),
        }
    }
}
