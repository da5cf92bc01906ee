//! Two cuts of the same data compared: what came, what went, what changed. Counts, columns and rows, and never a value.
//!
//! Rows are matched by the dictionary's first key, so that neither the order of rows nor that of columns matters. A cell
//! is *newly observed*, *newly absent*, *changed* from one value to another, or changes the *reason* of its absence; a
//! cell whose content was refused is absent for that reason.

mod cells;
mod columns;
mod findings;
mod matching;
mod places;
mod text;

use std::collections::BTreeSet;

use serde::Serialize;
use steadfast_core::findings::Severity;
use steadfast_core::frame::{Column, Role};
use steadfast_io::{Assessment, Dictionary, RawTable};

pub use cells::{CellCounts, Change};
pub use columns::{ColumnChange, Levels};
pub use findings::FindingChange;
pub use places::PlaceChange;

use crate::error::{Error, Result};
use cells::Cells;
use matching::{Matching, classes};

/// The version of the shape that `--json` prints.
pub const CUTS_SCHEMA: &str = "steadfast-cuts/1";

/// One cut of the data, held against the dictionary.
#[derive(Debug)]
pub struct Cut {
    file: String,
    names: BTreeSet<String>,
    assessment: Assessment,
}

impl Cut {
    /// The cut in `raw`. Data that break a rule are compared as far as they can be typed.
    ///
    /// # Errors
    /// As [`RawTable::assess`].
    pub fn new(raw: &RawTable, dictionary: &Dictionary) -> Result<Self> {
        let assessment = raw.assess(dictionary)?;
        Ok(Self { file: raw.file().to_owned(), names: raw.names().map(str::to_owned).collect(), assessment })
    }

    fn column(&self, name: &str) -> Option<&Column> {
        self.assessment.frame().get(name)
    }

    fn cells(&self, name: &str) -> Option<Cells<'_>> {
        Some(Cells { column: self.column(name)?, refused: self.assessment.refused(name) })
    }
}

/// Everything that differs between two cuts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The version of the shape.
    pub schema: &'static str,
    /// The old file.
    pub old: CutSummary,
    /// The new file.
    pub new: CutSummary,
    /// The columns by which rows are matched.
    pub key: Vec<String>,
    /// Rows of the new cut whose key the old one does not have.
    pub added: Rows,
    /// Rows of the old cut whose key the new one does not have.
    pub removed: Rows,
    /// Rows of the new cut in which a cell differs from the old one.
    pub changed: Rows,
    /// Rows that are alike in both.
    pub unchanged: usize,
    /// Subjects of the new cut that the old one does not have, by their first row; none without a subject.
    pub subjects_new: Option<Rows>,
    /// Subjects of the old cut that the new one does not have, by their first row.
    pub subjects_lost: Option<Rows>,
    /// Columns that only the new file has.
    pub columns_new: Vec<String>,
    /// Columns that only the old file has.
    pub columns_lost: Vec<String>,
    /// What happened in each column that both have and in which something did.
    pub columns: Vec<ColumnChange>,
    /// The same by visit and arm.
    pub places: Vec<PlaceChange>,
    /// Findings that came and went.
    pub findings: Vec<FindingChange>,
    /// The columns that were said to be frozen and are not, with why.
    pub frozen_changed: Vec<FrozenChange>,
}

/// A file of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CutSummary {
    /// The file, as the user named it.
    pub file: String,
    /// Its rows.
    pub rows: usize,
    /// Distinct subjects, where the dictionary names the column.
    pub subjects: Option<usize>,
    /// Findings that are errors.
    pub errors: usize,
    /// Rows that could not be matched: a part of the key is absent.
    pub without_key: Rows,
    /// Rows that could not be matched: an earlier row has the same key.
    pub repeated_key: Rows,
}

/// Some rows of a file: how many, and the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rows {
    /// How many there are.
    pub count: usize,
    /// The first of them, 1 being the first row after the header, ascending.
    pub rows: Vec<usize>,
}

impl Rows {
    /// The first `limit` of the 0-based `rows`.
    fn of(mut rows: Vec<usize>, limit: usize) -> Self {
        rows.sort_unstable();
        let count = rows.len();
        Self { count, rows: rows.into_iter().take(limit).map(|row| row + 1).collect() }
    }
}

/// Why a column is not the same as before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FrozenChange {
    /// The column.
    pub column: String,
    /// Cells that differ in rows that both cuts have.
    pub cells: usize,
    /// Rows that the old cut has and the new one does not: their values are gone.
    pub rows_removed: usize,
    /// Whether one of the cuts does not have the column.
    pub column_missing: bool,
}

