//! Residuals of a fitted model, row by row: from the population mean, and from each group's own.

mod conditional;

pub use conditional::ConditionalResiduals;

use serde::{Deserialize, Serialize};

use super::fit::LmmFit;
use crate::error::Result;
use crate::linalg::dot;

/// Residuals from the population mean Xβ̂ (plus the offset), one entry for each row that entered the model, in the
/// order of the frame.
///
/// V is the covariance of a cluster's outcomes, weights included; Φ that of β̂.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Residuals {
    /// The rows of the frame, ascending, the first being 0.
    pub rows: Vec<u32>,
    /// The fitted means Xβ̂ + offset, in units of the outcome.
    pub fitted: Vec<f64>,
    /// r = y − fitted, in units of the outcome.
    pub response: Vec<f64>,
    /// r_i / √V_ii.
    pub pearson: Vec<f64>,
    /// r_i / √(V − XΦX')_ii, the residual over its own standard deviation; none where β̂ fits a row exactly, whatever its
    /// outcome is.
    pub studentized: Vec<Option<f64>>,
    /// L⁻¹r with V = LL', which have covariance I but for the estimation of β. The rows of a cluster stand by subject
    /// and visit where the model has a residual structure, else by group and by the values of Z: each residual is that
    /// of a row given the rows before it.
    pub normalized: Vec<f64>,
}

/// Variances below this share of V_ii are the rounding of zero.
const EXACT: f64 = 1e-10;

impl LmmFit {
    /// The residuals from the population mean. SAS calls the normalised ones scaled (`ScaledResid`, option `VCIRY`),
    /// the studentised ones `StudentResid`.
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::Lmm};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.5, 2.0, 4.5, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let residuals = Lmm::new("y ~ 1 + (1 | g)".parse()?).fit(&frame)?.residuals()?;
    /// assert_eq!(residuals.rows, [0, 1, 2, 3, 4, 5]);
    /// assert!(residuals.response.iter().sum::<f64>().abs() < 1e-12);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// `undefined_likelihood` when V of a cluster is not positive definite.
    ///
    /// # Source
    /// Fitzmaurice, Laird and Ware 2011, section 10.2 (normalised: their transformed residuals); Gregoire, Schabenberger
    /// and Barrett 1995, Canadian Journal of Forest Research 25, 137 (studentised).
    pub fn residuals(&self) -> Result<Residuals> {
        let rows = self.design.rows.to_vec();
        let n = rows.len();
        let empty = || vec![0.0; n];
        let (mut response, mut pearson, mut normalized) = (empty(), empty(), empty());
        let mut studentized = vec![None; n];
        let mut whitening = self.whitening()?;
        self.for_each_cluster(|cluster| {
            whitening.look(cluster);
            let (m, p) = (cluster.rows.len(), whitening.p);
            for (i, &row) in cluster.rows.iter().enumerate() {
                let (at, r, v) = (self.position(row), cluster.residual[i], cluster.v[i * m + i]);
                response[at] = self.in_outcome_units(row, r);
                pearson[at] = r / v.sqrt();
                normalized[at] = whitening.residual[i];
                let own = v - square_through(&cluster.x[i * p..(i + 1) * p], &whitening.root);
                studentized[at] = (own > EXACT * v).then(|| r / own.sqrt());
            }
        })?;
        let fitted = rows.iter().zip(&response).map(|(&row, r)| self.design.response[row as usize] - r).collect();
        Ok(Residuals { rows, fitted, response, pearson, studentized, normalized })
    }

    /// Whether the model has a residual structure, so that rows of a subject are correlated given the random effects.
    pub fn has_correlated_residuals(&self) -> bool {
        self.design.residual.is_some()
    }

    /// The place of a row of the frame among the rows used.
    pub(super) fn position(&self, row: u32) -> usize {
        // Every row of a cluster is one of them, so that the search always finds it.
        self.design.rows.binary_search(&row).unwrap_or_else(|nearest| nearest)
    }

    /// A residual of the engine, which is multiplied by √w and the outcome's scale, in units of the outcome.
    pub(super) fn in_outcome_units(&self, row: u32, residual: f64) -> f64 {
        residual / (self.root_weight(row) * self.engine.outcome_scale)
    }

    /// √w of a row of the frame.
    pub(super) fn root_weight(&self, row: u32) -> f64 {
        self.design.weights.as_ref().map_or(1.0, |weights| weights[row as usize].sqrt())
    }
}

/// |x'C|² for a row x of length p and lower triangular C: x'Φx with Φ = CC'.
fn square_through(x: &[f64], root: &[f64]) -> f64 {
    let p = x.len();
    (0..p).fold(0.0, |sum, c| {
        let entry = (c..p).fold(0.0, |sum, k| sum + x[k] * root[k * p + c]);
        sum + entry * entry
    })
}

/// x'Ax for symmetric A of order x.len().
fn quadratic(x: &[f64], a: &[f64]) -> f64 {
    let q = x.len();
    (0..q).fold(0.0, |sum, i| sum + x[i] * dot(&a[i * q..(i + 1) * q], x))
}

#[cfg(test)]
mod tests;
