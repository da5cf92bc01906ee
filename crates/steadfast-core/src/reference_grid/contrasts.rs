//! Contrasts of the marginal means of a grid.

use super::expectation::{Expectation, NumericPart};
use super::{AllPairs, Cell, Compared, Comparison, Comparisons, LinearCombination, ReferenceGrid, reference_first};
use crate::error::{Error, Result};

impl ReferenceGrid<'_> {
    /// The differences of the marginal means of `spec`, all pairs within each level of what stands behind `|`.
    ///
    /// # Errors
    /// As [`ReferenceGrid::means`].
    pub fn differences(&self, spec: &str) -> Result<Vec<LinearCombination>> {
        self.contrasts(spec, &AllPairs)
    }

    /// The contrasts that `comparisons` makes of the marginal means of `spec`, within each level of what stands behind
    /// `|`.
    ///
    /// # Errors
    /// As [`ReferenceGrid::means`]; `unknown_level` when the comparisons name a mean that is not there.
    pub fn contrasts(&self, spec: &str, comparisons: &dyn Comparisons) -> Result<Vec<LinearCombination>> {
        let (of, by) = self.spec(spec)?;
        let expectation = self.expectation()?;
        let rows = comparisons.of(&self.compared(&expectation, &of))?;
        self.contrasted(&expectation, (&of, &by), &rows)
    }

    /// Interaction contrasts, differences of differences: each contrast of the first factor of `spec` times each of the
    /// second, and so on, within each level of what stands behind `|`. There is one rule a factor, in their order.
    ///
    /// `arm * visit` with [`Versus`](super::Versus) and [`Consecutive`](super::Consecutive) asks how the difference of the
    /// arms changes from visit to visit.
    ///
    /// # Errors
    /// As [`ReferenceGrid::contrasts`]; `comparisons` when factors and rules differ in number.
    pub fn interactions(&self, spec: &str, comparisons: &[&dyn Comparisons]) -> Result<Vec<LinearCombination>> {
        let (of, by) = self.spec(spec)?;
        if of.len() != comparisons.len() {
            let message = format!("{} factors were given {} rules", of.len(), comparisons.len());
            return Err(Error::usage("comparisons", message));
        }
        let expectation = self.expectation()?;
        let mut products = vec![Comparison { term: String::new(), coefficients: vec![1.0] }];
        for (factor, rule) in of.iter().zip(comparisons) {
            let rows = rule.of(&self.compared(&expectation, &[*factor]))?;
            products = rows.iter().flat_map(|row| products.iter().map(move |product| times(product, row))).collect();
        }
        self.contrasted(&expectation, (&of, &by), &products)
    }

    /// The difference `level - other` of the marginal means of `factor`.
    ///
    /// # Errors
    /// `unknown_factor`, `unknown_level`, `unknown_covariate`.
    pub fn difference(&self, factor: &str, level: &str, other: &str) -> Result<LinearCombination> {
        let at = self.factor_index(factor)?;
        let expectation = self.expectation()?;
        let row = |level: &str| {
            let mut cell = expectation.nowhere();
            cell[at] = Some(super::level_index(&self.recipe.summary.factors[at], level)?);
            expectation.row(&cell, &NumericPart::Values)
        };
        let row: Vec<f64> = row(level)?.iter().zip(row(other)?).map(|(a, b)| a - b).collect();
        Ok(self.combination(format!("{level} - {other}"), self.cell_levels(&[], &expectation.nowhere()), &row))
    }

    /// The cells of `factors`, as a rule sees them.
    fn compared(&self, expectation: &Expectation<'_>, factors: &[usize]) -> Compared {
        let cells = expectation.cells(factors, |factor| (0..factor.levels.len()).collect());
        let position = |cell: Cell| cells.iter().position(|known| *known == cell);
        let reference_first = expectation.cells(factors, reference_first).into_iter().filter_map(position).collect();
        Compared { labels: cells.iter().map(|cell| self.cell_label(factors, cell)).collect(), reference_first }
    }

    fn contrasted(
        &self,
        expectation: &Expectation<'_>,
        (of, by): (&[usize], &[usize]),
        comparisons: &[Comparison],
    ) -> Result<Vec<LinearCombination>> {
        let natural = |factor: &crate::design::FactorSummary| (0..factor.levels.len()).collect();
        let within = expectation.cells(of, natural);
        let mut contrasts = Vec::new();
        for group in expectation.cells(by, natural) {
            let merged = |cell: &Cell| -> Cell { cell.iter().zip(&group).map(|(a, b)| a.or(*b)).collect() };
            let rows = within.iter().map(|cell| expectation.row(&merged(cell), &NumericPart::Values));
            let rows: Vec<Vec<f64>> = rows.collect::<Result<_>>()?;
            for comparison in comparisons {
                let mut row = vec![0.0; self.recipe.columns.len()];
                for (mean, coefficient) in rows.iter().zip(&comparison.coefficients).filter(|(_, c)| **c != 0.0) {
                    row.iter_mut().zip(mean).for_each(|(sum, value)| *sum += coefficient * value);
                }
                let levels = self.cell_levels(by, &group);
                contrasts.push(self.combination(comparison.term.clone(), levels, &row));
            }
        }
        Ok(contrasts)
    }
}

/// The contrast of cells that is the product of a contrast of earlier factors and one of the next; the earlier factors'
/// levels vary faster.
fn times(earlier: &Comparison, next: &Comparison) -> Comparison {
    let coefficients = next.coefficients.iter().flat_map(|n| earlier.coefficients.iter().map(move |e| e * n)).collect();
    let term = if earlier.term.is_empty() {
        format!("({})", next.term)
    } else {
        format!("{} : ({})", earlier.term, next.term)
    };
    Comparison { term, coefficients }
}
