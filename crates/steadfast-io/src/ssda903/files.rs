//! Which files make up the returns, which table each holds, and of which year.

use std::path::{Path, PathBuf};

use steadfast_core::episodes::CollectionYear;

use crate::error::{Error, Result};
use crate::raw::RawTable;
use crate::read::{Format, ReadOptions, read_with};

/// A table of the return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TableKind {
    /// Episodes: one row an episode.
    Episodes,
    /// Header: one row a child.
    Header,
    /// OC2: health of children looked after for a year.
    Outcomes,
    /// AD1: adoptions.
    Adoptions,
    /// Episodes missing or away without authorisation.
    Missing,
    /// A table of the return that this program does not use.
    Other,
}

/// The columns by which tables are known, the first that matches.
const KNOWN_BY: [(TableKind, &[&str]); 5] = [
    (TableKind::Episodes, &["DECOM", "RNE"]),
    (TableKind::Missing, &["MIS_START"]),
    (TableKind::Adoptions, &["DATE_INT", "DATE_MATCH"]),
    (TableKind::Outcomes, &["SDQ_SCORE"]),
    (TableKind::Header, &["CHILD", "SEX", "DOB", "ETHNIC"]),
];

/// The kind of a table with these columns.
fn kind(table: &RawTable) -> TableKind {
    let has = |name: &&str| table.names().any(|column| column.trim().eq_ignore_ascii_case(name));
    let known = KNOWN_BY.iter().find(|(_, columns)| columns.iter().all(has));
    known.map_or(TableKind::Other, |(kind, _)| *kind)
}

/// A file of a return.
#[derive(Debug, Clone)]
pub(super) struct ReturnFile {
    pub(super) table: RawTable,
    pub(super) kind: TableKind,
    /// The collection year that the name of the file or its folder states.
    pub(super) year: Option<CollectionYear>,
}

/// The files of one return or several.
#[derive(Debug, Clone)]
pub struct Files {
    pub(super) files: Vec<ReturnFile>,
}

impl Files {
    /// The files that `paths` name, and all CSV, TSV, Parquet and Arrow files in the folders among them and one level
    /// below, in the order of their names. A table is known by its columns.
    ///
    /// A file belongs to the collection year that its name states, else the name of its folder, else `year`; without
    /// any of them the latest date in it decides. `2023`, `2022-23`, `2022_2023` and `2022/23` all mean the year that
    /// ends on 31 March 2023.
    ///
    /// # Errors
    /// `unreadable_file`; those of [`crate::read()`]; `no_files` when a folder holds none; `no_episodes` when no file has
    /// the columns of the episodes.
    pub fn find(paths: &[PathBuf], year: Option<CollectionYear>) -> Result<Self> {
        let read = |path: PathBuf| read_with(&path, &ReadOptions::new()).map(|table| (path, table));
        let tables = Self::paths(paths)?.into_iter().map(read).collect::<Result<_>>()?;
        Self::at_paths(tables, year)
    }

    /// The files that [`Files::find`] reads.
    ///
    /// # Errors
    /// `unreadable_file`, `no_files`.
    pub fn paths(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for path in paths {
            if path.is_dir() { list(path, 1, &mut found)? } else { found.push(path.clone()) }
        }
        if found.is_empty() {
            return Err(Error::usage("no_files", "there is no CSV, TSV, Parquet or Arrow file in what was named"));
        }
        Ok(found)
    }

    /// The same from tables that were read at these paths, whose names state years as for [`Files::find`].
    ///
    /// # Errors
    /// `no_episodes`.
    pub fn at_paths(tables: Vec<(PathBuf, RawTable)>, year: Option<CollectionYear>) -> Result<Self> {
        Self::of_tables(tables.into_iter().map(|(path, table)| (table, year_of(&path).or(year))).collect())
    }

    /// The same from tables in memory, each with its year where it is known.
    ///
    /// # Errors
    /// `no_episodes`.
    pub fn of_tables(tables: Vec<(RawTable, Option<CollectionYear>)>) -> Result<Self> {
        let files = tables.into_iter().map(|(table, year)| ReturnFile { kind: kind(&table), table, year }).collect();
        Self { files }.checked()
    }

    fn checked(self) -> Result<Self> {
        if self.files.iter().any(|file| file.kind == TableKind::Episodes) {
            return Ok(self);
        }
        Err(Error::data("no_episodes", "no file has the columns CHILD, DECOM and RNE of the episodes"))
    }

    /// The name and kind of each file.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, TableKind)> {
        self.files.iter().map(|file| (file.table.file(), file.kind))
    }
}

/// The data files in `folder` in the order of their names, and those of its folders down to `depth`.
fn list(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<()> {
    let unreadable = |source| Error::unreadable(folder, source);
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        entries.push(entry.map_err(unreadable)?.path());
    }
    entries.sort();
    for path in entries {
        if path.is_dir() && depth > 0 {
            list(&path, depth - 1, found)?;
        } else if path.is_file() && Format::of_path(&path).is_ok() {
            found.push(path);
        }
    }
    Ok(())
}

/// The collection year that the name of the file, or else of its folder, states.
fn year_of(path: &Path) -> Option<CollectionYear> {
    let name = |path: &Path| path.file_name().and_then(|name| stated(&name.to_string_lossy()));
    name(path).or_else(|| path.parent().and_then(name)).map(CollectionYear)
}

/// The last year in a text, such as 2023 in `2022-23`. Runs of digits of another length than four are no years.
fn stated(text: &str) -> Option<i32> {
    let mut runs = text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
    let is_year = |run: &&str| run.len() == 4 && (run.starts_with("19") || run.starts_with("20"));
    let first: i32 = runs.by_ref().find(is_year)?.parse().ok()?;
    let second = runs.next().and_then(|run| run.parse::<i32>().ok());
    let follows = second.is_some_and(|next| next == first + 1 || next == (first + 1).rem_euclid(100));
    Some(if follows { first + 1 } else { first })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_read_from_names() {
        for (name, year) in [
            ("episodes_2023.csv", Some(2023)),
            ("episodes 2022-23.csv", Some(2023)),
            ("SSDA903_2022_2023_episodes.csv", Some(2023)),
            ("1999-00.csv", Some(2000)),
            ("episodes.csv", None),
            ("export 31032023.csv", None),
        ] {
            assert_eq!(stated(name), year, "{name}");
        }
        assert_eq!(year_of(Path::new("returns/2021/episodes.csv")), Some(CollectionYear(2021)));
        assert_eq!(year_of(Path::new("returns/2021/episodes_2020.csv")), Some(CollectionYear(2020)));
    }
}
