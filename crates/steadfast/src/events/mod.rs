//! Times to events: from what is asked to everything that is reported about it.
//!
//! [`EventSpec`] asks for a regression of a hazard, [`CurveSpec`](curves::CurveSpec) for curves of probabilities and their
//! comparison. Both are plain data, read the rows of a frame as an event history, and give a result that is plain data as well.
//!
//! ```
//! use steadfast::core::frame::{Column, Frame};
//! use steadfast::events::EventSpec;
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 8.0, 9.0, 12.0, 5.0, 7.0, 11.0, 14.0]),
//!     Column::integer("home", vec![1, 1, 0, 1, 1, 0, 1, 1]),
//!     Column::factor("arm", ["NIM", "NIM", "NIM", "NIM", "SAU", "SAU", "SAU", "SAU"]),
//! ])?;
//! let result = EventSpec::new("Surv(months, home) ~ arm").fit(&frame)?.result()?;
//! assert_eq!((result.observed.persons, result.observed.count("home")), (8, 6));
//! assert!(result.coefficients[0].ratio < 1.0);
//! # Ok::<(), steadfast::error::Error>(())
//! ```

mod absolute;
mod blocks;
mod cautions;
mod contrasts;
pub mod curves;
mod diagnostics;
mod fitted;
mod frailty;
mod hazard;
mod methods;
mod recurrent;
mod response;
mod result;
mod rows;
mod tables;
mod text;

use steadfast_core::formula::Formula;
use steadfast_core::frame::Frame;
use steadfast_core::survival::{Cox, DegreesOfFreedom, FrailtyDistribution, Ties};

pub use absolute::{Absolute, AbsoluteSpec, RiskRow, TimeRow, predictions};
pub use contrasts::RatioCell;
pub use diagnostics::Diagnostics;
pub use fitted::EventFitted;
pub use frailty::{FRAILTIES, FRAILTY_VCOVS, FrailtyComponent, FrailtyResult, frailty};
pub use methods::{EVENT_DFS, EVENT_VCOVS, Named, SUBDISTRIBUTION_VCOVS, TIES, dof, ties, vcov};
pub use recurrent::{LAYOUTS, RecurrentSpec, layout};
pub use response::is_of_events;
pub use result::{EventResult, GlobalTest, LevelCount, RatioRow, Robustness, StratumCount};
pub use rows::{EventCount, Observed, RowsUsed};
pub use tables::{baseline, frailty_effects, residuals, schoenfeld};
pub use text::summary;

use crate::error::{Error, Result};
use crate::model::{MeansSpec, TestType};
use hazard::Hazard;
use recurrent::Recurrent;
use response::Response;
use rows::{Reading, Rows};

/// A regression of a hazard and what is to be reported about it: plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct EventSpec {
    /// The formula, with `Surv(…)` before the tilde.
    pub formula: String,
    /// How events at one time are treated.
    pub ties: Ties,
    /// The level of the event column whose hazard is modelled, where there are several.
    pub cause: Option<String>,
    /// The level of the event column that says that observation ended; without it the first level, or 0.
    pub censored: Option<String>,
    /// The column that says whose rows they are; without it each row is a person.
    pub subject: Option<String>,
    /// How frailties are distributed, where the formula has them; none for gamma with one group and log-normal else.
    pub frailty: Option<FrailtyDistribution>,
    /// Whether those to whom another event has happened stay at risk: Fine and Gray's model of the cumulative incidence.
    pub subdistribution: bool,
    /// How events that happen again and again become rows; none where nobody has two.
    pub recurrent: Option<RecurrentSpec>,
    /// The column of weights.
    pub weights: Option<String>,
    /// The covariance of the estimates; none for the one that the rows ask for, see [`Robustness`].
    pub vcov: Option<String>,
    /// The reference distribution: `asymptotic`, `clusters-less-one`.
    pub df: String,
    /// The tests of terms.
    pub tests: TestType,
    /// The contrasts to report: the factors, where others are held, the comparisons, their adjustment.
    pub contrasts: Option<MeansSpec>,
    /// What to report on the absolute scale.
    pub absolute: Option<AbsoluteSpec>,
    /// Whether to test that hazards are proportional.
    pub diagnostics: bool,
    /// The confidence level.
    pub level: f64,
}

impl EventSpec {
    /// The model of `formula` with every default: Efron's ties, the covariance that the rows ask for, level 0.95.
    pub fn new(formula: impl Into<String>) -> Self {
        Self {
            formula: formula.into(),
            ties: Ties::default(),
            cause: None,
            censored: None,
            subject: None,
            frailty: None,
            subdistribution: false,
            recurrent: None,
            weights: None,
            vcov: None,
            df: DegreesOfFreedom::default().name().to_owned(),
            tests: TestType::Three,
            contrasts: None,
            absolute: None,
            diagnostics: false,
            level: 0.95,
        }
    }

    /// Refuses what is known to be wrong before any data are read.
    ///
    /// # Errors
    /// The first of [`EventSpec::problems`].
    pub fn check(&self) -> Result<()> {
        self.problems().into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
    }

