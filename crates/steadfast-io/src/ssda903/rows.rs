//! The rows of all returns, their cells read: numbers for codes, days for dates, and what could not be read.

use std::collections::BTreeSet;

use polars::prelude::Column as RawColumn;
use steadfast_core::episodes::CollectionYear;
use steadfast_core::findings::{Finding, Findings, Severity};
use steadfast_core::frame::Date;

use super::files::{Files, ReturnFile, TableKind};
use super::scheme::Scheme;
use crate::cells::{Cells, Notation};
use crate::dictionary::DateFormat;
use crate::error::Result;
use crate::interner::{Interner, NONE};
use crate::raw::RawTable;
use crate::read::DecimalMark;

/// The notation of the return.
const NOTATION: Notation = Notation { decimal_mark: DecimalMark::Point, date_format: DateFormat::DayMonthYear('/') };

/// The columns of codes in the episodes, in the order of [`EpisodeRow::codes`].
pub(super) const CODES: [&str; 7] = ["RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "REC", "REASON_PLACE_CHANGE"];
pub(super) const RNE: usize = 0;
pub(super) const LS: usize = 1;
pub(super) const PLACE: usize = 3;
pub(super) const PROVIDER: usize = 4;
pub(super) const REC: usize = 5;
pub(super) const REASON: usize = 6;

/// A cell that should hold a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    Blank,
    Invalid,
    Is(Date),
}

impl Day {
    pub(super) fn date(self) -> Option<Date> {
        match self {
            Self::Is(date) => Some(date),
            Self::Blank | Self::Invalid => None,
        }
    }
}

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) file: u32,
    /// 0-based.
    pub(super) row: u32,
}

/// A row of the episodes.
#[derive(Debug, Clone, Copy)]
pub(super) struct EpisodeRow {
    pub(super) place: Place,
    pub(super) year: i32,
    pub(super) child: u32,
    pub(super) start: Day,
    pub(super) end: Day,
    /// Numbers of the codes, [`NONE`] where blank.
    pub(super) codes: [u32; 7],
    pub(super) postcode: u32,
    pub(super) urn: u32,
}

impl EpisodeRow {
    /// Everything that tells one placement from another.
    pub(super) fn address(&self) -> (u32, u32, u32, u32) {
        (self.codes[PLACE], self.codes[PROVIDER], self.postcode, self.urn)
    }
}

/// A row of a table that has dates: birth in the header, start and end of an absence.
#[derive(Debug, Clone, Copy)]
pub(super) struct DatedRow {
    pub(super) place: Place,
    pub(super) year: i32,
    pub(super) child: u32,
    pub(super) first: Day,
    pub(super) second: Day,
    /// The number of a code, [`NONE`] where blank or where the table has none.
    pub(super) code: u32,
}

/// The returns with their cells read, before anybody has judged them.
#[derive(Debug)]
pub struct Returns {
    pub(super) scheme: Scheme,
    pub(super) files: Vec<(String, TableKind)>,
    pub(super) children: Interner,
    pub(super) texts: [Interner; 7],
    pub(super) absence_codes: Interner,
    /// Postcodes and URNs.
    addresses: Interner,
    /// The collection years of the tables of episodes, whether or not a repair leaves rows of them.
    pub(super) years: BTreeSet<i32>,
    pub(super) episodes: Vec<EpisodeRow>,
    pub(super) headers: Vec<DatedRow>,
    pub(super) adoptions: Vec<DatedRow>,
    pub(super) outcomes: Vec<DatedRow>,
    pub(super) absences: Vec<DatedRow>,
    /// What is wrong with whole files: columns that are not there, tables without rows.
    pub(super) of_files: Findings,
}

impl Files {
    /// The cells of all files; what they break is said by [`Returns::check`].
    ///
    /// # Errors
    /// `unsupported_type` when a column holds something that is no number, text or date.
    pub fn read(self, scheme: Scheme) -> Result<Returns> {
        let mut returns = Returns {
            scheme,
            files: Vec::new(),
            children: Interner::default(),
            texts: Default::default(),
            absence_codes: Interner::default(),
            addresses: Interner::default(),
            years: BTreeSet::new(),
            episodes: Vec::new(),
            headers: Vec::new(),
            adoptions: Vec::new(),
            outcomes: Vec::new(),
            absences: Vec::new(),
            of_files: Findings::new(),
        };
        let mut latest = None;
        // The episodes come first: their dates say the year of files that state none.
        let mut files: Vec<ReturnFile> = self.files;
        files.sort_by_key(|file| file.kind != TableKind::Episodes);
        for file in &files {
            let number = returns.files.len() as u32;
            returns.files.push((file.table.file().to_owned(), file.kind));
            let year = returns.take(file, number, latest)?;
            if file.kind == TableKind::Episodes {
                latest = latest.max(year);
                returns.years.extend(year);
            }
        }
        returns.number_children();
        Ok(returns)
    }
}

impl Returns {
    /// Reads a file and returns its collection year, where one is known.
    fn take(&mut self, file: &ReturnFile, number: u32, latest: Option<i32>) -> Result<Option<i32>> {
        let stated = file.year.map(|year| year.0);
        if file.table.n_rows() == 0 && file.kind == TableKind::Episodes {
            self.about_file(file, "empty_table", None, "there are no rows");
        }
        match file.kind {
            TableKind::Episodes => return self.take_episodes(file, number, stated),
            TableKind::Header => {
                let rows = self.dated(file, number, stated.or(latest), "DOB", None, None)?;
                self.headers.extend(rows);
            }
            TableKind::Adoptions => {
                let rows = self.dated(file, number, stated.or(latest), "DOB", None, None)?;
                self.adoptions.extend(rows);
            }
            TableKind::Outcomes => {
                let rows = self.dated(file, number, stated.or(latest), "DOB", None, None)?;
                self.outcomes.extend(rows);
            }
            TableKind::Missing => {
                let rows =
                    self.dated(file, number, stated.or(latest), "MIS_START", Some("MIS_END"), Some("MISSING"))?;
                self.absences.extend(rows);
            }
            TableKind::Other => {}
        }
        Ok(None)
    }

