//! The engine that serves a model: chosen by the structure of its grouping factors.

use std::ops::Deref;

use nalgebra::DMatrix;

use super::clustered::{ClusterRows, Clustered, ResidualPart};
use super::crossed::{Crossed, SparseCost};
use super::rows::{self, Clusters};
use super::scaled::{RandomPart, Scaled};
use super::solution::{Derivatives, Hessian, Solution};
use super::{Criterion, SecondOrder, clustered, crossed};
use crate::design::Design;
use crate::error::{Error, Result};
use crate::parallel::Threads;

/// The Gaussian likelihood of a model.
#[derive(Debug)]
pub(crate) enum Engine {
    /// Independent clusters, pooled by signature.
    Clustered(Box<Clustered>),
    /// Crossed random effects, in the space of the effects.
    Crossed(Box<Crossed>),
}

/// What a new outcome needs of the rows, which only the engine that made it, or a copy, can use.
#[derive(Debug)]
pub(crate) enum OutcomeRows {
    /// Of independent clusters.
    Clustered(clustered::OutcomeRows),
    /// Of crossed random effects.
    Crossed(crossed::OutcomeRows),
}

/// Which engine evaluates the likelihood of a model whose residuals are independent; the answer is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Solver {
    /// The one that needs fewer operations.
    #[default]
    Automatic,
    /// Independent clusters with one small dense matrix for each pattern of rows.
    Clustered,
    /// All random effects together with one sparse matrix.
    Sparse,
}

impl Deref for Engine {
    type Target = Scaled;

    fn deref(&self) -> &Scaled {
        match self {
            Engine::Clustered(engine) => engine,
            Engine::Crossed(engine) => engine,
        }
    }
}

impl Engine {
    /// The reduction of `design`.
    ///
    /// # Errors
    /// Unknown structures, two rows of a subject at one visit, an outcome without variation, or too few rows.
    pub(crate) fn new(design: &Design, solver: Solver, threads: Threads) -> Result<Self> {
        let scaled = Scaled::new(design)?;
        let residual = ResidualPart::of(design);
        let clusters = rows::find(&design.rows, &scaled.random, residual.as_ref());
        let sparse = match solver {
            Solver::Clustered => false,
            Solver::Automatic => residual.is_none() && most_effects(&scaled.random, &clusters) > MANY_EFFECTS,
            Solver::Sparse if residual.is_none() && !scaled.random.is_empty() => true,
            Solver::Sparse => {
                let message = "the sparse solver serves random effects with independent residuals of one variance";
                return Err(Error::usage("solver_does_not_apply", message));
            }
        };
        if sparse {
            Crossed::new(scaled, design, clusters, threads).map(|engine| Engine::Crossed(Box::new(engine)))
        } else {
            Clustered::new(scaled, design, clusters, threads).map(|engine| Engine::Clustered(Box::new(engine)))
        }
    }

    /// The same model of the same outcome on `threads`, to be given another outcome.
    pub(crate) fn copy(&self, threads: Threads) -> Self {
        match self {
            Engine::Clustered(engine) => Engine::Clustered(Box::new(engine.copy(threads))),
            Engine::Crossed(engine) => Engine::Crossed(Box::new(engine.copy(threads))),
        }
    }

    /// The threads that evaluations use.
    pub(crate) fn threads(&self) -> Threads {
        match self {
            Engine::Clustered(engine) => engine.threads(),
            Engine::Crossed(engine) => engine.threads(),
        }
    }

    /// The rows in the order that depends on what they say alone.
    pub(crate) fn order(&self) -> &[u32] {
        match self {
            Engine::Clustered(engine) => engine.order(),
            Engine::Crossed(engine) => engine.order(),
        }
    }

    /// What new outcomes need of the rows of `design`.
    ///
    /// # Errors
    /// `rank_deficient` where rounding makes the fixed effects dependent.
    pub(crate) fn outcome_rows(&self, design: &Design) -> Result<OutcomeRows> {
        match self {
            Engine::Clustered(engine) => engine.outcome_rows(design).map(OutcomeRows::Clustered),
            Engine::Crossed(engine) => engine.outcome_rows(design).map(OutcomeRows::Crossed),
        }
    }

    /// Takes `response`, one number for each row used, in the place of the outcome; nothing of that is left.
    ///
    /// # Errors
    /// `constant_outcome`, `outcome_scale`, `perfect_fit`; `other_engine` for rows of another engine.
    pub(crate) fn set_outcome(&mut self, rows: &OutcomeRows, response: &[f64]) -> Result<()> {
        match (self, rows) {
            (Engine::Clustered(engine), OutcomeRows::Clustered(rows)) => engine.set_outcome(rows, response),
            (Engine::Crossed(engine), OutcomeRows::Crossed(rows)) => engine.set_outcome(rows, response),
            _ => Err(Error::usage("other_engine", "the rows are those of another engine")),
        }
    }

    /// θ to start from.
    pub(crate) fn start(&self) -> Vec<f64> {
        match self {
            Engine::Clustered(engine) => engine.start(),
            Engine::Crossed(engine) => engine.start(),
        }
    }

