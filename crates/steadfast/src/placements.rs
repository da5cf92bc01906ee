//! Placement histories from files to tables: England's SSDA903 returns, or any table of spells with its mapping.

mod sequences;
mod text;

use std::path::PathBuf;

use serde::Serialize;
use steadfast_core::episodes::{CollectionYear, Histories, Indicator, Origin, indicator_table, indicators};
use steadfast_core::findings::Findings;
use steadfast_core::frame::{Date, Frame};
use steadfast_io::spells::{Mapping, Spells};
use steadfast_io::ssda903::{Files, Repair, Repairs, Scheme};
use steadfast_io::{RawTable, ReadOptions, WriteOptions, read_bytes, read_with, write_csv_to};

use crate::csv::{Csv, Field};
use crate::data::Input;
use crate::error::{Error, Result};
use crate::figures::events::SequenceFigure;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct PlacementRequest {
    /// Files, or folders of files.
    pub paths: Vec<PathBuf>,
    /// Codes and states that differ from the shipped ones, or the layout of a table of spells (with `[columns]`).
    pub mapping: Option<Input>,
    /// The collection year of the indicators; every one that the data cover when absent.
    pub year: Option<CollectionYear>,
    /// The day on which observation ends; the end of the last return, or the last day of a table of spells, when absent.
    pub cut: Option<Date>,
    /// The repairs to make.
    pub repairs: Repairs,
    /// From where the tables for survival models count days.
    pub origin: Origin,
}

impl PlacementRequest {
    /// Whether what is asked for lies in a table of spells, and not in returns.
    ///
    /// # Errors
    /// `not_text` when the mapping is none.
    pub fn describes_spells(&self) -> Result<bool> {
        Ok(self.mapping.as_ref().map(Input::text).transpose()?.is_some_and(describes_spells))
    }
}

/// The histories of all children, and what was found on the way.
#[derive(Debug, Clone)]
pub struct Placements {
    source: Source,
    histories: Histories,
    findings: Findings,
    repairs: Vec<Repair>,
    rows: usize,
    origin: Origin,
    indicators: Vec<Indicator>,
}

/// What the files were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// England's return of children looked after.
    Ssda903,
    /// A table of spells.
    Spells,
}

/// What `--json` prints.
#[derive(Debug, Clone, Serialize)]
pub struct PlacementSummary {
    /// What the files were.
    pub source: Source,
    /// Episodes or spells read, after repairs.
    pub rows: usize,
    /// The day on which observation ends.
    pub cut: String,
    /// Children who were in care.
    pub children: usize,
    /// Periods of care.
    pub periods: usize,
    /// Periods that began before the data did.
    pub truncated_periods: usize,
    /// Placements.
    pub placements: usize,
    /// Moves.
    pub moves: usize,
    /// Temporary placements that were bridged.
    pub bridged: usize,
    /// Entries into care after the first.
    pub re_entries: usize,
    /// Placements that ended on the day they began; the layouts for survival models have no row for them.
    pub placements_of_no_length: usize,
    /// The indicators of stability.
    pub indicators: Vec<IndicatorRow>,
    /// Warnings and notes.
    pub findings: Findings,
    /// The repairs that were made.
    pub repairs: Vec<Repair>,
    /// The files that were written.
    pub files: Vec<String>,
}

/// An indicator with its rule.
#[derive(Debug, Clone, Serialize)]
pub struct IndicatorRow {
    /// The name.
    pub indicator: &'static str,
    /// The collection year, by the year in which it ends.
    pub year: i32,
    /// Children who count.
    pub numerator: usize,
    /// Children of whom it is asked.
    pub denominator: usize,
    /// Children of whom the data do not say whether they are asked.
    pub undetermined: usize,
    /// The share, where the denominator is not 0.
    pub share: Option<f64>,
    /// The rule in words.
    pub rule: &'static str,
}

