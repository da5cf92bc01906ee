//! A look at data before a model is fitted: what was found, what is there, how it is distributed.
//!
//! A report may leave the place where the data are. Unless everything is asked for, counts are of distinct subjects and
//! small ones are withheld, extremes give way to rounded percentiles, and levels that nobody declared are named only
//! where enough subjects have them; `disclosure` holds the rules.

mod column;
mod completeness;
mod disclosure;
mod examined;
mod expected;
mod figures;
mod findings;
mod html;
mod numbers;
mod text;

use serde::Serialize;
use steadfast_core::frame::{Column, Frame, Role};

pub use column::{ColumnReport, LevelCount, OtherLevels};
pub use completeness::{Part, VisitCompleteness};
pub use disclosure::{Disclosure, Shown};
pub use examined::Examined;
pub use expected::{Class, Expected};
pub use findings::FindingGroup;
pub use html::html;
pub use numbers::{Bin, Numbers, Quantile, Value};

use disclosure::{Persons, Tally};

/// The version of the shape that `--json` prints.
pub const DATA_REPORT_SCHEMA: &str = "steadfast-data-report/1";

/// More visits than these are a time and no list of visits.
const MOST_VISITS: usize = 24;

/// What is known of a data set before anybody analyses it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DataReport {
    /// The version of the shape.
    pub schema: &'static str,
    /// The file, as the user named it.
    pub file: String,
    /// The dictionary; without one only the rules about files were checked.
    pub dictionary: Option<String>,
    /// Whether no finding is an error.
    pub valid: bool,
    /// What is withheld.
    pub disclosure: Disclosure,
    /// Rows.
    pub rows: Shown,
    /// Distinct subjects, where the dictionary names their column.
    pub subjects: Option<Shown>,
    /// Distinct clusters, where the dictionary names their column.
    pub clusters: Option<Shown>,
    /// The visits in their order, where the dictionary names their column.
    pub visits: Vec<VisitCount>,
    /// What became of every observation expected, where the dictionary has a schedule that can be followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Vec<Expected>>,
    /// What was found, gravest first.
    pub findings: Vec<FindingGroup>,
    /// The columns in the order of the file.
    pub columns: Vec<ColumnReport>,
}

/// One visit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VisitCount {
    /// The visit.
    pub visit: String,
    /// Its rows.
    pub rows: Shown,
    /// Distinct subjects with a row.
    pub subjects: Shown,
}

/// The rows of each visit, in the order of the visits.
type Visits = Vec<(String, Vec<usize>)>;

impl DataReport {
    /// The report about `examined`, with what `disclosure` lets out; says at each `step` what is being done.
    pub fn of(examined: &Examined, full: bool, threshold: usize, step: &dyn Fn(&str)) -> Self {
        let frame = &examined.frame;
        let persons = Persons::of(frame.with_role(Role::Subject).next(), frame.n_rows());
        let disclosure = Disclosure { full, threshold, counted: persons.counted() };
        let visits = visits(frame);
        let all = persons.tally(0..frame.n_rows());
        let columns = frame.columns().iter().map(|column| {
            step(&format!("describing {}", column.name()));
            column::report(examined, column, &visits, &persons, &disclosure)
        });
        let columns = columns.collect();
        let schedule = examined.classification.as_ref();
        let schedule = schedule.map(|classification| expected::expected(frame, classification, &disclosure));
        let distinct = |role| frame.with_role(role).next().map(|column| distinct(column, &persons));
        Self {
            schema: DATA_REPORT_SCHEMA,
            file: examined.file.clone(),
            dictionary: examined.dictionary_file.clone(),
            valid: !examined.findings.has_errors(),
            rows: disclosure.show(all, false),
            subjects: distinct(Role::Subject).map(|tally| disclosure.show(tally, false)),
            clusters: distinct(Role::Cluster).map(|tally| disclosure.show(tally, false)),
            visits: visit_counts(&visits, &persons, &disclosure),
            schedule,
            findings: findings::grouped(&examined.findings),
            columns,
            disclosure,
        }
    }
}

/// The number of distinct values of `column`, and of the persons who have one.
fn distinct(column: &Column, persons: &Persons) -> Tally {
    let here: Vec<usize> = (0..column.len()).filter(|&row| column.is_observed(row)).collect();
    let tally = persons.tally(here.iter().copied());
    let mut values: Vec<u64> = match (column.as_factor(), column.to_numeric()) {
        (Some(factor), _) => here.iter().map(|&row| u64::from(factor.codes()[row])).collect(),
        // Adding zero makes the two zeros one value.
        (None, Some(numbers)) => here.iter().map(|&row| (numbers[row] + 0.0).to_bits()).collect(),
        (None, None) => Vec::new(),
    };
    values.sort_unstable();
    values.dedup();
    Tally { rows: values.len(), persons: tally.persons }
}

fn visits(frame: &Frame) -> Visits {
    let Some(column) = frame.with_role(Role::Visit).next() else { return Vec::new() };
    let factor = column.to_factor();
    if factor.levels().len() > MOST_VISITS {
        return Vec::new();
    }
    let mut rows = vec![Vec::new(); factor.levels().len()];
    for row in (0..frame.n_rows()).filter(|&row| column.is_observed(row)) {
        if let Some(of_level) = rows.get_mut(factor.codes()[row] as usize) {
            of_level.push(row);
        }
    }
    factor.levels().iter().cloned().zip(rows).collect()
}

fn visit_counts(visits: &Visits, persons: &Persons, disclosure: &Disclosure) -> Vec<VisitCount> {
    let tallies: Vec<Tally> = visits.iter().map(|(_, rows)| persons.tally(rows.iter().copied())).collect();
    let coarse = disclosure.is_coarse(&tallies);
    let count = |((visit, _), tally): (&(String, Vec<usize>), Tally)| VisitCount {
        visit: visit.clone(),
        rows: disclosure.show(tally, coarse),
        subjects: disclosure.show(Tally { rows: tally.persons, ..tally }, coarse),
    };
    visits.iter().zip(tallies).map(count).collect()
}

#[cfg(test)]
mod tests;
