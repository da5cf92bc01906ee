//! The names of what a user may choose about a model of events, with what they mean.

use serde::Serialize;
use steadfast_core::survival::{DegreesOfFreedom, Ties, Variance};

use crate::error::{Error, Result};

/// A choice with its meaning in one sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The name that is typed.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
}

/// The treatments of events that coincide.
pub const TIES: &[Named] = &[
    Named {
        name: "efron",
        about: "coinciding events leave the risk set one after another, in every order alike; the default, as in R",
    },
    Named {
        name: "breslow",
        about: "each of the coinciding events is at risk together with all the others, as in SAS; pulls towards 0 where many coincide",
    },
    Named {
        name: "discrete",
        about: "time is discrete, coefficients are ln odds ratios: `exact` of R, DISCRETE of SAS, conditional logistic regression",
    },
    Named {
        name: "marginal",
        about: "the mean over all orders in which coinciding events may have happened: EXACT of SAS",
    },
];

/// The covariances of ln hazard ratios.
pub const EVENT_VCOVS: &[Named] = &[
    Named {
        name: "model",
        about: "the inverse of the observed information: rows are independent given the covariates",
    },
    Named {
        name: "cr0",
        about: "products of the clusters' scores (Lin and Wei 1989), R's robust variance and SAS's COVS(AGGREGATE); the default with cluster(), with several events a person, and with weights that are no counts",
    },
    Named { name: "cr1", about: "cr0 times G/(G - 1) for G clusters" },
    Named { name: "cr2", about: "scores corrected for their leverage by its square root (Kauermann and Carroll 2001)" },
    Named {
        name: "cr3",
        about: "scores corrected for their whole leverage (Mancl and DeRouen 2001): too large rather than too small",
    },
];

/// The reference distributions of ln hazard ratios.
pub const EVENT_DFS: &[Named] = &[
    Named { name: "asymptotic", about: "normal and χ²; the default, as in R and SAS" },
    Named {
        name: "clusters-less-one",
        about: "t and F with one degree of freedom less than there are clusters; needs a robust covariance",
    },
];

/// The treatment of coinciding events that is called `name`.
///
/// # Errors
/// `unknown_ties`.
pub fn ties(name: &str) -> Result<Ties> {
    if name == "exact" {
        let message = "`exact` means `discrete` in R and `marginal` in SAS: name one of them";
        return Err(Error::usage("unknown_ties", message));
    }
    let known = [Ties::Efron, Ties::Breslow, Ties::Discrete, Ties::Marginal];
    let found = known.into_iter().find(|ties| ties.name() == name);
    found.ok_or_else(|| unknown("unknown_ties", "treatment of ties", name, TIES))
}

/// The covariance that is called `name`.
///
/// # Errors
/// `unknown_vcov_method`.
pub fn vcov(name: &str) -> Result<Variance> {
    let known = [Variance::Model, Variance::Cr0, Variance::Cr1, Variance::Cr2, Variance::Cr3];
    let found = known.into_iter().find(|variance| variance.name() == name);
    found.ok_or_else(|| unknown("unknown_vcov_method", "covariance of a model of events", name, EVENT_VCOVS))
}

/// The degrees of freedom that are called `name`.
///
/// # Errors
/// `unknown_df_method`.
pub fn dof(name: &str) -> Result<DegreesOfFreedom> {
    let known = [DegreesOfFreedom::Infinite, DegreesOfFreedom::ClustersLessOne];
    let found = known.into_iter().find(|dof| dof.name() == name);
    found.ok_or_else(|| unknown("unknown_df_method", "df method of a model of events", name, EVENT_DFS))
}

pub(super) fn unknown(code: &'static str, what: &str, name: &str, known: &[Named]) -> Error {
    let names: Vec<&str> = known.iter().map(|one| one.name).collect();
    Error::usage(code, format!("there is no {what} called `{name}`; there are: {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_that_is_listed_is_known_and_no_other() {
        for one in TIES {
            assert_eq!(ties(one.name).unwrap().name(), one.name);
        }
        for one in EVENT_VCOVS {
            assert_eq!(vcov(one.name).unwrap().name(), one.name);
        }
        for one in EVENT_DFS {
            assert_eq!(dof(one.name).unwrap().name(), one.name);
        }
        assert_eq!(dof("kenward-roger").unwrap_err().code(), "unknown_df_method");
        assert_eq!(ties("exact").unwrap_err().code(), "unknown_ties");
        assert_eq!(vcov("hc3").unwrap_err().code(), "unknown_vcov_method");
    }
}
