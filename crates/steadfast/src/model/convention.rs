//! Whose conventions are in force where engines differ, and what each of them is.

use serde::{Deserialize, Serialize};
use steadfast_core::formula::Formula;
use steadfast_core::lmm::{self, Counting, CovarianceEstimate, ResidualCovariance};
use steadfast_core::reference_grid::Basis;

use super::TestType;

/// A set of conventions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Convention {
    /// This program's own: the original papers.
    #[default]
    Steadfast,
    /// SAS PROC MIXED.
    Sas,
    /// R: mmrm for residual structures, nlme where random effects stand beside them, lme4 for random effects alone.
    R,
}

/// One point on which engines differ: what each set of conventions says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Topic {
    /// The point.
    pub topic: &'static str,
    /// This program.
    pub steadfast: &'static str,
    /// SAS PROC MIXED.
    pub sas: &'static str,
    /// R.
    pub r: &'static str,
}

/// Every point on which the sets differ.
pub const TOPICS: &[Topic] = &[
    Topic {
        topic: "Kenward-Roger: information about the covariance parameters",
        steadfast: "expected",
        sas: "observed",
        r: "observed (mmrm); expected (pbkrtest)",
    },
    Topic {
        topic: "Kenward-Roger: parameters of the second-order term",
        steadfast: "variances, covariances and correlations",
        sas: "variances, covariances and correlations",
        r: "mmrm's: logarithms of standard deviations, Cholesky entries, transformed correlations",
    },
    Topic {
        topic: "Satterthwaite df of joint tests: rows whose eigenvectors are pooled",
        steadfast: "orthonormal, so that the df depend on the hypothesis alone",
        sas: "differences from the last level",
        r: "deviations from the mean (type III), differences from the reference (type II) (mmrm)",
    },
    Topic {
        topic: "joint tests beside a sandwich",
        steadfast: "Hotelling's T² (Pustejovsky and Tipton 2018)",
        sas: "F with the df of the method",
        r: "pooled Satterthwaite df (mmrm)",
    },
    Topic {
        topic: "between-within: the stratum of a coefficient",
        steadfast: "by whether its column varies within a subject; the intercept within",
        sas: "by effect; the intercept between",
        r: "by whether its column varies within a subject; the intercept within (mmrm)",
    },
    Topic { topic: "containment", steadfast: "by name, as SAS", sas: "by name", r: "inner and outer strata (nlme)" },
    Topic {
        topic: "AIC, AICc, BIC: parameters counted",
        steadfast: "covariance parameters; fixed effects too under ML",
        sas: "covariance parameters; fixed effects too under ML",
        r: "covariance parameters (mmrm); all (nlme, lme4)",
    },
    Topic {
        topic: "BIC: n",
        steadfast: "independent clusters",
        sas: "subjects",
        r: "subjects (mmrm); rows less fixed effects under REML (nlme); rows (lme4)",
    },
];

impl Convention {
    /// The name for readers.
    pub fn label(self) -> &'static str {
        match self {
            Self::Steadfast => "steadfast",
            Self::Sas => "SAS",
            Self::R => "R",
        }
    }

    /// The df method that the set means by `name` for a model of `formula`.
    pub fn df<'n>(self, name: &'n str, formula: &Formula) -> &'n str {
        let of_mmrm = formula.residual().is_some() && formula.random().is_empty();
        match (self, name) {
            (Self::Sas, "kenward-roger") => "kenward-roger-observed",
            (Self::R, "kenward-roger") if of_mmrm => "kenward-roger-mmrm",
            (Self::R, "satterthwaite") => "satterthwaite-pooled",
            (Self::Sas, "between-within") => "between-within-sas",
            (Self::R, "containment") => "inner-outer",
            _ => name,
        }
    }

    /// How the rows of a test of type `of` are written.
    pub fn basis(self, of: TestType) -> Basis {
        match (self, of) {
            (Self::Steadfast, _) => Basis::Orthonormal,
            (Self::Sas, _) => Basis::FromLast,
            (Self::R, TestType::Three) => Basis::FromMean,
            (Self::R, TestType::One | TestType::Two) => Basis::FromReference,
        }
    }

    /// What the set counts in information criteria of a fit with this `covariance`.
    pub fn counting(self, covariance: &CovarianceEstimate) -> Counting {
        let structured = matches!(covariance.residual, ResidualCovariance::Structured { .. });
        let random = !covariance.random.is_empty();
        Counting::from(match (self, structured, random) {
            (Self::Steadfast | Self::Sas, ..) => lmm::Convention::Sas,
            (Self::R, true, false) => lmm::Convention::Mmrm,
            (Self::R, true, true) => lmm::Convention::Nlme,
            (Self::R, false, _) => lmm::Convention::Lme4,
        })
    }
}
