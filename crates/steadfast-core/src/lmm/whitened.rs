//! A cluster in coordinates in which its covariance and that of β̂ are identities.
//!
//! With V = LL' and Φ̃ = CC', e = L⁻¹r and B = L⁻¹X̃C. Then H = BB' is the leverage of the cluster's rows, B'e what the
//! cluster adds to the estimating equations, and r − its projection has covariance L(I − BB')L'.

use super::fit::LmmFit;
use crate::error::{Error, Result};
use crate::likelihood::ClusterRows;
use crate::linalg;

/// The root C of Φ̃, and the last cluster that was looked at; all in the engine's units.
#[derive(Debug)]
pub(super) struct Whitening {
    /// The number of fixed effects.
    pub(super) p: usize,
    /// C, lower triangle, p × p, zero above.
    pub(super) root: Vec<f64>,
    /// e = L⁻¹r, m.
    pub(super) residual: Vec<f64>,
    /// B = L⁻¹X̃C, m × p.
    pub(super) x: Vec<f64>,
    scratch: Vec<f64>,
}

impl LmmFit {
    /// The coordinates of this fit.
    pub(super) fn whitening(&self) -> Result<Whitening> {
        let vcov = &self.solution.vcov;
        let p = vcov.nrows();
        let mut root: Vec<f64> = vcov.transpose().iter().copied().collect();
        if !linalg::factor(&mut root, p) {
            return Err(Error::data("singular_vcov", "the covariance of the fixed effects is not positive definite"));
        }
        for i in 0..p {
            root[i * p + i + 1..(i + 1) * p].fill(0.0);
        }
        Ok(Whitening { p, root, residual: Vec::new(), x: Vec::new(), scratch: Vec::new() })
    }
}

impl Whitening {
    /// Takes `cluster` into the coordinates.
    pub(super) fn look(&mut self, cluster: &ClusterRows<'_>) {
        let (m, p) = (cluster.rows.len(), self.p);
        self.residual.clear();
        self.residual.extend_from_slice(cluster.residual);
        linalg::solve_lower(cluster.factor, m, &mut self.residual, 1);
        self.scratch.clear();
        self.scratch.extend_from_slice(cluster.x);
        linalg::solve_lower(cluster.factor, m, &mut self.scratch, p);
        self.x.resize(m * p, 0.0);
        linalg::multiply(&self.scratch, &self.root, m, p, p, &mut self.x);
    }
}