    fn take_episodes(&mut self, file: &ReturnFile, number: u32, stated: Option<i32>) -> Result<Option<i32>> {
        let Some(children) = self.children_of(file)? else { return Ok(None) };
        let (start, end) = (self.days(file, "DECOM")?, self.days(file, "DEC")?);
        let mut codes = Vec::with_capacity(CODES.len());
        for (at, name) in CODES.into_iter().enumerate() {
            codes.push(numbers(column(&file.table, name), &mut self.texts[at])?);
            if column(&file.table, name).is_none() {
                self.about_file(file, "missing_column", Some(name), "the column is not in the file");
            }
        }
        let postcodes = numbers(column(&file.table, "PL_POST"), &mut self.addresses)?;
        let urns = numbers(column(&file.table, "URN"), &mut self.addresses)?;
        let days = start.iter().chain(&end).filter_map(|day| day.date());
        let year = stated.or_else(|| days.max().map(|day| CollectionYear::of(day).0));
        for (row, &child) in children.iter().enumerate() {
            let mut of_row = [NONE; 7];
            for (code, list) in of_row.iter_mut().zip(&codes) {
                *code = list.get(row).copied().unwrap_or(NONE);
            }
            self.episodes.push(EpisodeRow {
                place: Place { file: number, row: row as u32 },
                year: year.unwrap_or_default(),
                child,
                start: start.get(row).copied().unwrap_or(Day::Blank),
                end: end.get(row).copied().unwrap_or(Day::Blank),
                codes: of_row,
                postcode: postcodes.get(row).copied().unwrap_or(NONE),
                urn: urns.get(row).copied().unwrap_or(NONE),
            });
        }
        Ok(year)
    }

    fn dated(
        &mut self,
        file: &ReturnFile,
        number: u32,
        year: Option<i32>,
        first: &str,
        second: Option<&str>,
        code: Option<&str>,
    ) -> Result<Vec<DatedRow>> {
        let Some(children) = self.children_of(file)? else { return Ok(Vec::new()) };
        let firsts = self.days(file, first)?;
        let seconds = second.map(|name| self.days(file, name)).transpose()?.unwrap_or_default();
        let codes = code.map(|name| numbers(column(&file.table, name), &mut self.absence_codes)).transpose()?;
        let row = |row: usize| DatedRow {
            place: Place { file: number, row: row as u32 },
            year: year.unwrap_or_default(),
            child: children[row],
            first: firsts.get(row).copied().unwrap_or(Day::Blank),
            second: seconds.get(row).copied().unwrap_or(Day::Blank),
            code: codes.as_ref().and_then(|codes| codes.get(row)).copied().unwrap_or(NONE),
        };
        Ok((0..file.table.n_rows()).map(row).collect())
    }

    /// The children of a file, or a finding and nothing when it has no such column.
    fn children_of(&mut self, file: &ReturnFile) -> Result<Option<Vec<u32>>> {
        let Some(children) = column(&file.table, "CHILD") else {
            self.about_file(file, "missing_column", Some("CHILD"), "the column is not in the file");
            return Ok(None);
        };
        numbers(Some(children), &mut self.children).map(Some)
    }

    fn days(&mut self, file: &ReturnFile, name: &str) -> Result<Vec<Day>> {
        let Some(column) = column(&file.table, name) else {
            self.about_file(file, "missing_column", Some(name), "the column is not in the file");
            return Ok(Vec::new());
        };
        let cells = Cells::of(column, NOTATION);
        let format = cells.notation().date_format;
        let mut days = Vec::with_capacity(cells.len());
        cells.for_each(|cell| {
            days.push(match cell.map(str::trim) {
                None | Some("") => Day::Blank,
                Some(text) => format.parse(text).map_or(Day::Invalid, Day::Is),
            });
        })?;
        Ok(days)
    }

    fn about_file(&mut self, file: &ReturnFile, code: &str, column: Option<&str>, message: &str) {
        self.of_files.push(Finding {
            severity: Severity::Error,
            file: Some(file.table.file().to_owned()),
            row: None,
            column: column.map(str::to_owned),
            code: code.to_owned(),
            message: message.to_owned(),
        });
    }

    /// Numbers children in the order of their identifiers, so that no result depends on the order of rows.
    fn number_children(&mut self) {
        let new = self.children.sort();
        let renumber = |child: &mut u32| {
            if *child != NONE {
                *child = new[*child as usize];
            }
        };
        self.episodes.iter_mut().for_each(|row| renumber(&mut row.child));
        let tables = [&mut self.headers, &mut self.adoptions, &mut self.outcomes, &mut self.absences];
        tables.into_iter().flatten().for_each(|row| renumber(&mut row.child));
    }
}

/// The column of this name, in any case.
fn column<'a>(table: &'a RawTable, name: &str) -> Option<&'a RawColumn> {
    let columns = table.as_polars().columns().iter();
    columns.into_iter().find(|column| column.name().trim().eq_ignore_ascii_case(name))
}

/// The number of each cell's text; nothing where there is no such column.
fn numbers(column: Option<&RawColumn>, interner: &mut Interner) -> Result<Vec<u32>> {
    let Some(column) = column else { return Ok(Vec::new()) };
    interner.numbers(&Cells::of(column, NOTATION))
}
