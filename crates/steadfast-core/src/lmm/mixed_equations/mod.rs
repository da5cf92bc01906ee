//! Henderson's equations of a fit with independent residuals: what the rows say about the random effects, in as many
//! numbers as there are effects.
//!
//! With G = ΛΛ', b = Λv and rows divided by their residual standard deviations, U = R^{−½}ZΛ, X and r = R^{−½}(y − Xβ̂),
//!
//! M = I + U'U,   v̂ = M⁻¹U'r,   E = M⁻¹U'X,   V⁻¹ = R^{−½}(I − UM⁻¹U')R^{−½}.
//!
//! The identity in M keeps it regular where G is singular. What is asked later is about one row, group or level: a'M⁻¹b for
//! sparse a and b, and rows of E and v̂. M has a sparse factor L; of M⁻¹ as much is made as the question needs ([`inverse`]):
//! the entries where L has any serve rows and groups, some columns pairs of groups that never met, all of a connected
//! component what leaving out levels does.
//!
//! # Source
//! Henderson 1975, Biometrics 31, 423; Bates, Mächler, Bolker and Walker 2015, Journal of Statistical Software 67(1),
//! section 3 (Λ and the identity).

mod components;
mod inverse;
mod rows;

use std::sync::OnceLock;

use nalgebra::DMatrix;

use super::fit::LmmFit;
use crate::error::{Error, Result};
use crate::inference::eigen;
use crate::linalg::{self, add_scaled};
use components::Components;
pub(super) use rows::Rows;

/// A combination of effects v: for each random term the first effect of a group, and the values on the group's q effects.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loading<'a> {
    /// The place among all effects of the first effect of each term's group.
    pub(super) starts: &'a [u32],
    /// The values, terms one after another.
    pub(super) values: &'a [f64],
}

/// The effects of a group of a term, as places among all effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    /// The first.
    pub(super) first: usize,
    /// How many these are.
    pub(super) q: usize,
}

/// The solved equations, in the engine's units.
#[derive(Debug)]
pub(super) struct MixedEquations {
    /// The rows in the order of the frame: U, X and r.
    rows: Rows,
    /// Their places in an order that depends on what they hold alone.
    order: Vec<usize>,
    components: Components,
    /// L, M = LL'.
    factor: Vec<f64>,
    /// M⁻¹ where L has entries, made when first asked for.
    selected: OnceLock<Vec<f64>>,
    /// M⁻¹ of each component, made when first asked for.
    inverses: OnceLock<Vec<Vec<f64>>>,
    /// E, effects × p.
    explained: Vec<f64>,
    /// v̂.
    modes: Vec<f64>,
    /// C, lower triangular, with Φ̃ = CC', p × p.
    root: Vec<f64>,
}

/// What rows add up to: M in the panels of its factor, U'X and U'r.
#[derive(Debug)]
pub(super) struct Sums {
    /// M = I + U'U, or its factor.
    pub(super) panels: Vec<f64>,
    /// U'X, effects × p.
    pub(super) x: Vec<f64>,
    /// U'r, length effects.
    pub(super) r: Vec<f64>,
}

impl LmmFit {
    /// The equations of this fit.
    ///
    /// # Errors
    /// `structured_residuals` where residuals are correlated; `singular_vcov`.
    pub(super) fn mixed_equations(&self) -> Result<MixedEquations> {
        if self.design.residual.is_some() {
            let message =
                "rows are looked at one by one where residuals are independent, which a residual structure is not";
            return Err(Error::usage("structured_residuals", message));
        }
        let rows = Rows::of(self)?;
        let (order, components) = (rows.canonical(), Components::of(&rows, self.engine.threads()));
        let Sums { panels: mut factor, x: mut explained, r: mut modes } =
            Sums::of(&rows, &components, order.iter().copied());
        if !components.factor(&mut factor) {
            return Err(undefined());
        }
        components.solve(&factor, &mut explained, rows.p);
        components.solve(&factor, &mut modes, 1);
        let (selected, inverses, root) = (OnceLock::new(), OnceLock::new(), self.whitening()?.root);
        Ok(MixedEquations { rows, order, components, factor, selected, inverses, explained, modes, root })
    }

    /// Whether all random effects are fitted with one sparse matrix, so that what is asked later is better asked of the
    /// effects than of clusters of rows.
    pub(super) fn is_sparse(&self) -> bool {
        self.engine.sparse_cost().is_some()
    }

