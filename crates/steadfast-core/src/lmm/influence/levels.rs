//! The fit without the rows of one level of a factor, when other rows of the same cluster stay.
//!
//! Leaving out the rows D adds a parameter for each of them to the model. With A the block of V⁻¹ for D, LL' = A,
//! B = L⁻¹(V⁻¹XC)_D and e = L⁻¹(V⁻¹r)_D take the place of those of a whole cluster: Φ₍D₎⁻¹ = C⁻ᵀ(I − B'B)C⁻¹, and so on.
//! In the space of the random effects A = I − U_D M⁻¹ U_D' (rows being divided by their residual standard deviations), and
//!
//! A⁻¹ = I + U_S N⁻¹ U_S',   N = ((M⁻¹)_SS)⁻¹ − U_S'U_S,
//!
//! S being the effects that D touches: whichever of A and N is smaller is factored. Where both are large the equations of the
//! rows that stay are solved ([`super::remaining`]).

use nalgebra::DMatrix;

use super::deleted::Remainder;
use super::{ClusterInfluence, deleted};
use crate::design::Grouping;
use crate::error::{Error, Result};
use crate::inference::vcov::Clusters;
use crate::linalg::{self, add_scaled};
use crate::lmm::fit::LmmFit;
use crate::lmm::mixed_equations::MixedEquations;
use crate::lmm::whitened::Whitening;

/// A of so many rows costs next to nothing, and it is the better conditioned of the two.
const FEW_ROWS: usize = 200;

/// Dense matrices of more rows or effects cost more than the sparse factor of what stays.
const MANY: usize = 500;

