//! Files larger than memory: read in pieces, held against their dictionary, and divided into parts that fit.
//!
//! Rows go from the file into typed columns, from there into one of 1,024 parts of a temporary file, by a hash of the columns
//! that a model keeps together, and come back part by part. A part is a frame like any other.

mod check;
mod chunks;
mod division;
mod parquet;
mod plan;
mod rows;
mod spill;
mod text;

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use steadfast_core::error as core;
use steadfast_core::findings::Findings;
use steadfast_core::frame::{Frame, Partitions};
use steadfast_core::parallel::Threads;

use crate::dictionary::{Dictionary, Variable};
use crate::error::{Error, Result};
use crate::typing::{Typed, decimal_mark, typed};
use check::{Table, Witnesses, straddles};
use chunks::open;
use division::{Divider, Division, Key};
use plan::Plan;
use rows::Encoder;
use spill::PARTS;

/// The smallest memory that a reading in pieces is held to.
pub const SMALLEST: u64 = 48 << 20;

/// How far a reading is: what is being done, and how much of how much.
pub type Step<'a> = dyn Fn(&str, u64, u64) + Sync + 'a;

/// Where temporary files come from: each call opens an empty one that nobody else can see.
pub type Temporary<'a> = dyn Fn() -> io::Result<File> + Sync + 'a;

/// A file to be read in pieces.
pub struct Stream<'a> {
    path: PathBuf,
    dictionary: &'a Dictionary,
    together: Vec<String>,
    apart: Vec<Vec<String>>,
    plan: Plan<'a>,
    #[cfg(test)]
    window: Option<usize>,
}

impl fmt::Debug for Stream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("path", &self.path).field("together", &self.together).finish_non_exhaustive()
    }
}

