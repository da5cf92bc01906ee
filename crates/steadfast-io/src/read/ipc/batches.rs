//! What the batches of an Arrow file state about their size, held against the file before the decoder takes memory.
//!
//! A compressed buffer states how long it will be in its first eight bytes; a decoder that trusts it can be made to ask
//! for more memory than there is, which ends the process. The metadata are flatbuffers; this walks the few tables needed.
//!
//! # Source
//! Apache Arrow, *Columnar format*, "IPC file format" and the schemas `File.fbs` and `Message.fbs`.

use crate::error::Result;
use crate::read::{arrow_types, size};

/// The mark at the end, and the length of the footer before it.
const END: usize = 6 + 4;
/// An entry of the footer: place, length of the metadata, length of the body.
const BLOCK: usize = 24;
const CONTINUES: u32 = 0xFFFF_FFFF;

/// Refuses a file whose batches do not fit into it, or whose cells would take more than `ceiling` bytes.
///
/// # Errors
/// `damaged_file` or `too_large`.
pub(super) fn check(file: &str, bytes: &[u8], columns: usize, ceiling: u64) -> Result<()> {
    let damaged = || arrow_types::damaged(file, "its batches contradict each other");
    let found = Buffers(bytes).total().ok_or_else(damaged)?;
    size::check_memory(file, found.rows, columns as u64, ceiling)?;
    size::check_memory(file, 1, found.expanded.div_ceil(8), ceiling)
}

/// What all batches state together.
#[derive(Default)]
struct Stated {
    rows: u64,
    /// Bytes of all buffers once they are expanded.
    expanded: u64,
}

/// The bytes of the file; every method gives `None` where they lead outside.
struct Buffers<'a>(&'a [u8]);

