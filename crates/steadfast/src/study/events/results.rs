//! The shape of what `results.json` says about events.

use std::fmt;

use serde::Serialize;

use crate::error::Result;
use crate::plan::{Estimand, EventKind, Role, TimeUnit};
use crate::trial::placement::Joined;

/// What happened between the visits, and how the arms compare.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlacementResults {
    /// The unit of every time.
    pub unit: TimeUnit,
    /// The column of the day from which time is counted; null: the first entry into care, or that of ready-made tables.
    pub origin: Option<String>,
    /// The day on which observation ends; null where tables do not say it.
    pub cut: Option<String>,
    /// Who is in the trial, and whose placements are known.
    #[serde(flatten)]
    pub joined: Joined,
    /// Warnings and notes about the placements, the join and the censoring that the plan asks for.
    pub findings: Vec<PlacementFinding>,
    /// The analyses in the order of the plan.
    pub analyses: Vec<EventResult>,
}

/// A rule with how often it was broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlacementFinding {
    /// `note` or `warning`.
    pub severity: &'static str,
    /// The stable identifier of the rule.
    pub name: String,
    /// How often.
    pub count: usize,
    /// What the first says.
    pub message: String,
}

impl fmt::Display for PlacementFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity, self.name, self.message)?;
        if self.count > 1 { write!(f, " ({} times)", self.count) } else { Ok(()) }
    }
}

/// One analysis of events.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventResult {
    /// The plan's short name.
    pub id: String,
    /// The plan's label.
    pub label: String,
    /// What is asked.
    pub kind: EventKind,
    /// Its place in the trial.
    pub role: Role,
    /// What is estimated.
    pub estimand: Option<Estimand>,
    /// The name of its analysis set.
    pub set: String,
    /// A further condition on the subjects.
    #[serde(rename = "where")]
    pub condition: Option<String>,
    /// The time up to which absolute effects look.
    pub horizon: Option<f64>,
    /// The confidence level.
    pub level: f64,
    /// States that the plan censors.
    pub censored: Vec<String>,
    /// Who was followed and what happened, by arm.
    pub arms: Vec<EventArm>,
    /// What is estimated in each arm.
    pub estimates: Vec<ArmEstimate>,
    /// How the arms compare.
    pub effects: Vec<Effect>,
    /// Tests without an effect of their own.
    pub tests: Vec<EventTest>,
    /// Effects in subgroups, each with the interaction from one model.
    pub subgroups: Vec<Subgroup>,
    /// The models behind effects.
    pub models: Vec<EventModel>,
    /// What a reader should know before believing the numbers.
    pub cautions: Vec<String>,
}

impl EventResult {
    /// What was found; `None`, with a caution, where the data do not tell it, such as a ratio to a level without events.
    ///
    /// # Errors
    /// All other errors.
    pub(super) fn unless_untold<T>(&mut self, (measure, of): (Measure, &str), found: Result<T>) -> Result<Option<T>> {
        match found {
            Ok(found) => Ok(Some(found)),
            Err(error) if UNTOLD.contains(&error.code()) => {
                self.cautions.push(format!("no {} of `{of}`: {error}", measure.label().to_lowercase()));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// The codes of errors by which models say that the data do not tell their coefficients.
const UNTOLD: [&str; 5] = ["infinite_coefficient", "unidentified", "not_converged", "not_estimable", "no_events"];

/// Who was followed, and what happened, in one arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventArm {
    /// The arm.
    pub arm: String,
    /// Children who were followed.
    pub subjects: usize,
    /// Their families.
    pub clusters: usize,
    /// Children with placements who were not: never at risk.
    pub not_at_risk: usize,
    /// Children with placements who were not: care began before the data did.
    pub truncated: usize,
    /// Time at risk in years.
    pub years: f64,
    /// What happened.
    pub events: Vec<EventCount>,
}

/// How often something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventCount {
    /// What.
    pub name: String,
    /// How often.
    pub events: usize,
    /// To how many children.
    pub subjects: usize,
}

/// An estimate in one arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArmEstimate {
    /// What is estimated.
    pub measure: Measure,
    /// The event or state.
    pub name: String,
    /// The arm.
    pub arm: String,
    /// The time, where it is about one.
    pub at: Option<f64>,
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: f64,
    /// The lower limit; null where the data give none.
    pub conf_low: Option<f64>,
    /// The upper limit.
    pub conf_high: Option<f64>,
    /// Children under observation just before; null where that means nothing.
    pub n_at_risk: Option<usize>,
}

/// What is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The probability that an event has happened.
    CumulativeIncidence,
    /// The mean time until an event up to the horizon.
    RestrictedMeanTime,
    /// The probability of being in a state.
    StateProbability,
    /// The mean time in a state up to the horizon.
    TimeInState,
    /// The mean number of events up to a time.
    MeanNumber,
    /// Events a year at risk.
    Rate,
    /// The ratio of the hazards of an event, others ending observation.
    HazardRatio,
    /// The ratio of the hazards of the cumulative incidence.
    SubdistributionHazardRatio,
    /// The ratio of rates.
    RateRatio,
    /// The ratio of mean numbers of events.
    MeanRatio,
}

