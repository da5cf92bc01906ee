//! One model, from what is asked to everything that is reported about it.

mod convention;
mod fitted;
mod means;
mod source;
pub(crate) mod tests;
mod without_rows;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steadfast_core::formula::Formula;
use steadfast_core::frame::Frame;
use steadfast_core::inference::vcov::Clusters;
use steadfast_core::inference::{DfMethod, Robust, df_method, inference_method, vcov_method};
use steadfast_core::lmm::{Criterion, Lmm};
use steadfast_core::mmrm::Mmrm;
use steadfast_core::multiplicity::multiplicity;
use steadfast_core::parallel::Threads;
use steadfast_core::reference_grid::Weights;

pub use convention::{Convention, TOPICS, Topic};
pub use fitted::Fitted;
pub(crate) use means::Means;

use crate::error::{Error, Result};
use source::Source;

/// The df method where none is named.
pub const DEFAULT_DF: &str = "satterthwaite";
/// The covariance of the estimates where none is named.
pub const DEFAULT_VCOV: &str = "model";
/// The comparisons of means where none are named.
pub const DEFAULT_COMPARISONS: &str = "all-pairs";

/// Which hypotheses the tests of terms test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum TestType {
    /// Each term after those before it.
    One,
    /// Each term after all that do not contain it.
    Two,
    /// Equally weighted cell means.
    #[default]
    Three,
}

impl TestType {
    /// The number as it is written.
    pub fn roman(self) -> &'static str {
        match self {
            Self::One => "I",
            Self::Two => "II",
            Self::Three => "III",
        }
    }
}

impl TryFrom<u8> for TestType {
    type Error = &'static str;

    fn try_from(number: u8) -> std::result::Result<Self, Self::Error> {
        match number {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            3 => Ok(Self::Three),
            _ => Err("tests of terms are of type 1, 2 or 3"),
        }
    }
}

impl From<TestType> for u8 {
    fn from(of: TestType) -> Self {
        match of {
            TestType::One => 1,
            TestType::Two => 2,
            TestType::Three => 3,
        }
    }
}

/// Adjusted means and what is made of them: plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct MeansSpec {
    /// The factors, as `arm | visit`.
    pub of: String,
    /// Levels and numbers at which other variables are held.
    pub at: BTreeMap<String, String>,
    /// How the factors that a mean is over are weighted.
    pub weights: Weights,
    /// The comparisons: `all-pairs`, `versus`, `versus:LEVEL`, `consecutive`.
    pub comparisons: String,
    /// The adjustment for several comparisons; none reports none.
    pub adjust: Option<String>,
    /// Whether to test each factor before the bar jointly at each level behind it.
    pub slices: bool,
}

impl MeansSpec {
    /// The means of `of`, equally weighted, compared in all pairs without adjustment.
    pub fn new(of: impl Into<String>) -> Self {
        Self {
            of: of.into(),
            at: BTreeMap::new(),
            weights: Weights::Equal,
            comparisons: DEFAULT_COMPARISONS.to_owned(),
            adjust: None,
            slices: false,
        }
    }
}

impl MeansSpec {
    /// Refuses what is known to be wrong before a model is looked at.
    ///
    /// # Errors
    /// `unknown_comparisons`, `unknown_multiplicity`, `adjustment_needs_comparisons`.
    pub(crate) fn check(&self) -> Result<()> {
        means::comparisons_of(&self.comparisons)?;
        let Some(adjust) = &self.adjust else { return Ok(()) };
        multiplicity(adjust)?;
        let pairs = self.comparisons == DEFAULT_COMPARISONS;
        match adjust.as_str() {
            "dunnett" if pairs => Err(Error::usage(
                "adjustment_needs_comparisons",
                "Dunnett's method is for comparisons with a control: compare `versus` the reference level or `versus:LEVEL`",
            )),
            "tukey" if !pairs => {
                Err(Error::usage("adjustment_needs_comparisons", "Tukey's method is for all pairs of means"))
            }
            _ => Ok(()),
        }
    }
}

