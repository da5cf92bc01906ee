//! The lengths that a Stata file states for its parts, held against the file.
//!
//! The decoder takes the memory for a part before it reads it; a damaged length of four bytes would be four gigabytes.
//!
//! # Source
//! StataCorp, *Description of the .dta file format*, versions 113 to 119.

use dta::stata::dta::byte_order::ByteOrder;
use dta::stata::dta::header::Header;
use dta::stata::dta::release::Release;

use crate::error::Result;
use crate::read::size;

/// The first release whose names have 32 characters and whose characteristics state their lengths in four bytes.
const LONG_LENGTHS: Release = Release::V110;

/// Refuses a file of which a part states to be longer than what is left. `row` is the width of a row.
///
/// # Errors
/// `damaged_file`.
pub(super) fn check(file: &str, bytes: &[u8], header: &Header, row: u64) -> Result<()> {
    let release = header.release();
    let rows = usize::try_from(header.observation_count().saturating_mul(row)).unwrap_or(usize::MAX);
    let mut walk = Walk { bytes, at: 0, is_little: header.byte_order() == ByteOrder::LittleEndian };
    let fits = if release.is_xml_like() {
        walk.find(b"<characteristics>") && walk.tagged_parts(release, rows)
    } else if release >= LONG_LENGTHS {
        walk.plain_parts(release, header.variable_count() as usize, rows)
    } else {
        true
    };
    if fits { Ok(()) } else { Err(size::promises_more(file)) }
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    is_little: bool,
}

impl Walk<'_> {
    fn find(&mut self, mark: &[u8]) -> bool {
        match self.bytes.windows(mark.len()).position(|window| window == mark) {
            Some(at) => {
                self.at = at + mark.len();
                true
            }
            None => false,
        }
    }

    /// Whether `mark` stands here, and passes it.
    fn pass(&mut self, mark: &[u8]) -> bool {
        let is_here = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(mark));
        if is_here {
            self.at += mark.len();
        }
        is_here
    }

    /// Passes `length` bytes, if there are so many.
    fn skip(&mut self, length: usize) -> bool {
        match self.at.checked_add(length).filter(|&at| at <= self.bytes.len()) {
            Some(at) => {
                self.at = at;
                true
            }
            None => false,
        }
    }

    /// The length that stands here.
    fn length(&mut self) -> Option<usize> {
        let field = *self.bytes.get(self.at..)?.first_chunk::<4>()?;
        self.at += 4;
        let length = if self.is_little { u32::from_le_bytes(field) } else { u32::from_be_bytes(field) };
        usize::try_from(length).ok()
    }

    /// Passes a length, `between` bytes, and as many as it states.
    fn skip_stated(&mut self, between: usize) -> bool {
        self.length().is_some_and(|length| self.skip(between) && self.skip(length))
    }

    fn tagged_parts(&mut self, release: Release, rows: usize) -> bool {
        while self.pass(b"<ch>") {
            if !self.skip_stated(0) || !self.pass(b"</ch>") {
                return false;
            }
        }
        if !self.pass(b"</characteristics><data>") || !self.skip(rows) || !self.pass(b"</data><strls>") {
            return false;
        }
        let row_number = if release >= Release::V118 { 8 } else { 4 };
        while self.pass(b"GSO") {
            if !self.skip(4 + row_number + 1) || !self.skip_stated(0) {
                return false;
            }
        }
        if !self.pass(b"</strls><value_labels>") {
            return false;
        }
        let name = if release >= Release::V118 { 129 } else { 33 };
        while self.pass(b"<lbl>") {
            if !self.skip_stated(name + 3) || !self.pass(b"</lbl>") {
                return false;
            }
        }
        self.pass(b"</value_labels></stata_dta>")
    }

    fn plain_parts(&mut self, release: Release, columns: usize, rows: usize) -> bool {
        let format = if release >= Release::V114 { 49 } else { 12 };
        // Type, name, format, name of labels, label; the order of sorting has two bytes more than columns.
        let schema = columns.saturating_mul(1 + 33 + 2 + format + 33 + 81).saturating_add(2);
        if !self.skip(109) || !self.skip(schema) {
            return false;
        }
        loop {
            let kind = self.bytes.get(self.at).copied();
            self.at += 1;
            match (kind, self.length()) {
                (Some(0), Some(0)) => break,
                (Some(_), Some(length)) if self.skip(length) => {}
                _ => return false,
            }
        }
        if !self.skip(rows) {
            return false;
        }
        while self.at < self.bytes.len() {
            if !self.skip_stated(33 + 3) {
                return false;
            }
        }
        true
    }
}
