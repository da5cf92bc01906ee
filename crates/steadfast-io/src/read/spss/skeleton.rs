//! The records of an SPSS file before its cells: how many cells a row has, how many rows there can be, and what the
//! numbers count.
//!
//! # Source
//! The GNU PSPP developers' description of the system file format.

use crate::error::{Error, Result};
use crate::read::arrow_types::damaged;
use crate::read::numbers::Meaning;
use crate::read::size;

/// The length of the file header.
const HEADER: usize = 176;
/// The largest block that a compressed file may have once expanded; SPSS writes four million bytes.
const LARGEST_BLOCK: u64 = 64 << 20;
/// No deflated byte becomes more than this (zlib's own bound).
const MOST_INFLATION: u64 = 1_032;
const SECONDS_PER_DAY: f64 = 86_400.0;
/// 1582-10-14, from which SPSS counts seconds.
const EPOCH: i32 = -141_428;

/// How a number is shown: the format's type, width and decimals.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Print {
    kind: u8,
    decimals: u8,
}

impl Print {
    /// What the number counts.
    pub(super) fn meaning(self) -> Meaning {
        match self.kind {
            // DATE, ADATE, JDATE, MOYR, QYR, WKYR, EDATE, SDATE; DATETIME, YMDHMS.
            20 | 23 | 24 | 28 | 29 | 30 | 38 | 39 | 22 | 41 => {
                Meaning::Ticks { per_day: SECONDS_PER_DAY, epoch: EPOCH, unit: "seconds since 1582-10-14" }
            }
            // TIME, DTIME, MTIME.
            21 | 25 | 40 => Meaning::Unit("seconds"),
            // F, N and the like.
            3 | 5 | 16 if self.decimals == 0 => Meaning::Whole,
            _ => Meaning::Number,
        }
    }
}

/// What a file's records say about the size of its cells.
#[derive(Debug)]
pub(super) struct Skeleton {
    /// Cells of eight bytes in a row.
    pub(super) slots: u32,
    /// The number of rows, where the file states it.
    pub(super) rows: Option<u64>,
    /// The number of rows that the file can hold at most, or states.
    pub(super) most_rows: u64,
    /// The display formats of the numeric variables in their order.
    pub(super) prints: Vec<Print>,
    /// Where these formats stand in the file.
    places: Vec<usize>,
}

impl Skeleton {
    /// Walks the records of a file.
    ///
    /// # Errors
    /// `damaged_file` when a record does not end within the file, or the header promises more rows than it can hold;
    /// `unsupported_type` for files of machines with the most significant byte first.
    pub(super) fn of(file: &str, bytes: &[u8]) -> Result<Self> {
        let mut walk = Walk { file, bytes, at: 0 };
        if !bytes.starts_with(b"$FL2") && !bytes.starts_with(b"$FL3") {
            return Err(damaged(file, "it does not begin like an SPSS file"));
        }
        walk.at = 64;
        if ![2, 3].contains(&walk.int()?) {
            let message =
                format!("`{file}` has its most significant bytes first; save it again with a current program");
            return Err(Error::data("unsupported_type", message));
        }
        let _row_size = walk.int()?;
        let compression = walk.int()?;
        let _weight = walk.int()?;
        let declared = walk.int()?;
        walk.at = HEADER;
        let mut found = Self { slots: 0, rows: None, most_rows: 0, prints: Vec::new(), places: Vec::new() };
        found.records(&mut walk)?;
        let most_rows = walk.most_rows(compression, u64::from(found.slots))?;
        found.rows = u64::try_from(declared).ok();
        if found.rows.is_some_and(|rows| rows > most_rows) {
            return Err(size::promises_more(file));
        }
        found.most_rows = found.rows.unwrap_or(most_rows);
        Ok(found)
    }

    fn records(&mut self, walk: &mut Walk<'_>) -> Result<()> {
        loop {
            match walk.int()? {
                2 => self.variable(walk)?,
                3 => {
                    for _ in 0..walk.count()? {
                        walk.skip(8)?;
                        let length = usize::from(walk.byte()?);
                        // The length and the label together fill multiples of eight bytes.
                        walk.skip((length + 1).next_multiple_of(8) - 1)?;
                    }
                }
                4 => {
                    let count = walk.count()?;
                    walk.skip(count.saturating_mul(4))?;
                }
                6 => {
                    let lines = walk.count()?;
                    walk.skip(lines.saturating_mul(80))?;
                }
                7 => {
                    walk.skip(4)?;
                    let (size, count) = (walk.count()?, walk.count()?);
                    walk.skip(size.saturating_mul(count))?;
                }
                999 => return walk.skip(4),
                _ => return Err(damaged(walk.file, "a record of no known kind")),
            }
        }
    }

