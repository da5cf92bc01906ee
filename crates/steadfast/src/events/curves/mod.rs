//! Curves of probabilities over time, in groups: survival, cumulative incidence, occupation of states.
//!
//! ```
//! use steadfast::core::frame::{Column, Frame};
//! use steadfast::events::curves::{CurveSpec, Kind};
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 8.0, 9.0, 12.0, 5.0, 7.0]),
//!     Column::factor("exit", ["home", "none", "adopted", "home", "home", "none"]),
//!     Column::factor("arm", ["NIM", "NIM", "NIM", "SAU", "SAU", "SAU"]),
//! ])?;
//! let spec = CurveSpec {
//!     kind: Kind::Incidence,
//!     censored: Some("none".to_owned()),
//!     at: vec![6.0],
//!     ..CurveSpec::new("Surv(months, exit) ~ arm")
//! };
//! let result = spec.estimate(&frame)?.result()?;
//! let home = result.probabilities.iter().find(|one| one.state == "home").unwrap();
//! assert!((home.probability.unwrap() - 1.0 / 3.0).abs() < 1e-12);
//! # Ok::<(), steadfast::error::Error>(())
//! ```

mod at_risk;
mod cautions;
mod compare;
mod estimated;
mod figures;
mod groups;
mod mean_numbers;
mod rank_tests;
mod result;
mod tables;
mod text;
mod text_of_means;

use steadfast_core::formula::Formula;
use steadfast_core::frame::Frame;
use steadfast_core::survival::Transformation;

pub use at_risk::AtRisk;
pub use estimated::{Curves, limits};
pub use mean_numbers::{MeanNumberResult, MeanNumbers, NumberRow};
pub use rank_tests::{RankTest, RankTestRow};
pub use result::{CurveResult, GroupCount, MeanRow, Probability, QuantileRow};
pub use text::summary;
pub use text_of_means::summary as summary_of_means;

use super::response::Response;
use super::rows::{Reading, Rows};
use crate::error::{Error, Result};

/// What a curve is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Kind {
    /// The probability that nothing has happened yet, Kaplan and Meier's; of one cause, others being censored, with a caution.
    #[default]
    Survival,
    /// The probability that it has happened, for each event, the others competing with it: Aalen and Johansen's.
    Incidence,
    /// The probability of each state, of people who move between states.
    Occupation,
    /// The mean number of events that happen again and again: see [`CurveSpec::mean_numbers`].
    MeanCumulative,
}

impl Kind {
    /// The name that is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Survival => "survival",
            Self::Incidence => "incidence",
            Self::Occupation => "occupation",
            Self::MeanCumulative => "mean-cumulative",
        }
    }
}

/// Curves and what is to be reported about them: plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveSpec {
    /// `Surv(…) ~ groups`, with `strata()` for the tests and `cluster()` for standard errors and tests.
    pub formula: String,
    /// What the curves are of.
    pub kind: Kind,
    /// The event looked at; without it all of them.
    pub cause: Option<String>,
    /// The level of the event column that says that observation ended; without it the first level, or 0.
    pub censored: Option<String>,
    /// The column of the state in which a row is.
    pub from: Option<String>,
    /// The column that says whose rows they are; without it each row is a person.
    pub subject: Option<String>,
    /// The column whose levels depend on each other, in the place of `cluster()`.
    pub cluster: Option<String>,
    /// The column of weights.
    pub weights: Option<String>,
    /// The confidence level.
    pub level: f64,
    /// The scale on which limits are symmetric.
    pub limits: Transformation,
    /// The times at which probabilities are reported; none for round ones up to the end of observation.
    pub at: Vec<f64>,
    /// The times until which mean times are reported.
    pub means_until: Vec<f64>,
    /// The shares whose times are reported.
    pub quantiles: Vec<f64>,
    /// Of mean numbers: the events that end all others. Without it, none does.
    pub terminal: Vec<String>,
    /// The tests between groups; none for the log-rank test, and Gray's beside it for incidences.
    pub tests: Vec<RankTest>,
}

