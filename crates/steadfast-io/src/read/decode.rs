//! From bytes to characters, without guessing and without replacement characters.

use super::options::Encoding;
use super::scan::rows_before;
use crate::error::{Error, Result};

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// What of a file has been decoded before a piece of it.
#[derive(Clone, Copy)]
pub(crate) struct Before<'a> {
    /// The rows that end there, the header among them.
    pub(crate) rows: u64,
    /// The text from the end of the last field of those on.
    pub(crate) text: &'a str,
}

impl Before<'_> {
    /// Nothing.
    pub(crate) const NOTHING: Before<'static> = Before { rows: 0, text: "" };

    fn is_nothing(&self) -> bool {
        self.rows == 0 && self.text.is_empty()
    }

    /// The row in which `bytes` of the piece end.
    fn place(&self, bytes: &[u8], delimiter: u8) -> String {
        match self.rows + rows_before(&[self.text.as_bytes(), bytes].concat(), delimiter) {
            0 => "header".to_owned(),
            row => format!("row {row}"),
        }
    }
}

/// The text of a file in `encoding`, without a byte-order mark.
pub(super) fn decode(file: &str, bytes: Vec<u8>, encoding: Encoding, delimiter: u8) -> Result<String> {
    decode_piece(file, bytes, encoding, delimiter, Before::NOTHING)
}

/// The text of a piece of a file, which ends at the end of a line.
pub(crate) fn decode_piece(
    file: &str,
    bytes: Vec<u8>,
    encoding: Encoding,
    delimiter: u8,
    before: Before<'_>,
) -> Result<String> {
    if before.is_nothing() && (bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF")) {
        return Err(Error::data("utf16", format!("`{file}` is in UTF-16; save it as UTF-8")));
    }
    match encoding {
        Encoding::Utf8 => utf8(file, bytes, delimiter, before),
        Encoding::Windows1252 => windows_1252(file, &bytes, delimiter, before),
    }
}

fn utf8(file: &str, mut bytes: Vec<u8>, delimiter: u8, before: Before<'_>) -> Result<String> {
    if before.is_nothing() && bytes.starts_with(BOM) {
        bytes.drain(..BOM.len());
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = before.place(&error.as_bytes()[..error.utf8_error().valid_up_to()], delimiter);
        Error::data(
            "invalid_utf8",
            format!("`{file}` {at}: not UTF-8; if the file comes from Excel, try encoding = \"windows-1252\""),
        )
    })
}

/// Five bytes mean nothing in the code page; an encoder that follows the web turns them into control characters.
fn windows_1252(file: &str, bytes: &[u8], delimiter: u8, before: Before<'_>) -> Result<String> {
    if let Some(bad) = bytes.iter().position(|byte| matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D)) {
        let at = before.place(&bytes[..bad], delimiter);
        return Err(Error::data("not_in_encoding", format!("`{file}` {at}: a byte that windows-1252 does not define")));
    }
    if before.is_nothing() && bytes.starts_with(BOM) {
        return Err(Error::data(
            "not_in_encoding",
            format!("`{file}` begins with the mark of UTF-8, not windows-1252"),
        ));
    }
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
    Ok(text.into_owned())
}
