//! The levels and means of what the fixed effects read: where a reference grid stands.

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
    /// The share of the rows used that each level has.
    pub proportions: Vec<f64>,
}

/// A column that takes part as a number only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CovariateSummary {
    /// The column.
    pub column: String,
    /// Its mean over the rows used.
    pub mean: f64,
}

/// Factors and covariates. Joint frequencies are not kept: a recipe is saved and shared, and must not hold people.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// The factors of the fixed effects.
    pub factors: Vec<FactorSummary>,
    /// The covariates of the fixed effects.
    pub covariates: Vec<CovariateSummary>,
}

impl Summary {
    /// The summary of what `variables` read in the rows of `source`.
    pub(super) fn of(variables: &[Variable], source: &Source<'_>) -> Result<Self> {
        let mut summary = Summary::default();
        for factor in variables.iter().filter_map(Variable::categorical) {
            if !summary.factors.iter().any(|known| known.column == factor.column) {
                let (column, levels) = (factor.column.clone(), factor.levels.clone());
                let proportions = proportions(&column, &levels, source)?;
                summary.factors.push(FactorSummary { column, levels, reference: factor.reference, proportions });
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
        Ok(summary)
    }

    /// The factor of `column`.
    pub fn factor(&self, column: &str) -> Option<&FactorSummary> {
        self.factors.iter().find(|factor| factor.column == column)
    }
}

/// The share of the rows of `source` that each of `levels` has.
fn proportions(column: &str, levels: &[String], source: &Source<'_>) -> Result<Vec<f64>> {
    let factor = source.factor(column)?;
    let counts = source.counts(column)?;
    let total = source.rows.len() as f64;
    let count = |level: &String| factor.level_index(level).map_or(0.0, |index| f64::from(counts[index]) / total);
    Ok(levels.iter().map(count).collect())
}
