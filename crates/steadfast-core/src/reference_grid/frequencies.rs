//! How often the combinations of levels occur in the rows used.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::expectation::Expectation;
use super::observed::Observed;
use super::{Cell, FixedEffects, Weights};
use crate::design::{FactorSummary, Recipe};
use crate::error::{Error, Result};

/// How often each combination of levels occurs in the rows used: counts without rows, by the names of the levels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Combinations {
    /// The factors of the fixed effects, in the order of the recipe.
    pub factors: Vec<String>,
    /// The combinations that occur.
    pub counts: Vec<Combination>,
}

/// One combination of levels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Combination {
    /// A level of each factor.
    pub levels: Vec<String>,
    /// The number of rows used that have them.
    pub rows: u64,
}

impl Combinations {
    /// The combinations of `source`.
    ///
    /// # Errors
    /// `needs_rows` where the source has none; `aliased_columns` when the rows' levels cannot be told from the columns
    /// kept.
    pub fn of(source: &(impl FixedEffects + ?Sized)) -> Result<Self> {
        let recipe = source.recipe();
        let factors = &recipe.summary.factors;
        let found = Frequencies::of(recipe, &Observed::of(source, "a frequency of combinations")?)?;
        let named = |(levels, rows): (&Vec<usize>, &f64)| Combination {
            levels: levels.iter().zip(factors).map(|(&level, factor)| factor.levels[level].clone()).collect(),
            rows: *rows as u64,
        };
        let factors = factors.iter().map(|factor| factor.column.clone()).collect();
        Ok(Self { factors, counts: found.counts.iter().map(named).collect() })
    }
}

/// Each combination of the levels of all factors that occurs, with the number of its rows.
pub(super) struct Frequencies {
    counts: BTreeMap<Vec<usize>, f64>,
}

impl Frequencies {
    /// The frequencies that were counted before.
    ///
    /// # Errors
    /// `unknown_level` when the combinations are not of the factors of `recipe`.
    pub(super) fn counted(recipe: &Recipe, combinations: &Combinations) -> Result<Self> {
        let factors = &recipe.summary.factors;
        let strange = || Error::usage("unknown_level", "combinations of levels that the fixed effects do not have");
        let codes = |combination: &Combination| -> Option<Vec<usize>> {
            let known = combination.levels.len() == factors.len();
            let place = |(level, factor): (&String, &FactorSummary)| factor.levels.iter().position(|own| own == level);
            known.then(|| combination.levels.iter().zip(factors).map(place).collect())?
        };
        let count = |one: &Combination| codes(one).map(|levels| (levels, one.rows as f64)).ok_or_else(strange);
        Ok(Self { counts: combinations.counts.iter().map(count).collect::<Result<_>>()? })
    }

    pub(super) fn of(recipe: &Recipe, observed: &Observed<'_>) -> Result<Self> {
        let codes = recipe.summary.factors.iter().map(|factor| levels_of(recipe, observed, &factor.column));
        let codes: Vec<(Arc<Vec<u32>>, Vec<usize>)> = codes.collect::<Result<_>>()?;
        let mut counts = BTreeMap::new();
        for &row in observed.rows() {
            let levels = codes.iter().map(|(codes, order)| order[codes[row as usize] as usize]).collect();
            *counts.entry(levels).or_insert(0.0) += 1.0;
        }
        Ok(Self { counts })
    }

    /// The combinations for which `counts` holds.
    pub(super) fn where_(&self, counts: impl Fn(&[usize]) -> bool) -> impl Iterator<Item = (&[usize], f64)> {
        self.counts.iter().filter(move |(levels, _)| counts(levels)).map(|(levels, count)| (levels.as_slice(), *count))
    }
}

impl Expectation<'_> {
    /// The share of each of `combinations` of the levels of `free` in the rows that count: those at levels of the grid
    /// and, for [`Weights::Cells`], in the cell.
    pub(super) fn frequencies_of(
        &self,
        combinations: &[Cell],
        free: &[usize],
        cell: &Cell,
        frequencies: &Frequencies,
    ) -> Result<Vec<f64>> {
        let counts = |levels: &[usize]| {
            levels.iter().enumerate().all(|(at, level)| match cell[at] {
                Some(fixed) => self.weights == Weights::Joint || fixed == *level,
                None => self.allowed[at].contains(level),
            })
        };
        let mut weights = vec![0.0; combinations.len()];
        let mut total = 0.0;
        for (levels, count) in frequencies.where_(counts) {
            let is = |cell: &Cell| free.iter().all(|&at| cell[at] == Some(levels[at]));
            if let Some(at) = combinations.iter().position(is) {
                weights[at] += count;
                total += count;
            }
        }
        if total <= 0.0 {
            return Err(Error::data(
                "empty_cell",
                "no row used has the levels of a cell whose frequencies were asked for",
            ));
        }
        weights.iter_mut().for_each(|weight| *weight /= total);
        Ok(weights)
    }
}

/// The codes of a factor's column by row, and for each code the position among the levels of the grid.
fn levels_of(recipe: &Recipe, observed: &Observed<'_>, column: &str) -> Result<(Arc<Vec<u32>>, Vec<usize>)> {
    let missing = || Error::usage("unknown_factor", format!("`{column}` is not a factor of the fixed effects"));
    let summary = recipe.summary.factor(column).ok_or_else(missing)?;
    let variables = recipe.variables.iter().enumerate();
    let mut found = Err(missing());
    for (at, variable) in variables {
        let Some(factor) = variable.categorical().filter(|factor| factor.column == column) else { continue };
        // Two variables may order the levels of one column differently, so levels are matched by name.
        let position = |level: &String| summary.levels.iter().position(|known| known == level).unwrap_or(0);
        found = observed.levels(at, factor).map(|codes| (codes, factor.levels.iter().map(position).collect()));
        if found.is_ok() {
            break;
        }
    }
    found
}
