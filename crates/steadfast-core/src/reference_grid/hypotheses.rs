//! What an F test of a term tests: the contrasts of cell means that belong to the term and to no earlier one.
//!
//! The cell means of the factors of a term split into an overall mean, main effects, interactions: one part for each
//! subset of the factors, differences over the subset and equally weighted means over all other factors. A term is
//! tested by the parts that no earlier term with the same numeric variables contains. So `arm` in `arm * visit` is the
//! difference of arms averaged over visits, `arm:visit` after `arm` alone is all differences of visits within arms, and
//! `arm` in `0 + arm` is all means. Numeric variables take part by their coefficients: `age` in `age * arm` is the slope
//! averaged over arms, and `age` in `age * dose` the slope at a dose of 0, as in SAS. Nothing depends on how factors
//! are coded.

use super::Cell;
use super::expectation::{Expectation, NumericPart, numeric_part};
use crate::design::{FactorSummary, Recipe, Term};
use crate::error::Result;
use crate::inference::Inference;
use crate::report::FTest;

/// L β = 0 for one term.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypothesis {
    /// The term, such as `arm:visit`.
    pub term: String,
    /// The rows of L, linearly independent, each of length p; their number is the numerator's degrees of freedom.
    pub rows: Vec<Vec<f64>>,
    /// How many rows were left out because empty cells make them inestimable.
    pub inestimable: usize,
}

impl Hypothesis {
    /// The F test of the hypothesis under `inference`.
    ///
    /// # Errors
    /// As [`Inference::test`]; `contrast_zero` when no row is left.
    pub fn test(&self, inference: &Inference) -> Result<FTest> {
        inference.test(&self.term, &self.rows)
    }
}

/// The type III hypothesis of each term, the intercept aside.
///
/// # Errors
/// When a level of a factor cannot be read as the number that another variable takes it for.
pub fn type_three(source: &(impl AsRef<Recipe> + ?Sized)) -> Result<Vec<Hypothesis>> {
    let recipe = source.as_ref();
    let expectation = Expectation::balanced(recipe)?;
    (0..recipe.fixed.terms.len()).map(|at| hypothesis(recipe, &expectation, at)).collect()
}

fn hypothesis(recipe: &Recipe, expectation: &Expectation<'_>, at: usize) -> Result<Hypothesis> {
    let term = &recipe.fixed.terms[at];
    let (numeric, factors) = (numeric_part(recipe, term), factor_part(recipe, term));
    let mut earlier: Vec<Vec<usize>> = recipe.fixed.terms[..at]
        .iter()
        .filter(|other| numeric_part(recipe, other) == numeric)
        .map(|other| factor_part(recipe, other))
        .collect();
    if recipe.fixed.intercept && numeric.is_empty() {
        earlier.push(Vec::new());
    }
    // What several terms have in common (without an intercept: the constant) belongs to none of them, unless one contains
    // the other.
    let others = recipe.fixed.terms.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
    let mut alike =
        others.filter(|other| numeric_part(recipe, other) == numeric).map(|other| factor_part(recipe, other));
    if alike.any(|other| !factors.iter().all(|factor| other.contains(factor))) {
        earlier.push(Vec::new());
    }
    let mut hypothesis = Hypothesis { term: term.label.clone(), rows: Vec::new(), inestimable: 0 };
    let mut orthogonal: Vec<Vec<f64>> = Vec::new();
    for subset in subsets(&factors) {
        if earlier.iter().any(|other| subset.iter().all(|factor| other.contains(factor))) {
            continue;
        }
        for columns in numeric_columns(recipe, term, &numeric) {
            let part = NumericPart::Coefficient(columns);
            for row in contrasts(recipe, expectation, &subset, &part)? {
                if !recipe.is_estimable(&row) {
                    hypothesis.inestimable += 1;
                } else if extends(&mut orthogonal, &recipe.kept_of(&row)) {
                    hypothesis.rows.push(recipe.kept_of(&row));
                }
            }
        }
    }
    Ok(hypothesis)
}

/// The factors of a term, as positions in the summary.
pub(super) fn factor_part(recipe: &Recipe, term: &Term) -> Vec<usize> {
    let factors = &recipe.summary.factors;
    let column = |&(at, _): &(usize, _)| recipe.variables[at].categorical().map(|factor| factor.column.as_str());
    let columns: Vec<&str> = term.variables.iter().filter_map(column).collect();
    (0..factors.len()).filter(|&factor| columns.contains(&factors[factor].column.as_str())).collect()
}

/// All subsets, small ones first.
fn subsets(factors: &[usize]) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for &factor in factors {
        let with: Vec<Vec<usize>> = all.iter().map(|subset| [subset.as_slice(), &[factor]].concat()).collect();
        all.extend(with);
    }
    all.sort_by_key(Vec::len);
    all
}

/// Each choice of one column from each numeric variable.
fn numeric_columns(recipe: &Recipe, term: &Term, numeric: &[usize]) -> Vec<Vec<(usize, usize)>> {
    let mut all: Vec<Vec<(usize, usize)>> = vec![Vec::new()];
    for &(variable, coding) in term.variables.iter().filter(|(variable, _)| numeric.contains(variable)) {
        let width = recipe.variables[variable].width(coding);
        let with = |column: usize| all.iter().map(move |chosen| [chosen.as_slice(), &[(variable, column)]].concat());
        all = (0..width).flat_map(with).collect();
    }
    all
}

/// Differences from the reference level over each factor of `subset`, means over the others.
fn contrasts(
    recipe: &Recipe,
    expectation: &Expectation<'_>,
    subset: &[usize],
    part: &NumericPart,
) -> Result<Vec<Vec<f64>>> {
    let not_reference =
        |factor: &FactorSummary| (0..factor.levels.len()).filter(|&level| level != factor.reference).collect();
    let mut rows = Vec::new();
    for cell in expectation.cells(subset, not_reference) {
        let mut row = vec![0.0; recipe.columns.len()];
        for at_reference in subsets(subset) {
            let sign = if at_reference.len() % 2 == 0 { 1.0 } else { -1.0 };
            let corner = expectation.row(&with_references(recipe, &cell, &at_reference), part)?;
            row.iter_mut().zip(corner).for_each(|(sum, value)| *sum += sign * value);
        }
        rows.push(row);
    }
    Ok(rows)
}

fn with_references(recipe: &Recipe, cell: &Cell, factors: &[usize]) -> Cell {
    let mut cell = cell.clone();
    for &at in factors {
        cell[at] = Some(recipe.summary.factors[at].reference);
    }
    cell
}

/// Adds `row` to an orthogonal basis unless it is in its span.
fn extends(orthogonal: &mut Vec<Vec<f64>>, row: &[f64]) -> bool {
    let squared = |row: &[f64]| row.iter().map(|x| x * x).sum::<f64>();
    let mut rest = row.to_vec();
    // Twice, so that the remainder is orthogonal to the last bit.
    for _ in 0..2 {
        for known in orthogonal.iter() {
            let share = known.iter().zip(&rest).map(|(a, b)| a * b).sum::<f64>() / squared(known);
            rest.iter_mut().zip(known).for_each(|(x, k)| *x -= share * k);
        }
    }
    // Contrasts are sums of a few numbers of order 1: what is left of a dependent one is rounding.
    let independent = squared(&rest) > 1e-16 * squared(row);
    if independent {
        orthogonal.push(rest);
    }
    independent
}
