//! The rows by which a joint hypothesis is written.
//!
//! A hypothesis is a space of contrasts, and so is its F statistic's numerator. Satterthwaite's pooled degrees of freedom
//! are not: they are read off the eigenvectors of L Φ L', which depend on the rows of L. SAS and mmrm each write theirs.

use nalgebra::DMatrix;

use super::hypotheses::Hypothesis;
use crate::design::{Coding, Contrasts, Recipe, Term};
use crate::error::Result;
use crate::inference::Inference;
use crate::report::FTest;

/// How the rows of a hypothesis about a term are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Basis {
    /// Orthonormal: the degrees of freedom depend on the hypothesis alone.
    #[default]
    Orthonormal,
    /// Differences of the levels from the reference: type II of the R package mmrm.
    FromReference,
    /// Deviations of all levels but the last from their mean: type III of the R package mmrm.
    FromMean,
    /// Differences of the levels from the last: SAS.
    FromLast,
}

impl Hypothesis {
    /// The F test of the hypothesis, its rows written in `basis`. Where a term has no such rows (factors not coded by
    /// treatment contrasts, inestimable parts) they are orthonormal.
    ///
    /// # Errors
    /// As [`Hypothesis::test`].
    pub fn test_in(&self, basis: Basis, recipe: &Recipe, inference: &Inference) -> Result<FTest> {
        match self.written(basis, recipe) {
            Some(rows) => inference.test_as_written(&self.term, &rows),
            None => self.test(inference),
        }
    }

    /// S H₀⁻¹ H, where H₀ are the term's own columns of the rows H and S what `basis` has there.
    fn written(&self, basis: Basis, recipe: &Recipe) -> Option<Vec<Vec<f64>>> {
        let at = recipe.fixed.terms.iter().position(|term| term.label == self.term)?;
        let s = own_columns(basis, recipe, &recipe.fixed.terms[at])?;
        let range = recipe.term_columns().get(at)?.1.clone();
        let own: Vec<usize> = (0..recipe.kept.len()).filter(|&k| range.contains(&recipe.kept[k])).collect();
        if s.nrows() != self.rows.len() || own.len() != self.rows.len() {
            return None;
        }
        let rows = DMatrix::from_fn(self.rows.len(), recipe.kept.len(), |i, j| self.rows[i][j]);
        let written = s * rows.select_columns(&own).try_inverse()? * rows;
        Some(written.row_iter().map(|row| row.iter().copied().collect()).collect())
    }
}

/// The rows on the term's own columns: the Kronecker product over its variables, the first varying fastest.
fn own_columns(basis: Basis, recipe: &Recipe, term: &Term) -> Option<DMatrix<f64>> {
    let mut whole = DMatrix::identity(1, 1);
    for &(at, coding) in &term.variables {
        let own = match recipe.variables[at].categorical() {
            None => DMatrix::identity(1, 1),
            Some(factor) if coding == Coding::Contrasts && factor.contrasts == Contrasts::Treatment => {
                of_factor(basis, factor.levels.len(), factor.base)?
            }
            Some(_) => return None,
        };
        whole = own.kronecker(&whole);
    }
    Some(whole)
}

/// The rows over the k − 1 differences from level `base`.
fn of_factor(basis: Basis, k: usize, base: usize) -> Option<DMatrix<f64>> {
    let others: Vec<usize> = (0..k).filter(|&level| level != base).collect();
    let indicator = |level: usize| move |column: usize| f64::from(u8::from(column == level));
    let row = |level: usize, less: &dyn Fn(usize) -> f64| -> Vec<f64> {
        others.iter().map(|&column| indicator(level)(column) - less(column)).collect()
    };
    let rows: Vec<Vec<f64>> = match basis {
        Basis::Orthonormal => return None,
        Basis::FromReference => others.iter().map(|&level| row(level, &|_| 0.0)).collect(),
        Basis::FromMean => (0..k - 1).map(|level| row(level, &|_| 1.0 / k as f64)).collect(),
        Basis::FromLast => (0..k - 1).map(|level| row(level, &indicator(k - 1))).collect(),
    };
    Some(DMatrix::from_fn(k - 1, k - 1, |i, j| rows[i][j]))
}
