//! The covariance of the coefficients.

use nalgebra::DMatrix;

/// How the covariance of the coefficients is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Variance {
    /// The inverse of the observed information.
    #[default]
    Model,
    /// Σ_c D_c D_c' over G clusters, D_c being the sum of the weighted dfbeta of a cluster's rows: those of `cluster()`, else of the
    /// subject, else of single rows. R's robust variance and SAS's `COVS(AGGREGATE)`.
    ///
    /// # Source
    /// Lin and Wei 1989, Journal of the American Statistical Association 84:1074.
    Cr0,
    /// CR0 times G/(G − 1).
    Cr1,
}

impl Variance {
    /// The name by which a report knows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Cr0 => "cr0",
            Self::Cr1 => "cr1",
        }
    }
}

/// Σ_c D_c D_c' for `dfbeta` (n × p by rows, weighted), and the number of clusters.
pub(in crate::survival) fn robust(dfbeta: &[f64], cluster: &[u32], p: usize) -> (DMatrix<f64>, usize) {
    let n = cluster.iter().max().map_or(0, |last| *last as usize + 1);
    let mut sums = vec![0.0; n * p];
    let mut occurs = vec![false; n];
    for (row, &cluster) in dfbeta.chunks_exact(p.max(1)).zip(cluster) {
        occurs[cluster as usize] = true;
        let sum = &mut sums[cluster as usize * p..(cluster as usize + 1) * p];
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    let mut vcov = DMatrix::zeros(p, p);
    for sum in sums.chunks_exact(p.max(1)) {
        for i in 0..p {
            for j in 0..p {
                vcov[(i, j)] += sum[i] * sum[j];
            }
        }
    }
    (vcov, occurs.iter().filter(|occurs| **occurs).count())
}