/// What is compared, and how much of it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How many rows are listed of each kind.
    pub rows: usize,
    /// The columns that must not change.
    pub frozen: Vec<String>,
}

/// The differences between `old` and `new`, both described by `dictionary`.
///
/// # Errors
/// `no_key` when the dictionary says neither which columns identify a row nor who the subject is; `unknown_column` when a
/// frozen column is not described; `missing_column` when a cut does not have a column of the key.
pub fn compare(old: &Cut, new: &Cut, dictionary: &Dictionary, request: &Request) -> Result<Comparison> {
    if let Some(unknown) = request.frozen.iter().find(|name| dictionary.variable(name).is_none()) {
        return Err(Error::usage("unknown_column", format!("the dictionary describes no column `{unknown}`")));
    }
    let key = dictionary.keys().into_iter().next().ok_or_else(|| {
        Error::usage("no_key", "rows cannot be matched: the dictionary has neither `[keys]` nor a subject")
    })?;
    let matching = Matching::of(old, new, &key)?;
    let subject = dictionary.with_role(Role::Subject).map(|variable| variable.name().to_owned());
    let limit = request.rows;
    let changed = changed_rows(old, new, &matching);
    let columns = columns::compare(old, new, &matching, subject.as_deref(), limit);
    let subjects = subject.as_deref().and_then(|name| subjects(old, new, name));
    Ok(Comparison {
        schema: CUTS_SCHEMA,
        old: summary(old, &matching.old, subject.as_deref(), limit),
        new: summary(new, &matching.new, subject.as_deref(), limit),
        added: Rows::of(matching.added.clone(), limit),
        removed: Rows::of(matching.removed.clone(), limit),
        unchanged: matching.pairs.len() - changed.len(),
        changed: Rows::of(changed, limit),
        subjects_new: subjects.as_ref().map(|(_, new)| Rows::of(new.clone(), limit)),
        subjects_lost: subjects.map(|(lost, _)| Rows::of(lost, limit)),
        columns_new: new.names.difference(&old.names).cloned().collect(),
        columns_lost: old.names.difference(&new.names).cloned().collect(),
        places: places::compare(old, new, &matching, dictionary),
        findings: findings::compare(old, new, &matching, limit),
        frozen_changed: frozen(old, new, &matching, request),
        key,
        columns,
    })
}

fn summary(cut: &Cut, unmatched: &matching::Unmatched, subject: Option<&str>, limit: usize) -> CutSummary {
    let frame = cut.assessment.frame();
    let subjects = subject.and_then(|name| cut.column(name)).map(|column| classes(column).len());
    CutSummary {
        file: cut.file.clone(),
        rows: frame.n_rows(),
        subjects,
        errors: cut.assessment.findings().iter().filter(|finding| finding.severity == Severity::Error).count(),
        without_key: Rows::of(unmatched.without_key.clone(), limit),
        repeated_key: Rows::of(unmatched.repeated_key.clone(), limit),
    }
}

/// The rows of the new cut in which a cell differs, over the columns that both have.
fn changed_rows(old: &Cut, new: &Cut, matching: &Matching) -> Vec<usize> {
    let shared: Vec<_> = columns::shared(old, new).collect();
    let differs = |pair: &&(usize, usize)| shared.iter().any(|(_, a, b)| cells::change(a, pair.0, b, pair.1).is_some());
    matching.pairs.iter().filter(differs).map(|pair| pair.1).collect()
}

/// The first rows of the subjects that only the old, and only the new cut has.
fn subjects(old: &Cut, new: &Cut, name: &str) -> Option<(Vec<usize>, Vec<usize>)> {
    let (old, new) = (classes(old.column(name)?), classes(new.column(name)?));
    let lost = old.iter().filter(|(subject, _)| !new.contains_key(*subject)).map(|(_, row)| *row).collect();
    let came = new.iter().filter(|(subject, _)| !old.contains_key(*subject)).map(|(_, row)| *row).collect();
    Some((lost, came))
}

fn frozen(old: &Cut, new: &Cut, matching: &Matching, request: &Request) -> Vec<FrozenChange> {
    let names: BTreeSet<&String> = request.frozen.iter().collect();
    let of = |name: &String| {
        let both = old.cells(name).zip(new.cells(name));
        let cells = both.as_ref().map_or(0, |(a, b)| CellCounts::of(a, b, &matching.pairs).total());
        let change = FrozenChange {
            column: name.clone(),
            cells,
            rows_removed: matching.removed.len(),
            column_missing: both.is_none(),
        };
        (change.cells > 0 || change.rows_removed > 0 || change.column_missing).then_some(change)
    };
    names.into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests;
