//! The engine that serves a model: chosen by the structure of its grouping factors.

use std::ops::Deref;

use nalgebra::DMatrix;

use super::clustered::{ClusterRows, Clustered, ResidualPart};
use super::rows;
use super::scaled::Scaled;
use super::solution::{Curvatures, Derivatives, Hessian, Solution};
use super::{Criterion, SecondOrder};
use crate::design::Design;
use crate::error::Result;
use crate::parallel::Threads;

/// The Gaussian likelihood of a model.
#[derive(Debug)]
pub(crate) enum Engine {
    /// Independent clusters, pooled by signature.
    Clustered(Clustered),
}

impl Deref for Engine {
    type Target = Scaled;

    fn deref(&self) -> &Scaled {
        match self {
            Engine::Clustered(engine) => engine,
        }
    }
}

impl Engine {
    /// The reduction of `design`.
    ///
    /// # Errors
    /// Unknown structures, two rows of a subject at one visit, an outcome without variation, or too few rows.
    pub(crate) fn new(design: &Design, threads: Threads) -> Result<Self> {
        let scaled = Scaled::new(design)?;
        let clusters = rows::find(&design.rows, &scaled.random, ResidualPart::of(design).as_ref());
        Clustered::new(scaled, design, clusters, threads).map(Engine::Clustered)
    }

    /// The number of independent clusters.
    pub(crate) fn n_clusters(&self) -> usize {
        match self {
            Engine::Clustered(engine) => engine.n_clusters(),
        }
    }

    /// The solution at φ; `None` where V is not positive definite.
    pub(crate) fn solve(&self, natural: &[f64], criterion: Criterion) -> Option<Solution> {
        match self {
            Engine::Clustered(engine) => engine.solve(natural, criterion),
        }
    }

    /// The deviance and its derivatives at φ; `None` where V is not positive definite.
    pub(crate) fn derivatives(&self, natural: &[f64], criterion: Criterion, which: Hessian) -> Option<Derivatives> {
        match self {
            Engine::Clustered(engine) => engine.derivatives(natural, criterion, which),
        }
    }

    /// P_k and the expected information at φ, for the `solution` there.
    pub(crate) fn curvatures(&self, natural: &[f64], solution: &Solution, reml: bool) -> Curvatures {
        match self {
            Engine::Clustered(engine) => engine.curvatures(natural, solution, reml),
        }
    }

    /// The expected information about φ if β were known: measures how much of the information β takes away.
    pub(crate) fn information_given_beta(&self, natural: &[f64], solution: &Solution) -> DMatrix<f64> {
        match self {
            Engine::Clustered(engine) => engine.information_given_beta(natural, solution),
        }
    }

    /// Σ_kl W_kl (Q_kl − P_kΦP_l − ¼R_kl), the matrix between the two factors Φ of Kenward and Roger's adjustment
    /// (1997, p. 985), for the covariance `w_matrix` of φ̂; without R_kl where second derivatives are dropped.
    pub(crate) fn bias(
        &self,
        natural: &[f64],
        solution: &Solution,
        slopes: &[DMatrix<f64>],
        w_matrix: &DMatrix<f64>,
        second_order: SecondOrder,
    ) -> DMatrix<f64> {
        match self {
            Engine::Clustered(engine) => engine.bias(natural, solution, slopes, w_matrix, second_order),
        }
    }

    /// −2 log-likelihood at φ from the rows of `design` by another formula; `None` where V is not positive definite.
    pub(crate) fn second_opinion(&self, design: &Design, natural: &[f64], criterion: Criterion) -> Option<f64> {
        match self {
            Engine::Clustered(engine) => engine.second_opinion(design, natural, criterion),
        }
    }

    /// Calls `look` with every cluster of `design` at φ = `natural` and the `solution` there; false when V of a cluster
    /// is not positive definite.
    pub(crate) fn for_each_cluster(
        &self,
        design: &Design,
        natural: &[f64],
        solution: &Solution,
        look: impl FnMut(&ClusterRows<'_>),
    ) -> bool {
        match self {
            Engine::Clustered(engine) => engine.for_each_cluster(design, natural, solution, look),
        }
    }

    /// The number of rows of the longest signature.
    #[cfg(test)]
    pub(crate) fn longest_signature(&self) -> usize {
        match self {
            Engine::Clustered(engine) => engine.longest_signature(),
        }
    }
}
