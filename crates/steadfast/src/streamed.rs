//! A model of a file larger than memory: the file in parts, and the fit to them.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use steadfast_core::error as core;
use steadfast_core::findings::Findings;
use steadfast_core::formula::Formula;
use steadfast_core::frame::{Frame, Partitions, Role};
use steadfast_core::lmm::{Lmm, SavedFit};
use steadfast_core::parallel::Threads;
use steadfast_io::Dictionary;
use steadfast_io::stream::{Divided, Step, Stream, Temporary};

use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::model::ModelSpec;

/// What a reading in pieces may take.
pub struct Limits<'a> {
    /// The bytes of memory.
    pub memory: u64,
    /// Where temporary files come from.
    pub temporary: &'a Temporary<'a>,
    /// Who is told how far the work is.
    pub step: &'a Step<'a>,
}

/// A file in parts, of whose rows a condition chooses some.
pub struct Streamed<'a> {
    rows: Divided,
    filter: Option<Filter>,
    threads: Threads,
    step: &'a Step<'a>,
    read: AtomicUsize,
    counted: Vec<AtomicBool>,
    undecided: AtomicUsize,
}

/// The columns whose levels a model keeps together, and others that must lie within them.
fn groups(formula: &Formula, dictionary: &Dictionary) -> (Vec<String>, Vec<Vec<String>>) {
    let mut groups: Vec<Vec<String>> = formula.random().iter().map(|spec| spec.group.clone()).collect();
    groups.extend(formula.residual().map(|spec| spec.subject.clone()));
    let Some(first) = groups.first() else { return (Vec::new(), Vec::new()) };
    let common: Option<&String> = first.iter().find(|column| groups.iter().all(|group| group.contains(column)));
    let cluster = || {
        let declared = dictionary.with_role(Role::Cluster).map(|variable| variable.name());
        let alone = |name: &str| groups.iter().any(|group| *group == [name]);
        declared.filter(|name| alone(name)).map(|name| vec![name.to_owned()])
    };
    let together = match common {
        Some(column) => vec![column.clone()],
        None => cluster().unwrap_or_else(|| first.clone()),
    };
    let within = |group: &&Vec<String>| !together.iter().all(|column| group.contains(column));
    let within: BTreeSet<Vec<String>> = groups.iter().filter(within).cloned().collect();
    (together.clone(), within.into_iter().collect())
}

/// Refuses columns that the dictionary does not describe, before ten million rows are read for them.
fn check_columns(spec: &ModelSpec, formula: &Formula, dictionary: &Dictionary) -> Result<()> {
    let unknown = |name: &String| dictionary.variable(name).is_none() && name != "pi";
    match formula.columns().iter().chain(&spec.weights).find(|name| unknown(name)) {
        None => Ok(()),
        Some(name) => {
            let message = format!("the dictionary describes no column `{name}`");
            Err(Error::usage("unknown_column", message))
        }
    }
}

impl<'a> Streamed<'a> {
    /// The file at `path` in parts for the model of `spec`, with the rows for which `condition` is true.
    ///
    /// # Errors
    /// A file, dictionary or condition that cannot be read, all the findings of the validation, and `memory_ceiling`.
    pub fn open(
        spec: &ModelSpec,
        (path, dictionary): (&Path, &Dictionary),
        condition: Option<&str>,
        limits: &Limits<'a>,
    ) -> Result<Self> {
        let formula: Formula = spec.formula.parse()?;
        check_columns(spec, &formula, dictionary)?;
        let filter = condition.map(str::parse::<Filter>).transpose()?;
        let (together, within) = groups(&formula, dictionary);
        let stream = Stream::new(path, dictionary, limits.temporary).together(together).ceiling(limits.memory);
        let stream = within.into_iter().fold(stream, Stream::within);
        let rows = stream.threads(spec.threads).steps(limits.step).divide()?;
        let counted = (0..rows.n_parts()).map(|_| AtomicBool::new(false)).collect();
        let (threads, step) = (rows.threads(), limits.step);
        Ok(Self { rows, filter, threads, step, read: AtomicUsize::new(0), counted, undecided: AtomicUsize::new(0) })
    }

    /// The fit of the model of `spec`.
    ///
    /// # Errors
    /// Those of [`Lmm::fit_partitioned`].
    pub fn fit(&self, spec: &ModelSpec) -> Result<SavedFit> {
        let mut model = Lmm::new(spec.formula.parse()?).criterion(spec.criterion).threads(self.threads);
        if let Some(weights) = &spec.weights {
            model = model.weights(weights);
        }
        Ok(model.fit_partitioned(self)?)
    }

    /// Warnings and notes about the data.
    pub fn findings(&self) -> &Findings {
        self.rows.findings()
    }

    /// Rows left out because an absent value leaves the condition undecided.
    pub fn undecided(&self) -> usize {
        self.undecided.load(Ordering::Relaxed)
    }
}

impl Partitions for Streamed<'_> {
    fn n_parts(&self) -> usize {
        self.rows.n_parts()
    }

    fn part(&self, k: usize) -> core::Result<Frame> {
        let n = self.n_parts() as u64;
        let done = self.read.fetch_add(1, Ordering::Relaxed) as u64;
        (self.step)("fitting the model", done % n, n);
        let frame = self.rows.part(k)?;
        let Some(filter) = &self.filter else { return Ok(frame) };
        let selection = filter.select(&frame).map_err(|error| core::Error::usage(error.code(), error))?;
        if !self.counted[k].swap(true, Ordering::Relaxed) {
            self.undecided.fetch_add(selection.undecided, Ordering::Relaxed);
        }
        Ok(frame.select(&selection.rows))
    }

    fn ceiling(&self) -> Option<usize> {
        self.rows.ceiling()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(formula: &str) -> (Vec<String>, Vec<Vec<String>>) {
        let dictionary =
            "[columns.family]\ntype = \"id\"\nrole = \"cluster\"\n[columns.child]\ntype = \"id\"\nrole = \"subject\"";
        groups(&formula.parse().unwrap(), &Dictionary::parse(dictionary, "d").unwrap())
    }

    #[test]
    fn rows_stand_together_by_the_column_that_all_groups_share_or_else_by_the_cluster() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(of("y ~ t + (1 | family/child)"), (names(&["family"]), vec![]));
        assert_eq!(of("y ~ t + us(t | child)"), (names(&["child"]), vec![]));
        assert_eq!(of("y ~ t + us(t | child) + (1 | family)"), (names(&["family"]), vec![names(&["child"])]));
        assert_eq!(of("y ~ t"), (vec![], vec![]));
    }
}
