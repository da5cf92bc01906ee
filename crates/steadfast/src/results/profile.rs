//! What `profile` prints and writes.

use std::fmt::Write as _;

use serde::Serialize;
use steadfast_core::lmm::{Criterion, LmmFit, Profile};

use super::layout::{columns, percent, significant};
use crate::csv::{Csv, Field};

/// Profile-likelihood intervals of all parameters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProfileResult {
    /// The formula in its canonical form.
    pub formula: String,
    /// The criterion of the fit.
    pub criterion: Criterion,
    /// The confidence level.
    pub level: f64,
    /// An interval for each parameter that has a profile.
    pub parameters: Vec<ProfileRow>,
    /// The limits that were not found.
    pub without: Vec<WithoutLimit>,
}

/// The limits of a parameter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProfileRow {
    /// The parameter.
    pub term: String,
    /// The criterion that is profiled: ML for fixed effects.
    pub criterion: Criterion,
    /// The estimate under that criterion.
    pub estimate: f64,
    /// The lower limit; the boundary where the data cannot exclude it.
    pub conf_low: Option<f64>,
    /// The upper limit; none where the data do not bound the parameter.
    pub conf_high: Option<f64>,
}

/// A limit that was not found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WithoutLimit {
    /// The parameter.
    pub term: String,
    /// The code of what stood in the way.
    pub code: String,
    /// The same in words.
    pub message: String,
}

impl ProfileResult {
    /// The limits of `profile`, of `fit`.
    pub fn new(fit: &LmmFit, profile: &Profile) -> Self {
        let rows = profile.traces.iter().map(|trace| ProfileRow {
            term: trace.term.clone(),
            criterion: trace.criterion,
            estimate: trace.estimate,
            conf_low: trace.conf_low,
            conf_high: trace.conf_high,
        });
        let without = profile.without.iter().map(|lost| WithoutLimit {
            term: lost.term.clone(),
            code: lost.error.code().to_owned(),
            message: lost.error.to_string(),
        });
        Self {
            formula: fit.formula().to_owned(),
            criterion: fit.criterion(),
            level: profile.level,
            parameters: rows.collect(),
            without: without.collect(),
        }
    }

    /// The result as a statistician expects to read it.
    pub fn text(&self) -> String {
        let mut rows =
            vec![vec!["Parameter".to_owned(), "Estimate".to_owned(), format!("{} interval", percent(self.level))]];
        rows.extend(self.parameters.iter().map(|row| {
            let limit = |limit: Option<f64>, none: &str| limit.map_or_else(|| none.to_owned(), |x| significant(x, 5));
            let lost = self.without.iter().any(|lost| lost.term == row.term);
            let (low, high) = if lost { ("–", "–") } else { ("−∞", "∞") };
            let interval = format!("{} to {}", limit(row.conf_low, low), limit(row.conf_high, high));
            vec![row.term.clone(), significant(row.estimate, 5), interval]
        }));
        let mut text = format!("Profile likelihood of {}\n\n{}", self.formula, columns(&rows, 1));
        if self.criterion == Criterion::Reml && self.parameters.iter().any(|row| row.criterion == Criterion::Ml) {
            text.push_str("Note: fixed effects are profiled by maximum likelihood, and their estimates are by it\n");
        }
        for lost in &self.without {
            let _ = writeln!(text, "Note: {}: a limit was not found: {}", lost.term, lost.message);
        }
        text
    }
}

/// The points of all profiles as a table: what is profiled, its value, ζ, the deviance, and every parameter there.
pub fn traces(profile: &Profile) -> Vec<u8> {
    let fixed = ["profile", "criterion", "value", "zeta", "deviance"];
    let mut csv = Csv::new(fixed.into_iter().chain(profile.terms.iter().map(String::as_str)));
    for trace in &profile.traces {
        let criterion = match trace.criterion {
            Criterion::Reml => "reml",
            Criterion::Ml => "ml",
        };
        for point in &trace.points {
            let numbers = [point.value, point.zeta, point.deviance].map(Field::from);
            let parameters = point.parameters.iter().map(|value| Field::from(*value));
            let names = [Field::from(trace.term.as_str()), Field::from(criterion)];
            csv.row(names.into_iter().chain(numbers).chain(parameters));
        }
    }
    csv.into_bytes()
}