impl CurveSpec {
    /// The survival curves of `formula` with every default: limits of 95 % symmetric for ln(−ln p), quartiles, the log-rank test.
    pub fn new(formula: impl Into<String>) -> Self {
        Self {
            formula: formula.into(),
            kind: Kind::default(),
            cause: None,
            censored: None,
            from: None,
            subject: None,
            cluster: None,
            weights: None,
            level: 0.95,
            limits: Transformation::default(),
            at: Vec::new(),
            means_until: Vec::new(),
            quantiles: vec![0.25, 0.5, 0.75],
            terminal: Vec::new(),
            tests: Vec::new(),
        }
    }

    /// Refuses what is known to be wrong before any data are read.
    ///
    /// # Errors
    /// The first of [`CurveSpec::problems`].
    pub fn check(&self) -> Result<()> {
        self.problems().into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
    }

    /// What is known to be wrong before any data are read, with the key of a plan that it is about: `formula_syntax`,
    /// `no_survival_response`, `formula_argument`, `unsupported_term`, `bad_level`, `bad_time`, `bad_quantile`, `states_need_columns`.
    pub fn problems(&self) -> Vec<(&'static str, Error)> {
        let mut problems = Vec::new();
        let mut note = |key: &'static str, result: Result<()>| problems.extend(result.err().map(|error| (key, error)));
        note("model", self.read().map(|_| ()));
        if !(self.level > 0.0 && self.level < 1.0) {
            note("level", Err(Error::usage("bad_level", "a confidence level lies between 0 and 1")));
        }
        for (key, times) in [("at", &self.at), ("rmst", &self.means_until)] {
            if times.iter().any(|time| !time.is_finite()) {
                note(key, Err(Error::usage("bad_time", "a time is a finite number")));
            }
        }
        if self.quantiles.iter().any(|q| !(*q > 0.0 && *q < 1.0)) {
            note("quantiles", Err(Error::usage("bad_quantile", "a quantile lies between 0 and 1")));
        }
        if !self.terminal.is_empty() && self.kind != Kind::MeanCumulative {
            let message = "events that end all others are of mean numbers: --kind mean-cumulative";
            note("terminal", Err(Error::usage("option_does_not_apply", message)));
        }
        if self.from.is_some() && self.kind != Kind::Occupation {
            let message = "a column of states makes curves of the occupation of states: --kind occupation";
            note("from", Err(Error::usage("states_need_columns", message)));
        }
        problems
    }

    /// The formula, what it says about the rows, and the columns whose combinations are the groups.
    fn read(&self) -> Result<(Formula, Response, Vec<String>)> {
        let formula: Formula = self.formula.parse()?;
        let mut response = Response::of(&formula)?;
        if let Some(column) = response.frailty.first() {
            let message = format!("`frailty({column})` is a term of a regression; curves take strata() and cluster()");
            return Err(Error::usage("unsupported_term", message));
        }
        if let (Some(cluster), Some(named)) = (&self.cluster, &response.cluster)
            && cluster != named
        {
            let message = format!("rows are clustered by `{named}` in the formula and by `{cluster}` beside it");
            return Err(Error::usage("formula_argument", message));
        }
        response.cluster = response.cluster.or_else(|| self.cluster.clone());
        let groups = groups::columns(&formula)?;
        Ok((formula, response, groups))
    }

    /// The curves in `frame`.
    ///
    /// # Errors
    /// A request that the frame cannot answer, or data that break a rule.
    pub fn estimate(&self, frame: &Frame) -> Result<Curves> {
        self.check()?;
        if self.kind == Kind::MeanCumulative {
            let message = "mean numbers of events are no probabilities: CurveSpec::mean_numbers estimates them";
            return Err(Error::usage("no_probability", message));
        }
        let (formula, response, groups) = self.read()?;
        let reading = Reading {
            subject: self.subject.as_deref(),
            weights: self.weights.as_deref(),
            censored: self.censored.as_deref(),
            from: self.from.as_deref(),
            cluster: response.cluster.as_deref(),
        };
        let rows = Rows::new(&formula, &response, reading, frame)?;
        Curves::new(self.clone(), response, &groups, rows)
    }

    /// The mean numbers of events in `frame`, of events that may happen again.
    ///
    /// # Errors
    /// A request that the frame cannot answer, or data that break a rule.
    pub fn mean_numbers(&self, frame: &Frame) -> Result<MeanNumbers> {
        self.check()?;
        let (formula, response, groups) = self.read()?;
        MeanNumbers::new(self.clone(), &formula, response, &groups, frame)
    }
}

#[cfg(test)]
mod tests;
