//! Where a model is looked at: factors at their levels, covariates at their means, and the means and differences there.
//!
//! A grid has every factor of the fixed effects at each of its levels, and every covariate at its mean over the rows
//! used. A covariate inside `log()`, `poly()` or `ns()` is set to its mean first and transformed then; an offset counts
//! as 0. A mean is over the other factors, weighted as [`Weights`] says. Differences are `later - earlier`, where a
//! factor's reference level counts as the earliest, so that `NIM - SAU` comes out when `SAU` is the reference.
//!
//! What a methods section says is what is written. The effect at 30 months, and the change of the effect from visit to
//! visit, with covariates at their means and sexes weighted alike:
//!
//! ```
//! use steadfast_core::inference::Residual;
//! use steadfast_core::lmm::Lmm;
//! use steadfast_core::reference_grid::{Consecutive, ReferenceGrid, Versus, Weights};
//! # use steadfast_core::frame::{Column, Frame};
//! # let frame = Frame::new(vec![
//! #     Column::float("sdq", (0..24).map(|row| f64::from(row * row % 17)).collect()),
//! #     Column::factor("arm", (0..24).map(|row| ["NIM", "SAU"][row % 2])),
//! #     Column::factor("visit", (0..24).map(|row| ["0", "15", "30"][row / 2 % 3])),
//! #     Column::factor("sex", (0..24).map(|row| ["f", "m"][row / 6 % 2])),
//! #     Column::float("age", (0..24).map(|row| f64::from(row % 5)).collect()),
//! # ])?;
//!
//! let fit = Lmm::new("sdq ~ factor(arm, ref = \"SAU\") * visit + sex + age".parse()?).fit(&frame)?;
//! let inference = fit.inference(&Residual)?;
//!
//! let grid = ReferenceGrid::new(&fit);
//! let effect = grid.clone().at("visit", "30").difference("arm", "NIM", "SAU")?.estimate(&inference)?;
//! let changes = grid.interactions("arm * visit", &[&Versus::control("SAU"), &Consecutive])?;
//! assert_eq!(effect.term, "NIM - SAU");
//! assert_eq!(changes[0].term, "(NIM - SAU) : (15 - 0)");
//!
//! // Is there a difference at this visit? One test each.
//! let tests = grid.slices("arm | visit")?;
//! assert_eq!(tests[2].test(&inference)?.term, "arm | visit = 30");
//!
//! // Standardised over the children of the trial: what if all of them had been in each arm?
//! let standardised = grid.weights(Weights::Counterfactual).means("arm")?;
//! assert_eq!(standardised.len(), 2);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```
//!
//! A mean is a row of numbers that one can check by hand:
//!
//! ```
//! use steadfast_core::design::{Design, DesignOptions};
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::reference_grid::ReferenceGrid;
//!
//! let frame = Frame::new(vec![
//!     Column::float("sdq", vec![12.0, 9.0, 14.0, 11.0]),
//!     Column::factor("arm", ["NIM", "SAU", "NIM", "SAU"]),
//!     Column::float("age", vec![2.0, 3.0, 4.0, 4.0]),
//! ])?;
//! let formula = "sdq ~ factor(arm, ref = \"SAU\") + age".parse()?;
//! let design = Design::build(&formula, &frame, &DesignOptions::default())?;
//! let grid = ReferenceGrid::new(&design);
//! assert_eq!(grid.means("arm")?[0].row, [1.0, 1.0, 3.25]);
//! let difference = &grid.differences("arm")?[0];
//! assert_eq!((difference.term.as_str(), difference.row.as_slice()), ("NIM - SAU", [0.0, 1.0, 0.0].as_slice()));
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```
//!
//! # Source
//! Searle, Speed and Milliken 1980, Population marginal means in the linear model.

mod adjusted;
mod basis;
mod comparisons;
mod contrasts;
mod counterfactual;
mod expectation;
mod frequencies;
mod hypotheses;
mod observed;
mod slices;
mod source;
mod standardised;

pub use adjusted::{type_one, type_two};
pub use basis::Basis;
pub use comparisons::{
    AllPairs, Compared, Comparison, Comparisons, Consecutive, Custom, Versus, comparison_names, comparisons,
};
pub use frequencies::{Combination, Combinations};
pub use hypotheses::{Hypothesis, type_three};
pub use source::FixedEffects;
pub use standardised::{SmallSample, StandardDeviation, StandardisedRow, standardised};

use crate::design::{Design, FactorSummary, Recipe};
use crate::error::{Error, Result};
use crate::formula;
use crate::inference::Inference;
use crate::report::Row;
use expectation::{Expectation, NumericPart, Over};

/// How a mean weighs the combinations of the factors that it is over.
///
/// Frequencies are of rows used. Those of combinations, and the rows themselves, are not part of a recipe: the last three
/// need a design or a fit, and a fit that was saved and restored has all but the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Weights {
    /// All alike, as in a balanced experiment (`equal` in R's emmeans, `lsmeans` of SAS).
    #[default]
    Equal,
    /// By how often the levels of each factor occur, one factor independently of another (`outer` in emmeans).
    Proportional,
    /// By how often the combinations occur, in whatever cell: the same weights for every mean (`proportional` in
    /// emmeans, `om` of SAS for factors).
    Joint,
    /// By how often the combinations occur in the cell itself: each mean has the weights of its own rows, so that means
    /// differ as the rows do (`cells` in emmeans).
    Cells,
    /// Over the rows: each row used is set to the levels of the cell and keeps its other factors and its covariates, and
    /// the predictions are averaged (`counterfactuals` in emmeans; standardisation, or g-computation). Factors and
    /// covariates at which the grid stands are set as well. Rows count alike.
    Counterfactual,
}

/// Σ l_j β_j: a linear combination of the coefficients, with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearCombination {
    /// What it is, such as `NIM` for a mean or `NIM - SAU` for a difference.
    pub term: String,
    /// Where it is: factors and their levels.
    pub levels: Vec<(String, String)>,
    /// The coefficients l, length p, in the order of the kept columns.
    pub row: Vec<f64>,
    /// Whether the data determine it.
    pub estimable: bool,
}

impl LinearCombination {
    /// The estimate of the combination under `inference`.
    ///
    /// # Errors
    /// `not_estimable` when the data do not determine it.
    pub fn estimate(&self, inference: &Inference) -> Result<Row> {
        if !self.estimable {
            return Err(Error::data("not_estimable", format!("the data do not determine `{}`", self.term)));
        }
        inference.estimate(&self.term, &self.row)
    }
}

/// The points at which a model is looked at.
#[derive(Debug, Clone)]
pub struct ReferenceGrid<'r> {
    recipe: &'r Recipe,
    design: Option<&'r Design>,
    combinations: Option<&'r Combinations>,
    levels: Vec<(String, String)>,
    numbers: Vec<(String, f64)>,
    weights: Weights,
}

impl<'r> ReferenceGrid<'r> {
    /// The grid of a fit, of a design, or of a recipe.
    pub fn new(source: &'r (impl FixedEffects + ?Sized)) -> Self {
        Self {
            recipe: source.recipe(),
            design: source.design(),
            combinations: source.combinations(),
            levels: Vec::new(),
            numbers: Vec::new(),
            weights: Weights::Equal,
        }
    }

    /// The grid with `factor` at `level`; several levels of one factor may be asked for. Whether they exist is checked
    /// when a mean or difference is asked for.
    pub fn at(mut self, factor: impl Into<String>, level: impl Into<String>) -> Self {
        self.levels.push((factor.into(), level.into()));
        self
    }

    /// The grid with `covariate` at `value` in the place of its mean.
    pub fn at_number(mut self, covariate: impl Into<String>, value: f64) -> Self {
        self.numbers.push((covariate.into(), value));
        self
    }

    /// The grid with other weights for the factors that a mean is over.
    pub fn weights(mut self, weights: Weights) -> Self {
        self.weights = weights;
        self
    }

    /// The marginal means of `spec`, such as `arm`, `arm * visit` or `arm | visit`; the first factor varies fastest.
    ///
    /// # Errors
    /// `unknown_factor`, `unknown_level`, `unknown_covariate`; `formula_syntax` for the spec.
    pub fn means(&self, spec: &str) -> Result<Vec<LinearCombination>> {
        let (of, by) = self.spec(spec)?;
        let expectation = self.expectation()?;
        let all: Vec<usize> = of.iter().chain(&by).copied().collect();
        let mut means = Vec::new();
        for cell in expectation.cells(&all, |factor| (0..factor.levels.len()).collect()) {
            let row = expectation.row(&cell, &NumericPart::Values)?;
            let term = self.cell_label(&of, &cell);
            means.push(self.combination(term, self.cell_levels(&all, &cell), &row));
        }
        Ok(means)
    }

    fn expectation(&self) -> Result<Expectation<'r>> {
        let mut allowed: Vec<Vec<usize>> = vec![Vec::new(); self.recipe.summary.factors.len()];
        for (factor, level) in &self.levels {
            let at = self.factor_index(factor)?;
            let index = level_index(&self.recipe.summary.factors[at], level)?;
            if !allowed[at].contains(&index) {
                allowed[at].push(index);
            }
        }
        for (levels, factor) in allowed.iter_mut().zip(&self.recipe.summary.factors) {
            if levels.is_empty() {
                levels.extend(0..factor.levels.len());
            }
            levels.sort_unstable();
        }
        let over = Over::of(self.weights, self.recipe, self.design, self.combinations)?;
        Expectation::new(self.recipe, allowed, &self.numbers, (self.weights, over))
    }

    fn spec(&self, spec: &str) -> Result<(Vec<usize>, Vec<usize>)> {
        let (of, by) = formula::grid_spec(spec)?;
        let of: Vec<usize> = of.iter().map(|name| self.factor_index(name)).collect::<Result<_>>()?;
        let by: Vec<usize> = by.iter().map(|name| self.factor_index(name)).collect::<Result<_>>()?;
        if by.iter().any(|factor| of.contains(factor)) {
            return Err(Error::usage("formula_argument", "a factor stands on both sides of `|`"));
        }
        Ok((of, by))
    }

    fn factor_index(&self, name: &str) -> Result<usize> {
        let factors = &self.recipe.summary.factors;
        factors.iter().position(|factor| factor.column == name).ok_or_else(|| {
            let names: Vec<&str> = factors.iter().map(|factor| factor.column.as_str()).collect();
            let known = if names.is_empty() { "no factor".to_owned() } else { names.join(", ") };
            let message = format!("`{name}` is not a factor of the fixed effects; they have: {known}");
            Error::usage("unknown_factor", message)
        })
    }

    fn cell_label(&self, factors: &[usize], cell: &Cell) -> String {
        let levels: Vec<String> = self.levels_of(factors, cell).into_iter().map(|(_, level)| level).collect();
        levels.join(" ")
    }

    /// The levels of a cell, and those at which the grid itself stands.
    fn cell_levels(&self, factors: &[usize], cell: &Cell) -> Vec<(String, String)> {
        let mut levels = self.levels_of(factors, cell);
        for (factor, level) in &self.levels {
            let single = self.levels.iter().filter(|(other, _)| other == factor).count() == 1;
            if single && !levels.iter().any(|(known, _)| known == factor) {
                levels.push((factor.clone(), level.clone()));
            }
        }
        levels
    }

    fn levels_of(&self, factors: &[usize], cell: &Cell) -> Vec<(String, String)> {
        let level = |&at: &usize| {
            let factor = &self.recipe.summary.factors[at];
            cell[at].map(|level| (factor.column.clone(), factor.levels[level].clone()))
        };
        factors.iter().filter_map(level).collect()
    }

    fn combination(&self, term: String, levels: Vec<(String, String)>, row: &[f64]) -> LinearCombination {
        LinearCombination { term, levels, row: self.recipe.kept_of(row), estimable: self.recipe.is_estimable(row) }
    }
}

/// For each factor the level at which it stands, or none when it is averaged over.
type Cell = Vec<Option<usize>>;

fn reference_first(factor: &FactorSummary) -> Vec<usize> {
    let others = (0..factor.levels.len()).filter(|&level| level != factor.reference);
    std::iter::once(factor.reference).chain(others).collect()
}

fn level_index(factor: &FactorSummary, level: &str) -> Result<usize> {
    factor.levels.iter().position(|known| known == level).ok_or_else(|| {
        let (column, count) = (&factor.column, factor.levels.len());
        Error::usage("unknown_level", format!("`{level}` is not one of the {count} levels of `{column}`"))
    })
}

#[cfg(test)]
mod tests;
