//! What a user may type about placement episodes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use steadfast::core::frame::Date;

use super::page::PageArguments;

/// Check placement episodes of children in care, and make tables of placements, moves, exits and stability of them
#[derive(Debug, Args)]
#[command(after_help = EPISODES_EXAMPLES)]
pub(crate) struct EpisodesArguments {
    /// Files of SSDA903 returns, or folders of them (a folder a year); with a mapping of columns, one table of spells
    #[arg(required = true, value_name = "FOLDER|FILE")]
    pub(crate) paths: Vec<PathBuf>,
    /// Write the tables into a folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    /// The collection year of the indicators: 2023 is 1 April 2022 to 31 March 2023 [default: all that the data cover]
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i32).range(1900..=9000))]
    pub(crate) year: Option<i32>,
    /// The day on which observation ends, as yyyy-mm-dd [default: 31 March of the last return; the last day of the spells]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) cut: Option<Date>,
    /// Repairs to make; each is recorded and printed
    #[arg(long, value_enum, value_name = "REPAIR")]
    pub(crate) repair: Vec<RepairName>,
    /// Other codes and states for the returns, or the columns and states of a table of spells (TOML)
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// The day from which spells.csv and moves.csv count days, as yyyy-mm-dd [default: each child's first entry into care]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) origin: Option<Date>,
    /// Draw each child's history as a line coloured by state (SVG); single children are seen in it
    #[arg(long, value_name = "FILE")]
    pub(crate) sequences: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) page: PageArguments,
}

/// A repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RepairName {
    /// Merge what is open in one year's return and stands again in the next; the later says how it ended
    SpanningReturns,
}

/// A day as yyyy-mm-dd.
fn day(text: &str) -> Result<Date, String> {
    let parts: Vec<&str> = text.split('-').collect();
    let found = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => match (year.parse(), month.parse(), day.parse()) {
            (Ok(year), Ok(month), Ok(day)) => Date::from_ymd(year, month, day),
            _ => None,
        },
        _ => None,
    };
    found.ok_or_else(|| "no day of the calendar as yyyy-mm-dd".to_owned())
}

const EPISODES_EXAMPLES: &str = "\
Examples:
  Three years of returns, one folder each, with what spans them merged, and all tables:
    steadfast episodes data-fixtures/ssda903/returns --repair spanning-returns --out histories
  The histories as a picture, a line a child:
    steadfast episodes data-fixtures/ssda903/returns --repair spanning-returns --sequences histories.svg
  One return, the indicators of its year:
    steadfast episodes returns/2023/episodes.csv returns/2023/header.csv --year 2023
  A table of spells in another layout:
    steadfast episodes spells.csv --mapping spells.toml --cut 2024-06-30 --out histories

Exit code 3 when a rule is broken that forbids building histories; all violations are listed and nothing is written.
docs/episodes.md describes rules, tables, mappings and indicators.";
