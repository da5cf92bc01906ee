//! A model of a file larger than memory: the file in parts, and the fit to them.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use steadfast_core::error as core;
use steadfast_core::findings::Findings;
use steadfast_core::formula::Formula;
use steadfast_core::frame::{Column, Frame, Partitions, Role};
use steadfast_core::lmm::{Lmm, SavedFit};
use steadfast_core::parallel::Threads;
use steadfast_io::stream::{Divided, Step, Stream, Temporary};
use steadfast_io::{Dictionary, VariableType};

use crate::error::{Error, Result};
use crate::filter::{Filter, with_levels};
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
    /// The columns whose levels are what occurs, and the levels of them that the condition names.
    named: Vec<(String, String)>,
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

/// Refuses what a dictionary says that is held against all rows together: left out, other numbers would come of it.
fn check_sections(dictionary: &Dictionary) -> Result<()> {
    let sections = [
        ("[schedule]", dictionary.schedule().is_some()),
        ("[[instruments]]", !dictionary.instruments().is_empty()),
        ("[[lookups]]", !dictionary.lookups().is_empty()),
    ];
    match sections.iter().find(|(_, is_there)| *is_there) {
        None => Ok(()),
        Some((section, _)) => {
            let message = format!(
                "the dictionary's {section} needs the rows in memory, and these are read in pieces: leave out --max-memory, or \
                 write the scores into a file first and name a dictionary without the section"
            );
            Err(Error::usage("needs_rows", message))
        }
    }
}

/// The levels that `filter` names of columns whose levels are what occurs.
fn undeclared(filter: &Filter, dictionary: &Dictionary) -> Vec<(String, String)> {
    let occurs = |name: &str| {
        let kind = dictionary.variable(name).map(|variable| variable.kind());
        matches!(kind, Some(VariableType::Text | VariableType::Factor(None)))
    };
    let named = filter.named_levels().into_iter().filter(|(name, _)| occurs(name));
    named.map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

/// Refuses a level that no part has, as one is refused that no row in memory has.
fn check_levels(rows: &Divided, named: &[(String, String)]) -> Result<()> {
    let mut unseen: Vec<&(String, String)> = named.iter().collect();
    for k in 0..rows.n_parts() {
        if unseen.is_empty() {
            return Ok(());
        }
        let frame = rows.frame(k)?;
        let has = |(name, text): &(String, String)| {
            frame.get(name).and_then(Column::as_factor).is_some_and(|factor| factor.level_index(text).is_some())
        };
        unseen.retain(|level| !has(level));
    }
    match unseen.first() {
        None => Ok(()),
        Some((name, text)) => {
            Err(Error::usage("unknown_level", format!("`{text}` is not one of the levels of `{name}`")))
        }
    }
}

impl<'a> Streamed<'a> {
    /// The file at `path` in parts for the model of `spec`, with the rows for which `condition` is true.
    ///
    /// # Errors
    /// A file, dictionary or condition that cannot be read, all the findings of the validation, and `memory_ceiling`;
    /// `needs_rows` where the dictionary has a schedule, instruments or lookups; `unknown_level`.
    pub fn open(
        spec: &ModelSpec,
        (path, dictionary): (&Path, &Dictionary),
        condition: Option<&str>,
        limits: &Limits<'a>,
    ) -> Result<Self> {
        let formula: Formula = spec.formula.parse()?;
        check_columns(spec, &formula, dictionary)?;
        check_sections(dictionary)?;
        let filter = condition.map(str::parse::<Filter>).transpose()?;
        let named = filter.as_ref().map(|filter| undeclared(filter, dictionary)).unwrap_or_default();
        let (together, within) = groups(&formula, dictionary);
        let stream = Stream::new(path, dictionary, limits.temporary).together(together).ceiling(limits.memory);
        let stream = within.into_iter().fold(stream, Stream::within);
        let rows = stream.threads(spec.threads).steps(limits.step).divide()?;
        check_levels(&rows, &named)?;
        let counted = (0..rows.n_parts()).map(|_| AtomicBool::new(false)).collect();
        let (threads, step) = (rows.threads(), limits.step);
        let (read, undecided) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Ok(Self { rows, filter, named, threads, step, read, counted, undecided })
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
        let refused = |error: Error| core::Error::usage(error.code(), error);
        let selection =
            with_levels(frame.clone(), &self.named).and_then(|frame| filter.select(&frame)).map_err(refused)?;
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

    const DICTIONARY: &str = "[columns.child]\ntype = \"id\"\n[columns.site]\ntype = \"factor\"\n\
        [columns.t]\ntype = \"float\"\n[columns.y]\ntype = \"float\"\nrole = \"outcome\"\n";

    /// How many rows the condition keeps in pieces, and how many it leaves undecided; or the code of the error.
    fn kept(dictionary: &str, condition: &str) -> std::result::Result<(usize, usize), String> {
        let mut text = "child,site,t,y\n".to_owned();
        for row in 0..40 {
            let site = ["Glasgow", "London", "NA", "Glasgow"][row / 2 % 4];
            text.push_str(&format!("c{},{site},{},{}\n", row / 2, row % 2, row * 7 % 5));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, text).unwrap();
        let dictionary = Dictionary::parse(dictionary, "d").map_err(|error| error.code().to_owned())?;
        let spec = ModelSpec::new("y ~ t + (1 | child)");
        let limits = Limits { memory: 1 << 30, temporary: &tempfile::tempfile, step: &|_, _, _| {} };
        let rows = Streamed::open(&spec, (&path, &dictionary), Some(condition), &limits);
        let rows = rows.map_err(|error| error.code().to_owned())?;
        let kept = (0..rows.n_parts()).map(|k| rows.part(k).unwrap().n_rows()).sum();
        Ok((kept, rows.undecided()))
    }

    #[test]
    fn a_condition_on_levels_that_are_not_declared_chooses_the_rows_that_it_chooses_in_memory() {
        let dictionary = format!("[file]\nmissing = [\"NA\"]\n{DICTIONARY}");
        // 20 children of two rows: sites come as Glasgow, London, none, Glasgow.
        assert_eq!(kept(&dictionary, "site == 'Glasgow'"), Ok((20, 10)));
        assert_eq!(kept(&dictionary, "site != 'Glasgow'"), Ok((10, 10)));
        assert_eq!(kept(&dictionary, "child in ['c3', 'c4'] | t > 5"), Ok((4, 0)));
        assert_eq!(kept(&dictionary, "site == 'Glasgwo'"), Err("unknown_level".to_owned()));
    }

    #[test]
    fn a_dictionary_that_asks_for_scores_or_a_schedule_is_refused() {
        let section = "[[instruments]]\ndefinition = \"pir-gas\"\nitems = { rating = \"y\" }\nprefix = \"p\"\n";
        let scored = format!("{DICTIONARY}{section}");
        assert_eq!(kept(&scored, "t > 0"), Err("needs_rows".to_owned()));
    }
}
