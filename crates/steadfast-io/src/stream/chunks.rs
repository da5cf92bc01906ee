//! A file as chunks of rows: what the formats have in common.

use std::fs::File;
use std::path::Path;

use polars::prelude::DataFrame;

use super::parquet::ParquetRows;
use super::text::TextRows;
use crate::error::{Error, Result};
use crate::note::Note;
use crate::read::{Format, ReadOptions};

/// Whether a column is asked for.
pub(super) type Wanted<'a> = dyn Fn(&str) -> bool + 'a;

/// The rows of a file, chunk after chunk.
pub(super) trait Chunks {
    /// The names of all columns of the file, without those that only explain absences of others.
    fn names(&self) -> &[String];
    /// How many bytes of the file have been read.
    fn place(&mut self) -> u64;
    /// The next rows of the columns asked for, in the order of the file; none at its end.
    fn next(&mut self) -> Result<Option<Chunk>>;
}

/// Some rows of the columns asked for.
pub(super) struct Chunk {
    /// How many rows there are, even where no column is asked for.
    pub(super) rows: usize,
    pub(super) columns: DataFrame,
    /// Why values of each column are absent, or nothing at all.
    pub(super) notes: Vec<Note>,
}

/// The chunks of the file at `path`, each of some `bytes` as the file has them.
///
/// # Errors
/// `unreadable_file`, `unknown_format`, `not_streamed` for a format that is read as a whole; those of a header.
pub(super) fn open(path: &Path, options: &ReadOptions, bytes: usize, wanted: &Wanted<'_>) -> Result<Box<dyn Chunks>> {
    let format = match options.chosen_format() {
        Some(format) => format,
        None => Format::of_path(path)?,
    };
    let file = path.display().to_string();
    let input = File::open(path).map_err(|source| Error::unreadable(path, source))?;
    match format.name() {
        "csv" => Ok(Box::new(TextRows::new(&file, input, options, b',', bytes, wanted)?)),
        "tsv" => Ok(Box::new(TextRows::new(&file, input, options, b'\t', bytes, wanted)?)),
        "parquet" => Ok(Box::new(ParquetRows::new(&file, input, bytes, wanted)?)),
        name => {
            let message = format!("`{file}`: {name} is read as a whole; CSV, TSV and Parquet can be read in pieces");
            Err(Error::usage("not_streamed", message))
        }
    }
}
