//! The result of a fit: immutable, with the certificate of its convergence.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The covariance of one random-effects term, in the units of the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RandomCovariance {
    /// The term, such as `(1 + Days | Subject)`.
    pub term: String,
    /// The grouping factor, such as `Subject`.
    pub group: String,
    /// The number of groups.
    pub n_groups: usize,
    /// The effects' names, q of them.
    pub names: Vec<String>,
    /// Standard deviations, length q; exactly 0 on the boundary.
    pub std_devs: Vec<f64>,
    /// Correlations, q × q; 0 off the diagonal where a standard deviation is 0.
    pub correlations: Vec<Vec<f64>>,
    /// The covariance matrix, q × q.
    pub covariance: Vec<Vec<f64>>,
    /// The rank of the covariance matrix.
    pub rank: usize,
}

/// The covariance of the residuals of one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ResidualCovariance {
    /// Independent residuals with one variance (divided by the weight where there are weights).
    Independent {
        /// The residual standard deviation σ.
        sigma: f64,
    },
    /// A structure over the visits, one matrix a level of the grouping factor (or one in all).
    Structured {
        /// The term, such as `us(visit | child)`.
        term: String,
        /// The visits, m of them.
        visits: Vec<String>,
        /// The groups' labels and their m × m matrices; the label is empty when there is one group.
        groups: Vec<(String, Vec<Vec<f64>>)>,
    },
}

/// The covariance parameters of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CovarianceEstimate {
    /// The random-effects terms, in the order of the formula.
    pub random: Vec<RandomCovariance>,
    /// The residuals.
    pub residual: ResidualCovariance,
}

/// Where the optimum lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Position {
    /// Every covariance matrix is positive definite.
    Interior,
    /// A covariance matrix is singular at the optimum: a normal result, not a failure.
    Boundary {
        /// The singular terms, as `term: rank r of q`.
        terms: Vec<String>,
    },
}

/// How good the optimum is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// Interior or boundary.
    #[serde(flatten)]
    pub position: Position,
    /// Newton iterations.
    pub iterations: usize,
    /// Evaluations of the deviance.
    pub evaluations: usize,
    /// √(g'H⁻¹g / 2) in the space of θ: the distance to the optimum in units of the parameters' standard errors.
    pub gradient_norm: f64,
    /// The smallest eigenvalue of the Hessian of −2 log-likelihood in the space of θ.
    pub smallest_eigenvalue: f64,
    /// For each boundary direction, the derivative of −2 log-likelihood into the interior, per unit of variance
    /// relative to the residual; not below 0 at an optimum.
    pub multipliers: Vec<f64>,
    /// The decimal digits to which a second, independent evaluation of the deviance agrees.
    pub agreement_digits: f64,
}

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

/// Sums of numbers of rows that did and did not enter the model.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RowCounts {
    /// Rows used.
    pub used: usize,
    /// Rows left out because a variable is missing.
    pub missing: usize,
    /// Rows left out because a variable is not applicable.
    pub not_applicable: usize,
    /// Rows left out because their weight is zero.
    pub zero_weight: usize,
}

/// The estimated fixed effects and all that later inference needs.
#[derive(Debug, Clone)]
pub struct LmmFit {
    pub(crate) formula: String,
    pub(crate) criterion: Criterion,
    pub(crate) rows: RowCounts,
    pub(crate) n_clusters: usize,
    pub(crate) minus_two_log_likelihood: f64,
    pub(crate) names: Vec<String>,
    pub(crate) aliased: Vec<String>,
    pub(crate) beta: Vec<f64>,
    pub(crate) vcov: DMatrix<f64>,
    pub(crate) covariance: CovarianceEstimate,
    pub(crate) convergence: Convergence,
}

impl LmmFit {
    /// The formula in its canonical form.
    pub fn formula(&self) -> &str {
        &self.formula
    }
    /// REML or ML.
    pub fn criterion(&self) -> Criterion {
        self.criterion
    }
    /// How many rows entered, and why the others did not.
    pub fn rows(&self) -> &RowCounts {
        &self.rows
    }
    /// The number of independent clusters.
    pub fn n_clusters(&self) -> usize {
        self.n_clusters
    }
    /// −2 log-likelihood (restricted, for REML) at the optimum, constants included as in lme4 and SAS.
    pub fn minus_two_log_likelihood(&self) -> f64 {
        self.minus_two_log_likelihood
    }
    /// The coefficients' names, length p.
    pub fn names(&self) -> &[String] {
        &self.names
    }
    /// The columns left out because others determine them.
    pub fn aliased(&self) -> &[String] {
        &self.aliased
    }
    /// β̂, length p, in the units of the data.
    pub fn beta(&self) -> &[f64] {
        &self.beta
    }
    /// Φ = (X'V⁻¹X)⁻¹, the model-based covariance of β̂, p × p.
    pub fn vcov(&self) -> &DMatrix<f64> {
        &self.vcov
    }
    /// The covariance parameters in the units of the data.
    pub fn covariance(&self) -> &CovarianceEstimate {
        &self.covariance
    }
    /// The certificate of convergence.
    pub fn convergence(&self) -> &Convergence {
        &self.convergence
    }
}
