//! What a user may type about one model, and to profile or bootstrap it.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

/// One model of one file.
#[derive(Debug, Args)]
pub(crate) struct ModelArguments {
    /// The model, such as 'sdq ~ arm * visit + base + us(visit | child)' or 'Reaction ~ Days + (Days | Subject)'
    pub(crate) formula: String,
    /// The data: CSV, TSV, Parquet or Arrow, told by the extension
    pub(crate) data: PathBuf,
    /// The dictionary that the data must obey; without one, types are inferred
    #[arg(long, value_name = "FILE")]
    pub(crate) dictionary: Option<PathBuf>,
    /// Restricted maximum likelihood (the default)
    #[arg(long)]
    pub(crate) reml: bool,
    /// Maximum likelihood
    #[arg(long, conflicts_with = "reml")]
    pub(crate) ml: bool,
    /// The column of weights, which divide the residual variance
    #[arg(long, value_name = "COLUMN")]
    pub(crate) weights: Option<String>,
    /// The rows to use, such as 'visit == "30 months" & age >= 4 | !missing(x)'
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) condition: Option<String>,
    /// The confidence level
    #[arg(long, default_value_t = 0.95)]
    pub(crate) level: f64,
    /// How many threads may work; the numbers do not depend on it [default: all processors]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

impl ModelArguments {
    /// The files that are read.
    pub(super) fn inputs(&self) -> Vec<&Path> {
        std::iter::once(self.data.as_path()).chain(self.dictionary.as_deref()).collect()
    }
}

/// Profile the likelihood of every parameter and print its limits
#[derive(Debug, Args)]
#[command(after_help = PROFILE_EXAMPLES)]
pub(crate) struct ProfileArguments {
    #[command(flatten)]
    pub(crate) model: ModelArguments,
    /// Write the points of the profiles to a CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) traces: Option<PathBuf>,
}

/// How limits are made of replicates.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum IntervalName {
    /// Quantiles of the replicates
    Percentile,
    /// Twice the estimate less these quantiles
    Basic,
    /// The estimate less its bias, and standard errors about it
    Normal,
    /// Quantiles of (replicate - estimate)/standard error; fixed effects only
    Studentised,
}

/// Draw outcomes from a fit, fit the model to each, and print what the estimates do
#[derive(Debug, Args)]
#[command(after_help = BOOTSTRAP_EXAMPLES)]
pub(crate) struct BootstrapArguments {
    #[command(flatten)]
    pub(crate) model: ModelArguments,
    /// The number of replicates
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) n: u64,
    /// The seed: the same seed gives the same replicates
    #[arg(long)]
    pub(crate) seed: u64,
    /// How limits are made of replicates
    #[arg(long, value_enum, default_value_t = IntervalName::Percentile)]
    pub(crate) interval: IntervalName,
    /// Keep every replicate in a new file, from which `steadfast resume` can go on
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
}

/// Finish a bootstrap that was stopped, to the same bytes as if it had not been
#[derive(Debug, Args)]
#[command(after_help = RESUME_EXAMPLES)]
pub(crate) struct ResumeArguments {
    /// The log
    pub(crate) log: PathBuf,
    /// How many threads may work; the numbers do not depend on it [default: all processors]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

const PROFILE_EXAMPLES: &str = "\
Examples:
  Limits of every parameter, fixed effects by maximum likelihood:
    steadfast profile 'Reaction ~ Days + (Days | Subject)' sleepstudy.csv --ml
  The profiles themselves, for a plot of zeta against each parameter:
    steadfast profile 'Reaction ~ Days + (Days | Subject)' sleepstudy.csv --traces traces.csv";

const BOOTSTRAP_EXAMPLES: &str = "\
Examples:
  steadfast bootstrap 'Reaction ~ Days + (Days | Subject)' sleepstudy.csv --n 10000 --seed 7
  steadfast bootstrap 'sdq ~ arm + base + (1 | family)' sdq.csv --n 10000 --seed 7 --log boot.log

Replicate r is the same for every number of replicates and of threads. A fit that fails is counted and named.";

const RESUME_EXAMPLES: &str = "\
Examples:
  steadfast resume boot.log

The log says what was asked and of which file; data that have changed since are refused.";
