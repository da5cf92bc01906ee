//! Who is analysed: sets of rows, declared as filters that follow each other.

use serde::{Deserialize, Serialize};

use super::{Analysis, DesignColumns, Plan};

/// An analysis set, such as the per-protocol set: rows of the file that pass every step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SetSource")]
pub struct AnalysisSet {
    /// A short name, unique in the plan, by which analyses ask for the set.
    pub name: String,
    /// The name for tables.
    pub label: String,
    /// The conditions in their order; none keeps every row.
    pub steps: Vec<SetStep>,
    /// The column of the arm by which the set is described and compared, where it is not the arm as randomised.
    pub arm: Option<String>,
}

/// A condition that rows of the set fulfil, and why those that do not are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetStep {
    /// The condition of staying.
    #[serde(rename = "where")]
    pub condition: String,
    /// Why those are left out for whom it is false.
    pub reason: String,
}

/// A set as the plan writes it: one step may stand without a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetSource {
    name: String,
    label: Option<String>,
    #[serde(rename = "where")]
    condition: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    steps: Vec<SetStep>,
    arm: Option<String>,
}

impl TryFrom<SetSource> for AnalysisSet {
    type Error = String;

    fn try_from(source: SetSource) -> Result<Self, String> {
        let steps = match (source.condition, source.reason) {
            (None, None) => source.steps,
            (Some(condition), Some(reason)) if source.steps.is_empty() => vec![SetStep { condition, reason }],
            _ => {
                return Err(format!(
                    "the analysis set `{}` has either `steps`, or one `where` with its `reason`",
                    source.name
                ));
            }
        };
        let label = source.label.unwrap_or_else(|| source.name.clone());
        Ok(Self { name: source.name, label, steps, arm: source.arm })
    }
}

/// The default set as `[population]` writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Population {
    name: String,
    #[serde(rename = "where")]
    condition: Option<String>,
}

/// The name of the set that `[population]` declares.
const POPULATION: &str = "population";

impl From<Population> for AnalysisSet {
    fn from(population: Population) -> Self {
        let step = |condition| SetStep { condition, reason: "outside the population".to_owned() };
        let steps = population.condition.map(step).into_iter().collect();
        Self { name: POPULATION.to_owned(), label: population.name, steps, arm: None }
    }
}

impl AnalysisSet {
    /// The set of those who say nothing.
    fn everybody() -> Self {
        let label = "All randomised, as randomised".to_owned();
        Self { name: POPULATION.to_owned(), label, steps: Vec::new(), arm: None }
    }

    /// All conditions as one; none where every row stays.
    pub fn condition(&self) -> Option<String> {
        match self.steps.as_slice() {
            [] => None,
            [one] => Some(one.condition.clone()),
            several => {
                let parts: Vec<String> = several.iter().map(|step| format!("({})", step.condition)).collect();
                Some(parts.join(" & "))
            }
        }
    }
}

impl Plan {
    /// Makes `[population]` the first of the analysis sets; without either, all rows are the only set.
    pub(super) fn complete_sets(&mut self) {
        match self.population.take() {
            Some(population) => self.analysis_sets.insert(0, population.into()),
            None if self.analysis_sets.is_empty() => self.analysis_sets.push(AnalysisSet::everybody()),
            None => {}
        }
    }

    /// The set of `analysis`: the one it names, or else the first of the plan.
    pub fn set_of(&self, analysis: &Analysis) -> &AnalysisSet {
        self.set_named(analysis.set.as_deref())
    }

    /// The set called `name`, or else the first of the plan.
    pub fn set_named(&self, name: Option<&str>) -> &AnalysisSet {
        let named = self.analysis_sets.iter().find(|set| Some(set.name.as_str()) == name);
        named.unwrap_or(&self.analysis_sets[0])
    }

    /// The design with the arm by which `set` is described and compared.
    pub fn design_for(&self, set: &AnalysisSet) -> DesignColumns {
        let arm = set.arm.clone().unwrap_or_else(|| self.design.arm.clone());
        DesignColumns { arm, ..self.design.clone() }
    }
}