impl Placements {
    /// The histories in the files that `request` names; `step` hears what is being done.
    ///
    /// Operations: reading, which is linear, and sorts of the rows, O(n log n).
    ///
    /// # Errors
    /// Files that cannot be read; `invalid_data` with all findings; `invalid_scheme` and `invalid_mapping`;
    /// `unsuitable_option` when a repair is asked of a table of spells, or several files are named for one;
    /// `cut_before_data` when nobody was in care by the cut; `cut_after_data` when it is later than the last return's end;
    /// `year_not_covered` when indicators are asked of a year of which there is no return.
    pub fn read(request: &PlacementRequest, step: &dyn Fn(&str)) -> Result<Self> {
        step("reading the files");
        let of_spells = request.describes_spells()?;
        let paths = if of_spells { request.paths.clone() } else { Files::paths(&request.paths)? };
        let read = |path: PathBuf| Ok((read_with(&path, &ReadOptions::new())?, path));
        Self::of_tables(request, paths.into_iter().map(read).collect::<Result<_>>()?, step)
    }

    /// The histories in `files`, which `request` names, with their paths: what was hashed is what is read.
    ///
    /// # Errors
    /// As [`Placements::read`].
    pub fn of_inputs(request: &PlacementRequest, files: &[(PathBuf, Input)], step: &dyn Fn(&str)) -> Result<Self> {
        let read = |(path, input): &(PathBuf, Input)| {
            Ok((read_bytes(&input.name, input.bytes.clone(), &ReadOptions::new())?, path.clone()))
        };
        Self::of_tables(request, files.iter().map(read).collect::<Result<_>>()?, step)
    }

    fn of_tables(request: &PlacementRequest, tables: Vec<(RawTable, PathBuf)>, step: &dyn Fn(&str)) -> Result<Self> {
        let mapping = request.mapping.as_ref().map(|mapping| Ok::<_, Error>((mapping.text()?, mapping.name.as_str())));
        let mapping = mapping.transpose()?;
        let placements = match mapping {
            Some((text, name)) if describes_spells(text) => {
                of_spells(request, tables, &Mapping::parse(text, name)?, step)?
            }
            _ => of_returns(request, tables, mapping, step)?,
        };
        if placements.histories.periods().is_empty() {
            return Err(Error::data("cut_before_data", "no child was in care by the day on which observation ends"));
        }
        Ok(placements)
    }

    /// The histories.
    pub fn histories(&self) -> &Histories {
        &self.histories
    }

    /// Warnings and notes.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The repairs that were made.
    pub fn repairs(&self) -> &[Repair] {
        &self.repairs
    }

    /// The indicators of stability.
    pub fn indicators(&self) -> &[Indicator] {
        &self.indicators
    }

    /// The tables by their file names, as CSV: nothing where there is no value.
    ///
    /// # Errors
    /// None that histories can cause, but for identifiers of children that would be read as missing.
    pub fn tables(&self) -> Result<Vec<(&'static str, Vec<u8>)>> {
        let histories = &self.histories;
        let frames: [(&str, Frame); 8] = [
            ("spells.csv", histories.spell_table(self.origin)?),
            ("placements.csv", histories.placement_table()?),
            ("periods.csv", histories.period_table()?),
            ("legal.csv", histories.legal_table()?),
            ("moves.csv", histories.move_table(self.origin)?),
            ("exits.csv", histories.exit_table()?),
            ("children.csv", histories.child_table()?),
            ("indicators.csv", indicator_table(&self.indicators)?),
        ];
        let options = WriteOptions::new().missing("");
        let mut tables = Vec::with_capacity(frames.len());
        for (name, frame) in frames {
            let mut bytes = Vec::new();
            write_csv_to(&frame, &mut bytes, &options)?;
            tables.push((name, bytes));
        }
        tables.push(("repairs.csv", self.repair_table()));
        Ok(tables)
    }

    fn repair_table(&self) -> Vec<u8> {
        let mut csv = Csv::new(["file", "row", "kept_file", "kept_row", "rule"]);
        for repair in &self.repairs {
            let number = |row: u64| Field::Count(row as usize);
            let (file, kept) = (Field::from(repair.file.as_str()), Field::from(repair.kept_file.as_str()));
            csv.row([file, number(repair.row), kept, number(repair.kept_row), Field::from(repair.rule)]);
        }
        csv.into_bytes()
    }

    /// Every child's history as a line of colour: single children are seen in it.
    pub fn sequences(&self) -> SequenceFigure {
        sequences::sequences(&self.histories, self.origin)
    }

