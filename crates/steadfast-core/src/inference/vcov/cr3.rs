//! The sandwich that leaves out one cluster at a time.

use super::spectral::spectral;
use super::{Clusters, Covariance, Sandwich, VcovMethod};
use crate::error::Result;
use crate::inference::Marginal;

/// A_i = L (I − H)⁻¹ L⁻¹: Σ_i (β̂_(i) − β̂)(β̂_(i) − β̂)' with β̂_(i) the estimate without cluster i at the same V. Too
/// large rather than too small with few clusters.
///
/// # Source
/// Mancl and DeRouen 2001; Bell and McCaffrey 2002; `vcov = "Empirical-Jackknife"` of the R package mmrm.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cr3 {
    /// A number by which the sum is multiplied.
    pub scale: JackknifeScale,
}

/// The number by which the sum over left-out clusters is multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum JackknifeScale {
    /// 1: CR3 in the R packages clubSandwich and mmrm.
    #[default]
    One,
    /// (G − 1)/G for G clusters: Tukey's jackknife about β̂.
    Clusters,
}

impl VcovMethod for Cr3 {
    fn name(&self) -> &'static str {
        match self.scale {
            JackknifeScale::One => "cr3",
            JackknifeScale::Clusters => "cr3-jackknife",
        }
    }
    fn description(&self) -> String {
        let scale = match self.scale {
            JackknifeScale::One => "not rescaled, as in mmrm and clubSandwich",
            JackknifeScale::Clusters => "times (G − 1)/G for G clusters",
        };
        format!("robust covariance CR3, jackknife over clusters at a fixed working covariance ({scale})")
    }
    fn covariance(&self, marginal: &dyn Marginal, clusters: &Clusters) -> Result<Covariance> {
        let scale = |clusters: f64| match self.scale {
            JackknifeScale::One => 1.0,
            JackknifeScale::Clusters => (clusters - 1.0) / clusters,
        };
        Sandwich::covariance(marginal, clusters, |cluster| spectral(cluster, |left| 1.0 / left), scale)
    }
}
