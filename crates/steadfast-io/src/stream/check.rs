//! The rules of a dictionary held against rows in parts: the same findings as of the table in memory.
//!
//! A rule that looks at rows which agree in some columns is held against parts in which such rows stand together. Where the
//! division for the model does not bring them together, another is made for the rule.

use std::cell::RefCell;

use steadfast_core::findings::Findings;
use steadfast_core::frame::{Frame, Role};
use steadfast_core::parallel::in_order;

use super::division::{Division, Key};
use super::plan::Plan;
use super::rows::{Decoded, decode, value};
use super::spill::PARTS;
use crate::dictionary::{Dictionary, Variable};
use crate::error::{Error, Result};
use crate::typing::Typed;
use crate::validate::{LooksAt, SomeRows, Together, findings, rule_of_all_rows};

/// Findings beyond these are not kept: they would take the memory that the rows were kept out of.
const MOST_FINDINGS: usize = 100_000;

/// Rows that show whether subjects, clusters and outcomes vary: the first of all, and for each the first with a value and the
/// first with another.
pub(super) struct Witnesses {
    watched: Vec<(usize, Option<Vec<u8>>, bool)>,
    rows: Vec<u8>,
}

impl Witnesses {
    pub(super) fn new(variables: &[Variable]) -> Self {
        let is_watched =
            |variable: &Variable| matches!(variable.role(), Some(Role::Subject | Role::Cluster | Role::Outcome));
        let watched = variables.iter().enumerate().filter(|(_, variable)| is_watched(variable));
        Self { watched: watched.map(|(at, _)| (at, None, false)).collect(), rows: Vec::new() }
    }

    /// Looks at the rows of a chunk; `encode` appends a row as it is kept.
    pub(super) fn look(&mut self, typed: &[Typed], encode: impl Fn(usize, &mut Vec<u8>)) {
        // Where nothing has a value, there are rows all the same.
        if self.rows.is_empty() && typed.first().is_some_and(|typed| !typed.column.is_empty()) {
            encode(0, &mut self.rows);
        }
        for (at, first, varies) in self.watched.iter_mut().filter(|(_, _, varies)| !varies) {
            let column = &typed[*at].column;
            let mut own = Vec::new();
            for row in (0..column.len()).filter(|&row| column.is_observed(row)) {
                own.clear();
                value(column, row, false, &mut own);
                match first {
                    None => *first = Some(own.clone()),
                    Some(first) if *first != own => *varies = true,
                    Some(_) => continue,
                }
                encode(row, &mut self.rows);
                if *varies {
                    break;
                }
            }
        }
    }
}

/// What is known of the table beside its rows.
pub(super) struct Table<'a> {
    pub(super) file: &'a str,
    pub(super) dictionary: &'a Dictionary,
    pub(super) n_rows: u64,
    pub(super) undescribed: &'a [String],
    pub(super) witnesses: Witnesses,
}

