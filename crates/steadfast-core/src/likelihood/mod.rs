//! Likelihoods: what the data say about covariance parameters, whatever model asked.

use serde::{Deserialize, Serialize};

mod clustered;
mod crossed;
mod engine;
mod partial;
mod penalised;
mod rows;
mod scaled;
mod solution;

pub(crate) use clustered::{ClusterRows, Parted};
pub use crossed::SparseCost;
pub use engine::Solver;
pub(crate) use engine::{Engine, OutcomeRows};
pub use partial::{CensoringTies, Ties};
pub(crate) use partial::{
    Ending, Evaluation, HazardInfluence, PartialLikelihood, RiskRow, RiskSets, Subdistribution, SubdistributionRow,
    WeightInfluence, unpacked,
};
pub(crate) use penalised::{
    EffectTerm, Effects, MOST_EFFECTS, Penalised, Penalty, RiskState, Solved as PenalisedSolution, excess,
};
pub(crate) use scaled::Block;
pub(crate) use solution::{Hessian, Solution};

/// The most rows whose covariance matrix is made: 4,000² numbers take 128 MB.
pub(crate) const LONGEST_DENSE: usize = 4_000;

/// How the likelihood is made from the residuals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Criterion {
    /// Restricted maximum likelihood (Patterson and Thompson 1971).
    #[default]
    Reml,
    /// Maximum likelihood.
    Ml,
}

/// Whether Kenward and Roger's adjustment keeps the second derivatives of V in the covariance parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondOrder {
    /// R_kl is kept (Kenward and Roger 1997, eq. 4), in variances, covariances and correlations. It depends on how the
    /// covariance is parametrised.
    #[default]
    Kept,
    /// R_kl is taken in the parameters of the R package mmrm: logarithms of standard deviations, entries of Cholesky
    /// factors, x/√(1 + x²) for correlations.
    Mmrm,
    /// R_kl is left out, as if V were linear in its parameters: SAS's DDFM=KENWARDROGER(LINEAR).
    Dropped,
}