    /// Λ̃ of each term with G̃ = Λ̃Λ̃', q × q.
    pub(super) fn relative_roots(&self) -> Result<Vec<DMatrix<f64>>> {
        let natural = self.engine.natural(&self.theta);
        let root = |matrix: DMatrix<f64>| {
            let eigen = eigen(0.5 * (&matrix + matrix.transpose()))?;
            let scales = eigen.eigenvalues.map(|value| value.max(0.0).sqrt());
            Ok(eigen.eigenvectors * DMatrix::from_diagonal(&scales))
        };
        self.engine
            .blocks
            .iter()
            .take(self.engine.random.len())
            .filter_map(|block| block.matrix(&natural))
            .map(root)
            .collect()
    }
}

fn undefined() -> Error {
    Error::data("undefined_likelihood", "the equations of the random effects are not positive definite")
}

impl Sums {
    /// Those of the rows at `places`, added in that order.
    fn of(rows: &Rows, components: &Components, places: impl Iterator<Item = usize>) -> Self {
        let (p, effects) = (rows.p, components.n_effects());
        let mut sums = Self { panels: components.identity(), x: vec![0.0; effects * p], r: vec![0.0; effects] };
        for i in places {
            let u = rows.loading(i);
            components.add_square(u, &mut sums.panels);
            rows.for_each_entry(u, |effect, value| {
                add_scaled(&mut sums.x[effect * p..(effect + 1) * p], value, rows.x(i));
                sums.r[effect] += value * rows.r[i];
            });
        }
        sums
    }
}

impl MixedEquations {
    /// The rows.
    pub(super) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// The components, and the places of effects in them.
    pub(super) fn components(&self) -> &Components {
        &self.components
    }

    /// The places of the rows in an order that depends on what they hold alone.
    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    /// The sums over the rows at `kept`, and N⁻¹U'X of them, N = I + U'U; none where N is not positive definite.
    pub(super) fn solve_without(&self, kept: &[usize]) -> Option<(Sums, Vec<f64>)> {
        let mut sums = Sums::of(&self.rows, &self.components, kept.iter().copied());
        let mut solved = sums.x.clone();
        if !self.components.factor(&mut sums.panels) {
            return None;
        }
        self.components.solve(&sums.panels, &mut solved, self.rows.p);
        Some((sums, solved))
    }

    /// C, lower triangular, with Φ̃ = CC', p × p.
    pub(super) fn root(&self) -> &[f64] {
        &self.root
    }

    /// v̂ of the effects of a group.
    pub(super) fn modes_of(&self, group: Group) -> &[f64] {
        &self.modes[group.first..group.first + group.q]
    }

    /// E of the effects of a group, q × p.
    pub(super) fn explained_of(&self, group: Group) -> &[f64] {
        &self.explained[group.first * self.rows.p..(group.first + group.q) * self.rows.p]
    }

    /// a'v̂.
    pub(super) fn mode(&self, a: Loading<'_>) -> f64 {
        let mut sum = 0.0;
        self.rows.for_each_entry(a, |effect, value| sum += value * self.modes[effect]);
        sum
    }

    /// x − E'a for a row x of X̃: what is left of it when the random effects have taken their share.
    pub(super) fn unexplained(&self, x: &[f64], a: Loading<'_>) -> Vec<f64> {
        let p = x.len();
        let mut left = x.to_vec();
        self.rows.for_each_entry(a, |effect, value| {
            add_scaled(&mut left, -value, &self.explained[effect * p..(effect + 1) * p]);
        });
        left
    }

    /// The leverage of the row at `place`: u'M⁻¹u + |C'(x − E'u)|².
    pub(super) fn leverage(&self, place: usize) -> f64 {
        let u = self.rows.loading(place);
        let fixed = self.whitened(&self.unexplained(self.rows.x(place), u));
        self.square(u) + linalg::dot(&fixed, &fixed)
    }

    /// The residual of the row at `place` from Xβ̂ + Zb̂, over its residual standard deviation.
    pub(super) fn residual(&self, place: usize) -> f64 {
        self.rows.r[place] - self.mode(self.rows.loading(place))
    }

    /// C'x for a row x of length p.
    pub(super) fn whitened(&self, x: &[f64]) -> Vec<f64> {
        let p = x.len();
        let mut out = vec![0.0; p];
        linalg::multiply(x, &self.root, 1, p, p, &mut out);
        out
    }
}

#[cfg(test)]
mod tests;
