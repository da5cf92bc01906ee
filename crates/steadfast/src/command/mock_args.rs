//! What a user may type about made-up data.

use std::path::PathBuf;

use clap::Args;

/// Make up a data set from a dictionary alone, reading no data
#[derive(Debug, Args)]
#[command(after_help = MOCK_EXAMPLES)]
pub(crate) struct MockArguments {
    /// The dictionary
    pub(crate) dictionary: PathBuf,
    /// How many subjects
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) n: usize,
    /// The seed: the same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The share of values that are missing, and of the others that are not applicable, where the dictionary allows either
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub(crate) missing: f64,
    /// The mean number of subjects in a cluster
    #[arg(long, value_name = "MEAN", default_value_t = 1.5)]
    pub(crate) cluster_size: f64,
    /// A plan whose levels columns without declared levels shall have
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// The file to write, .csv or .tsv
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

const MOCK_EXAMPLES: &str = "\
Examples:
  steadfast mock dictionary.toml --n 200 --seed 1 --out mock.csv
  steadfast mock dictionary.toml --plan plan.toml --missing 0.2 --cluster-size 1.3 --out mock.csv

What is made up passes validation against the dictionary. It says nothing about the real data.";