    fn variable(&mut self, walk: &mut Walk<'_>) -> Result<()> {
        let width = walk.int()?;
        let has_label = walk.int()? != 0;
        let missing = walk.int()?.unsigned_abs() as usize;
        if missing > 3 {
            return Err(damaged(walk.file, "a variable with more than three missing values"));
        }
        let place = walk.at;
        let print = walk.int()?.to_le_bytes();
        walk.skip(4 + 8)?;
        if has_label {
            let length = walk.count()?;
            walk.skip(length.next_multiple_of(4))?;
        }
        walk.skip(missing * 8)?;
        self.slots += 1;
        if width == 0 {
            self.prints.push(Print { kind: print[2], decimals: print[0] });
            self.places.push(place);
        }
        Ok(())
    }

    /// Declares every number in `bytes` to be shown as one, and the row to have the cells that it has: then the decoder
    /// leaves dates as the numbers that they are.
    pub(super) fn declare_plain_numbers(&self, bytes: &mut [u8]) {
        // F8.2.
        let plain = [2, 8, 5, 0];
        let row_size = (68, self.slots.to_le_bytes());
        for (place, value) in self.places.iter().map(|&place| (place, plain)).chain([row_size]) {
            if let Some(field) = bytes.get_mut(place..place + 4) {
                field.copy_from_slice(&value);
            }
        }
    }
}

/// A place in the file.
struct Walk<'a> {
    file: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl Walk<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let field = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<N>());
        let field = *field.ok_or_else(|| size::promises_more(self.file))?;
        self.at += N;
        Ok(field)
    }

    fn byte(&mut self) -> Result<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn int(&mut self) -> Result<i32> {
        self.take().map(i32::from_le_bytes)
    }

    fn long(&mut self) -> Result<u64> {
        let long = self.take().map(i64::from_le_bytes)?;
        u64::try_from(long).map_err(|_| size::promises_more(self.file))
    }

    /// A number of things that follow.
    fn count(&mut self) -> Result<usize> {
        let count = self.int()?;
        usize::try_from(count).map_err(|_| size::promises_more(self.file))
    }

    fn skip(&mut self, bytes: usize) -> Result<()> {
        match self.at.checked_add(bytes) {
            Some(at) if at <= self.bytes.len() => {
                self.at = at;
                Ok(())
            }
            _ => Err(size::promises_more(self.file)),
        }
    }

    /// How many rows of `slots` cells the rest of the file can hold.
    fn most_rows(&mut self, compression: i32, slots: u64) -> Result<u64> {
        if slots == 0 {
            return Err(damaged(self.file, "it has no variables"));
        }
        let rest = (self.bytes.len() - self.at) as u64;
        match compression {
            0 if rest % (slots * 8) == 0 => Ok(rest / (slots * 8)),
            0 => Err(damaged(self.file, "its last row is cut short")),
            // A compressed cell takes a byte at least.
            1 => Ok(rest / slots),
            2 => Ok(self.expanded()? / slots),
            _ => Err(damaged(self.file, "it is compressed in no known way")),
        }
    }

    /// How many bytes the blocks of a `.zsav` file have once they are expanded, before their cells are.
    fn expanded(&mut self) -> Result<u64> {
        let length = self.bytes.len() as u64;
        let _header = self.long()?;
        let (trailer, trailer_length) = (self.long()?, self.long()?);
        if trailer.checked_add(trailer_length) != Some(length) || trailer < self.at as u64 {
            return Err(size::promises_more(self.file));
        }
        let mut next = self.at as u64;
        self.at = usize::try_from(trailer).map_err(|_| size::promises_more(self.file))?;
        self.skip(20)?;
        let blocks = self.count()?;
        let mut total = 0_u64;
        for _ in 0..blocks {
            let _expanded_at = self.long()?;
            let compressed_at = self.long()?;
            let (expanded, compressed) = (self.count()? as u64, self.count()? as u64);
            let fits = compressed_at == next && compressed <= trailer.saturating_sub(next);
            if !fits || expanded > LARGEST_BLOCK || expanded > compressed.saturating_mul(MOST_INFLATION) {
                return Err(damaged(self.file, "its blocks contradict each other"));
            }
            next += compressed;
            total += expanded;
        }
        Ok(total)
    }
}
