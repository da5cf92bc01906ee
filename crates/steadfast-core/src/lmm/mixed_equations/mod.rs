//! Henderson's equations of a fit with independent residuals: what the rows say about the random effects, in as many
//! numbers as there are effects.
//!
//! With G = ΛΛ', b = Λv and rows divided by their residual standard deviations, U = R^{−½}ZΛ, X and r = R^{−½}(y − Xβ̂),
//!
//! M = I + U'U,   v̂ = M⁻¹U'r,   E = M⁻¹U'X,   V⁻¹ = R^{−½}(I − UM⁻¹U')R^{−½}.
//!
//! The identity in M keeps it regular where G is singular. What is asked later is about one row or one level: a'M⁻¹b for
//! sparse a and b, and rows of E and v̂. M falls apart into the connected components of the grouping factors.
//!
//! # Source
//! Henderson 1975, Biometrics 31, 423; Bates, Mächler, Bolker and Walker 2015, Journal of Statistical Software 67(1),
//! section 3 (Λ and the identity).

mod components;
mod rows;

use nalgebra::DMatrix;

use super::fit::LmmFit;
use crate::error::{Error, Result};
use crate::inference::eigen;
use crate::linalg::{self, add_scaled};
use components::Components;
use rows::Rows;

/// A combination of effects v: for each random term the first effect of a group, and the values on the group's q effects.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loading<'a> {
    /// The place among all effects of the first effect of each term's group.
    pub(super) starts: &'a [u32],
    /// The values, terms one after another.
    pub(super) values: &'a [f64],
}

/// The solved equations, in the engine's units.
#[derive(Debug)]
pub(super) struct MixedEquations {
    /// The rows in the order of the frame: U, X and r.
    rows: Rows,
    components: Components,
    /// M⁻¹ of each component.
    inverses: Vec<Vec<f64>>,
    /// E, effects × p.
    explained: Vec<f64>,
    /// v̂.
    modes: Vec<f64>,
    /// C, lower triangular, with Φ̃ = CC', p × p.
    root: Vec<f64>,
}

/// M⁻¹ of a component is made in full: 0.8 GB and 10¹² operations.
const MOST_EFFECTS: usize = 10_000;

impl LmmFit {
    /// The equations of this fit.
    ///
    /// # Errors
    /// `structured_residuals` where residuals are correlated; `too_many_effects`; `singular_vcov`.
    pub(super) fn mixed_equations(&self) -> Result<MixedEquations> {
        if self.design.residual.is_some() {
            let message =
                "rows are looked at one by one where residuals are independent, which a residual structure is not";
            return Err(Error::usage("structured_residuals", message));
        }
        let rows = Rows::of(self)?;
        let components = Components::of(&rows);
        if let Some(effects) = components.members.iter().map(Vec::len).find(|effects| *effects > MOST_EFFECTS) {
            let message = format!("{effects} connected random effects are more than single rows can be looked at with");
            return Err(Error::usage("too_many_effects", message));
        }
        let p = rows.p;
        let effects = components.n_effects();
        let (mut panels, mut explained, mut modes) =
            (components.identity(), vec![0.0; effects * p], vec![0.0; effects]);
        for &i in &rows.canonical() {
            let u = rows.loading(i);
            components.add_square(u, &mut panels);
            rows.for_each_entry(u, |effect, value| {
                add_scaled(&mut explained[effect * p..(effect + 1) * p], value, rows.x(i));
                modes[effect] += value * rows.r[i];
            });
        }
        let undefined =
            || Error::data("undefined_likelihood", "the equations of the random effects are not positive definite");
        let inverses = components.inverses(panels).ok_or_else(undefined)?;
        for (members, inverse) in components.members.iter().zip(&inverses) {
            apply(inverse, members, &mut explained, p);
            apply(inverse, members, &mut modes, 1);
        }
        Ok(MixedEquations { rows, components, inverses, explained, modes, root: self.whitening()?.root })
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

/// The rows of `all` (effects × columns) of the `members` become inverse times them.
fn apply(inverse: &[f64], members: &[u32], all: &mut [f64], columns: usize) {
    let q = members.len();
    let own: Vec<f64> =
        members.iter().flat_map(|&at| all[at as usize * columns..(at as usize + 1) * columns].to_vec()).collect();
    let mut product = vec![0.0; q * columns];
    linalg::multiply(inverse, &own, q, q, columns, &mut product);
    for (i, &at) in members.iter().enumerate() {
        all[at as usize * columns..(at as usize + 1) * columns]
            .copy_from_slice(&product[i * columns..(i + 1) * columns]);
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

    /// M⁻¹ between two effects.
    pub(super) fn inverse_entry(&self, a: usize, b: usize) -> f64 {
        let ((component, i), (other, j)) = (self.components.place(a), self.components.place(b));
        if component != other {
            return 0.0;
        }
        self.inverses[component][i * self.components.members[component].len() + j]
    }

    /// a'M⁻¹b.
    pub(super) fn inner(&self, a: Loading<'_>, b: Loading<'_>) -> f64 {
        let mut sum = 0.0;
        self.rows.for_each_entry(a, |i, left| {
            self.rows.for_each_entry(b, |j, right| sum += left * right * self.inverse_entry(i, j));
        });
        sum
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
        self.inner(u, u) + linalg::dot(&fixed, &fixed)
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
