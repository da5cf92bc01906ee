//! Rows on disk, divided among a fixed number of parts by what they say.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};

/// The number of parts. It is the same for every file and ceiling, so that the bits of a result depend on neither.
pub(super) const PARTS: usize = 1024;

/// Where something was put into the file.
#[derive(Debug, Clone, Copy)]
struct Extent {
    at: u64,
    length: u32,
}

/// One part: what has been written of it, and what it will hold.
#[derive(Debug, Clone, Default)]
struct Part {
    extents: Vec<Extent>,
    rows: u64,
    bytes: u64,
}

/// Rows on their way into parts.
pub(super) struct Writer {
    file: File,
    end: u64,
    parts: Vec<Part>,
    waiting: Vec<Vec<u8>>,
    /// The bytes that wait before they are written together.
    flush: usize,
}

/// The rows of all parts, in one file that has no name: it is gone as soon as nobody holds it, however the program ends.
#[derive(Debug)]
pub(super) struct Spill {
    file: Mutex<File>,
    parts: Vec<Part>,
}

fn failed(what: &str, error: &io::Error) -> Error {
    let message = format!("the temporary file of rows cannot be {what} ({}): is there room where it is?", error.kind());
    Error::usage("temporary_file", message)
}

impl Writer {
    /// Into `file`, which is empty; at most `memory` bytes wait in memory.
    pub(super) fn new(file: File, memory: usize) -> Self {
        // A buffer that grows by doubling has room for twice what it holds.
        let flush = (memory / PARTS / 2).clamp(256, 65_536);
        Self { file, end: 0, parts: vec![Part::default(); PARTS], waiting: vec![Vec::new(); PARTS], flush }
    }

    /// Adds a row to the part of `hash`.
    pub(super) fn push(&mut self, hash: u64, row: &[u8]) -> Result<()> {
        let k = part_of(hash);
        self.parts[k].rows += 1;
        self.parts[k].bytes += row.len() as u64;
        self.waiting[k].extend_from_slice(row);
        if self.waiting[k].len() >= self.flush { self.write(k) } else { Ok(()) }
    }

    fn write(&mut self, k: usize) -> Result<()> {
        let waiting = &mut self.waiting[k];
        self.file.write_all(waiting).map_err(|error| failed("written", &error))?;
        self.parts[k].extents.push(Extent { at: self.end, length: waiting.len() as u32 });
        self.end += waiting.len() as u64;
        waiting.clear();
        Ok(())
    }

    /// The parts, all written.
    pub(super) fn finish(mut self) -> Result<Spill> {
        for k in 0..PARTS {
            if !self.waiting[k].is_empty() {
                self.write(k)?;
            }
        }
        self.file.flush().map_err(|error| failed("written", &error))?;
        Ok(Spill { file: Mutex::new(self.file), parts: self.parts })
    }
}

/// The part of a row whose key has this hash.
fn part_of(hash: u64) -> usize {
    // The upper bits of the product depend on all bits of the hash.
    (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize % PARTS
}

impl Spill {
    /// The bytes of part `k`, rows in the order in which they came.
    pub(super) fn read(&self, k: usize) -> Result<Vec<u8>> {
        let part = &self.parts[k];
        let mut bytes = vec![0; part.bytes as usize];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rest = bytes.as_mut_slice();
        for extent in &part.extents {
            let (own, others) = rest.split_at_mut(extent.length as usize);
            file.seek(SeekFrom::Start(extent.at))
                .and_then(|_| file.read_exact(own))
                .map_err(|error| failed("read", &error))?;
            rest = others;
        }
        Ok(bytes)
    }

    /// The number of rows of part `k`.
    pub(super) fn rows(&self, k: usize) -> u64 {
        self.parts[k].rows
    }

    /// The bytes of the largest part, and its rows.
    pub(super) fn largest(&self) -> (u64, u64) {
        self.parts.iter().map(|part| (part.bytes, part.rows)).max().unwrap_or_default()
    }

    /// The number of all rows.
    pub(super) fn n_rows(&self) -> u64 {
        self.parts.iter().map(|part| part.rows).sum()
    }
}

/// FNV-1a over `bytes`, from `hash` on: the same on every machine and in every run.
pub(super) fn hashed(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The hash of nothing.
pub(super) const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;