impl Measure {
    /// The measure in words, an estimate of one arm where it has one.
    pub fn label(self) -> &'static str {
        match self {
            Self::CumulativeIncidence => "Cumulative incidence",
            Self::RestrictedMeanTime => "Mean time until the event",
            Self::StateProbability => "Probability",
            Self::TimeInState => "Mean time in the state",
            Self::MeanNumber => "Mean number",
            Self::Rate => "Rate a year",
            Self::HazardRatio => "Hazard ratio",
            Self::SubdistributionHazardRatio => "Subdistribution hazard ratio",
            Self::RateRatio => "Rate ratio",
            Self::MeanRatio => "Ratio of mean numbers",
        }
    }

    /// Whether it is a probability, which tables give in per cent.
    pub fn is_probability(self) -> bool {
        matches!(self, Self::CumulativeIncidence | Self::StateProbability)
    }
}

/// A comparison of two arms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// What is compared.
    pub measure: Measure,
    /// The event or state.
    pub name: String,
    /// A difference or a ratio.
    pub scale: Scale,
    /// Whether it adjusts for covariates or strata.
    pub adjusted: bool,
    /// The arms, such as `NIM - SAU` or `NIM / SAU`.
    pub term: String,
    /// The time, where it is about one.
    pub at: Option<f64>,
    /// The difference or ratio.
    pub estimate: f64,
    /// Its standard error; of the natural logarithm of a ratio.
    pub std_error: f64,
    /// Degrees of freedom; null for the normal distribution.
    pub df: Option<f64>,
    /// The estimate, or its logarithm, over the standard error.
    pub statistic: f64,
    /// Two-sided.
    pub p_value: f64,
    /// The lower limit.
    pub conf_low: f64,
    /// The upper limit.
    pub conf_high: f64,
}

impl Effect {
    /// Whether it compares `arm` with the reference.
    pub fn compares(&self, arm: &str) -> bool {
        let sign = if self.scale == Scale::Absolute { "-" } else { "/" };
        self.term.strip_prefix(arm).is_some_and(|rest| rest.starts_with(&format!(" {sign} ")))
    }
}

/// Whether an effect is a difference or a ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// First minus second.
    Absolute,
    /// First over second.
    Relative,
}

/// A test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventTest {
    /// Which test.
    pub term: String,
    /// The event.
    pub event: String,
    /// Whether it is within strata, or of an adjusted model.
    pub adjusted: bool,
    /// Numerator degrees of freedom.
    pub num_df: f64,
    /// χ² over its degrees of freedom, or F.
    pub statistic: f64,
    /// The upper tail.
    pub p_value: f64,
}

/// The effect in each level of a column, from one model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Subgroup {
    /// The column.
    pub name: String,
    /// The event.
    pub event: String,
    /// The formula of the model.
    pub formula: String,
    /// The effects.
    pub levels: Vec<SubgroupEffect>,
    /// Whether they differ: the interaction in the same model.
    pub interaction: EventTest,
}

/// The effect in one level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SubgroupEffect {
    /// The level.
    pub level: String,
    /// Children of the level in the model.
    pub subjects: usize,
    /// Their events.
    pub events: usize,
    /// The effect.
    pub effect: Effect,
}

/// A model that was fitted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventModel {
    /// What it estimates.
    pub measure: Measure,
    /// The event.
    pub name: String,
    /// Whether it adjusts.
    pub adjusted: bool,
    /// The formula.
    pub formula: String,
    /// The covariance of the estimates.
    pub vcov_method: String,
    /// Rows that were used; those with an absent covariate are not.
    pub rows: usize,
    /// Children in them.
    pub subjects: usize,
    /// Families in them: the clusters of the covariance.
    pub clusters: usize,
    /// Events in them.
    pub events: usize,
    /// The coefficients, logarithms of ratios.
    pub coefficients: Vec<steadfast_core::report::Row>,
    /// Columns that others determine.
    pub aliased: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arm_whose_name_begins_like_another_is_not_mistaken_for_it() {
        let effect = |scale, term: &str| Effect {
            measure: Measure::Rate,
            name: "moves".to_owned(),
            scale,
            adjusted: false,
            term: term.to_owned(),
            at: None,
            estimate: 0.0,
            std_error: 1.0,
            df: None,
            statistic: 0.0,
            p_value: 1.0,
            conf_low: -2.0,
            conf_high: 2.0,
        };
        let plus = effect(Scale::Absolute, "NIM plus - SAU");
        assert!(plus.compares("NIM plus") && !plus.compares("NIM"));
        assert!(effect(Scale::Relative, "NIM / SAU").compares("NIM"));
    }
}
