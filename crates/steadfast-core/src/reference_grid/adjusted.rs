//! Type I and type II tests: terms adjusted for the terms before them, or for those that do not contain them.
//!
//! With X₁ the columns of what a term is adjusted for and X₂ its own, an indicator of each level in place of contrasts,
//! the hypothesis is X₂'(I − P₁) X β = 0, P₁ being the projection on X₁: what the term adds to them, weighted as the rows
//! are. The rows count alike whatever their covariance and weights, as in SAS (`htype=1`, `htype=2`) and in R's mmrm. The
//! rows enter through an orthogonal triangulation, so that nothing is lost by squaring.
//!
//! # Source
//! Goodnight 1978, The four types of estimable functions, SAS technical report R-101; SAS/STAT user's guide, the chapter
//! of that name.

use super::FixedEffects;
use super::expectation::numeric_part;
use super::hypotheses::{Hypothesis, factor_part};
use super::observed::Observed;
use crate::design::{ModelColumn, Recipe, triangle};
use crate::error::Result;

/// A column of which less than this is new counts as determined by the others, as in the choice of the columns of X.
const TOLERANCE: f64 = 1e-7;

/// The sequential hypothesis of each term: adjusted for the intercept and the terms before it.
///
/// # Errors
/// `needs_rows` for a recipe alone; `aliased_columns` when the rows' levels cannot be told from the columns kept.
pub fn type_one(source: &(impl FixedEffects + ?Sized)) -> Result<Vec<Hypothesis>> {
    hypotheses(source, "a type I test", |_, at, other| other < at)
}

/// The hypothesis of each term adjusted for the intercept and all terms that do not contain it.
///
/// A term contains another when both have the same numeric variables and it has all of the other's factors and more: `arm`
/// is contained in `arm:visit`, and not in `arm:baseline`, for which it is adjusted.
///
/// # Errors
/// As [`type_one`].
pub fn type_two(source: &(impl FixedEffects + ?Sized)) -> Result<Vec<Hypothesis>> {
    hypotheses(source, "a type II test", |recipe, at, other| other != at && !contains(recipe, other, at))
}

fn contains(recipe: &Recipe, larger: usize, smaller: usize) -> bool {
    let (larger, smaller) = (&recipe.fixed.terms[larger], &recipe.fixed.terms[smaller]);
    let (mut a, mut b) = (numeric_part(recipe, larger), numeric_part(recipe, smaller));
    a.sort_unstable();
    b.sort_unstable();
    let (all, own) = (factor_part(recipe, larger), factor_part(recipe, smaller));
    a == b && all.len() > own.len() && own.iter().all(|factor| all.contains(factor))
}

/// The hypothesis of each term adjusted for the other terms for which `adjusts(recipe, term, other)` holds.
fn hypotheses(
    source: &(impl FixedEffects + ?Sized),
    what: &str,
    adjusts: impl Fn(&Recipe, usize, usize) -> bool,
) -> Result<Vec<Hypothesis>> {
    let observed = Observed::of(source, what)?;
    let recipe = source.recipe();
    let mut columns = Vec::new();
    let mut ranges = Vec::new();
    if recipe.fixed.intercept {
        columns.push(ModelColumn { name: String::new(), pieces: Vec::new() });
    }
    for term in &recipe.fixed.terms {
        let start = columns.len();
        columns.extend(observed.indicator_columns(term)?);
        ranges.push(start..columns.len());
    }
    let own = columns.len();
    columns.extend(observed.design.fixed.iter().cloned());
    let triangle = triangle(&columns, observed.rows());
    let one = |at: usize| {
        let mut basis = Vec::new();
        if recipe.fixed.intercept {
            extend(&mut basis, &triangle[..1]);
        }
        for other in (0..ranges.len()).filter(|&other| adjusts(recipe, at, other)) {
            extend(&mut basis, &triangle[ranges[other].clone()]);
        }
        let before = basis.len();
        extend(&mut basis, &triangle[ranges[at].clone()]);
        let row = |direction: &Vec<f64>| scaled(triangle[own..].iter().map(|column| dot(direction, column)).collect());
        let rows = basis[before..].iter().map(row).collect();
        Hypothesis { term: recipe.fixed.terms[at].label.clone(), rows, inestimable: 0 }
    };
    Ok((0..ranges.len()).map(one).collect())
}

/// Adds to an orthonormal basis what is new in `columns`.
fn extend(basis: &mut Vec<Vec<f64>>, columns: &[Vec<f64>]) {
    for column in columns {
        let mut rest = column.clone();
        // Twice, so that the remainder is orthogonal to the last bit.
        for _ in 0..2 {
            for known in basis.iter() {
                let share = dot(known, &rest);
                rest.iter_mut().zip(known).for_each(|(x, k)| *x -= share * k);
            }
        }
        let (length, all) = (dot(&rest, &rest).sqrt(), dot(column, column).sqrt());
        if length > TOLERANCE * all {
            basis.push(rest.iter().map(|x| x / length).collect());
        }
    }
}

/// The row with its largest coefficient at 1: rows of L have no size of their own.
fn scaled(row: Vec<f64>) -> Vec<f64> {
    let size = row.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
    row.iter().map(|x| x / size).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
