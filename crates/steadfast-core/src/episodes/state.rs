//! What a child's life between care and home is divided into, as multi-state models need it.

use serde::Deserialize;

/// What being in a state means for care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateKind {
    /// In care.
    Care,
    /// In care, for a while, with a return to the placement before expected.
    Temporary,
    /// Placed with the carers who will adopt; in care until the order.
    Adoptive,
    /// Out of care; the child may come back.
    Out,
    /// Home with the family, out of care: what oscillation is counted against.
    Home,
    /// The end of what can be observed of care: an adoption, a death, the age of majority.
    End,
    /// Lost to observation, as by a transfer to another authority: a censoring, no event.
    Censored,
}

impl StateKind {
    /// Whether the child is in care.
    pub fn is_care(self) -> bool {
        matches!(self, Self::Care | Self::Temporary | Self::Adoptive)
    }

    /// Whether nothing can follow.
    pub fn is_last(self) -> bool {
        matches!(self, Self::End | Self::Censored)
    }
}

/// A state with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    name: String,
    kind: StateKind,
}

impl State {
    /// The state called `name`.
    pub fn new(name: impl Into<String>, kind: StateKind) -> Self {
        Self { name: name.into(), kind }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it means for care.
    pub fn kind(&self) -> StateKind {
        self.kind
    }
}
