//! What baseline is in the analysis, where the data hold it, and when it was assessed.

use serde::{Deserialize, Serialize};

use super::clauses::Slope;

/// What the analysis makes of baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "analysis", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Baseline {
    /// Nothing: the later outcomes are compared as they are.
    #[default]
    Unused,
    /// A covariate of the later outcomes.
    Ancova {
        /// Whether its coefficient differs between visits.
        slope: Slope,
    },
    /// What the later outcomes are measured from: the response is outcome − baseline.
    Change,
    /// Both: the response is outcome − baseline, and baseline is a covariate.
    AdjustedChange {
        /// Whether its coefficient differs between visits.
        slope: Slope,
    },
    /// An outcome like the others, with one mean for all arms, as randomisation implies (cLDA; Liang and Zeger 2000).
    Constrained,
    /// An outcome like the others, with a mean of its own in each arm.
    Unconstrained,
}

impl Baseline {
    /// Whether baseline is one of the outcomes.
    pub(super) fn is_outcome(self) -> bool {
        matches!(self, Self::Constrained | Self::Unconstrained)
    }

    /// How baseline stands among the covariates, if it does.
    pub(super) fn slope(self) -> Option<Slope> {
        match self {
            Self::Ancova { slope } | Self::AdjustedChange { slope } => Some(slope),
            _ => None,
        }
    }

    /// Whether the response is the change from baseline.
    pub(super) fn is_change(self) -> bool {
        matches!(self, Self::Change | Self::AdjustedChange { .. })
    }
}

/// Whether the data hold baseline beside the later outcomes or above them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Place {
    /// A column of the later rows.
    Column,
    /// A row of its own, at a visit of its own.
    Row,
}

/// Where the data hold baseline, and what it is called in the other form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    pub(super) place: Place,
    pub(super) column: String,
    pub(super) visit: String,
    pub(super) timing: Option<Timing>,
}

impl Recorded {
    /// Baseline is `column` of the rows of later visits. As a row it stands at the visit `baseline`.
    pub fn in_column(column: impl Into<String>) -> Self {
        Self { place: Place::Column, column: column.into(), visit: "baseline".to_owned(), timing: None }
    }

    /// Baseline is the outcome in the rows of `visit`. As a column it is called `baseline`.
    pub fn at_visit(visit: impl Into<String>) -> Self {
        Self { place: Place::Row, column: "baseline".to_owned(), visit: visit.into(), timing: None }
    }

    /// The same record with another name for the visit that baseline is as a row.
    pub fn visit_called(mut self, visit: impl Into<String>) -> Self {
        self.visit = visit.into();
        self
    }

    /// The same record with another name for the column that baseline is as a covariate.
    pub fn column_called(mut self, column: impl Into<String>) -> Self {
        self.column = column.into();
        self
    }

    /// The same record with the columns that say when baseline was assessed and when the subject was randomised: both
    /// dates, or both numbers of days from one origin. Where baseline is a row, the date of its assessment is read from
    /// that row.
    pub fn timed(mut self, assessed: impl Into<String>, randomised: impl Into<String>) -> Self {
        self.timing = Some(Timing { assessed: assessed.into(), randomised: randomised.into() });
        self
    }
}

/// The columns that say whether baseline came before randomisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Timing {
    pub(super) assessed: String,
    pub(super) randomised: String,
}
