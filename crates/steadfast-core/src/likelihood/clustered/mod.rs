//! The Gaussian likelihood of independent clusters, at a cost that does not grow with their number.
//!
//! Clusters that share a *signature* (the values of Z, the visits, who the rows belong to) share V. With
//! W_i = [X_i y_i] the cross-moments Σ_i w_ij w_ik' of a signature are sufficient, and every evaluation, gradient,
//! Hessian and information matrix is a contraction of these moments with small m × m matrices.
//!
//! Where residuals are independent, an orthogonal rotation of each cluster's rows brings Z_i into its first q rows:
//! these carry the random effects, and the remaining m − q rows, with variance σ² and nothing else, join one pool. A
//! cluster of any length then costs what q rows cost.

mod assemble;
mod classify;
mod cluster_rows;
mod derivatives;
mod evaluate;
mod exchange;
mod moments;
mod outcome;
mod parts;
mod residual;
mod second_opinion;
mod signature;
mod slot;
mod small_sample;
mod traces;

pub(crate) use cluster_rows::ClusterRows;
pub(crate) use outcome::OutcomeRows;
pub(crate) use parts::Parted;
pub(super) use residual::ResidualPart;

use std::ops::Deref;
use std::sync::Mutex;

use crate::design::Design;
use crate::error::Result;
use crate::likelihood::rows::Clusters;
use crate::likelihood::scaled::{Block, RandomPart, Scaled};
use crate::parallel::Threads;
use derivatives::Contractions;
use moments::{Members, Moments};
use signature::Signature;

/// The data of a Gaussian model, reduced to what the likelihood needs.
#[derive(Debug)]
pub(crate) struct Clustered {
    scaled: Scaled,
    signatures: Vec<(Signature, Moments)>,
    members: Members,
    n_clusters: usize,
    threads: Threads,
    last_contractions: Mutex<Option<Contractions>>,
}

impl Deref for Clustered {
    type Target = Scaled;

    fn deref(&self) -> &Scaled {
        &self.scaled
    }
}

impl Clustered {
    /// The reduction of `design`, whose columns are those of `scaled` and whose rows stand in `clusters`.
    ///
    /// # Errors
    /// Two rows of a subject at one visit, an outcome without variation, or clusters too large.
    pub(super) fn new(mut scaled: Scaled, design: &Design, clusters: Clusters, threads: Threads) -> Result<Self> {
        let reduction = moments::reduce(design, &mut scaled, ResidualPart::of(design).as_ref(), clusters, threads)?;
        let moments::Reduction { signatures, members } = reduction;
        let n_clusters = members.clusters.len();
        Ok(Self { scaled, signatures, members, n_clusters, threads, last_contractions: Mutex::new(None) })
    }

    /// The number of rows of the longest signature.
    #[cfg(test)]
    pub(crate) fn longest_signature(&self) -> usize {
        self.signatures.iter().map(|(signature, _)| signature.m).max().unwrap_or(0)
    }

    /// The number of independent clusters.
    pub(super) fn n_clusters(&self) -> usize {
        self.n_clusters
    }
}
