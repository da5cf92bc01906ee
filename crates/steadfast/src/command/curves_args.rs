//! What a user may type about curves of times to events.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

/// What curves are of.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum KindName {
    /// The probability that nothing has happened yet (Kaplan-Meier)
    Survival,
    /// The probability that it has happened, the other events competing (Aalen-Johansen)
    Incidence,
    /// The probability of each state, of people who move between states
    Occupation,
    /// The mean number of events that happen again and again; --terminal names what ends them
    MeanCumulative,
}

/// Curves of times to events in groups, persons at risk, mean times, quantiles and tests
#[derive(Debug, Args)]
#[command(after_help = CURVES_EXAMPLES)]
pub(crate) struct CurvesArguments {
    /// Times, event and groups: 'Surv(stop, event) ~ arm' or 'Surv(start, stop, event) ~ arm + strata(site) + cluster(family)'
    pub(crate) formula: String,
    /// The data: CSV, TSV, Parquet or Arrow, told by the extension
    pub(crate) data: PathBuf,
    /// The dictionary that the data must obey; without one, types are inferred
    #[arg(long, value_name = "FILE")]
    pub(crate) dictionary: Option<PathBuf>,
    /// What the curves are of
    #[arg(long, value_enum, default_value_t = KindName::Survival)]
    pub(crate) kind: KindName,
    /// The event looked at [default: all]; survival takes other events for the end of observation then, and names them
    #[arg(long, value_name = "LEVEL")]
    pub(crate) cause: Option<String>,
    /// The level of the event column that says that observation ended without an event [default: the first level, or 0]
    #[arg(long, value_name = "LEVEL")]
    pub(crate) censored: Option<String>,
    /// The column of the state in which a row is, for the occupation of states [default: everybody starts in one]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) from: Option<String>,
    /// Events that end all others, for mean numbers: adoption, a return home for good, death
    #[arg(long, value_name = "LEVEL", value_delimiter = ',')]
    pub(crate) terminal: Vec<String>,
    /// The column that says whose rows they are; without it each row is a person
    #[arg(long, value_name = "COLUMN")]
    pub(crate) subject: Option<String>,
    /// The column whose levels depend on each other, as `cluster()` in the formula
    #[arg(long, value_name = "COLUMN")]
    pub(crate) cluster: Option<String>,
    /// The column of weights
    #[arg(long, value_name = "COLUMN")]
    pub(crate) weights: Option<String>,
    /// The rows to use, such as 'age < 5 & !missing(site)'
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) condition: Option<String>,
    /// The confidence level
    #[arg(long, default_value_t = 0.95)]
    pub(crate) level: f64,
    /// The scale on which limits are symmetric: log-log, log, plain or arcsine
    #[arg(long, value_name = "SCALE", default_value = "log-log")]
    pub(crate) limits: String,
    /// Times at which to report probabilities and their differences, such as 6,12,24 [default: round ones]
    #[arg(long, value_name = "TIMES", value_delimiter = ',', allow_negative_numbers = true)]
    pub(crate) at: Vec<f64>,
    /// Times until which to report mean times (restricted means), their differences and ratios
    #[arg(long, value_name = "TIMES", value_delimiter = ',')]
    pub(crate) rmst: Vec<f64>,
    /// Shares whose times to report
    #[arg(long, value_name = "SHARES", value_delimiter = ',', default_value = "0.25,0.5,0.75")]
    pub(crate) quantiles: Vec<f64>,
    /// Tests between groups: log-rank, peto, fh:RHO,GAMMA or gray; may be given several times [default: log-rank, and gray for incidence]
    #[arg(long, value_name = "TEST")]
    pub(crate) test: Vec<String>,
    /// Write every step of the curves to a CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// Write the figure to an SVG file
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Write the figures to a folder, one for each state
    #[arg(long, value_name = "DIR", conflicts_with = "svg")]
    pub(crate) figures: Option<PathBuf>,
}

impl CurvesArguments {
    /// The files that are read.
    pub(super) fn inputs(&self) -> Vec<&Path> {
        std::iter::once(self.data.as_path()).chain(self.dictionary.as_deref()).collect()
    }
}

const CURVES_EXAMPLES: &str = "\
Examples:
  Time to any exit by arm, siblings clustered, the log-rank test within sites, mean months in care until 24:
    steadfast curves 'Surv(months, exit) ~ arm + strata(site) + cluster(family)' spells.csv --censored none \\
      --at 6,12,24 --rmst 24
  Each route out of care, the others competing, with a figure for each:
    steadfast curves 'Surv(months, exit) ~ arm + cluster(family)' spells.csv --censored none --kind incidence --figures figures
  Where children are, of spells that go back and forth between home and care:
    steadfast curves 'Surv(start, stop, to) ~ arm' spells.csv --kind occupation --from state --subject child --svg states.svg
  Moves per child, adoption and return home ending them:
    steadfast curves 'Surv(start, stop, event) ~ arm + cluster(family)' moves.csv --kind mean-cumulative --subject child \\
      --censored none --terminal adopted,home --svg moves.svg

Persons are counted, not rows. Exit code 3 when spells contradict each other; every place is listed.";
