//! What a user may type about two cuts of the same data.

use std::path::PathBuf;

use clap::Args;

/// Compare two cuts of the same data: what came, went and changed, without a value of either
#[derive(Debug, Args)]
#[command(after_help = CUTS_EXAMPLES)]
pub(crate) struct CutsArguments {
    /// The old cut
    pub(crate) old: PathBuf,
    /// The new cut
    pub(crate) new: PathBuf,
    /// The dictionary of both; its first key says which row is which
    #[arg(long, value_name = "FILE")]
    pub(crate) dictionary: PathBuf,
    /// How many rows are listed of each kind
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) rows: usize,
    /// Columns that must not change: exit code 6 when a value of the old cut is another one or gone
    #[arg(long, value_name = "COLUMN", num_args = 1.., value_delimiter = ',')]
    pub(crate) fail_on_change: Vec<String>,
}

const CUTS_EXAMPLES: &str = "\
Examples:
  steadfast cuts 2026-10.csv 2026-11.csv --dictionary dictionary.toml
  steadfast cuts 2026-10.csv 2026-11.csv --dictionary dictionary.toml --fail-on-change arm base_sdq

Rows that come are no change of a frozen column; rows that go are.";
