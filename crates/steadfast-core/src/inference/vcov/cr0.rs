//! The sandwich with the residuals as they are.

use super::spectral::spectral;
use super::{Clusters, Covariance, Sandwich, VcovMethod};
use crate::error::Result;
use crate::inference::Marginal;

/// A_i = I. Too small with few clusters, because residuals are smaller than errors.
///
/// # Source
/// Liang and Zeger 1986; SAS PROC MIXED, EMPIRICAL; `vcov = "Empirical"` of the R package mmrm.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cr0;

impl VcovMethod for Cr0 {
    fn name(&self) -> &'static str {
        "cr0"
    }
    fn description(&self) -> String {
        "robust covariance CR0 (residuals unadjusted; EMPIRICAL in SAS)".to_owned()
    }
    fn covariance(&self, marginal: &dyn Marginal, clusters: &Clusters) -> Result<Covariance> {
        Sandwich::covariance(marginal, clusters, |cluster| spectral(cluster, |_| 1.0), |_| 1.0)
    }
}