/// A linear mixed model and what is to be reported about it: plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelSpec {
    /// The formula.
    pub formula: String,
    /// The model declared by its parts, in the place of the formula.
    pub mmrm: Option<Mmrm>,
    /// REML or ML.
    pub criterion: Criterion,
    /// The name of the df method, as the convention understands it.
    pub df: String,
    /// The name of the covariance of the estimates: `model`, `cr0`, ….
    pub vcov: String,
    /// The factor whose levels are the clusters of a robust covariance, or several with commas between them for clusters of
    /// several ways; none for the independent clusters of the model.
    pub cluster: Option<String>,
    /// Whose conventions are in force where engines differ.
    pub convention: Convention,
    /// The tests of terms.
    pub tests: TestType,
    /// The confidence level.
    pub level: f64,
    /// The column of observation weights.
    pub weights: Option<String>,
    /// The means to report.
    pub means: Option<MeansSpec>,
    /// Whether to profile the variance components.
    pub intervals: bool,
    /// Whether to report R², intraclass correlations and the parts of the variance.
    pub variance_explained: bool,
    /// Whether to test each random effect.
    pub random_tests: bool,
    /// Whether to report the principal components of the random effects.
    pub principal_components: bool,
    /// How many threads may work.
    pub threads: Threads,
}

impl ModelSpec {
    /// The model of `formula` with every default: REML, Satterthwaite, level 0.95, no means, one thread.
    pub fn new(formula: impl Into<String>) -> Self {
        Self {
            formula: formula.into(),
            mmrm: None,
            criterion: Criterion::Reml,
            df: DEFAULT_DF.to_owned(),
            vcov: DEFAULT_VCOV.to_owned(),
            cluster: None,
            convention: Convention::Steadfast,
            tests: TestType::Three,
            level: 0.95,
            weights: None,
            means: None,
            intervals: false,
            variance_explained: false,
            random_tests: false,
            principal_components: false,
            threads: Threads::ONE,
        }
    }

    /// Refuses what is known to be wrong before any data are read.
    ///
    /// # Errors
    /// The first of [`ModelSpec::problems`].
    pub fn check(&self) -> Result<()> {
        self.problems().into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
    }

    /// What is known to be wrong before any data are read, with the key of a plan that it is about.
    ///
    /// `formula_syntax`, `unknown_df_method`, `unknown_vcov_method`, `method_does_not_apply`, `cluster_without_sandwich`,
    /// `unknown_comparisons`, `unknown_multiplicity`, `adjustment_needs_comparisons`.
    pub fn problems(&self) -> Vec<(&'static str, Error)> {
        let mut problems = Vec::new();
        let mut note = |key: &'static str, result: Result<()>| problems.extend(result.err().map(|error| (key, error)));
        let formula = self.formula.parse::<Formula>();
        note("model", formula.as_ref().map(|_| ()).map_err(|error| error.clone().into()));
        let df = df_method(&self.df).map(|_| ());
        let df_is_known = df.is_ok();
        note("df", df.map_err(Error::from));
        if let (true, Ok(formula)) = (df_is_known, &formula) {
            let method = inference_method(self.convention.df(&self.df, formula), &self.vcov);
            note("vcov", method.map(|_| ()).map_err(Error::from));
        }
        if self.cluster.is_some() && self.vcov == DEFAULT_VCOV {
            let message = "a cluster serves a sandwich covariance, and the covariance asked for is model-based";
            note("cluster", Err(Error::usage("cluster_without_sandwich", message)));
        }
        note("adjust", self.means.as_ref().map_or(Ok(()), MeansSpec::check));
        problems
    }

    /// The model fitted to `frame`.
    ///
    /// # Errors
    /// A request that the frame cannot answer, data that break a rule, or an optimiser that did not converge.
    pub fn fit(&self, frame: &Frame) -> Result<Fitted> {
        self.check()?;
        let formula: Formula = self.formula.parse()?;
        let method = self.method(&formula, frame)?;
        let source = match &self.mmrm {
            Some(mmrm) => Source::Mmrm(Box::new(mmrm.clone().threads(self.threads).fit(frame)?)),
            None => {
                let mut model = Lmm::new(formula).criterion(self.criterion).threads(self.threads);
                if let Some(weights) = &self.weights {
                    model = model.weights(weights);
                }
                Source::Lmm(Box::new(model.fit(frame)?))
            }
        };
        let inference = source.lmm().inference(method.as_ref())?.with_level(self.level)?;
        Ok(Fitted::new(self.clone(), method, source, inference))
    }

    /// The inference asked for.
    fn method(&self, formula: &Formula, frame: &Frame) -> Result<Box<dyn DfMethod>> {
        let df = self.convention.df(&self.df, formula);
        match &self.cluster {
            None => Ok(inference_method(df, &self.vcov)?),
            Some(factor) => {
                let columns: Vec<String> = factor.split(',').map(|name| name.trim().to_owned()).collect();
                let clusters = Clusters::ways(frame, &columns)?;
                Ok(Box::new(Robust::boxed(vcov_method(&self.vcov)?, df_method(df)?, clusters)?))
            }
        }
    }
}
