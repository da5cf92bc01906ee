//! What a user may type about data that nobody has analysed yet.

use std::path::PathBuf;

use clap::Args;

use super::page::PageArguments;

/// Hold data against their dictionary and describe them: findings, completeness, distributions
#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct CheckArguments {
    /// The data: CSV, TSV, Parquet or Arrow, told by the extension; or a plan (.toml), which is held against its own data
    pub(crate) data: PathBuf,
    /// The dictionary that the data must obey; without one, types are inferred and only rules about files are checked
    #[arg(long, value_name = "FILE")]
    pub(crate) dictionary: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) page: PageArguments,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  steadfast check data.csv --dictionary dictionary.toml
  steadfast check data.csv --dictionary dictionary.toml --html report.html
  steadfast check data.csv --full
  steadfast check plan.toml

Exit code 3 when a finding is an error; the report is written all the same.";
