//! What a user may type.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use steadfast::model::{DEFAULT_COMPARISONS, DEFAULT_DF, DEFAULT_VCOV};

use super::check_args::CheckArguments;
use super::convert_args::ConvertArguments;
use super::cuts_args::CutsArguments;
use super::episodes_args::EpisodesArguments;
use super::mock_args::MockArguments;
use super::one_model_args::{BootstrapArguments, ModelArguments, ProfileArguments, ResumeArguments};
use super::saved_args::{CompareArguments, MeansArguments, PredictArguments};
use super::score_args::ScoreArguments;
use super::stream_args::StreamArguments;

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
    /// Instruments whose scoring rules come with the program
    Instruments,
}

/// Fit one linear mixed model and print its summary
#[derive(Debug, Args)]
#[command(after_help = FIT_EXAMPLES)]
pub(crate) struct FitArguments {
    #[command(flatten)]
    pub(crate) model: ModelArguments,
    /// Degrees of freedom, such as kenward-roger or between-within; `steadfast explain df` lists them
    #[arg(long, value_name = "METHOD", default_value = DEFAULT_DF)]
    pub(crate) df: String,
    /// Covariance of the estimates: model, or a sandwich such as cr2; `steadfast explain vcov` lists them
    #[arg(long, value_name = "METHOD", default_value = DEFAULT_VCOV)]
    pub(crate) vcov: String,
    /// The factor whose levels are the clusters of the sandwich, or several with commas between them, such as `rater,child`, for
    /// clusters of several ways [default: the independent clusters of the model]
    #[arg(long, value_name = "FACTOR")]
    pub(crate) cluster: Option<String>,
    /// Whose conventions are in force where engines differ; `steadfast explain defaults` says what they are
    #[arg(long, value_enum, default_value_t = ConventionName::Steadfast)]
    pub(crate) convention: ConventionName,
    /// Type of the tests of terms
    #[arg(long = "type", value_name = "TYPE", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=3))]
    pub(crate) test_type: u8,
    /// Adjusted means and their differences, such as 'arm | visit'
    #[arg(long, value_name = "FACTORS")]
    pub(crate) means: Option<String>,
    /// Hold a factor at a level, or a covariate at a number, in the adjusted means
    #[arg(long, value_name = "NAME=VALUE", requires = "means")]
    pub(crate) at: Vec<String>,
    /// Weights of the factors that a mean is over
    #[arg(long, value_enum, default_value_t = WeightsName::Equal, requires = "means")]
    pub(crate) mean_weights: WeightsName,
    /// The comparisons of the means: all-pairs, versus, versus:LEVEL or consecutive
    #[arg(long, value_name = "RULE", default_value = DEFAULT_COMPARISONS, requires = "means")]
    pub(crate) compare: String,
    /// Adjust the comparisons for their number: bonferroni, holm, hochberg, tukey, dunnett or single-step
    #[arg(long, value_name = "METHOD", requires = "means")]
    pub(crate) adjust: Option<String>,
    /// Test the factors before the bar jointly at each level behind it
    #[arg(long, requires = "means")]
    pub(crate) slices: bool,
    /// Save the fit without its rows, for `predict`, `means` and `compare`
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    /// Leave the groups of the random effects out of the saved fit: their labels may be people
    #[arg(long, requires = "save")]
    pub(crate) without_groups: bool,
    /// R² (marginal and conditional), intraclass correlations and the parts of the variance
    #[arg(long)]
    pub(crate) r2: bool,
    /// Test each random effect by leaving it out, with the p value at the boundary
    #[arg(long)]
    pub(crate) ranova: bool,
    /// Principal components of the random effects
    #[arg(long)]
    pub(crate) pca: bool,
    /// Write figures to a folder: normal quantiles of the residuals, and the random effects of each group with intervals
    #[arg(long, value_name = "DIR")]
    pub(crate) figures: Option<PathBuf>,
    /// Write the random effects of each group with their standard errors to a CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) random_effects: Option<PathBuf>,
    /// Write the residuals, leverage and Cook's distance of the rows used to a CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) residuals: Option<PathBuf>,
    /// Write the influence of each cluster on the fixed effects to a CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) influence: Option<PathBuf>,
    /// The factor whose levels are left out one by one for the influence [default: the independent clusters of the model]
    #[arg(long, value_name = "FACTOR", requires = "influence")]
    pub(crate) influence_of: Option<String>,
    /// Fit again without each cluster or level, so that the covariance parameters move too
    #[arg(long, requires = "influence")]
    pub(crate) refit: bool,
    /// Write predictions of the rows without an outcome, given the others of the same cluster, to a CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) predictions: Option<PathBuf>,
    /// Profile-likelihood intervals of the variance components
    #[arg(long)]
    pub(crate) intervals: bool,
    #[command(flatten)]
    pub(crate) stream: StreamArguments,
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
  The same with what lme4's users ask next: R², tests of the random effects, figures, influence of each subject:
    steadfast fit 'Reaction ~ Days + (Days | Subject)' sleepstudy.csv --r2 --ranova --pca --figures figures \\
      --influence influence.csv --influence-of Subject --refit
  A mixed model for repeated measures with Kenward-Roger, and the difference at each visit:
    steadfast fit 'CHANGE ~ THERAPY * VISIT + BASVAL * VISIT + us(VISIT | PATIENT)' data.csv \\
      --dictionary dictionary.toml --df kenward-roger --means 'THERAPY | VISIT'
  The same as SAS would have it, arms against placebo with Dunnett's limits, and residuals for a plot:
    steadfast fit 'CHANGE ~ THERAPY * VISIT + BASVAL * VISIT + us(VISIT | PATIENT)' data.csv \\
      --dictionary dictionary.toml --df kenward-roger --convention sas --means 'THERAPY | VISIT' \\
      --compare versus --adjust dunnett --residuals residuals.csv
  Unstructured residuals beside a family's random intercept, with a robust covariance:
    steadfast fit 'sdq ~ arm * visit + us(visit | child) + (1 | family)' sdq.csv --vcov cr2
  A fit to be asked later, without the data:
    steadfast fit 'sdq ~ arm * visit + base + (1 | family/child)' sdq.csv --save fit.json
  Ten million rows in half a gigabyte:
    steadfast fit 'sdq ~ arm * visit + base + us(visit | child)' big.csv --dictionary dictionary.toml --max-memory 512MB
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
