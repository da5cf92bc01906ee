//! How a file is to be read, where the file itself does not say.

use std::str::FromStr;

use super::Format;
use crate::error::{Error, Result};

/// How the bytes of a text file stand for characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark.
    #[default]
    Utf8,
    /// Windows code page 1252, as western European versions of Excel write.
    Windows1252,
}

impl FromStr for Encoding {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Ok(Self::Utf8),
            "windows-1252" | "cp1252" => Ok(Self::Windows1252),
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
    encoding: Encoding,
    decimal_mark: DecimalMark,
}

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
        self.encoding = encoding;
        self
    }

    /// Reads numbers with `mark` before their fraction.
    pub fn decimal_mark(mut self, mark: DecimalMark) -> Self {
        self.decimal_mark = mark;
        self
    }

    pub(super) fn chosen_format(&self) -> Option<Format> {
        self.format
    }

    pub(crate) fn chosen_delimiter(&self) -> Option<char> {
        self.delimiter
    }

    pub(crate) fn text_encoding(&self) -> Encoding {
        self.encoding
    }

    pub(super) fn decimal(&self) -> DecimalMark {
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
