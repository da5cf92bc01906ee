//! The mean row of X when every row used is set to the levels of a cell and keeps the rest: standardisation.

use super::Cell;
use super::expectation::Expectation;
use super::observed::Observed;
use crate::design::{Coding, Piece, Term};
use crate::error::{Error, Result};

/// What one variable of a term is in the rows.
enum Part {
    /// The same in all: a factor at the cell's level, a number at the grid's.
    Set(Vec<f64>),
    /// As it was observed.
    Rows(Vec<Piece>),
}

impl Expectation<'_> {
    /// The mean over the rows used, factors restricted by the grid being set to each of their levels in turn.
    pub(super) fn counterfactual_mean(&self, cell: &Cell, observed: &Observed<'_>) -> Result<Vec<f64>> {
        let restricted = |at: &usize| cell[*at].is_none() && self.is_restricted(*at);
        let restricted: Vec<usize> = (0..cell.len()).filter(restricted).collect();
        let settings = self.cells(&restricted, |factor| (0..factor.levels.len()).collect());
        let mut mean = vec![0.0; self.recipe.columns.len()];
        for setting in &settings {
            let complete: Cell = setting.iter().zip(cell).map(|(a, b)| a.or(*b)).collect();
            let row = self.counterfactual_row(&complete, observed)?;
            mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / settings.len() as f64);
        }
        Ok(mean)
    }

    fn is_restricted(&self, factor: usize) -> bool {
        self.allowed[factor].len() < self.recipe.summary.factors[factor].levels.len()
    }

    /// Whether a column that is read as a number is set by the grid.
    fn is_set(&self, column: &str, cell: &Cell) -> bool {
        let factor = self.recipe.summary.factors.iter().position(|factor| factor.column == column);
        factor.is_some_and(|at| cell[at].is_some()) || self.asked.iter().any(|asked| asked == column)
    }

    /// The mean over the rows used of the row of X, factors being set as in `cell` and covariates as in the grid.
    fn counterfactual_row(&self, cell: &Cell, observed: &Observed<'_>) -> Result<Vec<f64>> {
        let mut row = Vec::with_capacity(self.recipe.columns.len());
        if self.recipe.fixed.intercept {
            row.push(1.0);
        }
        for term in &self.recipe.fixed.terms {
            row.extend(self.counterfactual_term(term, cell, observed)?);
        }
        Ok(row)
    }

    fn counterfactual_term(&self, term: &Term, cell: &Cell, observed: &Observed<'_>) -> Result<Vec<f64>> {
        let parts = term.variables.iter().map(|&(at, coding)| self.part(at, coding, cell, observed));
        let parts: Vec<Part> = parts.collect::<Result<_>>()?;
        // Constants are taken out of the mean; each column then is a product of pieces.
        let mut columns: Vec<(f64, Vec<&Piece>)> = vec![(1.0, Vec::new())];
        for part in &parts {
            columns = match part {
                Part::Set(values) => values
                    .iter()
                    .flat_map(|value| columns.iter().map(move |(factor, pieces)| (factor * value, pieces.clone())))
                    .collect(),
                Part::Rows(made) => made
                    .iter()
                    .flat_map(|piece| {
                        columns.iter().map(move |(factor, pieces)| (*factor, [pieces.as_slice(), &[piece]].concat()))
                    })
                    .collect(),
            };
        }
        Ok(columns.iter().map(|(factor, pieces)| factor * mean(pieces, observed.rows())).collect())
    }

    fn part(&self, at: usize, coding: Coding, cell: &Cell, observed: &Observed<'_>) -> Result<Part> {
        let variable = &self.recipe.variables[at];
        if let Some(factor) = variable.categorical() {
            let known = self.recipe.summary.factors.iter().position(|known| known.column == factor.column);
            let set = known.and_then(|known| cell[known]).is_some();
            return if set {
                Ok(Part::Set(self.factor_values(factor, coding, cell)))
            } else {
                observed.pieces(at, coding).map(Part::Rows)
            };
        }
        let reads = variable.numeric_columns();
        let set = reads.iter().filter(|column| self.is_set(column, cell)).count();
        match set {
            0 => observed.pieces(at, coding).map(Part::Rows),
            n if n == reads.len() => variable.at_point(&self.point(variable, cell)?).map(Part::Set),
            _ => {
                let message = format!("`{}` mixes what the grid sets with what stays as observed", variable.label);
                Err(Error::usage("counterfactual_mixture", message))
            }
        }
    }
}

/// The mean over rows of the product of `pieces`, in blocks of fixed shape.
fn mean(pieces: &[&Piece], rows: &[u32]) -> f64 {
    if pieces.is_empty() {
        return 1.0;
    }
    let product = |&row: &u32| pieces.iter().map(|piece| piece.value(row as usize)).product::<f64>();
    let sum: f64 = rows.chunks(4_096).map(|block| block.iter().map(product).sum::<f64>()).sum();
    sum / rows.len() as f64
}
