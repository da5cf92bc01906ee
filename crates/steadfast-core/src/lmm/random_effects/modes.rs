//! Conditional modes of the random effects (BLUPs) with their uncertainty.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::Effects;
use super::groups::whitened;
use crate::error::Result;
use crate::likelihood::ClusterRows;
use crate::lmm::fit::LmmFit;
use crate::lmm::whitened::Whitening;

/// The random effects of the groups of one term, in the units of the data.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RandomEffects {
    /// The term, such as `(1 + Days | Subject)`.
    pub term: String,
    /// The grouping factor, such as `Subject`.
    pub group: String,
    /// The groups, in the order of the levels.
    pub groups: Arc<Vec<String>>,
    /// The effects' names, q of them.
    pub names: Vec<String>,
    /// b̂ = GZ'V⁻¹(y − Xβ̂), groups × q.
    pub modes: DMatrix<f64>,
    /// For each group the q × q entries of Var(b̂ − b).
    prediction: Vec<f64>,
    /// For each group the q × q entries of Var(b | y).
    conditional: Vec<f64>,
}

impl RandomEffects {
    /// Var(b̂ − b) = G − GZ'PZG of a group, P = V⁻¹ − V⁻¹XΦX'V⁻¹: the uncertainty of b̂ and of β̂ together, q × q.
    pub fn prediction_variance(&self, group: usize) -> DMatrix<f64> {
        self.matrix(&self.prediction, group)
    }

    /// Var(b | y) = G − GZ'V⁻¹ZG of a group with β known, q × q; lme4's `condVar`.
    pub fn conditional_variance(&self, group: usize) -> DMatrix<f64> {
        self.matrix(&self.conditional, group)
    }

    /// The square roots of the diagonals of Var(b̂ − b), groups × q.
    pub fn std_errors(&self) -> DMatrix<f64> {
        let q = self.names.len();
        let variance = |group: usize, effect: usize| self.prediction[(group * q + effect) * q + effect];
        DMatrix::from_fn(self.groups.len(), q, |group, effect| variance(group, effect).max(0.0).sqrt())
    }

    fn matrix(&self, all: &[f64], group: usize) -> DMatrix<f64> {
        let q = self.names.len();
        DMatrix::from_row_slice(q, q, &all[group * q * q..(group + 1) * q * q])
    }
}

impl LmmFit {
    /// The conditional modes of every random term, in the order of the formula.
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::Lmm};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 6.0, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let effects = Lmm::new("y ~ 1 + (1 | g)".parse()?).fit(&frame)?.random_effects()?;
    /// // The group means are −2, 2 and 0 from the grand mean, and the shrinkage σ²_b/(σ²_b + σ²/2) is 3.75/4.
    /// assert!((effects[0].modes[(1, 0)] - 2.0 * 3.75 / 4.0).abs() < 1e-9);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// `undefined_likelihood` when V of a cluster is not positive definite.
    ///
    /// # Source
    /// Henderson 1975, Biometrics 31, 423; Robinson 1991, Statistical Science 6, 15, section 2.
    pub fn random_effects(&self) -> Result<Vec<RandomEffects>> {
        if self.is_sparse() {
            return Ok(self.solved()?.random_effects());
        }
        let mut tables: Vec<Table> =
            self.engine.random.iter().map(|part| Table::new(part.group.labels.len(), part.columns.len())).collect();
        let mut whitening = self.whitening()?;
        let mut effects = Effects::new(self);
        for (index, table) in tables.iter_mut().enumerate() {
            table.start_from(effects.covariance(index));
        }
        self.for_each_cluster(|cluster| {
            whitening.look(cluster);
            effects.for_each_group(cluster.rows, |(term, group), members, z, covariance| {
                tables[term].learn(group, cluster, &whitening, (members, z), covariance);
            });
        })?;
        Ok(tables.into_iter().enumerate().map(|(index, table)| table.finish(self, index)).collect())
    }
}

/// The effects of one term in the engine's units.
pub(super) struct Table {
    q: usize,
    modes: Vec<f64>,
    prediction: Vec<f64>,
    conditional: Vec<f64>,
}

impl Table {
    pub(super) fn new(groups: usize, q: usize) -> Self {
        Self {
            q,
            modes: vec![0.0; groups * q],
            prediction: vec![0.0; groups * q * q],
            conditional: vec![0.0; groups * q * q],
        }
    }

    /// Before a row is seen, b has mean 0 and covariance G.
    fn start_from(&mut self, covariance: &[f64]) {
        for own in self.conditional.chunks_exact_mut(self.q * self.q) {
            own.copy_from_slice(covariance);
        }
        self.prediction = self.conditional.clone();
    }

    /// The effects of a group: b̂, Var(b | y) and Var(b̂ − b).
    pub(super) fn set(
        &mut self,
        group: usize,
        modes: &DMatrix<f64>,
        conditional: &DMatrix<f64>,
        prediction: &DMatrix<f64>,
    ) {
        let q = self.q;
        self.modes[group * q..(group + 1) * q].copy_from_slice(modes.as_slice());
        // Symmetric, so that columns are rows.
        self.conditional[group * q * q..(group + 1) * q * q].copy_from_slice(conditional.as_slice());
        self.prediction[group * q * q..(group + 1) * q * q].copy_from_slice(prediction.as_slice());
    }

    /// With A = L⁻¹ZG: b̂ = A'e, Var(b | y) = G − A'A, Var(b̂ − b) = G − A'A + (A'B)(A'B)'.
    fn learn(
        &mut self,
        group: usize,
        cluster: &ClusterRows<'_>,
        whitening: &Whitening,
        (members, z): (&[usize], &[f64]),
        covariance: &[f64],
    ) {
        let (m, p, q) = (cluster.rows.len(), whitening.p, self.q);
        let turned = whitened(cluster, members, z, covariance);
        let mode = &turned * DMatrix::from_column_slice(m, 1, &whitening.residual);
        let of_beta = &turned * DMatrix::from_row_slice(m, p, &whitening.x);
        let known = &turned * turned.transpose();
        let uncertain = &of_beta * of_beta.transpose();
        for i in 0..q {
            self.modes[group * q + i] = mode[i];
            for j in 0..q {
                let at = (group * q + i) * q + j;
                self.conditional[at] -= known[(i, j)];
                self.prediction[at] += uncertain[(i, j)] - known[(i, j)];
            }
        }
    }

    /// b = M b̃ / scale, and matrices M · M' / scale².
    pub(super) fn finish(self, fit: &LmmFit, index: usize) -> RandomEffects {
        let (part, term) = (&fit.engine.random[index], &fit.design.random[index]);
        let map = &part.columns.to_user / fit.engine.outcome_scale;
        let (q, groups) = (self.q, part.group.labels.len());
        let modes = DMatrix::from_row_slice(groups, q, &self.modes) * map.transpose();
        let mapped = |all: Vec<f64>| -> Vec<f64> {
            let matrices =
                all.chunks_exact(q * q).map(|own| &map * DMatrix::from_row_slice(q, q, own) * map.transpose());
            // Symmetric, so that columns are rows.
            matrices
                .flat_map(|matrix| (0.5 * (&matrix + matrix.transpose())).iter().copied().collect::<Vec<f64>>())
                .collect()
        };
        RandomEffects {
            term: term.label.clone(),
            group: term.group.name.clone(),
            groups: Arc::clone(&term.group.labels),
            names: term.columns.iter().map(|column| column.name.clone()).collect(),
            modes,
            prediction: mapped(self.prediction),
            conditional: mapped(self.conditional),
        }
    }
}
