//! What a user may type about one model that is fitted.

use std::path::PathBuf;

use clap::Args;
use steadfast::model::{DEFAULT_COMPARISONS, DEFAULT_DF, DEFAULT_VCOV};

use super::args::{ConventionName, WeightsName};
use super::counts_args::CountArguments;
use super::events_args::EventArguments;
use super::one_model_args::ModelArguments;
use super::stream_args::StreamArguments;

/// Fit one model and print its summary: a linear mixed model, hazards of events where the response is Surv(…), rates of counts with --family
#[derive(Debug, Args)]
#[command(after_help = FIT_EXAMPLES)]
pub(crate) struct FitArguments {
    #[command(flatten)]
    pub(crate) model: ModelArguments,
    /// Degrees of freedom, such as kenward-roger or between-within; `steadfast explain df` lists them
    #[arg(long, value_name = "METHOD", default_value = DEFAULT_DF)]
    pub(crate) df: String,
    /// Covariance of the estimates: model, or a sandwich such as cr2; `steadfast explain vcov` lists them. Of events the default is
    /// robust where rows depend on each other; `steadfast explain events`, and of counts `steadfast explain counts`
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
    /// Adjusted means and their differences, such as 'arm | visit'; of events the ratios of hazards alone
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
    /// Write the random effects of each group with their standard errors to a CSV file; of events the frailties with their limits
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
    /// Write predictions of the rows without an outcome, given the others of the same cluster, to a CSV file; of events the
    /// probability that nothing happens until --times
    #[arg(long, value_name = "FILE")]
    pub(crate) predictions: Option<PathBuf>,
    /// Profile-likelihood intervals of the variance components
    #[arg(long)]
    pub(crate) intervals: bool,
    #[command(flatten)]
    pub(crate) stream: StreamArguments,
    #[command(flatten)]
    pub(crate) events: EventArguments,
    #[command(flatten)]
    pub(crate) counts: CountArguments,
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
    steadfast fit 'sdq ~ arm + base + (1 | family)' sdq.csv --where 'visit == \"30 months\"' --json
  Time to a permanent home, families clustered, a hazard of its own for each site:
    steadfast fit 'Surv(start, stop, exit) ~ arm * sex + strata(site) + cluster(family)' spells.csv --subject child \\
      --cause home --censored none --vcov cr2 --df clusters-less-one --means 'arm | sex'
  Moves a year, families clustered, with rates standardised over the children and their difference and ratio:
    steadfast fit 'moves ~ arm + site + age + cluster(family)' stability.csv --family nb2 --exposure years --rates arm
  The same where some children never move:
    steadfast fit 'moves ~ arm + cluster(family)' stability.csv --family poisson --exposure years --zero '~ arm'";
