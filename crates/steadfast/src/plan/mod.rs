//! The plan: what a statistical analysis plan says, as data.
//!
//! ```toml
//! version = 1
//! title = "Antidepressant trial"
//!
//! [data]
//! file = "data.csv"                 # paths are relative to the plan
//! dictionary = "dictionary.toml"
//!
//! [design]
//! subject = "PATIENT"
//! visit = "VISIT"
//! arm = "THERAPY"
//! reference = "PLACEBO"
//! outcome = "CHANGE"
//! baseline = "BASVAL"
//!
//! [population]
//! name = "Intention to treat"
//!
//! [[analyses]]
//! id = "primary"
//! label = "Adjusted for baseline"
//! role = "primary"
//! adjusted = true
//! model = "CHANGE ~ THERAPY * VISIT + BASVAL * VISIT + us(VISIT | PATIENT)"
//! df = "kenward-roger"
//! contrast = { factor = "THERAPY", levels = ["DRUG", "PLACEBO"], at = { VISIT = "7" } }
//! ```
//!
//! `docs/plan.md` describes every key. A key that is not known is an error, never ignored.

mod check;
mod complete;
mod estimand;
mod events;
mod mmrm;
mod placements;
mod sets;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use steadfast_core::lmm::Criterion;

pub use estimand::{Estimand, IntercurrentEvent, Strategy};
pub use events::{Clock, EventAnalysis, EventKind, MoveGroup, Reason, StateGroup};
pub use mmrm::{BaselineUse, MmrmPlan};
pub use placements::{PlacementSource, PlacementTables, RepairName, TimeUnit};
pub use sets::{AnalysisSet, SetStep};

use crate::error::{Error, Result};
use crate::model::{Convention, DEFAULT_COMPARISONS, DEFAULT_DF, DEFAULT_VCOV, TestType};

/// The version of the plan's format that this program reads.
pub const PLAN_VERSION: u32 = 1;

/// A whole analysis, from the data to the contrasts that are reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of the format: 1.
    pub version: u32,
    /// The title of the report.
    pub title: String,
    /// The data and their dictionary.
    pub data: DataFiles,
    /// What the columns mean in the design of the trial.
    pub design: DesignColumns,
    /// The default set as `[population]` writes it; once the plan is read, it is the first of the analysis sets.
    #[serde(default, skip_serializing)]
    population: Option<sets::Population>,
    /// Who is analysed; the first set is that of analyses that name none.
    #[serde(default)]
    pub analysis_sets: Vec<AnalysisSet>,
    /// What the baseline table shows.
    #[serde(default)]
    pub baseline: BaselineVariables,
    /// The seed of everything random; nothing is, as yet, but provenance records it.
    #[serde(default)]
    pub seed: u64,
    /// The analyses in the order of the report.
    pub analyses: Vec<Analysis>,
    /// What happened to children between the visits.
    pub placements: Option<PlacementSource>,
    /// The analyses of what happened, in the order of the report.
    #[serde(default)]
    pub events: Vec<EventAnalysis>,
}

/// The files, relative to the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFiles {
    /// The data.
    pub file: String,
    /// The dictionary that the data must obey.
    pub dictionary: String,
}

/// The columns that carry the design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesignColumns {
    /// The person measured.
    pub subject: String,
    /// The unit randomised, where persons are nested in it.
    pub cluster: Option<String>,
    /// The planned visit.
    pub visit: String,
    /// The randomised arm.
    pub arm: String,
    /// The arm that others are compared with.
    pub reference: String,
    /// The stratification factors of the randomisation.
    #[serde(default)]
    pub strata: Vec<String>,
    /// The outcome whose observed means are shown.
    pub outcome: String,
    /// The outcome's value at baseline, where it is a column.
    pub baseline: Option<String>,
    /// The visit at which the outcome's value is baseline, where it is a row.
    pub baseline_visit: Option<String>,
    /// The day on which baseline was assessed.
    pub baseline_assessed: Option<String>,
    /// The day of randomisation: a baseline assessed later is a finding.
    pub randomised: Option<String>,
}

impl DesignColumns {
    /// The unit randomised: the cluster, or the subject where there is none.
    pub fn unit(&self) -> &str {
        self.cluster.as_deref().unwrap_or(&self.subject)
    }

    /// Whether persons are nested in the units randomised.
    pub fn is_clustered(&self) -> bool {
        self.unit() != self.subject
    }
}

/// The variables of the baseline table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineVariables {
    /// Described once a cluster; by default the strata, when the design has clusters.
    pub cluster: Option<Vec<String>>,
    /// Described once a subject; by default the outcome at baseline, and the strata when there are no clusters.
    pub subject: Option<Vec<String>>,
}

