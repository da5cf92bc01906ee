//! The sandwich with the residuals as they are, times a number that grows as clusters become few.

use super::spectral::spectral;
use super::{Clusters, Covariance, Sandwich, VcovMethod};
use crate::error::Result;
use crate::inference::Marginal;

/// CR0 times a number.
///
/// # Source
/// Cameron and Miller 2015.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cr1 {
    /// The number.
    pub scale: Cr1Scale,
}

/// The number by which CR1 exceeds CR0, for G clusters, n rows and p coefficients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Cr1Scale {
    /// G/(G − 1): CR1 in the R package clubSandwich.
    #[default]
    Clusters,
    /// G(n − 1)/{(G − 1)(n − p)}: Stata, CR1S in the R package clubSandwich.
    ClustersAndRows,
}

impl VcovMethod for Cr1 {
    fn name(&self) -> &'static str {
        match self.scale {
            Cr1Scale::Clusters => "cr1",
            Cr1Scale::ClustersAndRows => "cr1s",
        }
    }
    fn description(&self) -> String {
        let scale = match self.scale {
            Cr1Scale::Clusters => "CR1 (CR0 times G/(G − 1) for G clusters)",
            Cr1Scale::ClustersAndRows => "CR1S (CR0 times G(n − 1)/((G − 1)(n − p)) for G clusters, as in Stata)",
        };
        format!("robust covariance {scale}")
    }
    fn covariance(&self, marginal: &dyn Marginal, clusters: &Clusters) -> Result<Covariance> {
        let (n, p) = (marginal.n_observations() as f64, marginal.beta().len() as f64);
        let scale = |clusters: f64| match self.scale {
            Cr1Scale::Clusters => clusters / (clusters - 1.0),
            Cr1Scale::ClustersAndRows => clusters * (n - 1.0) / ((clusters - 1.0) * (n - p)),
        };
        Sandwich::covariance(marginal, clusters, |cluster| spectral(cluster, |_| 1.0), scale)
    }
}