impl LmmFit {
    /// The influence of each level of the grouping factor `factor` of the model, such as `plate` or `batch:cask`: as
    /// [`LmmFit::influence`], with all rows of the level left out and the covariance parameters held. Levels without rows
    /// are left out.
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::{Deletion, Lmm}};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 7.0, 3.0, 4.5]),
    ///     Column::factor("child", ["a", "a", "b", "b", "c", "c"]),
    ///     Column::factor("rater", ["r", "s", "r", "s", "r", "s"]),
    /// ])?;
    /// let fit = Lmm::new("y ~ 1 + (1 | child) + (1 | rater)".parse()?).fit(&frame)?;
    /// let Deletion::Estimable(without_r) = &fit.influence_of("rater")?[0].deletion else { panic!("s is left") };
    /// assert!((without_r.beta[0] - 4.5).abs() < 1e-6);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown_factor`; `no_fixed_effects`; `clusters_split` where residuals are correlated across levels.
    ///
    /// # Source
    /// Christensen, Pearson and Johnson 1992, Technometrics 34, 38; Demidenko and Stukel 2005, Statistics in Medicine 24,
    /// 893.
    pub fn influence_of(&self, factor: &str) -> Result<Vec<ClusterInfluence>> {
        self.influence_of_levels(self.grouping(factor)?)
    }

    /// As [`LmmFit::influence_of`], for groups of rows of the frame such as [`Clusters::of`] makes of any column.
    ///
    /// # Errors
    /// As there; `missing_cluster` when a row has no group.
    pub fn influence_of_clusters(&self, clusters: &Clusters) -> Result<Vec<ClusterInfluence>> {
        match clusters {
            Clusters::Likelihood => self.influence(),
            Clusters::Coarser(grouping) => self.influence_of_levels(grouping),
            Clusters::Ways(_) => {
                let message = "levels are left out of one factor at a time";
                Err(Error::usage("several_ways", message))
            }
        }
    }

    /// The levels of the grouping factor `factor` of the model as clusters, also where it is made of several columns.
    ///
    /// # Errors
    /// `unknown_factor`.
    pub fn clusters_of(&self, factor: &str) -> Result<Clusters> {
        self.grouping(factor).map(|grouping| Clusters::Coarser(grouping.clone()))
    }

    /// The grouping factor of that name.
    pub(super) fn grouping(&self, factor: &str) -> Result<&Grouping> {
        let random = self.design.random.iter().map(|term| &term.group);
        let mut all = random.chain(self.design.residual.iter().map(|term| &term.subject));
        all.find(|grouping| grouping.name == factor)
            .ok_or_else(|| Error::usage("unknown_factor", format!("the model has no grouping factor `{factor}`")))
    }

    /// The places of the rows of each level that has any, levels in order.
    pub(super) fn places_by_level(&self, grouping: &Grouping) -> Result<Vec<(String, Vec<usize>)>> {
        let mut places = vec![Vec::new(); grouping.labels.len()];
        for (place, &row) in self.design.rows.iter().enumerate() {
            let own = places.get_mut(grouping.codes[row as usize] as usize).ok_or_else(|| {
                let message = format!("row {} has no level of `{}`", row + 1, grouping.name);
                Error::data("missing_cluster", message)
            })?;
            own.push(place);
        }
        let named = grouping.labels.iter().cloned().zip(places);
        Ok(named.filter(|(_, places)| !places.is_empty()).collect())
    }

    fn influence_of_levels(&self, grouping: &Grouping) -> Result<Vec<ClusterInfluence>> {
        let mut whitening = self.whitening()?;
        let p = whitening.p;
        if p == 0 {
            return Err(Error::usage(
                "no_fixed_effects",
                "the model has no fixed effects that a level could influence",
            ));
        }
        let levels = self.places_by_level(grouping)?;
        let root = DMatrix::from_row_slice(p, p, &whitening.root);
        let map = &self.engine.fixed.to_user * root / self.engine.outcome_scale;
        let influence = |(label, places): &(String, Vec<usize>), left: Remainder| ClusterInfluence {
            label: label.clone(),
            rows: places.iter().map(|&place| self.design.rows[place]).collect(),
            leverage: left.leverage,
            deletion: deleted::delete(left, &map, &self.beta, &self.vcov),
        };
        let mut remainder = |(x, residual): (Vec<f64>, Vec<f64>)| {
            (whitening.x, whitening.residual) = (x, residual);
            Remainder::of(&whitening)
        };
        if self.design.residual.is_some() {
            let whole = self.whole_clusters(grouping, levels.len())?;
            return Ok(levels.iter().zip(whole).map(|(level, parts)| influence(level, remainder(parts))).collect());
        }
        let equations = self.mixed_equations()?;
        let mut left = |places: &[usize]| match equations.without(places)? {
            Some(parts) => Ok(remainder(parts)),
            None => equations.remaining(places),
        };
        levels.iter().map(|level| Ok(influence(level, left(&level.1)?))).collect()
    }

    /// B and e of levels that are made of whole clusters, from the clusters.
    fn whole_clusters(&self, grouping: &Grouping, n_levels: usize) -> Result<Vec<(Vec<f64>, Vec<f64>)>> {
        let mut whitening: Whitening = self.whitening()?;
        let mut parts = vec![(Vec::new(), Vec::new()); grouping.labels.len()];
        let mut split = false;
        self.for_each_cluster(|cluster| {
            let code = |row: u32| grouping.codes[row as usize];
            split |= cluster.rows.iter().any(|&row| code(row) != code(cluster.rows[0]));
            whitening.look(cluster);
            let (x, residual) = &mut parts[code(cluster.rows[0]) as usize];
            x.extend_from_slice(&whitening.x);
            residual.extend_from_slice(&whitening.residual);
        })?;
        if split {
            let message = format!("rows of different levels of `{}` have correlated residuals", grouping.name);
            return Err(Error::usage("clusters_split", message));
        }
        parts.retain(|(_, residual): &(Vec<f64>, Vec<f64>)| !residual.is_empty());
        debug_assert_eq!(parts.len(), n_levels);
        Ok(parts)
    }
}

impl MixedEquations {
    /// Rows B and e with B'B = (V⁻¹XC)_D'A⁻¹(V⁻¹XC)_D and B'e = (V⁻¹XC)_D'A⁻¹(V⁻¹r)_D for the rows D at `places`; nothing
    /// where both rows and effects are too many for dense matrices of them.
    fn without(&self, places: &[usize]) -> Result<Option<(Vec<f64>, Vec<f64>)>> {
        let rows = self.rows();
        let (mut x, mut residual) = (Vec::with_capacity(places.len() * rows.p), Vec::with_capacity(places.len()));
        let mut touched = Vec::new();
        for &i in places {
            let u = rows.loading(i);
            x.extend(self.whitened(&self.unexplained(rows.x(i), u)));
            residual.push(rows.r[i] - self.mode(u));
            rows.for_each_entry(u, |effect, _| touched.push(effect));
        }
        touched.sort_unstable();
        touched.dedup();
        if places.len() <= touched.len().max(FEW_ROWS) && places.len() <= MANY {
            self.divide_by_block(places, &mut x, &mut residual)?;
        } else if touched.len() <= MANY && self.has_inverse() {
            self.add_effects(places, &touched, &mut x, &mut residual)?;
        } else {
            return Ok(None);
        }
        Ok(Some((x, residual)))
    }

