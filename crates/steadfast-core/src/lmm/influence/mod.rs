//! What each cluster does to the fixed effects: the fit without it, at the same covariance parameters.
//!
//! The estimating equations are sums over clusters, so that leaving one out is a subtraction. In the coordinates where
//! Φ and V are identities (e = L⁻¹r, B = L⁻¹XC, Φ = CC') the information without cluster i is K = I − B'B, and
//!
//! β̂ − β̂₍ᵢ₎ = C K⁻¹ B'e,     Φ₍ᵢ₎ = C K⁻¹ C'.

mod deleted;
mod levels;
mod refits;

pub use deleted::{Deletion, WithoutCluster};
pub use refits::{LevelRefit, Refit, Refitted};

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::fit::LmmFit;
use crate::design::Grouping;
use crate::error::{Error, Result};
use crate::linalg::dot;

/// The influence of one cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClusterInfluence {
    /// The cluster's level of the coarsest grouping factor (its first, where several are connected); the number of the
    /// row where the model has no groups.
    pub label: String,
    /// Its rows of the frame, ascending, the first being 0.
    pub rows: Vec<u32>,
    /// tr(ΦX_i'V_i⁻¹X_i), its share of the p fixed effects; the leverages sum to p.
    pub leverage: f64,
    /// The fit without it.
    pub deletion: Deletion,
}

impl LmmFit {
    /// The influence of every cluster at the estimated covariance parameters, exactly and without refitting: at most
    /// O(m²p + mp² + p³) for a cluster of m rows. Clusters stand in the order of the levels, else of the rows.
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::{Deletion, Lmm}};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 6.0, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let influence = Lmm::new("y ~ 1 + (1 | g)".parse()?).fit(&frame)?.influence()?;
    /// let Deletion::Estimable(without_b) = &influence[1].deletion else { panic!("one mean is left") };
    /// assert!((without_b.beta[0] - 2.5).abs() < 1e-9);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// `no_fixed_effects` when there is nothing to influence; `undefined_likelihood` when V of a cluster is not positive
    /// definite.
    ///
    /// # Source
    /// Christensen, Pearson and Johnson 1992, Technometrics 34, 38; Schabenberger 2004, SUGI 29, paper 189 (without
    /// iterations, and with the residual variance held).
    pub fn influence(&self) -> Result<Vec<ClusterInfluence>> {
        let mut whitening = self.whitening()?;
        let p = whitening.p;
        if p == 0 {
            return Err(Error::usage(
                "no_fixed_effects",
                "the model has no fixed effects that a cluster could influence",
            ));
        }
        let root = DMatrix::from_row_slice(p, p, &whitening.root);
        let map = &self.engine.fixed.to_user * root / self.engine.outcome_scale;
        let grouping = self.coarsest();
        let mut all = Vec::with_capacity(self.n_clusters());
        self.for_each_cluster(|cluster| {
            whitening.look(cluster);
            let mut rows = cluster.rows.to_vec();
            rows.sort_unstable();
            let label = match grouping {
                Some(grouping) => grouping.labels[grouping.codes[cluster.rows[0] as usize] as usize].clone(),
                None => (rows[0] + 1).to_string(),
            };
            let deletion = deleted::delete(&whitening, &map, &self.beta, &self.vcov);
            all.push(ClusterInfluence { label, rows, leverage: dot(&whitening.x, &whitening.x), deletion });
        })?;
        if grouping.is_none() {
            all.sort_by_key(|cluster: &ClusterInfluence| cluster.rows[0]);
        }
        Ok(all)
    }

    /// The grouping factor with the fewest levels.
    pub(super) fn coarsest(&self) -> Option<&Grouping> {
        let random = self.design.random.iter().map(|term| &term.group);
        random.chain(self.design.residual.iter().map(|term| &term.subject)).min_by_key(|grouping| grouping.labels.len())
    }
}

#[cfg(test)]
mod tests;