impl<'a> Stream<'a> {
    /// The file at `path`, which `dictionary` describes; temporary files come from `temporary`.
    pub fn new(path: impl AsRef<Path>, dictionary: &'a Dictionary, temporary: &'a Temporary<'a>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            dictionary,
            together: Vec::new(),
            apart: Vec::new(),
            plan: Plan { ceiling: None, threads: Threads::ONE, temporary, step: None },
            #[cfg(test)]
            window: None,
        }
    }

    /// Rows that agree in `columns` stand in one part; without any, rows are divided by all that they say.
    pub fn together(mut self, columns: Vec<String>) -> Self {
        self.together = columns;
        self
    }

    /// Rows that agree in `columns` must stand in one part too, which is looked at and refused otherwise.
    pub fn within(mut self, columns: Vec<String>) -> Self {
        self.apart.push(columns);
        self
    }

    /// No more than about `bytes` of memory, the program itself counted in.
    pub fn ceiling(mut self, bytes: u64) -> Self {
        self.plan.ceiling = Some(bytes);
        self
    }

    /// Several threads may work.
    pub fn threads(mut self, threads: Threads) -> Self {
        self.plan.threads = threads;
        self
    }

    /// Tells `step` how far the reading is.
    pub fn steps(mut self, step: &'a Step<'a>) -> Self {
        self.plan.step = Some(step);
        self
    }

    /// Reads the file, holds it against the dictionary, and gives its rows in parts.
    ///
    /// # Errors
    /// As [`crate::read`] and [`crate::RawTable::validate`]; `not_streamed` for a format that is read as a whole;
    /// `memory_ceiling` where rows that stand together have no room; `not_within` where rows that must stand in one part do
    /// not; `temporary_file`.
    pub fn divide(self) -> Result<Divided> {
        if let Some(ceiling) = self.plan.ceiling.filter(|ceiling| *ceiling < SMALLEST) {
            let message = format!(
                "{} MB are too few: reading in pieces takes {} MB at least",
                ceiling / 1_000_000,
                SMALLEST.div_ceil(1_000_000)
            );
            return Err(Error::usage("memory_ceiling", message));
        }
        let (division, n_rows, undescribed, witnesses) = self.rows()?;
        self.plan.check_parts(&division)?;
        let file = self.path.display().to_string();
        let table = Table { file: &file, dictionary: self.dictionary, n_rows, undescribed: &undescribed, witnesses };
        let findings = table.findings(&division, &self.plan)?;
        if findings.has_errors() {
            return Err(Error::findings("invalid_data", findings));
        }
        for columns in &self.apart {
            if straddles(&division, columns, &self.plan)? {
                let message = format!(
                    "rows that agree in {} differ in {}. If the latter lies within the former, give the former the role of the \
                     cluster; groups that cross are fitted with all rows in memory",
                    columns.join(", "),
                    self.together.join(", ")
                );
                return Err(Error::data("not_within", message));
            }
        }
        let threads = self.plan.threads_for(&division);
        let ceiling = self.plan.ceiling.map(|_| (self.plan.budget() / 3) as usize);
        Ok(Divided { division, findings: findings.sorted(), threads, ceiling })
    }

    /// The rows in parts, how many the file has, the columns that nobody described, and rows that show what varies.
    fn rows(&self) -> Result<(Division, u64, Vec<String>, Witnesses)> {
        let described = |name: &str| self.dictionary.variable(name).is_some();
        let options = self.dictionary.read_options();
        let mut chunks = open(&self.path, options, self.window(), &described)?;
        let total = std::fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        let variables: Vec<Variable> =
            chunks.names().iter().filter_map(|name| self.dictionary.variable(name).cloned()).collect();
        let undescribed = chunks.names().iter().filter(|name| !described(name)).cloned().collect();
        let mark = decimal_mark(self.dictionary, options.decimal());
        let mut divider = Divider::new(Key(self.together.clone()), self.plan.file()?, self.plan.waiting());
        let mut witnesses = Witnesses::new(&variables);
        let mut first = 0u64;
        while let Some(chunk) = chunks.next()? {
            let columns: Vec<Typed> = (chunk.columns.columns().iter().zip(&variables).enumerate())
                .map(|(at, (column, variable))| typed((column, chunk.notes.get(at)), variable, mark))
                .collect::<Result<_>>()?;
            witnesses.look(&columns, |row, out| {
                out.extend((first + row as u64).to_le_bytes());
                // Refused cells are met in their order from the first row on.
                let mut encoder = Encoder::new(&columns, &variables);
                encoder.at(row, out);
            });
            divider.take(&columns, &variables, |row| first + row as u64)?;
            first += chunk.rows as u64;
            if let Some(step) = self.plan.step {
                step("reading the data", chunks.place(), total);
            }
        }
        Ok((divider.finish(variables)?, first, undescribed, witnesses))
    }

    fn window(&self) -> usize {
        #[cfg(test)]
        if let Some(window) = self.window {
            return window;
        }
        self.plan.window()
    }
}

/// The rows of a file in parts, on disk until they are asked for.
///
/// The temporary file has no name and goes with this value, however the program ends.
#[derive(Debug)]
pub struct Divided {
    division: Division,
    findings: Findings,
    threads: Threads,
    ceiling: Option<usize>,
}

impl Divided {
    /// The warnings and notes about the data.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The number of rows.
    pub fn n_rows(&self) -> u64 {
        self.division.spill.n_rows()
    }

    /// How many parts may be in memory at a time.
    pub fn threads(&self) -> Threads {
        self.threads
    }

    /// The rows of part `k`.
    ///
    /// # Errors
    /// `temporary_file`.
    pub fn frame(&self, k: usize) -> Result<Frame> {
        let decoded = self.division.part(k)?;
        Ok(decoded.frame.with_row_numbers(decoded.rows.iter().map(|row| row + 1).collect())?)
    }
}

impl Partitions for Divided {
    fn n_parts(&self) -> usize {
        PARTS
    }

    fn part(&self, k: usize) -> core::Result<Frame> {
        self.frame(k).map_err(|error| core::Error::data("temporary_file", error))
    }

    fn ceiling(&self) -> Option<usize> {
        self.ceiling
    }
}

#[cfg(test)]
mod tests;
