//! What a user may type about scores.

use std::path::PathBuf;

use clap::Args;
use steadfast::core::psychometrics::DEFAULT_REPLICATES;

use super::page::PageArguments;

/// Score the instruments that a dictionary names, and say how many could be scored
#[derive(Debug, Args)]
#[command(after_help = SCORE_EXAMPLES)]
pub(crate) struct ScoreArguments {
    /// The data, in any format that can be read, told by the extension
    pub(crate) data: PathBuf,
    /// The dictionary, with a section [[instruments]]
    #[arg(long, value_name = "FILE")]
    pub(crate) dictionary: PathBuf,
    /// Write the data with their scores, in any format that can be written, told by the extension
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Cronbach's alpha and McDonald's omega of every scale, with intervals
    #[arg(long)]
    pub(crate) reliability: bool,
    /// The confidence level
    #[arg(long, default_value_t = 0.95, requires = "reliability")]
    pub(crate) level: f64,
    /// The replicates of the bootstrap of omega; 0 for no interval
    #[arg(long, value_name = "N", default_value_t = DEFAULT_REPLICATES, requires = "reliability")]
    pub(crate) replicates: u32,
    /// The seed of the bootstrap
    #[arg(long, default_value_t = 0, requires = "reliability")]
    pub(crate) seed: u64,
    /// How many threads may work; the numbers do not depend on it [default: all processors]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    #[command(flatten)]
    pub(crate) page: PageArguments,
}

const SCORE_EXAMPLES: &str = "\
Examples:
  steadfast score items.csv --dictionary dictionary.toml --out scored.csv
  steadfast score items.csv --dictionary dictionary.toml --out scored.csv --reliability --json

`steadfast explain instruments` lists the definitions that come with the program; docs/instruments.md says how to write others.";