    /// L⁻¹ of both sides, A = LL'.
    fn divide_by_block(&self, places: &[usize], x: &mut [f64], residual: &mut [f64]) -> Result<()> {
        let (m, rows) = (places.len(), self.rows());
        let mut a = vec![0.0; m * m];
        (0..m).for_each(|i| a[i * m + i] = 1.0);
        if self.has_inverse() {
            for (i, &row) in places.iter().enumerate() {
                for (j, &other) in places.iter().enumerate().take(i + 1) {
                    a[i * m + j] -= self.inner(rows.loading(row), rows.loading(other))?;
                }
            }
        } else {
            for line in self.turned(places).chunks_exact(m) {
                (0..m).for_each(|i| add_scaled(&mut a[i * m..i * m + i + 1], -line[i], &line[..=i]));
            }
        }
        if !linalg::factor(&mut a, m) {
            return Err(undefined());
        }
        linalg::solve_lower(&a, m, x, rows.p);
        linalg::solve_lower(&a, m, residual, 1);
        Ok(())
    }

    /// One more row for each effect of S: L⁻¹U_S' of both sides, N = LL'.
    fn add_effects(
        &self,
        places: &[usize],
        touched: &[usize],
        x: &mut Vec<f64>,
        residual: &mut Vec<f64>,
    ) -> Result<()> {
        let (s, p, rows) = (touched.len(), self.rows().p, self.rows());
        let at = |effect: usize| touched.binary_search(&effect).unwrap_or_else(|nearest| nearest);
        let (mut more, mut left) = (vec![0.0; s * p], vec![0.0; s]);
        for (i, &row) in places.iter().enumerate() {
            rows.for_each_entry(rows.loading(row), |effect, value| {
                let own = at(effect);
                add_scaled(&mut more[own * p..(own + 1) * p], value, &x[i * p..(i + 1) * p]);
                left[own] += value * residual[i];
            });
        }
        let mut n = self.without_squares(places, touched)?;
        if !linalg::factor(&mut n, s) {
            return Err(undefined());
        }
        linalg::solve_lower(&n, s, &mut more, p);
        linalg::solve_lower(&n, s, &mut left, 1);
        x.extend(more);
        residual.extend(left);
        Ok(())
    }

    /// N, s × s. Where S is all there is of its components it is I + U'U of the rows that stay, added up without
    /// cancellation.
    fn without_squares(&self, places: &[usize], touched: &[usize]) -> Result<Vec<f64>> {
        let (s, rows, components) = (touched.len(), self.rows(), self.components());
        let at = |effect: usize| touched.binary_search(&effect);
        let whole = touched.iter().all(|&effect| {
            components.members[components.place(effect).0].iter().all(|&member| at(member as usize).is_ok())
        });
        let mut n = vec![0.0; s * s];
        if !whole {
            for i in 0..s * s {
                n[i] = self.inverse_entry(touched[i / s], touched[i % s])?;
            }
            let (mut inverse, mut scratch) = (vec![0.0; s * s], vec![0.0; s * s]);
            if !linalg::factor(&mut n, s) {
                return Err(undefined());
            }
            linalg::inverse(&n, s, &mut inverse, &mut scratch);
            n = inverse;
        } else {
            (0..s).for_each(|i| n[i * s + i] = 1.0);
        }
        let mut leaves = vec![false; rows.len()];
        places.iter().for_each(|&place| leaves[place] = true);
        let sign = if whole { 1.0 } else { -1.0 };
        for row in (0..rows.len()).filter(|&row| leaves[row] != whole) {
            let u = rows.loading(row);
            rows.for_each_entry(u, |a, left| {
                let Ok(i) = at(a) else { return };
                rows.for_each_entry(u, |b, right| {
                    if let Ok(j) = at(b) {
                        n[i * s + j] += sign * left * right;
                    }
                });
            });
        }
        Ok(n)
    }
}

pub(super) fn undefined() -> Error {
    Error::data("undefined_likelihood", "the covariance of the rows of a level is not positive definite")
}
