//! What a user may type.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::check_args::CheckArguments;
use super::convert_args::ConvertArguments;
use super::curves_args::CurvesArguments;
use super::cuts_args::CutsArguments;
use super::episodes_args::EpisodesArguments;
use super::fit_args::FitArguments;
use super::mock_args::MockArguments;
use super::one_model_args::{BootstrapArguments, ProfileArguments, ResumeArguments};
use super::saved_args::{CompareArguments, MeansArguments, PredictArguments};
use super::score_args::ScoreArguments;

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
    Check(CheckArguments),
    Mock(MockArguments),
    Cuts(CutsArguments),
    Fit(Box<FitArguments>),
    Curves(Box<CurvesArguments>),
    Predict(PredictArguments),
    Means(MeansArguments),
    Compare(CompareArguments),
    Profile(ProfileArguments),
    Bootstrap(BootstrapArguments),
    Resume(ResumeArguments),
    Run(RunArguments),
    Verify(VerifyArguments),
    Episodes(EpisodesArguments),
    Convert(ConvertArguments),
    Score(ScoreArguments),
    /// List the covariance structures and variance functions, with their formulae and options
    Structures,
    /// Say what exists and which conventions are in force
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain {
        /// What to explain
        #[arg(value_enum, default_value_t = Subject::Defaults)]
        subject: Subject,
    },
    /// Compute the reference table on this machine, offline, and print the digits that agree
    #[command(name = "self-test", after_help = SELF_TEST_EXAMPLES)]
    SelfTest {
        /// List every value, not only a line a case
        #[arg(long)]
        all: bool,
    },
    /// Print the completions of a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// A set of conventions.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ConventionName {
    /// This program's own
    Steadfast,
    /// SAS PROC MIXED
    Sas,
    /// R: mmrm, nlme or lme4, by the kind of model
    R,
}

/// How the factors that a mean is over are weighted.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum WeightsName {
    /// All levels alike
    Equal,
    /// By how often levels occur, one factor independently of another
    Proportional,
    /// By how often combinations occur, the same for every mean
    Joint,
    /// By how often combinations occur in the cell itself
    Cells,
    /// Every row set to the cell, its other variables as they are
    Counterfactual,
}

/// What `explain` explains.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Subject {
    /// Every default, and where conventions differ
    Defaults,
    /// Methods for degrees of freedom
    Df,
    /// Covariances of the estimates
    Vcov,
    /// Adjustments for several comparisons
    Multiplicity,
    /// Treatments of events at one time, in models of times to events
    Ties,
    /// Covariances, reference distributions and layouts of recurrent events in models of times to events
    Events,
    /// Distributions, covariances and reference distributions in models of counts
    Counts,
    /// Instruments whose scoring rules come with the program
    Instruments,
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

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  steadfast explain defaults
  steadfast explain df --json";

const SELF_TEST_EXAMPLES: &str = "\
Examples:
  steadfast self-test
  steadfast self-test --all | less
  steadfast self-test --json > self-test.json";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  steadfast completions bash > ~/.local/share/bash-completion/completions/steadfast
  steadfast completions zsh > ~/.zfunc/_steadfast
  steadfast completions fish > ~/.config/fish/completions/steadfast.fish";
