//! The whole fit again without each level of a factor: what it does to the covariance parameters too.

use std::sync::Arc;

use nalgebra::DVector;
use serde::{Deserialize, Serialize};

use super::{ClusterInfluence, Deletion};
use crate::design::Design;
use crate::error::Result;
use crate::inference::vcov::Clusters;
use crate::lmm::fit::LmmFit;
use crate::lmm::{Lmm, mean_variance};
use crate::parallel::{Threads, in_order};

/// The fit without one level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LevelRefit {
    /// The level.
    pub label: String,
    /// Its rows of the frame, ascending, the first being 0.
    pub rows: Vec<u32>,
    /// What came of the fit.
    pub refit: Refit,
}

/// What came of a fit without a level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Refit {
    /// The fit.
    Fitted(Refitted),
    /// Some combination of the fixed effects is known from this level alone.
    NotEstimable,
    /// The remaining rows have no fit; the code of the error, such as `not_converged` or `unidentified`.
    Failed {
        /// The code.
        code: String,
    },
}

/// The estimates without one level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Refitted {
    /// β̂₍ₗ₎, length p.
    pub beta: Vec<f64>,
    /// √diag Φ₍ₗ₎, length p.
    pub std_errors: Vec<f64>,
    /// (β̂ − β̂₍ₗ₎)_j / √Φ_jj, length p, with the covariance of the whole data.
    pub dfbetas: Vec<f64>,
    /// (β̂ − β̂₍ₗ₎)'Φ⁻¹(β̂ − β̂₍ₗ₎) / p.
    pub cook_distance: f64,
    /// The covariance parameters by name, as [`LmmFit::natural_parameters`].
    pub parameters: Vec<(String, f64)>,
}

impl LmmFit {
    /// The model fitted again without each level of the grouping factor `factor`, levels in order; on several `threads` the
    /// numbers are the same. Centres, knots and contrasts stay those of all rows, so that coefficients keep their meaning.
    ///
    /// # Errors
    /// As [`LmmFit::influence_of`].
    ///
    /// # Source
    /// Nieuwenhuis, te Grotenhuis and Pelzer 2012, The R Journal 4(2), 38.
    pub fn refits_without(&self, factor: &str, threads: Threads) -> Result<Vec<LevelRefit>> {
        let grouping = self.grouping(factor)?.clone();
        self.refits_without_clusters(&Clusters::Coarser(grouping), threads)
    }

    /// As [`LmmFit::refits_without`], for groups of rows such as [`Clusters::of`] makes of any column.
    ///
    /// # Errors
    /// As [`LmmFit::influence_of_clusters`].
    pub fn refits_without_clusters(&self, clusters: &Clusters, threads: Threads) -> Result<Vec<LevelRefit>> {
        let levels = self.influence_of_clusters(clusters)?;
        let model = Lmm::new(self.formula().parse()?).criterion(self.criterion);
        let refit = |level: &ClusterInfluence| match level.deletion {
            Deletion::NotEstimable => Refit::NotEstimable,
            Deletion::Estimable(_) => match self.fit_without(&model, &level.rows) {
                Ok(fit) => self.refitted(&fit),
                Err(error) => Refit::Failed { code: error.code().to_owned() },
            },
        };
        let refits = in_order(threads, levels.len(), |at| refit(&levels[at]));
        let named = levels.into_iter().zip(refits);
        Ok(named.map(|(level, refit)| LevelRefit { label: level.label, rows: level.rows, refit }).collect())
    }

    fn fit_without(&self, model: &Lmm, rows: &[u32]) -> Result<LmmFit> {
        let kept = self.design.rows.iter().copied().filter(|row| rows.binary_search(row).is_err()).collect();
        let design = Design { rows: Arc::new(kept), ..(*self.design).clone() };
        match &design.variance {
            Some(term) if term.reads_mean() => mean_variance::fit(model, design),
            _ => model.fit_design(design),
        }
    }

    fn refitted(&self, fit: &LmmFit) -> Refit {
        let p = self.beta.len();
        let change = DVector::from_fn(p, |j, _| self.beta[j] - fit.beta[j]);
        let Some(factor) = self.vcov.clone().cholesky() else {
            return Refit::Failed { code: "singular_vcov".to_owned() };
        };
        Refit::Fitted(Refitted {
            beta: fit.beta.clone(),
            std_errors: (0..p).map(|j| fit.vcov[(j, j)].sqrt()).collect(),
            dfbetas: (0..p).map(|j| change[j] / self.vcov[(j, j)].sqrt()).collect(),
            cook_distance: change.dot(&factor.solve(&change)) / p as f64,
            parameters: fit.natural_parameters(),
        })
    }
}