    /// The number of independent clusters.
    pub(crate) fn n_clusters(&self) -> usize {
        match self {
            Engine::Clustered(engine) => engine.n_clusters(),
            Engine::Crossed(engine) => engine.n_clusters(),
        }
    }

    /// The solution at φ; `None` where V is not positive definite.
    pub(crate) fn solve(&self, natural: &[f64], criterion: Criterion) -> Option<Solution> {
        match self {
            Engine::Clustered(engine) => engine.solve(natural, criterion),
            Engine::Crossed(engine) => engine.solve(natural, criterion),
        }
    }

    /// The deviance and its derivatives at φ; `None` where V is not positive definite.
    pub(crate) fn derivatives(&self, natural: &[f64], criterion: Criterion, which: Hessian) -> Option<Derivatives> {
        match self {
            Engine::Clustered(engine) => engine.derivatives(natural, criterion, which),
            Engine::Crossed(engine) => engine.derivatives(natural, criterion, which),
        }
    }

    /// P_k' = X̃'V⁻¹V̇_kV⁻¹X̃ (Kenward and Roger's P_k has the opposite sign) at φ, for the `solution` there, p × p each.
    pub(crate) fn slopes(&self, natural: &[f64], solution: &Solution) -> Option<Vec<DMatrix<f64>>> {
        match self {
            Engine::Clustered(engine) => Some(engine.slopes(natural, solution)),
            Engine::Crossed(engine) => engine.slopes(natural, solution),
        }
    }

    /// The expected (REML) information about φ, k × k, for the `solution` there.
    pub(crate) fn expected(&self, natural: &[f64], solution: &Solution, reml: bool) -> Option<DMatrix<f64>> {
        match self {
            Engine::Clustered(engine) => Some(engine.expected(natural, solution, reml)),
            Engine::Crossed(engine) => engine.expected(natural, solution, reml),
        }
    }

    /// What one evaluation costs, where one sparse matrix serves all effects.
    pub(crate) fn sparse_cost(&self) -> Option<SparseCost> {
        match self {
            Engine::Clustered(_) => None,
            Engine::Crossed(engine) => Some(engine.cost()),
        }
    }

    /// Whether the exact Hessian costs little enough for every fit to end with it.
    pub(crate) fn is_light(&self) -> bool {
        match self {
            Engine::Clustered(_) => true,
            Engine::Crossed(engine) => engine.is_light(),
        }
    }

    /// What the exact information would need more memory for than there is likely to be; nothing where it can be had.
    pub(crate) fn too_many_effects(&self) -> Option<usize> {
        match self {
            Engine::Clustered(_) => None,
            Engine::Crossed(engine) => engine.too_many_effects(),
        }
    }

    /// The rows of the longest cluster, where that is too long for a dense V.
    pub(crate) fn too_long(&self) -> Option<usize> {
        match self {
            Engine::Clustered(_) => None,
            Engine::Crossed(engine) => engine.too_long(),
        }
    }

    /// The expected information about φ if β were known: measures how much of the information β takes away.
    pub(crate) fn information_given_beta(&self, natural: &[f64], solution: &Solution) -> Option<DMatrix<f64>> {
        match self {
            Engine::Clustered(engine) => Some(engine.information_given_beta(natural, solution)),
            Engine::Crossed(engine) => engine.information_given_beta(natural, solution),
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
    ) -> Option<DMatrix<f64>> {
        match self {
            Engine::Clustered(engine) => Some(engine.bias(natural, solution, slopes, w_matrix, second_order)),
            Engine::Crossed(engine) => engine.bias(natural, solution, w_matrix, second_order),
        }
    }

    /// −2 log-likelihood at φ from the rows of `design` by another formula; `None` where V is not positive definite.
    pub(crate) fn second_opinion(&self, design: &Design, natural: &[f64], criterion: Criterion) -> Option<f64> {
        match self {
            Engine::Clustered(engine) => engine.second_opinion(design, natural, criterion),
            Engine::Crossed(engine) => engine.second_opinion(design, natural, criterion),
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
            Engine::Crossed(engine) => engine.for_each_cluster(design, natural, solution, look),
        }
    }

    /// The number of rows of the longest signature.
    #[cfg(test)]
    pub(crate) fn longest_signature(&self) -> usize {
        match self {
            Engine::Clustered(engine) => engine.longest_signature(),
            Engine::Crossed(_) => 0,
        }
    }
}

/// With more effects than this in one cluster, its dense matrix costs more than a sparse one of all effects.
const MANY_EFFECTS: usize = 40;

/// The random effects of the cluster that has most of them.
fn most_effects(random: &[RandomPart], clusters: &Clusters) -> usize {
    let mut seen: Vec<Vec<u32>> = random.iter().map(|part| vec![u32::MAX; part.group.labels.len()]).collect();
    let mut most = 0;
    for c in 0..clusters.len() {
        let mut effects = 0;
        for &row in &clusters.order[clusters.span(c)] {
            for (part, seen) in random.iter().zip(&mut seen) {
                let cluster = &mut seen[part.group.codes[row as usize] as usize];
                if *cluster != c as u32 {
                    *cluster = c as u32;
                    effects += part.columns.len();
                }
            }
        }
        most = most.max(effects);
    }
    most
}
