//! The grammar of delimited text (RFC 4180): fields, quotes, ends of lines.
//!
//! A field that begins with a quote ends at the next single quote, and `""` inside it stands for one quote; any other
//! field runs to the delimiter or the end of the line, and a quote in it is a character like others. A line ends with
//! LF or CR LF.

/// What follows a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Another field of the same row.
    Field,
    /// The end of the row.
    Row,
    /// The end of the file.
    File,
}

/// What breaks the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The file ends inside a quoted field.
    UnclosedQuote,
    /// Something stands between a closing quote and the next delimiter.
    TextAfterQuote,
}

/// Reads one field after the other.
pub(crate) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    delimiter: u8,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(bytes: &'a [u8], delimiter: u8) -> Self {
        Self { bytes, at: 0, delimiter }
    }

    /// Whether nothing is left but the ends of empty lines.
    pub(crate) fn only_blank_lines_left(&self) -> bool {
        self.bytes[self.at..].iter().all(|byte| matches!(byte, b'\n' | b'\r'))
    }

    /// Whether all has been read.
    pub(crate) fn at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// How many bytes have been read: the start of the next field.
    pub(crate) fn place(&self) -> usize {
        self.at
    }

    /// The next field and what follows it; a quoted field with quotes inside is unescaped into `scratch`.
    pub(crate) fn field<'s>(&mut self, scratch: &'s mut Vec<u8>) -> Result<(&'s [u8], End), Fault>
    where
        'a: 's,
    {
        if self.bytes.get(self.at) == Some(&b'"') { self.quoted(scratch) } else { Ok(self.bare()) }
    }

    fn bare(&mut self) -> (&'a [u8], End) {
        let rest = &self.bytes[self.at..];
        let delimiter = self.delimiter;
        let Some(length) = rest.iter().position(|&byte| byte == delimiter || byte == b'\n') else {
            self.at = self.bytes.len();
            return (without_cr(rest), End::File);
        };
        self.at += length + 1;
        if rest[length] == delimiter { (&rest[..length], End::Field) } else { (without_cr(&rest[..length]), End::Row) }
    }

    fn quoted<'s>(&mut self, scratch: &'s mut Vec<u8>) -> Result<(&'s [u8], End), Fault>
    where
        'a: 's,
    {
        let start = self.at + 1;
        let mut from = start;
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(from..).unwrap_or_default();
            let quote = from + rest.iter().position(|&byte| byte == b'"').ok_or(Fault::UnclosedQuote)?;
            if self.bytes.get(quote + 1) == Some(&b'"') {
                escaped = true;
                from = quote + 2;
                continue;
            }
            let content = &self.bytes[start..quote];
            let end = self.after_quote(quote + 1)?;
            if !escaped {
                return Ok((content, end));
            }
            scratch.clear();
            let mut previous_was_quote = false;
            for &byte in content {
                previous_was_quote = byte == b'"' && !previous_was_quote;
                if !previous_was_quote {
                    scratch.push(byte);
                }
            }
            return Ok((scratch, end));
        }
    }

    fn after_quote(&mut self, at: usize) -> Result<End, Fault> {
        let (end, length) = match &self.bytes[at..] {
            [] => (End::File, 0),
            [b'\n', ..] => (End::Row, 1),
            [b'\r', b'\n', ..] => (End::Row, 2),
            [b'\r'] => (End::File, 1),
            [byte, ..] if *byte == self.delimiter => (End::Field, 1),
            _ => return Err(Fault::TextAfterQuote),
        };
        self.at = at + length;
        Ok(end)
    }
}

fn without_cr(field: &[u8]) -> &[u8] {
    field.strip_suffix(b"\r").unwrap_or(field)
}

/// The number of rows that end in `bytes`; as the first is the header, it is also the number of the row after them.
pub(super) fn rows_before(bytes: &[u8], delimiter: u8) -> u64 {
    let (mut scanner, mut scratch, mut rows) = (Scanner::new(bytes, delimiter), Vec::new(), 0);
    while let Ok((_, end)) = scanner.field(&mut scratch) {
        match end {
            End::Field => {}
            End::Row => rows += 1,
            End::File => break,
        }
    }
    rows
}
