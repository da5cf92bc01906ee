//! Entries of M⁻¹: those that the factor's structure holds, some columns, or all.

use std::collections::BTreeMap;

use nalgebra::DMatrix;

use super::{Group, Loading, MixedEquations};
use crate::error::{Error, Result};

/// M⁻¹ of a component is made in full: 0.8 GB and 10¹² operations.
const MOST_EFFECTS: usize = 10_000;

/// Columns of M⁻¹ are made so many at a time, so that each has the same bits whatever else is asked.
const AT_ONCE: usize = 64;

impl MixedEquations {
    /// u'M⁻¹u for effects that a row has together.
    pub(in crate::lmm) fn square(&self, u: Loading<'_>) -> f64 {
        let selected = self.selected();
        let mut sum = 0.0;
        self.rows.for_each_entry(u, |i, left| {
            self.rows.for_each_entry(u, |j, right| {
                // Effects that meet in a row meet in M, and so in its factor.
                sum += left * right * self.components.entry(selected, i, j).unwrap_or(0.0);
            });
        });
        sum
    }

    fn selected(&self) -> &[f64] {
        self.selected.get_or_init(|| self.components.selected_inverse(&self.factor))
    }

    /// The block of M⁻¹ of a group, q × q.
    pub(in crate::lmm) fn inverse_of(&self, group: Group) -> DMatrix<f64> {
        let entry = |i, j| self.components.entry(self.selected(), group.first + i, group.first + j).unwrap_or(0.0);
        DMatrix::from_fn(group.q, group.q, entry)
    }

    /// The block of M⁻¹ between the groups of each pair, q × q'. Where the factor has no such entries, the columns of the
    /// second groups are solved for.
    pub(in crate::lmm) fn inverse_between(&self, pairs: &[(Group, Group)]) -> Vec<DMatrix<f64>> {
        let mut blocks: Vec<DMatrix<f64>> = Vec::with_capacity(pairs.len());
        let mut missing: BTreeMap<Group, Vec<usize>> = BTreeMap::new();
        for (at, (a, b)) in pairs.iter().enumerate() {
            let mut known = self.components.place(a.first).0 == self.components.place(b.first).0;
            let related = known;
            let block = DMatrix::from_fn(a.q, b.q, |i, j| {
                let entry = self.components.entry(self.selected(), a.first + i, b.first + j);
                known &= entry.is_some();
                entry.unwrap_or(0.0)
            });
            if related && !known {
                missing.entry(*b).or_default().push(at);
            }
            blocks.push(block);
        }
        let columns: Vec<usize> = missing.keys().flat_map(|group| group.first..group.first + group.q).collect();
        for own in columns.chunks(AT_ONCE) {
            let solved = self.columns(own);
            for (&b, pair) in missing.iter().flat_map(|(b, at)| at.iter().map(move |pair| (b, *pair))) {
                let a = pairs[pair].0;
                for (c, j) in own.iter().enumerate().filter_map(|(c, &e)| Some((c, e.checked_sub(b.first)?))) {
                    if j < b.q {
                        (0..a.q).for_each(|i| blocks[pair][(i, j)] = solved[(a.first + i) * AT_ONCE + c]);
                    }
                }
            }
        }
        blocks
    }

    /// Columns of M⁻¹, effects × `AT_ONCE`.
    fn columns(&self, effects: &[usize]) -> Vec<f64> {
        let mut all = vec![0.0; self.components.n_effects() * AT_ONCE];
        effects.iter().enumerate().for_each(|(c, &effect)| all[effect * AT_ONCE + c] = 1.0);
        self.components.solve(&self.factor, &mut all, AT_ONCE);
        all
    }

    /// L⁻¹U' of the rows at `places`, effects × places.
    pub(in crate::lmm) fn turned(&self, places: &[usize]) -> Vec<f64> {
        let m = places.len();
        let mut all = vec![0.0; self.components.n_effects() * m];
        for (c, &i) in places.iter().enumerate() {
            self.rows.for_each_entry(self.rows.loading(i), |effect, value| all[effect * m + c] += value);
        }
        self.components.solve_lower(&self.factor, &mut all, m);
        all
    }

    /// Whether M⁻¹ of every component is small enough to be made in full.
    pub(in crate::lmm) fn has_inverse(&self) -> bool {
        self.components.members.iter().all(|members| members.len() <= MOST_EFFECTS)
    }

    /// M⁻¹ of each component in full.
    ///
    /// # Errors
    /// `too_many_effects`.
    fn inverses(&self) -> Result<&[Vec<f64>]> {
        if !self.has_inverse() {
            let message = format!("the inverse is made in full for up to {MOST_EFFECTS} connected random effects");
            return Err(Error::usage("too_many_effects", message));
        }
        Ok(self.inverses.get_or_init(|| self.components.inverses(&self.factor)))
    }

    /// M⁻¹ between two effects.
    ///
    /// # Errors
    /// `too_many_effects`.
    pub(in crate::lmm) fn inverse_entry(&self, a: usize, b: usize) -> Result<f64> {
        let ((component, i), (other, j)) = (self.components.place(a), self.components.place(b));
        if component != other {
            return Ok(0.0);
        }
        Ok(self.inverses()?[component][i * self.components.members[component].len() + j])
    }

    /// a'M⁻¹b.
    ///
    /// # Errors
    /// `too_many_effects`.
    pub(in crate::lmm) fn inner(&self, a: Loading<'_>, b: Loading<'_>) -> Result<f64> {
        let mut sum = Ok(0.0);
        self.rows.for_each_entry(a, |i, left| {
            self.rows.for_each_entry(b, |j, right| match (&mut sum, self.inverse_entry(i, j)) {
                (Ok(sum), Ok(entry)) => *sum += left * right * entry,
                (Ok(_), Err(error)) => sum = Err(error),
                (Err(_), _) => {}
            });
        });
        sum
    }
}
