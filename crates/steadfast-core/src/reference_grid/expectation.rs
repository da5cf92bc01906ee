//! Rows of X averaged over the factors that are not fixed.
//!
//! A column is a product of functions of different factors, so its mean over a grid needs the factors of its own term
//! only: the whole grid is never formed.

use super::frequencies::Frequencies;
use super::observed::Observed;
use super::{Cell, Combinations, Weights};
use crate::design::{Categorical, Coding, Design, FactorSummary, Recipe, Term, Variable, VariableKind};
use crate::error::{Error, Result};
use crate::frame::{Column, Frame};

/// What stands for the numeric variables of a term.
pub(super) enum NumericPart {
    /// Their values at the covariates of the grid.
    Values,
    /// The coefficient of one product of their columns: these variables and no others, each with the position of its
    /// column.
    Coefficient(Vec<(usize, usize)>),
}

pub(super) struct Expectation<'r> {
    pub(super) recipe: &'r Recipe,
    /// The levels over which each factor is averaged.
    pub(super) allowed: Vec<Vec<usize>>,
    covariates: Vec<(String, f64)>,
    /// The covariates that were asked for at a value of their own.
    pub(super) asked: Vec<String>,
    pub(super) weights: Weights,
    over: Over<'r>,
}

/// What a mean needs of the rows used.
pub(super) enum Over<'r> {
    Nothing,
    Combinations(Frequencies),
    Rows(Observed<'r>),
}

impl<'r> Over<'r> {
    /// What `weights` need, from the rows of `design` or from what was counted of them.
    ///
    /// # Errors
    /// `needs_rows` where neither is there; `aliased_columns`.
    pub(super) fn of(
        weights: Weights,
        recipe: &Recipe,
        design: Option<&'r Design>,
        counted: Option<&Combinations>,
    ) -> Result<Self> {
        match (weights, counted) {
            (Weights::Equal | Weights::Proportional, _) => Ok(Over::Nothing),
            (Weights::Joint | Weights::Cells, Some(counted)) if design.is_none() => {
                Frequencies::counted(recipe, counted).map(Over::Combinations)
            }
            (Weights::Joint | Weights::Cells, _) => {
                let observed = Observed::in_design(design, "a frequency of combinations")?;
                Frequencies::of(recipe, &observed).map(Over::Combinations)
            }
            (Weights::Counterfactual, _) => Observed::in_design(design, "a counterfactual mean").map(Over::Rows),
        }
    }
}

