//! The covariance of the coefficients.

use nalgebra::{DMatrix, DVector};

use crate::error::{Error, Result};
use crate::inference::eigen;
use crate::likelihood::{Evaluation, PartialLikelihood, unpacked};
use crate::linalg;
use crate::survival::risk_data::RiskData;

/// How the covariance of the coefficients is estimated.
///
/// The robust ones are Σ_c D_c D_c' over G clusters: those of `cluster()`, else the subjects, else single rows. With V the inverse of
/// the information, U_c the sum of the weighted score residuals of a cluster's rows, and Ω_c = −∂U_c/∂β what the cluster has of
/// the information, D_c is V U_c for CR0, V (I − Ω_c V)^(−½) U_c for CR2, V (I − Ω_c V)⁻¹ U_c for CR3.
///
/// Ω_c is the whole derivative, that of Breslow's (or Efron's) hazard included, so that it does not depend on where
/// covariates have their origin; R's `CoxBcv` holds the hazard fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Variance {
    /// The inverse of the observed information.
    #[default]
    Model,
    /// The sum of the scores as they are: R's robust variance and SAS's `COVS(AGGREGATE)`.
    ///
    /// # Source
    /// Lin and Wei 1989, Journal of the American Statistical Association 84:1074.
    Cr0,
    /// CR0 times G/(G − 1).
    Cr1,
    /// Kauermann and Carroll's correction.
    ///
    /// # Source
    /// Kauermann and Carroll 2001, Journal of the American Statistical Association 96:1387; for Cox models Wang, Turner and Li 2023,
    /// Biometrical Journal 65:2200113.
    Cr2,
    /// Mancl and DeRouen's correction: to first order what changes when each cluster is left out, too large rather than too small.
    ///
    /// # Source
    /// Mancl and DeRouen 2001, Biometrics 57:126; for Cox models Wang, Turner and Li 2023.
    Cr3,
}

impl Variance {
    /// The name by which a report knows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Cr0 => "cr0",
            Self::Cr1 => "cr1",
            Self::Cr2 => "cr2",
            Self::Cr3 => "cr3",
        }
    }
}

/// The reference distribution of estimates with a robust covariance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DegreesOfFreedom {
    /// The normal and χ² distributions: R and SAS.
    #[default]
    Infinite,
    /// t and F with G − 1 degrees of freedom for G clusters.
    ClustersLessOne,
}

impl DegreesOfFreedom {
    /// The name by which a report knows them.
    pub fn name(self) -> &'static str {
        match self {
            Self::Infinite => "asymptotic",
            Self::ClustersLessOne => "clusters-less-one",
        }
    }
}

/// Below this many clusters CR0 with normal quantiles covers visibly less than it says (Wang, Turner and Li 2023 simulate 6 to 30).
const FEW: usize = 40;

/// Where the leverage has left less than this, a cluster alone determines a combination of the coefficients; rounding leaves 1e-14.
const NONE_LEFT: f64 = 1e-10;

/// A robust covariance in the engine's units.
pub(super) struct Sandwich {
    pub(super) vcov: DMatrix<f64>,
    pub(super) n_clusters: usize,
    /// The clusters that determine a combination of the coefficients by themselves.
    n_saturated: usize,
}

impl Sandwich {
    /// What a reader should know.
    pub(super) fn cautions(&self, variance: Variance, dof: DegreesOfFreedom) -> Vec<String> {
        let (mut cautions, all) = (Vec::new(), self.n_clusters);
        if self.n_saturated > 0 {
            cautions.push(format!(
                "{} of {all} clusters determine a coefficient by themselves (leverage 1); the robust covariance uses a generalised \
                 inverse there and is too small for such coefficients",
                self.n_saturated
            ));
        }
        let corrected = matches!(variance, Variance::Cr2 | Variance::Cr3) && dof == DegreesOfFreedom::ClustersLessOne;
        if all < FEW && !corrected {
            cautions.push(format!(
                "the robust covariance rests on {all} clusters only: with so few take CR2 or CR3 and t with one degree of freedom \
                 less than clusters"
            ));
        }
        cautions
    }
}

/// What the scores of rows are made from.
pub(super) struct Scores<'a> {
    pub(super) likelihood: &'a PartialLikelihood,
    pub(super) evaluation: &'a Evaluation,
    pub(super) vcov: &'a DMatrix<f64>,
    pub(super) data: &'a RiskData,
}