/// One model and the contrast that answers its question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Analysis {
    /// A short name without blanks, unique in the plan.
    pub id: String,
    /// The name for tables.
    pub label: String,
    /// Its place in the trial.
    pub role: Role,
    /// The name of the analysis set; the plan's first set where none is named.
    pub set: Option<String>,
    /// Whether the model adjusts for covariates beyond the design.
    pub adjusted: bool,
    /// What is estimated.
    pub estimand: Option<Estimand>,
    /// The model's formula; where the model is declared by its parts, the formula that follows from them.
    #[serde(default)]
    pub model: String,
    /// The model as a mixed model for repeated measures, declared by its parts.
    pub mmrm: Option<MmrmPlan>,
    /// REML or ML.
    #[serde(default)]
    pub criterion: Criterion,
    /// The df method.
    #[serde(default = "default_df")]
    pub df: String,
    /// The covariance of the estimates.
    #[serde(default = "default_vcov")]
    pub vcov: String,
    /// The factor whose levels are the clusters of a robust covariance.
    pub cluster: Option<String>,
    /// Whose conventions are in force where engines differ.
    #[serde(default)]
    pub convention: Convention,
    /// The type of the tests of terms.
    #[serde(default, rename = "type")]
    pub tests: TestType,
    /// The comparisons of the contrast's factor at each place: `all-pairs`, `versus`, `versus:LEVEL`, `consecutive`.
    #[serde(default = "default_comparisons")]
    pub compare: String,
    /// The adjustment for these comparisons; none reports none.
    pub adjust: Option<String>,
    /// The confidence level.
    #[serde(default = "default_level")]
    pub level: f64,
    /// The column of observation weights.
    pub weights: Option<String>,
    /// A further condition on the rows of the analysis set.
    #[serde(rename = "where")]
    pub condition: Option<String>,
    /// The difference reported.
    pub contrast: Contrast,
    /// Whether to profile the variance components.
    #[serde(default = "yes")]
    pub intervals: bool,
    /// The keys that the plan states; what is not among them has its default.
    #[serde(skip)]
    pub stated: BTreeSet<String>,
}

/// The place of an analysis in the trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It answers the trial's question.
    Primary,
    /// It answers another question of the protocol.
    Secondary,
    /// It answers the primary question under other assumptions.
    Sensitivity,
    /// It helps to read the others.
    Supporting,
}

/// A difference between two levels of a factor, first minus second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contrast {
    /// The factor, usually the arm.
    pub factor: String,
    /// The two levels: the difference is the first minus the second.
    pub levels: [String; 2],
    /// The levels of other factors at which the difference is reported; at every one it is computed.
    #[serde(default)]
    pub at: BTreeMap<String, String>,
}

impl Contrast {
    /// The means behind the contrast, such as `THERAPY | VISIT`.
    pub fn means(&self) -> String {
        if self.at.is_empty() {
            return quoted(&self.factor);
        }
        let conditions: Vec<String> = self.at.keys().map(|name| quoted(name)).collect();
        format!("{} | {}", quoted(&self.factor), conditions.join(" + "))
    }

    /// The difference's name, such as `DRUG - PLACEBO`.
    pub fn term(&self) -> String {
        self.levels.join(" - ")
    }
}

/// A column's name as formulas write it.
pub(crate) fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    if name.chars().all(plain) { name.to_owned() } else { format!("`{name}`") }
}

fn default_df() -> String {
    DEFAULT_DF.to_owned()
}

fn default_vcov() -> String {
    DEFAULT_VCOV.to_owned()
}

fn default_comparisons() -> String {
    DEFAULT_COMPARISONS.to_owned()
}

fn default_level() -> f64 {
    0.95
}

fn yes() -> bool {
    true
}

impl Plan {
    /// The plan in `text`; `name` is what messages call it.
    ///
    /// # Errors
    /// `invalid_plan` when the text is no TOML, has an unknown key, or contradicts itself: all contradictions at once.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        let no_plan =
            |error: toml::de::Error| Error::usage("invalid_plan", format!("`{name}`: {}", error.to_string().trim()));
        let mut plan: Self = toml::from_str(text).map_err(no_plan)?;
        let source: toml::Table = toml::from_str(text).map_err(no_plan)?;
        for (analysis, stated) in plan.analyses.iter_mut().zip(stated_keys(&source, "analyses")) {
            analysis.stated = stated;
        }
        for (analysis, stated) in plan.events.iter_mut().zip(stated_keys(&source, "events")) {
            analysis.stated = stated;
        }
        plan.complete_sets();
        let mut problems = plan.complete_models();
        problems.extend(check::problems(&plan));
        if problems.is_empty() {
            return Ok(plan);
        }
        Err(Error::usage("invalid_plan", format!("`{name}`:\n  {}", problems.join("\n  "))))
    }
}

/// The keys that each table of the list `name` states.
fn stated_keys(source: &toml::Table, name: &str) -> Vec<BTreeSet<String>> {
    let tables = source.get(name).and_then(toml::Value::as_array).into_iter().flatten();
    tables.map(|table| table.as_table().into_iter().flat_map(|table| table.keys().cloned()).collect()).collect()
}

#[cfg(test)]
mod tests;
