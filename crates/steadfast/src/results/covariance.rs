//! The covariance parameters of a fit, each matrix with its standard deviations and correlations.

use serde::Serialize;
use steadfast_core::lmm::{CovarianceEstimate, RandomCovariance, ResidualCovariance, ResidualGroup};

/// The random effects and the residuals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Covariance {
    /// One entry a random-effects term.
    pub random: Vec<RandomCovariance>,
    /// The residuals.
    pub residual: ResidualResult,
}

/// The covariance of the residuals of one subject.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ResidualResult {
    /// Independent residuals with one variance.
    Independent {
        /// The standard deviation σ.
        sigma: f64,
    },
    /// A structure over the visits.
    Structured {
        /// The term, such as `us(visit | child)`.
        term: String,
        /// The visits, m of them.
        visits: Vec<String>,
        /// One m × m matrix for each level of the grouping factor, or one in all.
        groups: Vec<GroupMatrix>,
    },
}

/// A residual covariance matrix, m × m, and its parameters; a structure over points has parameters only.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupMatrix {
    /// The level of the grouping factor; `null` where one matrix serves all.
    pub group: Option<String>,
    /// Standard deviations, length m.
    pub std_devs: Vec<f64>,
    /// Correlations, m × m.
    pub correlations: Vec<Vec<f64>>,
    /// The covariance matrix, m × m.
    pub covariance: Vec<Vec<f64>>,
    /// The parameters of the structure.
    pub parameters: Vec<Parameter>,
}

/// A covariance parameter, in the units of the data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Parameter {
    /// Its name, such as `rho`.
    pub name: String,
    /// Its estimate.
    pub estimate: f64,
}

impl From<&CovarianceEstimate> for Covariance {
    fn from(estimate: &CovarianceEstimate) -> Self {
        Self { random: estimate.random.clone(), residual: ResidualResult::from(&estimate.residual) }
    }
}

impl From<&ResidualCovariance> for ResidualResult {
    fn from(residual: &ResidualCovariance) -> Self {
        match residual {
            ResidualCovariance::Independent { sigma } => Self::Independent { sigma: *sigma },
            ResidualCovariance::Structured { term, visits, groups } => Self::Structured {
                term: term.clone(),
                visits: visits.clone(),
                groups: groups.iter().map(GroupMatrix::new).collect(),
            },
        }
    }
}

impl GroupMatrix {
    fn new(group: &ResidualGroup) -> Self {
        let covariance = &group.covariance;
        let std_devs: Vec<f64> = covariance.iter().enumerate().map(|(i, row)| row[i].sqrt()).collect();
        let correlation = |i: usize, j: usize| {
            let product = std_devs[i] * std_devs[j];
            if i == j {
                1.0
            } else if product > 0.0 {
                covariance[i][j] / product
            } else {
                0.0
            }
        };
        let m = covariance.len();
        let correlations = (0..m).map(|i| (0..m).map(|j| correlation(i, j)).collect()).collect();
        let parameter = |(name, estimate): &(String, f64)| Parameter { name: name.clone(), estimate: *estimate };
        Self {
            group: (!group.label.is_empty()).then(|| group.label.clone()),
            correlations,
            covariance: covariance.clone(),
            parameters: group.parameters.iter().map(parameter).collect(),
            std_devs,
        }
    }
}