impl Scores<'_> {
    /// The robust covariance `variance`.
    ///
    /// # Errors
    /// `too_few_clusters`.
    pub(super) fn sandwich(&self, variance: Variance) -> Result<Sandwich> {
        let p = self.data.p();
        let (cluster, n) = self.clusters();
        if n < 2 {
            return Err(Error::data("too_few_clusters", "a robust covariance needs at least two independent clusters"));
        }
        let mut scores = vec![0.0; n * p];
        self.likelihood.for_each_residual(self.evaluation, |row, _, score| {
            let at = cluster[row] as usize * p;
            linalg::add_scaled(&mut scores[at..at + p], self.data.rows[row].weight, score);
        });
        let mut n_saturated = 0;
        if matches!(variance, Variance::Cr2 | Variance::Cr3) {
            n_saturated = self.adjust(variance, &cluster, n, &mut scores)?;
        }
        let mut meat = DMatrix::zeros(p, p);
        for score in scores.chunks_exact(p.max(1)) {
            for j in 0..p {
                for i in 0..=j {
                    meat[(i, j)] += score[i] * score[j];
                }
            }
        }
        meat.fill_lower_triangle_with_upper_triangle();
        let clusters = n as f64;
        let scale = if variance == Variance::Cr1 { clusters / (clusters - 1.0) } else { 1.0 };
        let vcov = self.vcov * meat * self.vcov * scale;
        Ok(Sandwich { vcov: 0.5 * (&vcov + vcov.transpose()), n_clusters: n, n_saturated })
    }

    /// The cluster of each row, and their number. Clusters are summed in the order of their levels; where each is a row, in the
    /// order of what rows say, so that the order of the file makes no difference.
    fn clusters(&self) -> (Vec<u32>, usize) {
        let given = &self.data.cluster;
        let mut size = vec![0_u32; given.iter().max().map_or(0, |last| *last as usize + 1)];
        given.iter().for_each(|cluster| size[*cluster as usize] += 1);
        let n = size.iter().filter(|size| **size > 0).count();
        let mut number = vec![u32::MAX; size.len()];
        let mut next = 0;
        let mut call = |cluster: u32| {
            let number: &mut u32 = &mut number[cluster as usize];
            if *number == u32::MAX {
                *number = next;
                next += 1;
            }
        };
        if n == given.len() {
            self.likelihood.places().for_each(|row| call(given[row]));
        }
        (0..size.len() as u32).filter(|cluster| size[*cluster as usize] > 0).for_each(&mut call);
        (given.iter().map(|cluster| number[*cluster as usize]).collect(), n)
    }

    /// (I − Ω_c V)^(−½ or −1) U_c in the place of U_c; how many clusters have no such inverse.
    ///
    /// With V = L L' it is L'⁻¹ f(I − L'Ω_c L) L' U_c, of a symmetric matrix.
    fn adjust(&self, variance: Variance, cluster: &[u32], n: usize, scores: &mut [f64]) -> Result<usize> {
        let p = self.data.p();
        let informations = self.likelihood.informations(self.evaluation, cluster, n);
        let root = self.vcov.clone().cholesky().map(|factor| factor.unpack());
        let root = root.ok_or_else(|| Error::data("unidentified", "the information is singular"))?;
        let inverse = root.clone().try_inverse();
        let inverse = inverse.ok_or_else(|| Error::data("unidentified", "the information is singular"))?.transpose();
        let mut n_saturated = 0;
        let parts = informations.chunks_exact(linalg::length(p).max(1));
        for (score, information) in scores.chunks_exact_mut(p.max(1)).zip(parts) {
            let share = root.transpose() * unpacked(p, information) * &root;
            let eigen = eigen(0.5 * (&share + share.transpose()))?;
            let mut standard = eigen.eigenvectors.transpose() * root.transpose() * DVector::from_column_slice(score);
            let mut saturated = false;
            for (value, share) in standard.iter_mut().zip(eigen.eigenvalues.iter()) {
                let left = 1.0 - share;
                if left < NONE_LEFT {
                    saturated = true;
                    *value = 0.0;
                } else {
                    *value /= if variance == Variance::Cr3 { left } else { left.sqrt() };
                }
            }
            n_saturated += usize::from(saturated);
            score.copy_from_slice((&inverse * &eigen.eigenvectors * standard).as_slice());
        }
        Ok(n_saturated)
    }
}