impl Table<'_> {
    /// Everything that the rows of `main` break.
    ///
    /// # Errors
    /// `rule_of_all_rows`; those of reading parts again.
    pub(super) fn findings(&self, main: &Division, plan: &Plan<'_>) -> Result<Findings> {
        if let Some(rule) = rule_of_all_rows() {
            let message = format!("the rule `{rule}` must see all rows at once, which are not in memory together");
            return Err(Error::usage("rule_of_all_rows", message));
        }
        let mut all = self.of_table(main)?;
        let keys = keys(self.dictionary, main, self.file)?;
        let first = &[LooksAt::Cells, LooksAt::Together];
        self.of_parts(main, &|columns| judge(&keys, columns) == Some(&main.key), first, plan, &mut all)?;
        for key in keys.iter().skip(1) {
            let division = main.by(key.clone(), plan.file()?, plan.waiting())?;
            plan.check_parts(&division)?;
            self.of_parts(&division, &|columns| judge(&keys, columns) == Some(key), &first[1..], plan, &mut all)?;
        }
        Ok(all)
    }

    fn of_table(&self, main: &Division) -> Result<Findings> {
        let decoded = decode(&self.witnesses.rows, &main.variables)?;
        Ok(self.held(decoded, &[LooksAt::Table], Box::new(|_| false)))
    }

    fn of_parts(
        &self,
        division: &Division,
        together: &(dyn Fn(&[&str]) -> bool + Sync),
        what: &[LooksAt],
        plan: &Plan<'_>,
        all: &mut Findings,
    ) -> Result<()> {
        let threads = plan.threads_for(division);
        let parts: Vec<usize> = (0..PARTS).filter(|&k| division.spill.rows(k) > 0).collect();
        for (done, some) in parts.chunks(threads.get()).enumerate() {
            let wave: Vec<Result<Findings>> = in_order(threads, some.len(), |i| {
                let decoded = division.part(some[i])?;
                Ok(self.held(decoded, what, Box::new(|columns: &[&str]| together(columns))))
            });
            plan.step((done * threads.get()) as u64, parts.len() as u64);
            for found in wave {
                let found = found?;
                if all.len() + found.len() > MOST_FINDINGS {
                    return Ok(());
                }
                all.extend(found);
            }
        }
        Ok(())
    }

    fn held(&self, decoded: Decoded, what: &[LooksAt], together: Together<'_>) -> Findings {
        let Decoded { frame, rejected, rows } = decoded;
        let (n_rows, undescribed) = (self.n_rows as usize, self.undescribed.to_vec());
        let some = SomeRows { frame, rejected, rows, n_rows, undescribed };
        findings(self.file, self.dictionary, some, (what, together))
    }
}

/// The key of the division in which rows that agree in `columns` are judged: the first that brings them together.
fn judge<'k>(keys: &'k [Key], columns: &[&str]) -> Option<&'k Key> {
    keys.iter().find(|key| key.covers(columns))
}

/// The divisions that the rules need, that of `main` first.
fn keys(dictionary: &Dictionary, main: &Division, file: &str) -> Result<Vec<Key>> {
    let asked: RefCell<Vec<Vec<String>>> = RefCell::default();
    let note = |columns: &[&str]| {
        asked.borrow_mut().push(columns.iter().map(|column| (*column).to_owned()).collect());
        false
    };
    // Held against no rows, the rules only say what they ask for.
    let Decoded { frame, rejected, rows } = decode(&[], &main.variables)?;
    let some = SomeRows { frame, rejected, rows, n_rows: 0, undescribed: Vec::new() };
    findings(file, dictionary, some, (&[LooksAt::Together], Box::new(note)));
    let mut asked = asked.into_inner();
    // Rows that agree in more columns are together where those that agree in fewer are.
    asked.sort_by_key(|columns| (columns.len(), columns.clone()));
    let mut keys = vec![main.key.clone()];
    for columns in asked {
        let names: Vec<&str> = columns.iter().map(String::as_str).collect();
        if judge(&keys, &names).is_none() {
            keys.push(Key(columns));
        }
    }
    Ok(keys)
}

/// Whether some rows that agree in `columns` are in different parts of `main`.
pub(super) fn straddles(main: &Division, columns: &[String], plan: &Plan<'_>) -> Result<bool> {
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    if main.key.covers(&names) {
        return Ok(false);
    }
    let division = main.by(Key(columns.to_vec()), plan.file()?, plan.waiting())?;
    plan.check_parts(&division)?;
    for k in (0..PARTS).filter(|&k| division.spill.rows(k) > 0) {
        if differs(&division.part(k)?.frame, columns, &main.key.0) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether rows that agree in `columns` differ in `others`.
fn differs(frame: &Frame, columns: &[String], others: &[String]) -> bool {
    let of = |names: &[String]| -> Option<Vec<_>> { names.iter().map(|name| frame.get(name)).collect() };
    let (Some(columns), Some(others)) = (of(columns), of(others)) else { return false };
    let (groups, others) = (crate::groups::groups(&columns), crate::groups::groups(&others));
    let mut first = std::collections::HashMap::new();
    let known =
        groups.iter().zip(&others).filter(|(a, b)| **a != crate::groups::NO_GROUP && **b != crate::groups::NO_GROUP);
    known.into_iter().any(|(group, other)| first.entry(*group).or_insert(*other) != other)
}
