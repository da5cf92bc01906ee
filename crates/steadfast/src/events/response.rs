//! What a formula of times to events says about its rows.

use steadfast_core::event_history::Columns;
use steadfast_core::formula::{Expr, ExprKind, Formula};

use crate::error::{Error, Result};

/// The columns that `Surv(…)` and the markers of a formula name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Response {
    /// The column of times after which rows are under observation.
    pub(crate) start: Option<String>,
    /// The column of times until which they are.
    pub(crate) stop: String,
    /// The column of events.
    pub(crate) event: String,
    /// The columns whose combinations have hazards of their own.
    pub(crate) strata: Vec<String>,
    /// The column whose levels depend on each other.
    pub(crate) cluster: Option<String>,
    /// The columns whose levels share a frailty, each within those before it.
    pub(crate) frailty: Vec<String>,
}

/// Whether the response of `formula` is `Surv(…)`.
pub fn is_of_events(formula: &Formula) -> bool {
    called("Surv", formula.response()).is_some()
}

/// The arguments of `function`, when `expr` calls it.
fn called<'e>(function: &str, expr: Option<&'e Expr>) -> Option<Vec<&'e Expr>> {
    match &expr?.kind {
        ExprKind::Call { function: name, arguments } if name == function => {
            Some(arguments.iter().map(|argument| &argument.value).collect())
        }
        _ => None,
    }
}

impl Response {
    /// What `formula` says.
    ///
    /// # Errors
    /// `no_survival_response` when the response is not `Surv(stop, event)` or `Surv(start, stop, event)` of columns;
    /// `formula_argument` when a marker does not name columns, or rows have two clusters or frailties.
    pub(crate) fn of(formula: &Formula) -> Result<Self> {
        let wanted = "the response is written Surv(stop, event) or Surv(start, stop, event), with names of columns";
        let arguments = called("Surv", formula.response()).unwrap_or_default();
        let names: Option<Vec<String>> = arguments.iter().map(|one| one.as_name().map(str::to_owned)).collect();
        let mut found = match names.unwrap_or_default().as_slice() {
            [stop, event] => Self { stop: stop.clone(), event: event.clone(), ..Self::default() },
            [start, stop, event] => {
                Self { start: Some(start.clone()), stop: stop.clone(), event: event.clone(), ..Self::default() }
            }
            _ => return Err(Error::usage("no_survival_response", wanted)),
        };
        for marker in formula.markers() {
            found.mark(marker)?;
        }
        Ok(found)
    }

    fn mark(&mut self, marker: &Expr) -> Result<()> {
        let ExprKind::Call { function, arguments } = &marker.kind else { return Ok(()) };
        if function == "tt" {
            // A coefficient that changes with time is the regression's: its rows are those of every other covariate.
            return Ok(());
        }
        let refuse = |message: &str| Err(Error::usage("formula_argument", format!("`{marker}`: {message}")));
        for argument in arguments {
            let Some(name) = argument.value.as_name().map(str::to_owned) else {
                return refuse("expected the name of a column");
            };
            match function.as_str() {
                "strata" => self.strata.push(name),
                "frailty" => self.frailty.push(name),
                _ if self.cluster.is_some() => return refuse("rows are clustered by one column"),
                _ => self.cluster = Some(name),
            }
        }
        Ok(())
    }

    /// The columns of the event history.
    pub(crate) fn columns(&self, subject: Option<&str>, weights: Option<&str>, censored: Option<&str>) -> Columns {
        let columns = Columns::new(&self.stop, &self.event);
        let columns = self.start.iter().fold(columns, Columns::start);
        let columns = self.cluster.iter().fold(columns, Columns::cluster);
        let columns = subject.into_iter().fold(columns, Columns::subject);
        let columns = weights.into_iter().fold(columns, Columns::weight);
        censored.into_iter().fold(columns, Columns::censored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Response> {
        Response::of(&text.parse::<Formula>()?)
    }

    #[test]
    fn a_formula_names_the_columns_of_its_rows() {
        let found = of("Surv(start, stop, home) ~ arm + strata(site, era) + cluster(family)").unwrap();
        assert_eq!(found.start.as_deref(), Some("start"));
        assert_eq!((found.stop.as_str(), found.event.as_str()), ("stop", "home"));
        assert_eq!((found.strata.len(), found.cluster.as_deref(), found.frailty), (2, Some("family"), Vec::new()));
    }

    #[test]
    fn a_coefficient_that_changes_with_time_marks_no_column_of_rows() {
        let found = of("Surv(stop, home) ~ arm + tt(arm, log(stop)) + cluster(family)").unwrap();
        assert_eq!((found.cluster.as_deref(), found.strata, found.frailty), (Some("family"), Vec::new(), Vec::new()));
    }

    #[test]
    fn what_is_no_name_of_a_column_is_refused() {
        for (text, code) in [
            ("home ~ arm", "no_survival_response"),
            ("Surv(log(stop), home) ~ arm", "no_survival_response"),
            ("Surv(stop) ~ arm", "no_survival_response"),
            ("Surv(stop, home) ~ arm + cluster(a) + cluster(b)", "formula_argument"),
            ("Surv(stop, home) ~ arm + strata(log(site))", "formula_argument"),
        ] {
            assert_eq!(of(text).unwrap_err().code(), code, "{text}");
        }
    }
}
