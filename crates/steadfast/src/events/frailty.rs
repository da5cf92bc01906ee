//! What members of a group share: the variance of a frailty, its interval and its test.

use serde::Serialize;
use steadfast_core::report::Interval;
use steadfast_core::survival::{FrailtyDistribution, FrailtyFit, FrailtyVariance};

use super::methods::{Named, unknown};
use super::result::GlobalTest;
use crate::error::Result;
use crate::results::GroupCount;

/// The random part of a model of hazards.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FrailtyResult {
    /// `gamma`, `log-normal`.
    pub distribution: &'static str,
    /// The groups.
    pub groups: Vec<GroupCount>,
    /// Variances, covariances and correlations.
    pub components: Vec<FrailtyComponent>,
    /// The profile interval of one variance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// The test that one variance is 0, at the boundary of its range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<GlobalTest>,
}

/// A parameter of the distribution of frailties.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FrailtyComponent {
    /// The term, such as `(1 | family)`.
    pub term: String,
    /// The parameter.
    pub name: String,
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: Option<f64>,
}

/// The distributions of frailties.
pub const FRAILTIES: &[Named] = &[
    Named {
        name: "gamma",
        about: "of frailty(x): mean 1, its variance is reported; the likelihood is exact (the default for one group)",
    },
    Named {
        name: "log-normal",
        about: "of its logarithm the variance is reported; several groups and slopes, by Laplace's method (the default for them)",
    },
];

/// The distribution of frailties that is called `name`.
///
/// # Errors
/// `unknown_frailty`.
pub fn frailty(name: &str) -> Result<FrailtyDistribution> {
    let known = [FrailtyDistribution::Gamma, FrailtyDistribution::LogNormal];
    let found = known.into_iter().find(|known| called(*known) == name);
    found.ok_or_else(|| unknown("unknown_frailty", "distribution of frailties", name, FRAILTIES))
}

fn called(distribution: FrailtyDistribution) -> &'static str {
    match distribution {
        FrailtyDistribution::LogNormal => "log-normal",
        _ => "gamma",
    }
}

/// The covariance of a frailty model that is called `name`.
///
/// # Errors
/// `unknown_vcov_method`.
pub(super) fn variance(name: &str) -> Result<FrailtyVariance> {
    let known = [FrailtyVariance::Total, FrailtyVariance::Known, FrailtyVariance::KnownDiagonal];
    let found = known.into_iter().find(|variance| variance.name() == name);
    found.ok_or_else(|| unknown("unknown_vcov_method", "covariance of a frailty model", name, FRAILTY_VCOVS))
}

/// The covariances of ln hazard ratios of a frailty model.
pub const FRAILTY_VCOVS: &[Named] = &[
    Named {
        name: "total",
        about: "of a frailty model, its default: the uncertainty about the frailty's variance included",
    },
    Named { name: "known_variance", about: "of a frailty model: that variance taken for known, as coxme has it" },
    Named {
        name: "known_variance_diagonal",
        about: "the same, the information about the effects taken for diagonal, as coxph has it above five groups",
    },
];

impl FrailtyResult {
    pub(super) fn of(fit: &FrailtyFit, level: f64) -> Self {
        let groups = fit.n_groups().into_iter().map(|(name, count)| GroupCount { name: name.to_owned(), count });
        let components = fit.components().into_iter().map(|one| FrailtyComponent {
            term: one.term,
            name: one.name,
            estimate: one.estimate,
            std_error: one.std_error,
        });
        Self {
            distribution: called(fit.distribution()),
            groups: groups.collect(),
            components: components.collect(),
            // They exist for one variance that was estimated.
            interval: fit.variance_interval(level).ok(),
            test: fit.boundary_test().ok().map(|test| GlobalTest::new("no frailty", &test)),
        }
    }
}
