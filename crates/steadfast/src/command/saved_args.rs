//! What a user may type about saved fits.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use steadfast::model::{DEFAULT_COMPARISONS, DEFAULT_DF};

use super::args::{ConventionName, WeightsName};

/// What a prediction is given beside the covariates.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum GivenName {
    /// The random effects of the fit's groups; other groups have the population's mean and variance
    Groups,
    /// Nothing: the mean of all who have these covariates
    Covariates,
    /// The observed outcomes of the new rows of the same cluster; rows with an outcome are not predicted
    Outcomes,
}

/// How inference about a saved fit is made.
#[derive(Debug, Args)]
pub(crate) struct InferenceArguments {
    /// Degrees of freedom, such as kenward-roger or between-within; `steadfast explain df` lists them
    #[arg(long, value_name = "METHOD", default_value = DEFAULT_DF)]
    pub(crate) df: String,
    /// Whose conventions are in force where engines differ; `steadfast explain defaults` says what they are
    #[arg(long, value_enum, default_value_t = ConventionName::Steadfast)]
    pub(crate) convention: ConventionName,
    /// The confidence level
    #[arg(long, default_value_t = 0.95)]
    pub(crate) level: f64,
}

/// Predict the rows of new data from a saved fit
#[derive(Debug, Args)]
#[command(after_help = PREDICT_EXAMPLES)]
pub(crate) struct PredictArguments {
    /// The fit, as `steadfast fit --save` writes it
    pub(crate) fit: PathBuf,
    /// The new data: CSV, TSV, Parquet or Arrow, told by the extension
    pub(crate) data: PathBuf,
    /// The dictionary that the new data must obey; without one, types are inferred
    #[arg(long, value_name = "FILE")]
    pub(crate) dictionary: Option<PathBuf>,
    /// What is known beside the covariates
    #[arg(long, value_enum, default_value_t = GivenName::Groups)]
    pub(crate) given: GivenName,
    /// The column of weights of the new rows [default: each row weighs 1]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) weights: Option<String>,
    #[command(flatten)]
    pub(crate) inference: InferenceArguments,
    /// Write the predictions to a CSV file in the place of a table
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Adjusted means and their comparisons from a saved fit
#[derive(Debug, Args)]
#[command(after_help = MEANS_EXAMPLES)]
pub(crate) struct MeansArguments {
    /// The fit, as `steadfast fit --save` writes it
    pub(crate) fit: PathBuf,
    /// The factors, such as 'arm | visit'
    pub(crate) factors: String,
    /// Hold a factor at a level, or a covariate at a number
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) at: Vec<String>,
    /// Weights of the factors that a mean is over
    #[arg(long, value_enum, default_value_t = WeightsName::Equal)]
    pub(crate) mean_weights: WeightsName,
    /// The comparisons of the means: all-pairs, versus, versus:LEVEL or consecutive
    #[arg(long, value_name = "RULE", default_value = DEFAULT_COMPARISONS)]
    pub(crate) compare: String,
    /// Adjust the comparisons for their number: bonferroni, holm, hochberg, tukey, dunnett or single-step
    #[arg(long, value_name = "METHOD")]
    pub(crate) adjust: Option<String>,
    /// Test the factors before the bar jointly at each level behind it
    #[arg(long)]
    pub(crate) slices: bool,
    #[command(flatten)]
    pub(crate) inference: InferenceArguments,
}

/// Compare saved fits: parameters, likelihoods, information criteria, likelihood-ratio tests
#[derive(Debug, Args)]
#[command(after_help = COMPARE_EXAMPLES)]
pub(crate) struct CompareArguments {
    /// Two fits or more, as `steadfast fit --save` writes them
    #[arg(required = true, num_args = 2..)]
    pub(crate) fits: Vec<PathBuf>,
    /// Whose counts are in force in the information criteria
    #[arg(long, value_enum, default_value_t = ConventionName::Steadfast)]
    pub(crate) convention: ConventionName,
}

const PREDICT_EXAMPLES: &str = "\
Examples:
  Children of the trial and new ones, the latter at the mean of all:
    steadfast predict fit.json next-visit.csv
  The mean of all who have these covariates, as a file:
    steadfast predict fit.json grid.csv --given covariates --out means.csv
  Visits that are missing, given those of the same child that are there:
    steadfast predict fit.json half-observed.csv --given outcomes --json";

const MEANS_EXAMPLES: &str = "\
Examples:
  steadfast means fit.json 'arm | visit' --df kenward-roger
  steadfast means fit.json arm --at 'visit=30 months' --compare versus:SAU --adjust dunnett --json";

const COMPARE_EXAMPLES: &str = "\
Examples:
  steadfast fit 'y ~ x + (1 | g)' data.csv --ml --save a.json
  steadfast fit 'y ~ x + (x | g)' data.csv --ml --save b.json
  steadfast compare a.json b.json

Fits to different rows, or by different criteria, are refused: fit them to the rows that are complete in the variables of
all, as --where selects them.";
