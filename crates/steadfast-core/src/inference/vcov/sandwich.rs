//! A sandwich covariance, with what its degrees of freedom need.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::clusters::{Cluster, Counted, intersection};
use super::{Clusters, Covariance};
use crate::design::Grouping;
use crate::error::{Error, Result};
use crate::inference::{Marginal, eigen};

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
    /// G − 1 for the fewest clusters of any way, where the working model says nothing about the sandwich's own variance:
    /// clusters that divide what the model holds together, and several ways.
    pub(super) counted_dof: Option<f64>,
    is_truncated: bool,
}

impl Sandwich {
    /// The sandwich of `clusters` adjusted one by one, times `scale` of their number. With several ways A, B, … it is
    /// V_A + V_B − V_AB and so on over all sets of ways; negative eigenvalues of the sum are set to zero.
    ///
    /// # Errors
    /// `too_few_clusters` when there are fewer than two.
    ///
    /// # Source
    /// Cameron, Gelbach and Miller 2011, J. Bus. Econ. Stat. 29, 238, section 2.3.
    pub(super) fn covariance(
        marginal: &dyn Marginal,
        clusters: &Clusters,
        adjust: impl Fn(&Cluster) -> Result<Adjusted>,
        scale: impl Fn(f64) -> f64,
    ) -> Result<Covariance> {
        let Clusters::Ways(groupings) = clusters else {
            return Ok(Covariance::Robust(Arc::new(Self::one_way(marginal, clusters, &adjust, &scale)?)));
        };
        let mut whole: Option<Self> = None;
        for set in 1..1usize << groupings.len() {
            let chosen: Vec<&Grouping> =
                groupings.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0).map(|(_, own)| own).collect();
            let Some((first, rest)) = chosen.split_first() else { continue };
            let own = Self::one_way(marginal, &Clusters::Coarser(intersection(first, rest)), &adjust, &scale)?;
            let single = rest.is_empty();
            let sign = if chosen.len() % 2 == 1 { 1.0 } else { -1.0 };
            whole = Some(match whole {
                None => own,
                Some(mut sum) => {
                    sum.vcov += own.vcov * sign;
                    if single {
                        sum.n_saturated += own.n_saturated;
                        sum.n_clusters = sum.n_clusters.min(own.n_clusters);
                    }
                    sum
                }
            });
        }
        let none = || Error::usage("no_clusters", "clusters are named by one column or more");
        let mut whole = whole.ok_or_else(none)?;
        let settled = positive(&whole.vcov)?;
        whole.is_truncated = settled != whole.vcov;
        whole.vcov = settled;
        whole.parts.clear();
        whole.counted_dof = Some(whole.n_clusters as f64 - 1.0);
        Ok(Covariance::Robust(Arc::new(whole)))
    }

    fn one_way(
        marginal: &dyn Marginal,
        clusters: &Clusters,
        adjust: &impl Fn(&Cluster) -> Result<Adjusted>,
        scale: &impl Fn(f64) -> f64,
    ) -> Result<Self> {
        let (root, p) = (marginal.vcov_root()?, marginal.beta().len());
        let (mut meat, mut parts, mut n_saturated) = (DMatrix::zeros(p, p), Vec::new(), 0);
        let Counted { count: n_clusters, divided } = clusters.for_each(marginal, |cluster| {
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
        let counted_dof = divided.then_some(n_clusters as f64 - 1.0);
        if divided {
            parts.clear();
        }
        Ok(Self { vcov, n_clusters, n_saturated, root, parts, counted_dof, is_truncated: false })
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

    /// Whether degrees of freedom are counted from the clusters, since the working model correlates them.
    pub fn counts_clusters(&self) -> bool {
        self.counted_dof.is_some()
    }

    /// Whether negative eigenvalues of the sum over several ways were set to zero.
    pub fn is_truncated(&self) -> bool {
        self.is_truncated
    }

    /// T'L for the contrasts L, p × q.
    pub(super) fn standardised(&self, contrast: &DMatrix<f64>) -> DMatrix<f64> {
        self.root.transpose() * contrast
    }
}

/// The matrix without its negative eigenvalues.
fn positive(matrix: &DMatrix<f64>) -> Result<DMatrix<f64>> {
    let eigen = eigen(0.5 * (matrix + matrix.transpose()))?;
    if eigen.eigenvalues.iter().all(|value| *value >= 0.0) {
        return Ok(matrix.clone());
    }
    let values = eigen.eigenvalues.map(|value| value.max(0.0));
    Ok(&eigen.eigenvectors * DMatrix::from_diagonal(&values) * eigen.eigenvectors.transpose())
}
