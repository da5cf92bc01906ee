//! The random effects from Henderson's equations, in whose space they are: b = Λv.
//!
//! With v̂ = M⁻¹U'r, Var(v | y) = M⁻¹ and E = M⁻¹U'X,
//!
//! b̂ = Λv̂,   Cov(b_i, b_j | y) = Λ_i (M⁻¹)_ij Λ_j',   GZ'V⁻¹X = ΛE,   Var(b̂ − b) = Var(b | y) + ΛEΦE'Λ'.

use nalgebra::DMatrix;

use super::groups::{Maps, count_pairs, symmetric};
use super::modes::Table;
use super::{AcrossTerms, Effects, GroupEffects, MOST_PAIRS, Place, RandomEffects, TermEffects, too_many_pairs};
use crate::error::Result;
use crate::lmm::fit::LmmFit;
use crate::lmm::mixed_equations::{Group, MixedEquations};
use crate::lmm::saved::Kept;

/// The solved equations of a fit, and what brings them to the units of the data.
pub(in crate::lmm) struct Solved<'a> {
    fit: &'a LmmFit,
    equations: MixedEquations,
    /// Λ of each term.
    roots: Vec<DMatrix<f64>>,
    maps: Maps,
}

impl LmmFit {
    /// The equations, for all that is asked of the random effects.
    ///
    /// # Errors
    /// As [`LmmFit::mixed_equations`].
    pub(in crate::lmm) fn solved(&self) -> Result<Solved<'_>> {
        Ok(Solved { fit: self, equations: self.mixed_equations()?, roots: self.relative_roots()?, maps: self.maps()? })
    }
}

impl Solved<'_> {
    fn group(&self, (term, group): Place) -> Group {
        self.equations.rows().group(term, group)
    }

    /// Λv̂ and Λ M⁻¹ Λ' of a group.
    fn moments(&self, place: Place) -> (DMatrix<f64>, DMatrix<f64>) {
        let (group, root) = (self.group(place), &self.roots[place.0]);
        let modes = root * DMatrix::from_column_slice(group.q, 1, self.equations.modes_of(group));
        (modes, symmetric(root * self.equations.inverse_of(group) * root.transpose()))
    }

    /// ΛE of a group, q × p.
    fn on_fixed(&self, place: Place) -> DMatrix<f64> {
        let group = self.group(place);
        let explained = self.equations.explained_of(group);
        &self.roots[place.0] * DMatrix::from_row_slice(group.q, explained.len() / group.q.max(1), explained)
    }

    /// The conditional modes of every term.
    pub(super) fn random_effects(&self) -> Vec<RandomEffects> {
        let p = self.equations.rows().p;
        let root = DMatrix::from_row_slice(p, p, self.equations.root());
        let term = |index: usize| {
            let part = &self.fit.engine.random[index];
            let mut table = Table::new(part.group.labels.len(), part.columns.len());
            for group in 0..part.group.labels.len() {
                let (modes, conditional) = self.moments((index, group));
                let of_beta = self.on_fixed((index, group)) * &root;
                let prediction = &conditional + symmetric(&of_beta * of_beta.transpose());
                table.set(group, &modes, &conditional, &prediction);
            }
            table.finish(self.fit, index)
        };
        (0..self.fit.engine.random.len()).map(term).collect()
    }

    /// The groups of every term, without what they share.
    pub(in crate::lmm) fn terms(&self) -> Vec<TermEffects> {
        let effects = Effects::new(self.fit);
        let term = |index: usize| {
            let (mut own, map) = (self.fit.prior(index, &effects, &self.maps), &self.maps.terms[index]);
            for (at, group) in own.groups.iter_mut().enumerate() {
                let (modes, conditional) = self.moments((index, at));
                group.modes = (map * modes).iter().copied().collect();
                group.conditional_covariance = symmetric(map * conditional * map.transpose());
                group.on_fixed_effects = map * self.on_fixed((index, at)) * &self.maps.fixed;
            }
            own
        };
        (0..self.fit.engine.random.len()).map(term).collect()
    }

    /// The groups of every term with all that they share, where that is not too much.
    pub(super) fn group_effects(&self) -> GroupEffects {
        let components = self.places_by_component();
        let n_pairs = components.iter().map(|places| count_pairs(places)).sum::<usize>();
        let across_terms = if n_pairs > MOST_PAIRS {
            Kept::Refused(too_many_pairs(n_pairs).into())
        } else {
            let mut pairs: Vec<[Place; 2]> = Vec::with_capacity(n_pairs);
            for places in &components {
                for (at, &first) in places.iter().enumerate() {
                    pairs.extend(
                        places[at..].iter().filter(|second| second.0 != first.0).map(|&second| [first, second]),
                    );
                }
            }
            let label = |(term, group): Place| self.fit.design.random[term].group.labels[group].clone();
            let pair = |([first, second], covariance): (&[Place; 2], DMatrix<f64>)| AcrossTerms {
                terms: [first.0, second.0],
                groups: [label(*first), label(*second)],
                covariance,
            };
            Kept::Value(pairs.iter().zip(self.across(&pairs)).map(pair).collect())
        };
        GroupEffects { terms: self.terms(), across_terms }
    }

    /// The groups of each component that has several, by term and level.
    fn places_by_component(&self) -> Vec<Vec<Place>> {
        let components = self.equations.components();
        let mut all: Vec<Vec<Place>> = vec![Vec::new(); components.members.len()];
        for (term, part) in self.fit.engine.random.iter().enumerate().filter(|(_, part)| part.columns.len() > 0) {
            for group in 0..part.group.labels.len() {
                all[components.place(self.group((term, group)).first).0].push((term, group));
            }
        }
        all.retain(|places| places.len() > 1);
        all
    }

    /// Cov(b_i, b_j | y) of each pair of groups, in the units of the data.
    pub(in crate::lmm) fn across(&self, pairs: &[[Place; 2]]) -> Vec<DMatrix<f64>> {
        // Columns are solved for on the side that has fewer of them.
        let groups = |term: usize| self.fit.engine.random[term].group.labels.len();
        let turned = |pair: &[Place; 2]| groups(pair[0].0) < groups(pair[1].0);
        let asked = |pair: &[Place; 2]| {
            let (first, second) = (self.group(pair[0]), self.group(pair[1]));
            if turned(pair) { (second, first) } else { (first, second) }
        };
        let blocks = self.equations.inverse_between(&pairs.iter().map(asked).collect::<Vec<_>>());
        let covariance = |(pair, block): (&[Place; 2], DMatrix<f64>)| {
            let block = if turned(pair) { block.transpose() } else { block };
            let side = |place: Place| &self.maps.terms[place.0] * &self.roots[place.0];
            side(pair[0]) * block * side(pair[1]).transpose()
        };
        pairs.iter().zip(blocks).map(covariance).collect()
    }
}
