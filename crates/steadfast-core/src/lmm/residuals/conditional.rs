//! Residuals from each group's own mean, with the random effects at their conditional modes.

use serde::{Deserialize, Serialize};

use super::quadratic;
use crate::error::Result;
use crate::linalg::{self, dot};
use crate::lmm::fit::LmmFit;
use crate::lmm::random_effects::Effects;

/// Residuals from Xβ̂ + Zb̂ (plus the offset), one entry for each row that entered the model, in the order of the frame.
///
/// R = V − ZGZ' is the covariance of the outcomes given the random effects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConditionalResiduals {
    /// The rows of the frame, ascending, the first being 0.
    pub rows: Vec<u32>,
    /// The fitted values Xβ̂ + Zb̂ + offset, in units of the outcome.
    pub fitted: Vec<f64>,
    /// y − fitted = RV⁻¹(y − Xβ̂), in units of the outcome.
    pub response: Vec<f64>,
    /// The response residual over √R_ii.
    pub pearson: Vec<f64>,
    /// The response residual over its own standard deviation √(RPR)_ii, P = V⁻¹ − V⁻¹XΦX'V⁻¹; none where that is zero.
    pub studentized: Vec<Option<f64>>,
}

/// Variances below this share of R_ii are the rounding of zero.
const EXACT: f64 = 1e-10;

impl LmmFit {
    /// The residuals given the random effects; without random effects they are those from the population mean.
    ///
    /// # Errors
    /// `undefined_likelihood` when V of a cluster is not positive definite; `too_many_effects` where groups connect more than
    /// 10,000 effects.
    ///
    /// # Source
    /// Gregoire, Schabenberger and Barrett 1995, Canadian Journal of Forest Research 25, 137.
    pub fn conditional_residuals(&self) -> Result<ConditionalResiduals> {
        if self.design.residual.is_some() { self.residuals_of_clusters() } else { self.residuals_of_rows() }
    }

    /// The residuals where they are independent: with the leverage h of a row, RPR is R(1 − h) on the diagonal.
    fn residuals_of_rows(&self) -> Result<ConditionalResiduals> {
        let equations = self.mixed_equations()?;
        let n = equations.rows().len();
        let pearson: Vec<f64> = (0..n).map(|i| equations.residual(i)).collect();
        let studentized = |i: usize| {
            let left = 1.0 - equations.leverage(i);
            (left > EXACT).then(|| pearson[i] / left.sqrt())
        };
        let in_units = equations.rows().scale.iter().map(|scale| scale / self.engine.outcome_scale);
        let response: Vec<f64> = in_units.zip(&pearson).map(|(scale, residual)| scale * residual).collect();
        let rows = self.design.rows.to_vec();
        let fitted = rows.iter().zip(&response).map(|(&row, r)| self.design.response[row as usize] - r).collect();
        Ok(ConditionalResiduals { rows, fitted, response, studentized: (0..n).map(studentized).collect(), pearson })
    }

    /// The residuals where they are correlated, cluster by cluster.
    fn residuals_of_clusters(&self) -> Result<ConditionalResiduals> {
        let rows = self.design.rows.to_vec();
        let n = rows.len();
        let (mut response, mut pearson, mut studentized) = (vec![0.0; n], vec![0.0; n], vec![None; n]);
        let mut whitening = self.whitening()?;
        let mut effects = Effects::new(self);
        let (mut r, mut own) = (Vec::new(), Vec::new());
        self.for_each_cluster(|cluster| {
            whitening.look(cluster);
            let (m, p) = (cluster.rows.len(), whitening.p);
            // R, and then L⁻¹R, whose columns give RV⁻¹r = (L⁻¹R)'e and RPR = (L⁻¹R)'(I − BB')(L⁻¹R).
            r.clear();
            r.extend_from_slice(cluster.v);
            effects.subtract_from(cluster.rows, &mut r);
            let variances: Vec<f64> = (0..m).map(|i| r[i * m + i]).collect();
            linalg::solve_lower(cluster.factor, m, &mut r, m);
            own.resize(p, 0.0);
            for (i, &row) in cluster.rows.iter().enumerate() {
                let at = self.position(row);
                let column: Vec<f64> = (0..m).map(|k| r[k * m + i]).collect();
                let residual = dot(&column, &whitening.residual);
                linalg::multiply(&column, &whitening.x, 1, m, p, &mut own);
                let variance = dot(&column, &column) - dot(&own, &own);
                response[at] = self.in_outcome_units(row, residual);
                pearson[at] = residual / variances[i].sqrt();
                studentized[at] = (variance > EXACT * variances[i]).then(|| residual / variance.sqrt());
            }
        })?;
        let fitted = rows.iter().zip(&response).map(|(&row, r)| self.design.response[row as usize] - r).collect();
        Ok(ConditionalResiduals { rows, fitted, response, pearson, studentized })
    }
}

impl Effects<'_> {
    /// v −= ZGZ' of the cluster with `rows`.
    fn subtract_from(&mut self, rows: &[u32], v: &mut [f64]) {
        let m = rows.len();
        self.for_each_group(rows, |_, members, z, covariance| {
            let q = covariance.len().isqrt();
            for (a, &i) in members.iter().enumerate() {
                let row = &z[a * q..(a + 1) * q];
                v[i * m + i] -= quadratic(row, covariance);
                for (b, &j) in members.iter().enumerate().take(a) {
                    let other = &z[b * q..(b + 1) * q];
                    let shared = (0..q).fold(0.0, |sum, k| sum + row[k] * dot(&covariance[k * q..(k + 1) * q], other));
                    v[i * m + j] -= shared;
                    v[j * m + i] -= shared;
                }
            }
        });
    }
}