impl Buffers<'_> {
    fn take<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.0.get(at..)?.first_chunk::<N>().copied()
    }

    fn word(&self, at: usize) -> Option<u32> {
        self.take(at).map(u32::from_le_bytes)
    }

    /// A number of eight bytes that is not negative.
    fn long(&self, at: usize) -> Option<u64> {
        u64::try_from(i64::from_le_bytes(self.take(at)?)).ok()
    }

    /// Where the thing stands that an offset at `at` points to.
    fn follow(&self, at: usize) -> Option<usize> {
        at.checked_add(usize::try_from(self.word(at)?).ok()?)
    }

    /// Where the field number `field` of the table at `table` stands, if the table has it.
    fn field(&self, table: usize, field: usize) -> Option<Option<usize>> {
        let back = i32::from_le_bytes(self.take(table)?);
        let vtable = usize::try_from(i64::try_from(table).ok()? - i64::from(back)).ok()?;
        let short = |at: usize| self.take(at).map(u16::from_le_bytes).map(usize::from);
        if 4 + 2 * field + 2 > short(vtable)? {
            return Some(None);
        }
        match short(vtable + 4 + 2 * field)? {
            0 => Some(None),
            offset => Some(Some(table.checked_add(offset)?)),
        }
    }

    /// The number of entries of the vector that the field points to, and where the first stands.
    fn vector(&self, table: usize, field: usize, entry: usize) -> Option<(usize, usize)> {
        let Some(at) = self.field(table, field)? else { return Some((0, 0)) };
        let start = self.follow(at)?;
        let count = usize::try_from(self.word(start)?).ok()?;
        let end = count.checked_mul(entry)?.checked_add(start + 4)?;
        (end <= self.0.len()).then_some((count, start + 4))
    }

    fn total(&self) -> Option<Stated> {
        let length_at = self.0.len().checked_sub(END)?;
        let footer = length_at.checked_sub(usize::try_from(self.word(length_at)?).ok()?)?;
        let footer = self.follow(footer)?;
        let mut stated = Stated::default();
        // Dictionaries, whose rows are no rows of the table, and the batches of rows.
        for (field, counts_rows) in [(2, false), (3, true)] {
            let (count, start) = self.vector(footer, field, BLOCK)?;
            for block in 0..count {
                let rows = self.block(start + block * BLOCK, &mut stated)?;
                if counts_rows {
                    stated.rows = stated.rows.checked_add(rows)?;
                }
            }
        }
        Some(stated)
    }

    /// One message and its body; gives its number of rows.
    fn block(&self, at: usize, stated: &mut Stated) -> Option<u64> {
        let place = usize::try_from(self.long(at)?).ok()?;
        let metadata = usize::try_from(self.word(at + 8)?).ok()?;
        let body = place.checked_add(metadata)?;
        let body_length = self.long(at + 16)?;
        if (body as u64).checked_add(body_length)? > self.0.len() as u64 {
            return None;
        }
        let prefix = if self.word(place)? == CONTINUES { 8 } else { 4 };
        let message = self.follow(place + prefix)?;
        let header = self.follow(self.field(message, 2)??)?;
        // 3 is a batch of rows; 2 is a dictionary, whose batch is a table of its own.
        let batch = match self.take::<1>(self.field(message, 1)??)? {
            [3] => header,
            [2] => self.follow(self.field(header, 1)??)?,
            _ => return None,
        };
        self.batch(batch, body, body_length, stated)
    }

    fn batch(&self, batch: usize, body: usize, body_length: u64, stated: &mut Stated) -> Option<u64> {
        let rows = match self.field(batch, 0)? {
            Some(at) => self.long(at)?,
            None => 0,
        };
        let (nodes, first) = self.vector(batch, 1, 16)?;
        // No column is nested, so that each has as many rows as its batch.
        if (0..nodes).any(|node| self.long(first + 16 * node) != Some(rows)) {
            return None;
        }
        let is_compressed = self.field(batch, 3)?.is_some();
        let (buffers, first) = self.vector(batch, 2, 16)?;
        for buffer in 0..buffers {
            let (offset, length) = (self.long(first + 16 * buffer)?, self.long(first + 16 * buffer + 8)?);
            if offset.checked_add(length)? > body_length {
                return None;
            }
            let start = body.checked_add(usize::try_from(offset).ok()?)?;
            let expanded = match (is_compressed && length > 0).then(|| self.take::<8>(start).map(i64::from_le_bytes)) {
                None => length,
                // A buffer that did not become shorter is stored as it is.
                Some(Some(-1)) => length,
                Some(Some(expanded)) => u64::try_from(expanded).ok()?,
                Some(None) => return None,
            };
            stated.expanded = stated.expanded.checked_add(expanded)?;
        }
        Some(rows)
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::{IpcCompression, IpcWriter, SerWriter, df};

    use crate::read::{Format, ReadOptions, read_bytes};

    fn compressed() -> Vec<u8> {
        let mut data = df!("x" => vec![1.5_f64; 4_000], "y" => vec!["text"; 4_000]).unwrap();
        let mut bytes = Vec::new();
        IpcWriter::new(&mut bytes).with_compression(Some(IpcCompression::LZ4)).finish(&mut data).unwrap();
        bytes
    }

    fn code(bytes: Vec<u8>, options: &ReadOptions) -> Option<&'static str> {
        read_bytes("t.arrow", bytes, &options.clone().format(Format::IPC)).err().map(|error| error.code())
    }

    #[test]
    fn compressed_batches_are_read_within_the_ceiling() {
        assert_eq!(code(compressed(), &ReadOptions::new()), None);
        assert_eq!(code(compressed(), &ReadOptions::new().max_memory(10_000)), Some("too_large"));
    }

    #[test]
    fn a_buffer_that_claims_to_expand_to_a_terabyte_is_refused() {
        let mut bytes = compressed();
        let claimed = (4_000_u64 * 8).to_le_bytes();
        let at = bytes.windows(8).position(|window| window == claimed).unwrap();
        bytes[at..at + 8].copy_from_slice(&(1_u64 << 40).to_le_bytes());
        assert_eq!(code(bytes, &ReadOptions::new()), Some("too_large"));
    }

    #[test]
    fn no_flipped_byte_of_the_metadata_ends_the_process() {
        let whole = compressed();
        for at in (0..whole.len()).rev().step_by(7).take(300) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            code(bytes, &ReadOptions::new().max_memory(1 << 24));
        }
    }
}
