//! The first pass: a few rows that show every level which occurs, from which a design learns what it learns from levels.

use std::collections::HashMap;

use super::each_frame;
use super::whole::Whole;
use crate::covariance::{Over, Reads, entry, variance_entry};
use crate::design::build::{no_rows, read};
use crate::design::rows::complete;
use crate::design::source::Source;
use crate::design::{Basis, DesignOptions, Excluded};
use crate::error::{Error, Result};
use crate::formula::{Expr, ExprKind, Formula};
use crate::frame::{Frame, Partitions};
use crate::parallel::Threads;

/// A factor with more levels than this would make more columns than any model has.
const MOST_LEVELS: usize = 10_000;

/// Rows of one part that show the levels that occur there.
struct Shown {
    frame: Frame,
    /// For each of these rows: whether it enters the model, and its level of each column.
    rows: Vec<(bool, Vec<Option<String>>)>,
    n_columns: usize,
    n_used: usize,
    excluded: Excluded,
}

/// What every part of `source` shares, as far as a row that shows each level tells it.
pub(super) fn survey(
    formula: &Formula,
    source: &dyn Partitions,
    options: &DesignOptions,
    threads: Threads,
) -> Result<Whole> {
    refuse_learners(formula)?;
    let mut survey = Survey::default();
    each_frame(source, threads, |frame| show(formula, frame, options), |shown| survey.take(shown))?;
    if survey.n_used == 0 {
        return Err(no_rows());
    }
    let pilot = Frame::stacked(&survey.chosen)?;
    Whole::of_pilot(formula, &pilot, options, (survey.n_used, survey.excluded))
}

/// What the parts so far have shown.
#[derive(Default)]
struct Survey {
    n_used: usize,
    excluded: Excluded,
    /// Rows that showed something new.
    chosen: Vec<Frame>,
    /// The levels seen of each column, and whether in a row that enters the model.
    known: Vec<HashMap<String, bool>>,
}

impl Survey {
    fn take(&mut self, shown: Shown) -> Result<()> {
        if self.known.is_empty() {
            self.known = vec![HashMap::new(); shown.n_columns];
        }
        let mut wanted = Vec::new();
        for (row, (used, levels)) in (0..).zip(shown.rows) {
            // Any first row will do where nothing has levels.
            let first = used && self.n_used == 0 && wanted.is_empty();
            if self.is_new(used, levels) || first {
                wanted.push(row);
            }
        }
        if self.known.iter().any(|levels| levels.len() > MOST_LEVELS) {
            let message = format!(
                "a factor of the model has more than {MOST_LEVELS} levels: is it a group, to stand behind a bar?"
            );
            return Err(Error::data("too_many_levels", message));
        }
        if !wanted.is_empty() {
            self.chosen.push(shown.frame.select(&wanted));
        }
        self.n_used += shown.n_used;
        self.excluded.missing += shown.excluded.missing;
        self.excluded.withdrawn += shown.excluded.withdrawn;
        self.excluded.not_yet_due += shown.excluded.not_yet_due;
        self.excluded.not_applicable += shown.excluded.not_applicable;
        self.excluded.zero_weight += shown.excluded.zero_weight;
        Ok(())
    }

    /// Whether a row shows a level that no row before it has, or none of those that enter the model.
    fn is_new(&mut self, used: bool, levels: Vec<Option<String>>) -> bool {
        let mut new = false;
        for (level, known) in levels.into_iter().zip(&mut self.known) {
            let Some(level) = level else { continue };
            if known.get(&level).is_none_or(|in_use| used && !in_use) {
                known.insert(level, used);
                new = true;
            }
        }
        new
    }
}

/// For each column with levels and each of them a row of `frame`, one that enters the model where there is one.
fn show(formula: &Formula, frame: &Frame, options: &DesignOptions) -> Result<Shown> {
    let (columns, weights) = read(formula, frame, options)?;
    let (used, excluded) = complete(frame, &columns, weights.as_deref().map(Vec::as_slice))?;
    let mut is_used = vec![false; frame.n_rows()];
    used.iter().for_each(|&row| is_used[row as usize] = true);
    let mut factors = Vec::new();
    for name in with_levels(formula, frame)? {
        factors.push(frame.column(&name)?.to_factor());
    }
    let mut rows: Vec<u32> = used.first().copied().into_iter().collect();
    for factor in &factors {
        let mut first: Vec<Option<u32>> = vec![None; factor.levels().len()];
        for (row, &code) in (0..).zip(factor.codes().iter()) {
            let Some(first) = first.get_mut(code as usize) else { continue };
            if first.is_none_or(|known| !is_used[known as usize] && is_used[row as usize]) {
                *first = Some(row);
            }
        }
        rows.extend(first.into_iter().flatten());
    }
    rows.sort_unstable();
    rows.dedup();
    let level = |row: u32| factors.iter().map(|factor| factor.level(row as usize).map(str::to_owned)).collect();
    let shown = rows.iter().map(|&row| (is_used[row as usize], level(row))).collect();
    Ok(Shown { frame: frame.select(&rows), rows: shown, n_columns: factors.len(), n_used: used.len(), excluded })
}

/// The columns whose levels the model knows one by one: factors of effects, visits, strata, but no groups.
fn with_levels(formula: &Formula, frame: &Frame) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    let variables =
        formula.terms().variables.iter().chain(formula.random().iter().flat_map(|spec| &spec.terms.variables));
    for expr in variables {
        let mut read = Vec::new();
        expr.collect_columns(&mut read);
        let is_factor = |name: &String| frame.get(name).is_some_and(Source::is_categorical);
        names.extend(read.into_iter().filter(|name| is_factor(name) || is_factor_call(expr)));
    }
    if let Some(spec) = formula.residual() {
        if entry(&spec.structure)?.over != Over::Coordinates {
            spec.positions.iter().for_each(|expr| expr.collect_columns(&mut names));
        }
        names.extend(spec.by.iter().flatten().cloned());
    }
    if let Some(spec) = formula.variance()
        && variance_entry(&spec.function).is_some_and(|entry| entry.reads == Reads::Strata)
    {
        spec.covariate.iter().for_each(|expr| expr.collect_columns(&mut names));
    }
    names.sort();
    names.dedup();
    Ok(names)
}

fn is_factor_call(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call { function, .. } if function == "factor")
}

/// Functions that learn from the values of all rows at once.
fn learns(expr: &Expr) -> bool {
    let own = match &expr.kind {
        ExprKind::Call { function, .. } => {
            Basis::FUNCTIONS.contains(&function.as_str()) || ["center", "scale"].contains(&function.as_str())
        }
        _ => false,
    };
    own || expr.children().into_iter().any(learns)
}

/// Refuses what is learnt from the values of all rows at once.
fn refuse_learners(formula: &Formula) -> Result<()> {
    let message = "this is learnt from all rows at once, which are not in memory together";
    let variables =
        formula.terms().variables.iter().chain(formula.random().iter().flat_map(|spec| &spec.terms.variables));
    let mut all = variables.chain(formula.response()).chain(formula.offsets());
    if let Some(expr) = all.find(|expr| learns(expr)) {
        return Err(formula.error_at("needs_all_rows", expr.span, &format!("{message}: make it a column of the data")));
    }
    let numbers = |function: &str| variance_entry(function).is_some_and(|entry| entry.reads != Reads::Strata);
    match formula.variance().filter(|spec| numbers(&spec.function)) {
        Some(spec) => Err(Error::usage("needs_all_rows", format!("`{}`: {message}", spec.label))),
        None => Ok(()),
    }
}
