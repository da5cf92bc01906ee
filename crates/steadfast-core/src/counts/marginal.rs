//! What a model of counts hands to inference: its rows in coordinates in which their working variance is the identity.

use nalgebra::DMatrix;

use super::CountFit;
use crate::design::Design;
use crate::error::{Error, Result};
use crate::inference::{ClusterShare, Information, Marginal, SecondOrder};
use crate::likelihood::LONGEST_DENSE;

/// Coefficients with a covariance, and nothing else.
pub(super) struct Part<'a> {
    pub(super) names: &'a [String],
    pub(super) beta: &'a [f64],
    pub(super) vcov: &'a DMatrix<f64>,
}

fn no_parameters<T>() -> Result<T> {
    let message = "this method is made for models with covariance parameters, which a model of counts has not";
    Err(Error::usage("method_does_not_apply", message))
}

impl Marginal for Part<'_> {
    fn names(&self) -> &[String] {
        self.names
    }
    fn beta(&self) -> &[f64] {
        self.beta
    }
    fn vcov(&self) -> &DMatrix<f64> {
        self.vcov
    }
    fn n_observations(&self) -> usize {
        self.beta.len()
    }
    fn is_reml(&self) -> bool {
        false
    }
    fn vcov_slopes(&self) -> Result<Vec<DMatrix<f64>>> {
        no_parameters()
    }
    fn natural_covariance(&self, _information: Information) -> Result<DMatrix<f64>> {
        no_parameters()
    }
    fn kenward_roger_adjustment(&self, _: Information, _: SecondOrder) -> Result<DMatrix<f64>> {
        no_parameters()
    }
    fn design(&self) -> Result<&Design> {
        no_parameters()
    }
    fn boundary(&self) -> &[String] {
        &[]
    }
    fn vcov_root(&self) -> Result<DMatrix<f64>> {
        no_parameters()
    }
    fn for_each_share(&self, _look: &mut dyn FnMut(&ClusterShare<'_>)) -> Result<()> {
        no_parameters()
    }
}

/// V is the diagonal of Var(y)/w and X the slopes μx of the means: a linearised least-squares problem whose leverages are those of
/// Kauermann and Carroll. Rows come by the clusters of `cluster()`.
///
/// # Source
/// Liang and Zeger 1986, Biometrika 73, 13; Kauermann and Carroll 2001, JASA 96, 1387, section 3.
impl Marginal for CountFit {
    fn names(&self) -> &[String] {
        &self.names
    }
    fn beta(&self) -> &[f64] {
        &self.beta
    }
    fn vcov(&self) -> &DMatrix<f64> {
        &self.working_vcov
    }
    fn n_observations(&self) -> usize {
        self.data.n()
    }
    fn is_reml(&self) -> bool {
        false
    }
    fn vcov_slopes(&self) -> Result<Vec<DMatrix<f64>>> {
        no_parameters()
    }
    fn natural_covariance(&self, _information: Information) -> Result<DMatrix<f64>> {
        no_parameters()
    }
    fn kenward_roger_adjustment(&self, _: Information, _: SecondOrder) -> Result<DMatrix<f64>> {
        no_parameters()
    }
    fn design(&self) -> Result<&Design> {
        Ok(&self.data.design)
    }
    fn boundary(&self) -> &[String] {
        match self.position() {
            super::CountPosition::Boundary { terms } => terms,
            super::CountPosition::Interior => &[],
        }
    }
    fn vcov_root(&self) -> Result<DMatrix<f64>> {
        Ok(&self.map * self.working_root()?)
    }

    fn for_each_share(&self, look: &mut dyn FnMut(&ClusterShare<'_>)) -> Result<()> {
        if !self.has_working_model() {
            let message = "leverages and working residuals are those of the Poisson and NB2 without excess zeros";
            return Err(Error::usage("method_does_not_apply", message));
        }
        let root = self.working_root()?;
        let mut rows: Vec<u32> = (0..self.data.n() as u32).collect();
        // Within a cluster in the order of what rows say, so that sums do not depend on where they stand.
        rows.sort_by_key(|&row| (self.data.cluster_of(row as usize), self.cells.of_row[row as usize]));
        for members in rows.chunk_by(|&a, &b| self.data.cluster_of(a as usize) == self.data.cluster_of(b as usize)) {
            if members.len() > LONGEST_DENSE {
                self.long_share(members, &root, look);
            } else {
                self.share(members, &root, look);
            }
        }
        Ok(())
    }
}

impl CountFit {
    fn working_root(&self) -> Result<DMatrix<f64>> {
        let singular = || Error::data("singular_vcov", "the covariance of the coefficients is not positive definite");
        self.working.clone().cholesky().map(|factor| factor.l()).ok_or_else(singular)
    }

    /// √(w μ²/Var) xT and (y − μ) √(w/Var) of a row, with √(Var/w).
    fn whitened(&self, row: usize, root: &DMatrix<f64>, line: &mut Vec<f64>) -> (f64, f64) {
        let cell = self.data_cell(row);
        let (mu, weight) = (libm::exp(self.cells.eta(cell, &self.solved.best.beta)), self.data.weight[row]);
        let deviation = (self.distribution.variance(mu, self.solved.best.alpha) / weight).sqrt();
        let x = self.cells.x(cell);
        line.extend(
            root.column_iter()
                .map(|column| mu / deviation * x.iter().zip(column.iter()).map(|(a, b)| a * b).sum::<f64>()),
        );
        ((self.cells.y[cell] - mu) / deviation, deviation)
    }

    fn share(&self, members: &[u32], root: &DMatrix<f64>, look: &mut dyn FnMut(&ClusterShare<'_>)) {
        let m = members.len();
        let (mut x, mut residual, mut factor) = (Vec::new(), Vec::new(), vec![0.0; m * m]);
        for (at, &row) in members.iter().enumerate() {
            let (own, deviation) = self.whitened(row as usize, root, &mut x);
            residual.push(own);
            factor[at * m + at] = deviation;
        }
        let rows: Vec<u32> = members.iter().map(|&row| self.data.source[row as usize]).collect();
        look(&ClusterShare { rows: &rows, x: &x, residual: &residual, factor: &factor });
    }

    /// A long cluster by the rotation of its rows into the first p: x = QR, of which R and Q'e are all that a function of the
    /// leverage sees. Its own L is lost.
    fn long_share(&self, members: &[u32], root: &DMatrix<f64>, look: &mut dyn FnMut(&ClusterShare<'_>)) {
        let p = self.beta.len();
        let (mut x, mut residual) = (Vec::new(), Vec::new());
        for &row in members {
            residual.push(self.whitened(row as usize, root, &mut x).0);
        }
        let qr = DMatrix::from_row_slice(members.len(), p, &x).qr();
        let turned = qr.q().transpose() * nalgebra::DVector::from_vec(residual);
        let short: Vec<f64> = qr.r().row_iter().flat_map(|row| row.iter().copied().collect::<Vec<f64>>()).collect();
        let rows: Vec<u32> = members[..p].iter().map(|&row| self.data.source[row as usize]).collect();
        look(&ClusterShare { rows: &rows, x: &short, residual: turned.as_slice(), factor: &[] });
    }
}
