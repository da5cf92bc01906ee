//! The levels and means of what the fixed effects read: where a reference grid stands.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::source::Source;
use super::variable::Variable;
use crate::error::Result;

/// A column that takes part as a factor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactorSummary {
    /// The column.
    pub column: String,
    /// Its levels in the rows used.
    pub levels: Vec<String>,
    /// The level that counts as the earliest.
    pub reference: usize,
}

/// A column that takes part as a number only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CovariateSummary {
    /// The column.
    pub column: String,
    /// Its mean over the rows used.
    pub mean: f64,
}

/// How many of the rows used have a combination of levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The level of each factor, in the order of [`Summary::factors`].
    pub levels: Vec<u32>,
    /// The number of rows.
    pub rows: u64,
}

/// Factors, covariates and the combinations of levels that occur.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// The factors of the fixed effects.
    pub factors: Vec<FactorSummary>,
    /// The covariates of the fixed effects.
    pub covariates: Vec<CovariateSummary>,
    /// The combinations of levels that occur.
    pub cells: Vec<Cell>,
}

impl Summary {
    /// The summary of what `variables` read in the rows of `source`.
    pub(super) fn of(variables: &[Variable], source: &Source<'_>) -> Result<Self> {
        let mut summary = Summary::default();
        for factor in variables.iter().filter_map(Variable::categorical) {
            if !summary.factors.iter().any(|known| known.column == factor.column) {
                let (column, levels) = (factor.column.clone(), factor.levels.clone());
                summary.factors.push(FactorSummary { column, levels, reference: factor.reference });
            }
        }
        for column in variables.iter().flat_map(Variable::numeric_columns) {
            let known = summary.factors.iter().any(|factor| factor.column == column)
                || summary.covariates.iter().any(|covariate| covariate.column == column);
            if !known {
                let mean = source.mean(&source.numbers(&column)?);
                summary.covariates.push(CovariateSummary { column, mean });
            }
        }
        summary.cells = cells(&summary.factors, source)?;
        Ok(summary)
    }

    /// The factor of `column`.
    pub fn factor(&self, column: &str) -> Option<&FactorSummary> {
        self.factors.iter().find(|factor| factor.column == column)
    }
}

fn cells(factors: &[FactorSummary], source: &Source<'_>) -> Result<Vec<Cell>> {
    if factors.is_empty() {
        return Ok(Vec::new());
    }
    let mut columns = Vec::new();
    for summary in factors {
        let factor = source.factor(&summary.column)?;
        let position: HashMap<&str, u32> =
            summary.levels.iter().enumerate().map(|(at, level)| (level.as_str(), at as u32)).collect();
        let recode: Vec<u32> =
            factor.levels().iter().map(|level| position.get(level.as_str()).copied().unwrap_or(0)).collect();
        columns.push((factor, recode));
    }
    let mut counts: HashMap<Vec<u32>, u64> = HashMap::new();
    let mut key = vec![0; columns.len()];
    // Rows of one combination often follow each other: looking up is needed only where it changes.
    let mut run = 0;
    for &row in source.rows {
        let mut same = true;
        for (slot, (factor, recode)) in key.iter().zip(&columns) {
            same &= *slot == recode[factor.codes()[row as usize] as usize];
        }
        if !same || run == 0 {
            if run > 0 {
                *counts.entry(key.clone()).or_insert(0) += run;
            }
            run = 0;
            for (slot, (factor, recode)) in key.iter_mut().zip(&columns) {
                *slot = recode[factor.codes()[row as usize] as usize];
            }
        }
        run += 1;
    }
    *counts.entry(key).or_insert(0) += run;
    let mut cells: Vec<Cell> = counts.into_iter().map(|(levels, rows)| Cell { levels, rows }).collect();
    cells.sort_by(|a, b| a.levels.cmp(&b.levels));
    Ok(cells)
}
