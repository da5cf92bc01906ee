//! What a design remembers: enough to make the same columns from new data, and to ask what can be estimated.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::predictor::{Pieces, Predictor};
use super::source::Source;
use super::summary::Summary;
use super::variable::Variable;
use crate::error::{Error, Result};
use crate::formula::Formula;
use crate::frame::Frame;

/// A column that earlier ones determine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alias {
    /// The position among all columns.
    pub column: usize,
    /// The coefficients on the kept columns, length p, whose sum the column is.
    pub on_kept: Vec<f64>,
}

/// Terms, levels, contrasts, centres and bases of a design, and which of its columns were kept. Plain data.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Recipe {
    /// The formula; none in the recipe of nothing.
    pub formula: Option<Formula>,
    /// The variables.
    pub variables: Vec<Variable>,
    /// The fixed effects.
    pub fixed: Predictor,
    /// The random effects, term by term.
    pub random: Vec<Predictor>,
    /// The names of all columns of the fixed effects, kept or not.
    pub columns: Vec<String>,
    /// The positions of the p columns that were kept, ascending.
    pub kept: Vec<usize>,
    /// The columns that were left out.
    pub aliases: Vec<Alias>,
    /// The levels and means of what the fixed effects read, over the rows used.
    pub summary: Summary,
}

impl Recipe {
    /// The names of the kept columns, the coefficients' names, length p.
    pub fn coefficient_names(&self) -> Vec<&str> {
        self.kept.iter().map(|&column| self.columns[column].as_str()).collect()
    }

    /// For each term, its label and the positions of its columns among all columns; the intercept is no term.
    pub fn term_columns(&self) -> Vec<(&str, std::ops::Range<usize>)> {
        let mut next = usize::from(self.fixed.intercept);
        let range = |term: &super::predictor::Term| -> usize {
            term.variables.iter().map(|&(variable, coding)| self.variables[variable].width(coding)).product()
        };
        let mut ranges = Vec::new();
        for term in &self.fixed.terms {
            let start = next;
            next += range(term);
            ranges.push((term.label.as_str(), start..next));
        }
        ranges
    }

    /// The rows of X for new data: as many as `frame` has, p columns.
    ///
    /// # Errors
    /// `missing_value`, `not_finite` or `unknown_level` with column and row; `unknown_column`.
    pub fn fixed_rows(&self, frame: &Frame) -> Result<DMatrix<f64>> {
        let all = self.all_fixed_rows(frame)?;
        Ok(all.select_columns(&self.kept))
    }

    /// As [`Recipe::fixed_rows`], with the columns that were left out as well; see [`Recipe::is_estimable`].
    ///
    /// # Errors
    /// As [`Recipe::fixed_rows`].
    pub fn all_fixed_rows(&self, frame: &Frame) -> Result<DMatrix<f64>> {
        self.require_values(frame)?;
        let rows: Vec<u32> = (0..frame.n_rows() as u32).collect();
        let source = Source::new(frame, &rows);
        let columns = Pieces::new(&source, &self.variables).columns(&self.fixed)?;
        Ok(DMatrix::from_fn(frame.n_rows(), columns.len(), |row, column| columns[column].value(row)))
    }

    fn require_values(&self, frame: &Frame) -> Result<()> {
        for name in self.fixed_columns() {
            let column = frame.column(&name)?;
            if let Some(row) = (0..frame.n_rows()).find(|&row| !column.is_observed(row)) {
                return Err(Error::data("missing_value", format!("column `{name}` has no value in row {}", row + 1)));
            }
        }
        Ok(())
    }

    /// The columns of the data that the fixed effects read.
    pub fn fixed_columns(&self) -> Vec<String> {
        let mut names = Vec::new();
        for &(variable, _) in self.fixed.terms.iter().flat_map(|term| &term.variables) {
            let variable = &self.variables[variable];
            let factor = variable.categorical().map(|factor| factor.column.clone());
            for name in variable.numeric_columns().into_iter().chain(factor) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// Whether a combination of all columns' coefficients has a value that does not depend on which columns were
    /// left out. `row` has one entry for each of [`Recipe::columns`].
    ///
    /// X = X_kept [I C], so that a row (l_kept, l_aliased) is estimable exactly when l_aliased = l_kept C.
    pub fn is_estimable(&self, row: &[f64]) -> bool {
        if row.len() != self.columns.len() {
            return false;
        }
        let size = row.iter().fold(0.0_f64, |largest, entry| largest.max(entry.abs()));
        self.aliases.iter().all(|alias| {
            let terms = alias.on_kept.iter().zip(&self.kept).map(|(c, &kept)| c * row[kept]);
            let (implied, scale) = terms.fold((0.0, size), |(sum, scale), term| (sum + term, scale.max(term.abs())));
            // Aliases are known to about 1e-9 where columns are badly scaled; a wrong row differs in the first digits.
            (row[alias.column] - implied).abs() <= 1e-7 * scale
        })
    }

    /// The entries of `row` for the kept columns.
    pub(crate) fn kept_of(&self, row: &[f64]) -> Vec<f64> {
        self.kept.iter().map(|&column| row[column]).collect()
    }
}

impl AsRef<Recipe> for Recipe {
    fn as_ref(&self) -> &Recipe {
        self
    }
}
