//! Parquet, some rows of one row group at a time.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use polars::prelude::{DataFrame, ParallelStrategy, ParquetReader, SerReader};

use super::chunks::{Chunk, Chunks, Wanted};
use crate::error::{Error, Result};
use crate::note::Note;
use crate::read::{Carried, METADATA_KEY, arrow_types, companion, explanation};

const MAGIC: &[u8] = b"PAR1";

/// The bytes that a cell counts for at least.
const LEAST_CELL: usize = 4;

/// The rows of a Parquet file. Pieces are of about the bytes asked for, as the file counts them before compression, or as
/// their cells take if that is more; a row
/// group that is larger is read in several pieces.
pub(super) struct ParquetRows {
    file: String,
    input: File,
    names: Vec<String>,
    /// The columns asked for, in the order of the file, and whether a companion explains their absences.
    wanted: Vec<(String, bool)>,
    /// Where each piece begins and how many rows it has.
    pieces: Vec<(usize, usize)>,
    next: usize,
    bytes: u64,
}

impl ParquetRows {
    /// The rows of `input`, called `file` in messages.
    ///
    /// # Errors
    /// `empty_file`, `damaged_file`, `unsupported_type`.
    pub(super) fn new(file: &str, mut input: File, bytes: usize, wanted: &Wanted<'_>) -> Result<Self> {
        let length = check(file, &mut input)?;
        let (names, explained, groups) = arrow_types::guarded(file, || {
            let mut reader = ParquetReader::new(copy(file, &input)?);
            let schema = reader.schema().map_err(|error| arrow_types::damaged(file, error))?;
            arrow_types::check(file, &schema)?;
            let metadata = reader.get_metadata().map_err(|error| arrow_types::damaged(file, error))?;
            let groups: Vec<(usize, usize)> =
                metadata.row_groups.iter().map(|one| (one.num_rows(), one.total_byte_size())).collect();
            let pairs = metadata.key_value_metadata.iter().flatten();
            let carried = pairs.filter(|pair| pair.key == METADATA_KEY).find_map(|pair| pair.value.clone());
            let names = schema.iter_names().map(|name| name.to_string()).collect::<Vec<String>>();
            Ok((names, Carried::explained(carried.as_deref()), groups))
        })?;
        let companions: HashSet<String> = explained.iter().map(|name| companion(name)).collect();
        let is_explained = |name: &String| explained.contains(name) && names.contains(&companion(name));
        let wanted = names.iter().filter(|name| wanted(name) && !companions.contains(*name));
        let wanted: Vec<(String, bool)> = wanted.map(|name| (name.clone(), is_explained(name))).collect();
        let names: Vec<String> = names.iter().filter(|name| !companions.contains(*name)).cloned().collect();
        let mut pieces = Vec::new();
        let mut first = 0;
        for (rows, size) in groups {
            // What repeats takes next to nothing in the file, and its place in memory all the same.
            let size = size.max(rows.saturating_mul(LEAST_CELL * wanted.len()));
            let n = size.div_ceil(bytes.max(1)).clamp(1, rows.max(1));
            let each = rows.div_ceil(n).max(1);
            pieces.extend((0..rows).step_by(each).map(|at| (first + at, each.min(rows - at))));
            first += rows;
        }
        Ok(Self { file: file.to_owned(), input, names, wanted, pieces, next: 0, bytes: length })
    }
}

/// The length of the file, which begins and ends as Parquet does.
fn check(file: &str, input: &mut File) -> Result<u64> {
    let unreadable = |source| Error::unreadable(std::path::Path::new(file), source);
    let length = input.seek(SeekFrom::End(0)).map_err(unreadable)?;
    if length == 0 {
        return Err(Error::data("empty_file", format!("`{file}` is empty: it has not even a header")));
    }
    // The first bytes and the last: all that the marks are in.
    let mut ends = vec![0; 4.min(length as usize)];
    input.rewind().and_then(|()| input.read_exact(&mut ends)).map_err(unreadable)?;
    let mut last = vec![0; 4.min(length as usize)];
    input.seek(SeekFrom::End(-(last.len() as i64))).and_then(|_| input.read_exact(&mut last)).map_err(unreadable)?;
    ends.extend(last);
    arrow_types::check_magic(file, &ends, MAGIC)?;
    Ok(length)
}

fn copy(file: &str, input: &File) -> Result<File> {
    input.try_clone().map_err(|source| Error::unreadable(std::path::Path::new(file), source))
}

impl ParquetRows {
    /// The columns of `table` with what their companions say.
    fn chunk(&self, table: DataFrame, rows: usize) -> Result<Chunk> {
        let column = |name: &str| table.column(name).map_err(|error| arrow_types::damaged(&self.file, error));
        let (mut columns, mut notes) = (Vec::with_capacity(self.wanted.len()), Vec::with_capacity(self.wanted.len()));
        for (name, explained) in &self.wanted {
            columns.push(column(name)?.clone());
            notes.push(if *explained { explanation(column(&companion(name))?)? } else { Note::default() });
        }
        let columns = DataFrame::new(rows, columns).map_err(|error| arrow_types::damaged(&self.file, error))?;
        Ok(Chunk { rows, columns, notes })
    }
}

impl Chunks for ParquetRows {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn place(&mut self) -> u64 {
        match self.pieces.len() {
            0 => self.bytes,
            n => self.bytes / n as u64 * self.next as u64,
        }
    }

    fn next(&mut self) -> Result<Option<Chunk>> {
        let Some(&piece) = self.pieces.get(self.next) else { return Ok(None) };
        self.next += 1;
        let explaining = self.wanted.iter().filter(|(_, explained)| *explained).map(|(name, _)| companion(name));
        let asked: Vec<String> = self.wanted.iter().map(|(name, _)| name.clone()).chain(explaining).collect();
        let table = arrow_types::guarded(&self.file, || {
            // The file is mapped anew for every piece, so that pages of those before do not stay.
            let reader = ParquetReader::new(copy(&self.file, &self.input)?)
                .read_parallel(ParallelStrategy::None)
                .set_low_memory(true)
                .with_columns(Some(asked))
                .with_slice(Some(piece));
            reader.finish().map_err(|error| arrow_types::damaged(&self.file, error))
        })?;
        if table.width() > 0 && table.height() != piece.1 {
            return Err(arrow_types::damaged(&self.file, "it has fewer rows than it promises"));
        }
        Ok(Some(self.chunk(table, piece.1)?))
    }
}
