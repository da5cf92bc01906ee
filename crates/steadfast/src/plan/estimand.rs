//! What is estimated, in the five attributes of ICH E9(R1).

use serde::{Deserialize, Serialize};

/// An estimand; the treatments are the levels of the analysis's contrast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimand {
    /// Whom the question is about.
    pub population: String,
    /// The variable measured for each of them.
    pub variable: String,
    /// What may happen after randomisation, and how it is dealt with.
    #[serde(default)]
    pub intercurrent_events: Vec<IntercurrentEvent>,
    /// The summary by which the treatments are compared.
    pub summary: String,
}

/// An event after randomisation that affects the variable's meaning or existence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntercurrentEvent {
    /// The event.
    pub event: String,
    /// How it is dealt with.
    pub strategy: Strategy,
}

/// The strategies of ICH E9(R1), section A.3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// The value counts whether or not the event happened.
    TreatmentPolicy,
    /// The value that would have been, had the event not happened.
    Hypothetical,
    /// The event is part of the variable.
    Composite,
    /// The value before the event.
    WhileOnTreatment,
    /// Those in whom the event would not happen.
    PrincipalStratum,
}

impl Strategy {
    /// The strategy's name in the guideline.
    pub fn name(self) -> &'static str {
        match self {
            Self::TreatmentPolicy => "treatment policy",
            Self::Hypothetical => "hypothetical",
            Self::Composite => "composite variable",
            Self::WhileOnTreatment => "while on treatment",
            Self::PrincipalStratum => "principal stratum",
        }
    }
}
