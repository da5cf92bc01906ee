//! What a reading may take: memory, threads and temporary files, and how they are shared out.

use std::fs::File;

use steadfast_core::parallel::Threads;

use super::division::Division;
use super::{Step, Temporary};
use crate::error::{Error, Result};

/// What the program takes before a row is read: code, tables of formats, stacks.
const BASE: u64 = 24 << 20;

/// A part in memory, as columns and on its way through a model, takes this many times its bytes on disk.
const A_PART: u64 = 6;

/// What a reading may take.
pub(super) struct Plan<'a> {
    pub(super) ceiling: Option<u64>,
    pub(super) threads: Threads,
    pub(super) temporary: &'a Temporary<'a>,
    pub(super) step: Option<&'a Step<'a>>,
}

impl Plan<'_> {
    pub(super) fn file(&self) -> Result<File> {
        (self.temporary)().map_err(|error| {
            let message = format!("no temporary file can be made for the rows ({}): name another folder", error.kind());
            Error::usage("temporary_file", message)
        })
    }

    /// What may be taken for rows and sums.
    pub(super) fn budget(&self) -> u64 {
        self.ceiling.map_or(u64::MAX, |ceiling| ceiling.saturating_sub(BASE))
    }

    /// The bytes of rows that may wait to be written.
    pub(super) fn waiting(&self) -> usize {
        (self.budget() / 8).min(32 << 20) as usize
    }

    /// The bytes of the file that are read at a time. Typed, and on their way, they take some twelve times as much.
    pub(super) fn window(&self) -> usize {
        (self.budget() / 64).clamp(4_096, 1 << 20) as usize
    }

    /// As many threads as have room for a part each.
    pub(super) fn threads_for(&self, division: &Division) -> Threads {
        let (bytes, _) = division.spill.largest();
        let room = self.budget() / 2 / (bytes * A_PART).max(1);
        Threads::new(self.threads.get().min(room.max(1) as usize))
    }

    /// Refuses a division of which a part has no room.
    pub(super) fn check_parts(&self, division: &Division) -> Result<()> {
        let (bytes, rows) = division.spill.largest();
        if bytes * A_PART <= self.budget() / 2 {
            return Ok(());
        }
        let message = format!(
            "{rows} of {} rows stand together by {} and would take {} MB: the memory allowed has {} MB for them. Allow more, \
             or look whether that is the right column",
            division.spill.n_rows(),
            division.key.0.join(", "),
            (bytes * A_PART).div_ceil(1_000_000),
            self.budget() / 2_000_000,
        );
        Err(Error::data("memory_ceiling", message))
    }

    pub(super) fn step(&self, done: u64, of: u64) {
        if let Some(step) = self.step {
            step("holding the rows against the dictionary", done, of);
        }
    }
}