    /// What is known to be wrong before any data are read, with the key of a plan that it is about.
    ///
    /// `formula_syntax`, `no_survival_response`, `formula_argument`, `unknown_vcov_method`, `unknown_df_method`, `confidence_level`, `unknown_comparisons`,
    /// `unknown_multiplicity`, `adjustment_needs_comparisons`.
    pub fn problems(&self) -> Vec<(&'static str, Error)> {
        let mut problems = Vec::new();
        let mut note = |key: &'static str, result: Result<()>| problems.extend(result.err().map(|error| (key, error)));
        let formula = self.formula.parse::<Formula>().map_err(Error::from);
        note("model", formula.and_then(|formula| Response::of(&formula)).map(|_| ()));
        let shared = self.formula.parse::<Formula>().is_ok_and(|formula| {
            !formula.random().is_empty() || Response::of(&formula).is_ok_and(|response| !response.frailty.is_empty())
        });
        let known = |name: &str| match (self.subdistribution, shared) {
            (true, _) => methods::weight_variance(name).map(|_| ()),
            (false, true) => frailty::variance(name).map(|_| ()),
            (false, false) => vcov(name).map(|_| ()),
        };
        note("vcov", self.vcov.as_deref().map_or(Ok(()), known));
        if self.subdistribution && self.recurrent.is_some() {
            let message = "a subdistribution is of an event that happens once";
            note("subdistribution", Err(Error::usage("method_does_not_apply", message)));
        }
        if shared && self.recurrent.is_some() {
            let message = "rows of recurrent events have no frailties here: leave out --layout, and --subject where the frailty is the person's";
            note("layout", Err(Error::usage("method_does_not_apply", message)));
        }
        if self.frailty.is_some() && !shared {
            let message = "a distribution of frailties needs frailty() or random effects in the formula";
            note("frailty", Err(Error::usage("no_frailty", message)));
        }
        let clustered =
            || self.formula.parse().is_ok_and(|formula| Response::of(&formula).is_ok_and(|one| one.cluster.is_some()));
        if shared && clustered() {
            let message = "a frailty says how members of a group depend on each other, and cluster() that this is left open: leave one out";
            note("model", Err(Error::usage("method_does_not_apply", message)));
        }
        note("df", dof(&self.df).map(|_| ()));
        if !(self.level > 0.0 && self.level < 1.0) {
            note("level", Err(Error::usage("confidence_level", "a confidence level lies between 0 and 1")));
        }
        note("adjust", self.contrasts.as_ref().map_or(Ok(()), MeansSpec::check));
        problems
    }

    /// The model fitted to `frame`.
    ///
    /// # Errors
    /// A request that the frame cannot answer, data that break a rule, or an optimiser that did not converge.
    pub fn fit(&self, frame: &Frame) -> Result<EventFitted> {
        self.check()?;
        if let Some(asked) = &self.recurrent {
            let Recurrent { formula, response, rows, ended, others } = Recurrent::new(self, asked, frame)?;
            let alone = Self { subject: None, censored: None, ..self.clone() };
            let fit = alone.cox(formula, &rows, 1).fit(&rows.frame)?;
            let fit = Hazard::Cox(Box::new(fit));
            return EventFitted::new(self.clone(), response, rows, 1, fit).map(|fitted| fitted.ended_by(ended, others));
        }
        let formula: Formula = self.formula.parse()?;
        let response = Response::of(&formula)?;
        let reading = Reading {
            subject: self.subject.as_deref(),
            weights: self.weights.as_deref(),
            censored: self.censored.as_deref(),
            ..Reading::default()
        };
        let rows = Rows::new(&formula, &response, reading, frame)?;
        let cause = self.state(&rows)?;
        let shared = !response.frailty.is_empty() || !formula.random().is_empty();
        let fit = match (self.subdistribution, shared) {
            (true, true) => {
                let message = "a subdistribution has no frailties here: cluster() makes its limits robust";
                return Err(Error::usage("method_does_not_apply", message));
            }
            (false, true) => Hazard::frailty(self, formula, &rows, cause)?,
            (true, false) => Hazard::subdistribution(self, formula, &rows, cause)?,
            (false, false) => Hazard::Cox(Box::new(self.cox(formula, &rows, cause).fit(&rows.frame)?)),
        };
        EventFitted::new(self.clone(), response, rows, cause, fit)
    }

    /// The state whose hazard is modelled.
    fn state(&self, rows: &Rows) -> Result<u32> {
        let events = rows.history.states().get(1..).unwrap_or_default();
        match (&self.cause, events.len()) {
            (Some(cause), _) => rows.state(cause),
            (None, 1) => Ok(1),
            (None, _) => Err(Error::usage(
                "several_causes",
                format!(
                    "events are of several kinds ({}): choose the one whose hazard is modelled with --cause, the others then end observation",
                    events.join(", ")
                ),
            )),
        }
    }

    fn cox(&self, formula: Formula, rows: &Rows, cause: u32) -> Cox {
        let mut model = Cox::new(formula).ties(self.ties).cause(&rows.history.states()[cause as usize]);
        if let Some(column) = &self.subject {
            model = model.subject(column);
        }
        if let Some(column) = &self.weights {
            model = model.weights(column);
        }
        if let Some(level) = &self.censored {
            model = model.censored(level);
        }
        model
    }
}

#[cfg(test)]
mod tests;