    /// What there is to say in one object; `files` are those that were written.
    pub fn summary(&self, files: Vec<String>) -> PlacementSummary {
        let periods = self.histories.periods();
        let placements = || periods.iter().flat_map(|period| &period.placements);
        let children = periods.chunk_by(|a, b| a.child == b.child).count();
        PlacementSummary {
            source: self.source,
            rows: self.rows,
            cut: self.histories.cut().to_string(),
            children,
            periods: periods.len(),
            truncated_periods: periods.iter().filter(|period| period.truncated).count(),
            placements: placements().count(),
            moves: periods.iter().map(|period| period.moves()).sum(),
            bridged: placements().map(|placement| placement.bridged as usize).sum(),
            re_entries: periods.len() - children,
            placements_of_no_length: placements().filter(|placement| placement.stop == Some(placement.start)).count(),
            indicators: self.indicators.iter().map(row).collect(),
            findings: self.findings.clone(),
            repairs: self.repairs.clone(),
            files,
        }
    }
}

fn row(indicator: &Indicator) -> IndicatorRow {
    IndicatorRow {
        indicator: indicator.rule.name(),
        year: indicator.year.0,
        numerator: indicator.numerator,
        denominator: indicator.denominator,
        undetermined: indicator.undetermined,
        share: indicator.share(),
        rule: indicator.rule.text(),
    }
}

/// Whether a mapping names columns, and so describes a table of spells.
fn describes_spells(text: &str) -> bool {
    text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("columns"))
}

fn of_returns(
    request: &PlacementRequest,
    tables: Vec<(RawTable, PathBuf)>,
    mapping: Option<(&str, &str)>,
    step: &dyn Fn(&str),
) -> Result<Placements> {
    let mut scheme = Scheme::shipped()?;
    if let Some((text, name)) = mapping {
        scheme = scheme.with(text, name)?;
    }
    let tables = tables.into_iter().map(|(table, path)| (path, table)).collect();
    let returns = Files::at_paths(tables, None)?.read(scheme)?;
    step("checking the rules");
    let found = returns.check(request.repairs)?;
    step("building histories");
    let years = found.years();
    if let Some(year) = request.year.filter(|year| !years.contains(year)) {
        let read: Vec<String> = years.iter().map(|year| year.0.to_string()).collect();
        let message = format!("no return of {} was read: they are of {}", year.0, read.join(", "));
        return Err(Error::usage("year_not_covered", message));
    }
    let last = years.last().copied().ok_or_else(|| Error::data("no_episodes", "no return has an episode"))?;
    let cut = request.cut.unwrap_or_else(|| last.last_day());
    if cut > last.last_day() {
        let message = "the cut is after the 31 March of the last return: what is open then is not known to last longer";
        return Err(Error::usage("cut_after_data", message));
    }
    let histories = Histories::from_episodes(found.register(), cut)?;
    let asked = years.iter().copied().filter(|year| request.year.is_none_or(|asked| asked == *year));
    Ok(Placements {
        source: Source::Ssda903,
        indicators: of_years(&histories, asked),
        findings: found.findings().clone(),
        repairs: found.repairs().to_vec(),
        rows: found.register().episodes.len(),
        origin: request.origin,
        histories,
    })
}

fn of_spells(
    request: &PlacementRequest,
    tables: Vec<(RawTable, PathBuf)>,
    mapping: &Mapping,
    step: &dyn Fn(&str),
) -> Result<Placements> {
    if request.repairs != Repairs::default() {
        return Err(Error::usage("unsuitable_option", "a table of spells has no repairs"));
    }
    let [(table, _)] = tables.as_slice() else {
        return Err(Error::usage("unsuitable_option", "a table of spells is one file"));
    };
    step("checking the rules");
    let spells = Spells::read(table, mapping)?;
    step("building histories");
    let histories = spells.histories(request.cut.unwrap_or_else(|| spells.last_day()))?;
    let first = histories.periods().iter().map(|period| period.start).min();
    let first = first.map_or(spells.last_year(), CollectionYear::of);
    let years = request.year.map_or(first.0..=spells.last_year().0, |year| year.0..=year.0);
    Ok(Placements {
        source: Source::Spells,
        indicators: of_years(&histories, years.map(CollectionYear)),
        findings: spells.findings().clone(),
        repairs: Vec::new(),
        rows: spells.n_rows(),
        origin: request.origin,
        histories,
    })
}

/// The indicators of every one of `years` that ends by the cut.
fn of_years(histories: &Histories, years: impl Iterator<Item = CollectionYear>) -> Vec<Indicator> {
    years.flat_map(|year| indicators(histories, year)).collect()
}