impl<'r> Expectation<'r> {
    pub(super) fn new(
        recipe: &'r Recipe,
        allowed: Vec<Vec<usize>>,
        numbers: &[(String, f64)],
        (weights, over): (Weights, Over<'r>),
    ) -> Result<Self> {
        let mut covariates: Vec<(String, f64)> =
            recipe.summary.covariates.iter().map(|covariate| (covariate.column.clone(), covariate.mean)).collect();
        for (name, value) in numbers {
            match covariates.iter_mut().find(|(column, _)| column == name) {
                Some((_, at)) => *at = *value,
                None => {
                    let message = format!("`{name}` is not a covariate of the fixed effects");
                    return Err(Error::usage("unknown_covariate", message));
                }
            }
        }
        let asked = numbers.iter().map(|(name, _)| name.clone()).collect();
        Ok(Self { recipe, allowed, covariates, asked, weights, over })
    }

    /// Every level of every factor, weighted alike.
    pub(super) fn balanced(recipe: &'r Recipe) -> Result<Self> {
        let allowed = recipe.summary.factors.iter().map(|factor| (0..factor.levels.len()).collect()).collect();
        Self::new(recipe, allowed, &[], (Weights::Equal, Over::Nothing))
    }

    /// The cell in which every factor is averaged over.
    pub(super) fn nowhere(&self) -> Cell {
        vec![None; self.allowed.len()]
    }

    /// The combinations of the levels of `factors` in the given order, the first factor varying fastest.
    pub(super) fn cells(&self, factors: &[usize], order: impl Fn(&FactorSummary) -> Vec<usize>) -> Vec<Cell> {
        let mut cells = vec![self.nowhere()];
        for &factor in factors {
            let levels = order(&self.recipe.summary.factors[factor]);
            let allowed = levels.into_iter().filter(|level| self.allowed[factor].contains(level));
            let with = |level: usize| {
                cells.iter().map(move |cell| {
                    let mut cell = cell.clone();
                    cell[factor] = Some(level);
                    cell
                })
            };
            cells = allowed.flat_map(with).collect();
        }
        cells
    }

    /// The mean row of X in `cell`, over all columns.
    pub(super) fn row(&self, cell: &Cell, part: &NumericPart) -> Result<Vec<f64>> {
        if let Over::Rows(observed) = &self.over {
            return self.counterfactual_mean(cell, observed);
        }
        let mut row = Vec::with_capacity(self.recipe.columns.len());
        if self.recipe.fixed.intercept {
            let counts = matches!(part, NumericPart::Values) || part.is_constant();
            row.push(f64::from(u8::from(counts)));
        }
        for term in &self.recipe.fixed.terms {
            row.extend(self.term(term, cell, part)?);
        }
        Ok(row)
    }

    fn term(&self, term: &Term, cell: &Cell, part: &NumericPart) -> Result<Vec<f64>> {
        let width = term.variables.iter().map(|&(at, coding)| self.recipe.variables[at].width(coding)).product();
        let mut mean = vec![0.0; width];
        if let NumericPart::Coefficient(wanted) = part
            && numeric_part(self.recipe, term) != wanted.iter().map(|(variable, _)| *variable).collect::<Vec<_>>()
        {
            return Ok(mean);
        }
        let free = self.factors_of(term).into_iter().filter(|&factor| cell[factor].is_none());
        let free: Vec<usize> = free.collect();
        for (weight, levels) in self.combinations(&free, cell)? {
            let mut values = vec![weight];
            for &(at, coding) in &term.variables {
                let factors = self.values(at, coding, &levels, part)?;
                values = factors.iter().flat_map(|factor| values.iter().map(move |value| value * factor)).collect();
            }
            mean.iter_mut().zip(&values).for_each(|(mean, value)| *mean += value);
        }
        Ok(mean)
    }

    /// The factors that a term depends on, also those that it reads as numbers.
    fn factors_of(&self, term: &Term) -> Vec<usize> {
        let factors = &self.recipe.summary.factors;
        let reads = |column: &str| {
            term.variables.iter().any(|&(at, _)| {
                let variable = &self.recipe.variables[at];
                variable.categorical().is_some_and(|factor| factor.column == column)
                    || variable.numeric_columns().iter().any(|name| name == column)
            })
        };
        (0..factors.len()).filter(|&factor| reads(&factors[factor].column)).collect()
    }

    /// The combinations of the levels of `free` with weights that sum to 1, each completed by what `cell` fixes.
    fn combinations(&self, free: &[usize], cell: &Cell) -> Result<Vec<(f64, Cell)>> {
        let all = self.cells(free, |factor| (0..factor.levels.len()).collect());
        let complete = |levels: Cell| -> Cell { levels.iter().zip(cell).map(|(a, b)| a.or(*b)).collect() };
        if let Over::Combinations(frequencies) = &self.over {
            let weights = self.frequencies_of(&all, free, cell, frequencies)?;
            return Ok(weights.into_iter().zip(all.into_iter().map(complete)).collect());
        }
        let weigh = |levels: &Cell| -> f64 { free.iter().map(|&at| self.weight(at, levels[at])).product() };
        Ok(all.into_iter().map(|levels| (weigh(&levels), complete(levels))).collect())
    }

    /// The weight of one level of a factor that is averaged over.
    fn weight(&self, factor: usize, level: Option<usize>) -> f64 {
        let allowed = &self.allowed[factor];
        if self.weights != Weights::Proportional {
            return 1.0 / allowed.len() as f64;
        }
        let proportions = &self.recipe.summary.factors[factor].proportions;
        let total: f64 = allowed.iter().map(|&level| proportions[level]).sum();
        level.map_or(0.0, |level| proportions[level] / total)
    }

    fn values(&self, at: usize, coding: Coding, levels: &Cell, part: &NumericPart) -> Result<Vec<f64>> {
        let variable = &self.recipe.variables[at];
        match (&variable.kind, part) {
            (VariableKind::Categorical(factor), _) => Ok(self.factor_values(factor, coding, levels)),
            (_, NumericPart::Coefficient(wanted)) => {
                let column = wanted.iter().find(|(numeric, _)| *numeric == at).map(|(_, column)| *column);
                Ok((0..variable.width(coding)).map(|k| f64::from(u8::from(Some(k) == column))).collect())
            }
            _ => variable.at_point(&self.point(variable, levels)?),
        }
    }

    pub(super) fn factor_values(&self, factor: &Categorical, coding: Coding, levels: &Cell) -> Vec<f64> {
        let factors = &self.recipe.summary.factors;
        let name = factors.iter().zip(levels).find(|(known, _)| known.column == factor.column);
        let name = name.and_then(|(known, level)| level.map(|level| known.levels[level].as_str()));
        // Two variables may order the levels of one column differently, so levels are matched by name.
        let own = factor.levels.iter().position(|level| Some(level.as_str()) == name).unwrap_or(factor.reference);
        factor.columns(coding).into_iter().map(|(_, values)| values[own]).collect()
    }

    /// One row of data for the numbers that `variable` reads.
    pub(super) fn point(&self, variable: &Variable, levels: &Cell) -> Result<Frame> {
        let number = |column: &String| -> Result<Column> {
            if let Some((_, value)) = self.covariates.iter().find(|(name, _)| name == column) {
                return Ok(Column::float(column.clone(), vec![*value]));
            }
            let factors = &self.recipe.summary.factors;
            let level = factors.iter().zip(levels).find(|(factor, _)| factor.column == *column);
            let text = level.and_then(|(factor, level)| level.map(|level| factor.levels[level].as_str()));
            let value = text.and_then(|text| text.trim().parse::<f64>().ok()).ok_or_else(|| {
                let message = format!("`{column}` is a number and a factor whose levels are no numbers");
                Error::usage("not_numeric", message)
            })?;
            Ok(Column::float(column.clone(), vec![value]))
        };
        Frame::new(variable.numeric_columns().iter().map(number).collect::<Result<_>>()?)
    }
}

impl NumericPart {
    fn is_constant(&self) -> bool {
        matches!(self, NumericPart::Coefficient(wanted) if wanted.is_empty())
    }
}

/// The numeric variables of a term, in its order.
pub(super) fn numeric_part(recipe: &Recipe, term: &Term) -> Vec<usize> {
    let variables = term.variables.iter().map(|(variable, _)| *variable);
    variables.filter(|&variable| recipe.variables[variable].categorical().is_none()).collect()
}
