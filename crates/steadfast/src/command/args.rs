//! What a user may type.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use steadfast::model::DEFAULT_DF;

/// Longitudinal outcomes analysis: from a trial's file to a result that a stranger can check.
#[derive(Debug, Parser)]
#[command(
    name = "steadfast",
    version,
    after_help = "Exit codes: 0 ok, 2 usage, 3 invalid data, 4 not converged, 5 blocked by disclosure control, \
                  6 verification mismatch, 130 interrupted."
)]
pub(crate) struct Arguments {
    /// Print one JSON object instead of text; also for errors
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Fit(FitArguments),
    Run(RunArguments),
    Verify(VerifyArguments),
    /// Compute the reference table on this machine, offline, and print the digits that agree
    #[command(name = "self-test", after_help = SELF_TEST_EXAMPLES)]
    SelfTest,
    /// Print the completions of a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Fit one linear mixed model and print its summary
#[derive(Debug, Args)]
#[command(after_help = FIT_EXAMPLES)]
pub(crate) struct FitArguments {
    /// The model, such as 'sdq ~ arm * visit + base + us(visit | child)'
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
    /// satterthwaite, kenward-roger, kenward-roger-observed, residual or asymptotic
    #[arg(long, value_name = "METHOD", default_value = DEFAULT_DF)]
    pub(crate) df: String,
    /// Adjusted means and their differences, such as 'arm | visit'
    #[arg(long, value_name = "FACTORS")]
    pub(crate) means: Option<String>,
    /// The column of weights, which divide the residual variance
    #[arg(long, value_name = "COLUMN")]
    pub(crate) weights: Option<String>,
    /// The rows to use, such as 'visit == "30 months" & age >= 4 | !missing(x)'
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) condition: Option<String>,
    /// The confidence level
    #[arg(long, default_value_t = 0.95)]
    pub(crate) level: f64,
    /// Profile-likelihood intervals of the variance components
    #[arg(long)]
    pub(crate) intervals: bool,
    /// How many threads may work; the numbers do not depend on it [default: all processors]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

/// Run a plan and write its bundle: results, tables, figures, report and provenance
#[derive(Debug, Args)]
#[command(after_help = RUN_EXAMPLES)]
pub(crate) struct RunArguments {
    /// The plan
    pub(crate) plan: PathBuf,
    /// The folder for the bundle [default: named after the plan, beside it]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace the folder even when it is no bundle
    #[arg(long)]
    pub(crate) force: bool,
    /// How many threads may work; the numbers do not depend on it [default: all processors]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

/// Run a bundle's plan again and say, number by number, to how many digits the results agree
#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(crate) struct VerifyArguments {
    /// The bundle
    pub(crate) bundle: PathBuf,
    /// The folder of the plan and its data [default: where the bundle says they are]
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// The digits to which every number must agree
    #[arg(long, default_value_t = 10.0)]
    pub(crate) digits: f64,
    /// List every number, not only the worst
    #[arg(long)]
    pub(crate) all: bool,
    /// How many threads may work; the numbers do not depend on it [default: all processors]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

const FIT_EXAMPLES: &str = "\
Examples:
  Random intercepts and slopes, as lme4's lmer:
    steadfast fit 'Reaction ~ Days + (Days | Subject)' sleepstudy.csv
  A mixed model for repeated measures with Kenward-Roger, and the difference at each visit:
    steadfast fit 'CHANGE ~ THERAPY * VISIT + BASVAL * VISIT + us(VISIT | PATIENT)' data.csv \\
      --dictionary dictionary.toml --df kenward-roger --means 'THERAPY | VISIT'
  Siblings in families, one visit, as JSON:
    steadfast fit 'sdq ~ arm + base + (1 | family)' sdq.csv --where 'visit == \"30 months\"' --json";

const RUN_EXAMPLES: &str = "\
Examples:
  steadfast run data-fixtures/antidepressant/plan.toml
  steadfast run plan.toml --out results/2026-11-cut

The bundle appears whole or not at all. A folder that exists is replaced when it is a bundle, and refused otherwise.";

const VERIFY_EXAMPLES: &str = "\
Examples:
  steadfast verify results/2026-11-cut
  steadfast verify received-bundle --root ~/trial --digits 8

Exit code 6 when an input, a file of the bundle or a number differs; what differs is named, inputs first.";

const SELF_TEST_EXAMPLES: &str = "\
Examples:
  steadfast self-test
  steadfast self-test --json > self-test.json";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  steadfast completions bash > ~/.local/share/bash-completion/completions/steadfast
  steadfast completions zsh > ~/.zfunc/_steadfast
  steadfast completions fish > ~/.config/fish/completions/steadfast.fish";
