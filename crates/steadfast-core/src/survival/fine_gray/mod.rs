//! Fine and Gray's regression of the hazard of a subdistribution: how covariates act on the cumulative incidence of one event when
//! others compete with it.
//!
//! ```
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::survival::{FineGray, WeightVariance};
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 8.0, 9.0, 12.0, 5.0, 7.0, 11.0, 14.0]),
//!     Column::factor("exit", ["home", "adopted", "none", "home", "home", "adopted", "none", "home"]),
//!     Column::factor("arm", ["NIM", "NIM", "NIM", "NIM", "SAU", "SAU", "SAU", "SAU"]),
//! ])?;
//! let model = FineGray::new("Surv(months, exit) ~ arm".parse()?).cause("home").censored("none");
//! let row = &model.fit(&frame)?.inference(WeightVariance::Estimated)?.coefficients()?[0];
//! assert_eq!(row.term, "armSAU");
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod contrasts;
mod fit;
mod incidence;
mod standardised;

pub use fit::{FineGrayFit, WeightVariance};
pub use incidence::Incidence;

use crate::error::{Error, Result};
use crate::event_history::EventHistory;
use crate::formula::Formula;
use crate::frame::Frame;
use crate::likelihood::{CensoringTies, Ending, RiskRow, Subdistribution, SubdistributionRow, Ties};
use crate::survival::cox::problem::Problem;
use crate::survival::risk_data::{RiskData, Variables, crossed};

/// The specification of a model of a subdistribution hazard.
///
/// The formula is that of [`Cox`](crate::survival::Cox); the event column is a factor whose levels are the kinds of events. Covariates
/// of a person who is taken by a competing event stay as they were last.
#[derive(Debug, Clone, PartialEq)]
pub struct FineGray {
    variables: Variables,
    ties: Ties,
    censoring_ties: CensoringTies,
    censoring_strata: Vec<String>,
}

impl FineGray {
    /// The model with Efron's ties, events before censoring at the same time, and one distribution of censoring: R's `finegray` with
    /// `coxph`.
    pub fn new(formula: Formula) -> Self {
        Self {
            variables: Variables::new(formula),
            ties: Ties::default(),
            censoring_ties: CensoringTies::default(),
            censoring_strata: Vec::new(),
        }
    }

    /// The event whose incidence is modelled: a level of the event column.
    pub fn cause(mut self, level: impl Into<String>) -> Self {
        self.variables.cause = Some(level.into());
        self
    }

    /// The level of the event column that says that observation ended; without it, the first level, or 0.
    pub fn censored(mut self, level: impl Into<String>) -> Self {
        self.variables.censored = Some(level.into());
        self
    }

    /// Events at one time are treated as `ties` says. `cmprsk::crr` and SAS's PHREG use Breslow's.
    pub fn ties(mut self, ties: Ties) -> Self {
        self.ties = ties;
        self
    }

    /// Whether those with an event are at risk of censoring at its time.
    pub fn censoring_ties(mut self, ties: CensoringTies) -> Self {
        self.censoring_ties = ties;
        self
    }

    /// Censoring has a distribution of its own in each combination of the levels of `columns`.
    pub fn censoring_strata<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.censoring_strata = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Rows are weighted by `column`, in the distribution of censoring too; R's `finegray` leaves the weights out of that.
    pub fn weights(mut self, column: impl Into<String>) -> Self {
        self.variables.weights = Some(column.into());
        self
    }

    /// Rows with the same value in `column` are one person.
    pub fn subject(mut self, column: impl Into<String>) -> Self {
        self.variables.subject = Some(column.into());
        self
    }

    /// The fit to the rows of `frame` that are complete in all variables.
    ///
    /// # Errors
    /// As [`Cox::fit`](crate::survival::Cox::fit); `missing_value` in a column of the censoring strata;
    /// `no_truncation_weights` when left truncation leaves a risk set empty after a competing event.
    pub fn fit(&self, frame: &Frame) -> Result<FineGrayFit> {
        let (data, history) = RiskData::with_history(&self.variables, frame)?;
        let groups = self.groups(frame, &data.source)?;
        let rows = rows(&data.rows, &history, &groups);
        let baseline: Vec<bool> = rows.iter().map(|row| row.enters).collect();
        let likelihood = Subdistribution::new(rows, &data.x, data.p(), self.ties, self.censoring_ties)?;
        if likelihood.likelihood().n_events() == 0 {
            return Err(Error::data("no_events", "the event does not happen to anybody at risk"));
        }
        let solved = Problem::new(likelihood.likelihood()).solve(&data.names)?;
        Ok(FineGrayFit::new(&self.variables.formula, data, likelihood, solved, baseline))
    }

    /// Whose censoring is as probable as each row's.
    fn groups(&self, frame: &Frame, source: &[u32]) -> Result<Vec<u32>> {
        for name in &self.censoring_strata {
            let column = frame.column(name)?;
            if let Some(row) = source.iter().find(|row| !column.is_observed(**row as usize)) {
                return Err(Error::data("missing_value", format!("column `{name}` has no value in row {}", row + 1)));
            }
        }
        Ok(crossed(&frame.select(source), &self.censoring_strata)?.0)
    }
}

/// The rows with what ends them.
fn rows(at: &[RiskRow], history: &EventHistory, groups: &[u32]) -> Vec<SubdistributionRow> {
    let mut order: Vec<usize> = (0..at.len()).collect();
    let place = |row: usize| (history.subject()[row], history.start()[row]);
    order.sort_by(|&a, &b| place(a).0.cmp(&place(b).0).then(place(a).1.total_cmp(&place(b).1)));
    let (mut enters, mut last) = (vec![true; at.len()], vec![true; at.len()]);
    for pair in order.windows(2).filter(|pair| place(pair[0]).0 == place(pair[1]).0) {
        last[pair[0]] = false;
        enters[pair[1]] = false;
    }
    let ending = |row: usize| match history.to(row) {
        Some(_) if at[row].event => Ending::Event,
        Some(_) => Ending::Competing,
        None if last[row] => Ending::Censored,
        None => Ending::Continues,
    };
    let rows = at.iter().enumerate();
    rows.map(|(row, &at)| SubdistributionRow { at, ending: ending(row), enters: enters[row], group: groups[row] })
        .collect()
}

#[cfg(test)]
mod tests;
