//! A sandwich covariance, with what its degrees of freedom need.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::clusters::Cluster;
use super::{Clusters, Covariance};
use crate::error::{Error, Result};
use crate::inference::Marginal;

/// A cluster in coordinates in which V and Φ are identities, with its residuals adjusted: r rows, r ≤ m.
#[derive(Debug, Clone)]
pub(super) struct Adjusted {
    /// U'x, r × p, for some orthonormal columns U that span what matters.
    pub(super) left: DMatrix<f64>,
    /// U'A'x, r × p.
    pub(super) right: DMatrix<f64>,
    /// x'A e, length p.
    pub(super) score: DVector<f64>,
    /// Whether a direction was left out because the cluster alone determines it.
    pub(super) saturated: bool,
}

/// What the variance of a sandwich under the working model is made of.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) left: DMatrix<f64>,
    pub(super) right: DMatrix<f64>,
}

/// T {Σ_i s_i s_i'} T' with the adjusted scores s_i of the clusters, Φ = T T'.
///
/// Beside the covariance it keeps two numbers for each row and column of X, from which degrees of freedom of any
/// contrast can be had later without another pass over the data.
#[derive(Debug, Clone)]
pub struct Sandwich {
    vcov: DMatrix<f64>,
    n_clusters: usize,
    n_saturated: usize,
    /// T, p × p.
    pub(super) root: DMatrix<f64>,
    pub(super) parts: Vec<Part>,
}

impl Sandwich {
    /// The sandwich of `clusters` adjusted one by one, times `scale` of their number.
    ///
    /// # Errors
    /// `too_few_clusters` when there are fewer than two.
    pub(super) fn covariance(
        marginal: &dyn Marginal,
        clusters: &Clusters,
        adjust: impl Fn(&Cluster) -> Result<Adjusted>,
        scale: impl Fn(f64) -> f64,
    ) -> Result<Covariance> {
        let (root, p) = (marginal.vcov_root()?, marginal.beta().len());
        let (mut meat, mut parts, mut n_saturated) = (DMatrix::zeros(p, p), Vec::new(), 0);
        let n_clusters = clusters.for_each(marginal, |cluster| {
            let Adjusted { left, right, score, saturated } = adjust(cluster)?;
            meat.ger(1.0, &score, &score, 1.0);
            n_saturated += usize::from(saturated);
            parts.push(Part { left, right });
            Ok(())
        })?;
        if n_clusters < 2 {
            return Err(Error::usage(
                "too_few_clusters",
                "a robust covariance needs at least two independent clusters",
            ));
        }
        let vcov = scale(n_clusters as f64) * &root * meat * root.transpose();
        let vcov = 0.5 * (&vcov + vcov.transpose());
        Ok(Covariance::Robust(Arc::new(Self { vcov, n_clusters, n_saturated, root, parts })))
    }

    /// The covariance of β̂, p × p.
    pub fn vcov(&self) -> &DMatrix<f64> {
        &self.vcov
    }

    /// The number of clusters.
    pub fn n_clusters(&self) -> usize {
        self.n_clusters
    }

    /// The number of clusters that alone determine some combination of the coefficients, where the adjustment has no
    /// value and was left out.
    pub fn n_saturated(&self) -> usize {
        self.n_saturated
    }

    /// T'L for the contrasts L, p × q.
    pub(super) fn standardised(&self, contrast: &DMatrix<f64>) -> DMatrix<f64> {
        self.root.transpose() * contrast
    }
}
