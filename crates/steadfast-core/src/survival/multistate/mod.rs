//! Cox models of all transitions between states from one specification, and the probabilities of being in each state that they predict.
//!
//! Without [`MultiState::from`] everybody is in one state, from which the events lead: cause-specific models of competing events,
//! fitted together.
//!
//! ```
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::survival::{MultiState, OccupationVariance, Start, Steps};
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 8.0, 9.0, 12.0, 5.0, 7.0, 11.0, 14.0]),
//!     Column::factor("exit", ["home", "adopted", "none", "home", "home", "adopted", "none", "home"]),
//!     Column::factor("arm", ["NIM", "NIM", "NIM", "NIM", "SAU", "SAU", "SAU", "SAU"]),
//! ])?;
//! let fit = MultiState::new("Surv(months, exit) ~ arm".parse()?).censored("none").steps(Steps::Exponential).fit(&frame)?;
//! let new = Frame::new(vec![Column::factor("arm", ["NIM", "SAU"])])?;
//! let found = fit.predict(&new, Start::at("(start)", 0.0), &[10.0], OccupationVariance::Jackknife)?;
//! assert_eq!(found.len(), 2 * 3);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod build;
mod component;
mod fit;
mod functional;
mod milestones;
mod occupation;
mod paths;
mod standardised;

pub use fit::{MultiStateFit, OccupationVariance, TransitionHazard};
pub use milestones::Milestones;
pub use occupation::{Occupied, Quantity, Start};
pub use paths::Steps;

use crate::error::Result;
use crate::formula::Formula;
use crate::frame::Frame;
use crate::likelihood::Ties;

/// A transition from one state to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Transition {
    /// The state that is left.
    pub from: String,
    /// The state that is entered.
    pub to: String,
}

impl Transition {
    /// The transition from `from` to `to`.
    pub fn new(from: impl Into<String>, to: impl Into<String>) -> Self {
        Self { from: from.into(), to: to.into() }
    }
}

impl std::fmt::Display for Transition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} -> {}", self.from, self.to)
    }
}

impl<F: Into<String>, T: Into<String>> From<(F, T)> for Transition {
    fn from((from, to): (F, T)) -> Self {
        Self::new(from, to)
    }
}

/// The specification of the models of all transitions, on the clock of the study.
///
/// The formula is that of [`Cox`](crate::survival::Cox), the event column being a factor whose levels are the states passed to.
#[derive(Debug, Clone, PartialEq)]
pub struct MultiState {
    formula: Formula,
    from: Option<String>,
    subject: Option<String>,
    censored: Option<String>,
    weights: Option<String>,
    ties: Ties,
    steps: Steps,
    /// Empty: all that occur.
    transitions: Vec<Transition>,
    own: Vec<(Transition, Formula)>,
    proportional: Vec<Vec<Transition>>,
    common: Vec<(String, Vec<Transition>)>,
}

impl MultiState {
    /// The same covariates for all transitions that occur, each with its own baseline and its own coefficients; Efron's ties.
    pub fn new(formula: Formula) -> Self {
        Self {
            formula,
            from: None,
            subject: None,
            censored: None,
            weights: None,
            ties: Ties::default(),
            steps: Steps::default(),
            transitions: Vec::new(),
            own: Vec::new(),
            proportional: Vec::new(),
            common: Vec::new(),
        }
    }

    /// The state of each row is in `column`.
    pub fn from(mut self, column: impl Into<String>) -> Self {
        self.from = Some(column.into());
        self
    }

    /// Rows with the same value in `column` are one person, whose rows must not contradict each other.
    pub fn subject(mut self, column: impl Into<String>) -> Self {
        self.subject = Some(column.into());
        self
    }

    /// The level of the event column that says that observation ended; without it, the first level.
    pub fn censored(mut self, level: impl Into<String>) -> Self {
        self.censored = Some(level.into());
        self
    }

    /// Rows are weighted by `column`.
    pub fn weights(mut self, column: impl Into<String>) -> Self {
        self.weights = Some(column.into());
        self
    }

    /// Events at one time are treated as `ties` says. mstate's examples take Breslow's.
    pub fn ties(mut self, ties: Ties) -> Self {
        self.ties = ties;
        self
    }

    /// How hazards become probabilities.
    pub fn steps(mut self, steps: Steps) -> Self {
        self.steps = steps;
        self
    }

    /// Only these transitions are modelled; other events end observation.
    pub fn transitions<T: Into<Transition>>(mut self, transitions: impl IntoIterator<Item = T>) -> Self {
        self.transitions = transitions.into_iter().map(Into::into).collect();
        self
    }

    /// One transition has the right side of `formula` instead of that of all.
    pub fn formula_of(mut self, transition: impl Into<Transition>, formula: Formula) -> Self {
        self.own.push((transition.into(), formula));
        self
    }

    /// These transitions have proportional baseline hazards: one baseline, and a coefficient for each but the first.
    pub fn proportional<T: Into<Transition>>(mut self, transitions: impl IntoIterator<Item = T>) -> Self {
        self.proportional.push(transitions.into_iter().map(Into::into).collect());
        self
    }

    /// The term `term` has the same coefficients for these transitions; for all that have it, where none is named.
    pub fn common<T: Into<Transition>>(
        mut self,
        term: impl Into<String>,
        transitions: impl IntoIterator<Item = T>,
    ) -> Self {
        self.common.push((term.into(), transitions.into_iter().map(Into::into).collect()));
        self
    }

    /// The fit to the rows of `frame` that are complete in all variables.
    ///
    /// # Errors
    /// As [`Cox::fit`](crate::survival::Cox::fit), with the transition's name; `unknown_state`, `unknown_transition`;
    /// `no_events` for a transition that does not happen; `constant_covariate` for a column that does not vary, or that others determine,
    /// among those at risk of a transition; `unknown_term`; `method_does_not_apply` for ties without hazards of every event.
    pub fn fit(&self, frame: &Frame) -> Result<MultiStateFit> {
        self.ties.require_hazard("probabilities of states")?;
        build::fit(self, frame)
    }
}

#[cfg(test)]
mod tests;
