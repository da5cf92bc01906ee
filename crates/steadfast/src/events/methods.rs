//! The names of what a user may choose about a model of events, with what they mean.

use serde::Serialize;
use steadfast_core::survival::{Ties, Variance};

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
        about: "coinciding events leave the risk set one after another, in every order alike (the default; R's default)",
    },
    Named {
        name: "breslow",
        about: "each of the coinciding events is at risk together with all the others (SAS's default); pulls towards 0 where ties are heavy",
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
        about: "the sum over clusters of the products of their dfbeta (Lin and Wei 1989): R's robust variance, SAS's COVS(AGGREGATE); the default with cluster(), with several events a person, and with weights that are no counts",
    },
    Named { name: "cr1", about: "cr0 times G/(G - 1), G being the number of clusters" },
];

/// The treatment of coinciding events that is called `name`.
///
/// # Errors
/// `unknown_ties`.
pub fn ties(name: &str) -> Result<Ties> {
    match name {
        "efron" => Ok(Ties::Efron),
        "breslow" => Ok(Ties::Breslow),
        _ => Err(unknown("unknown_ties", "treatment of ties", name, TIES)),
    }
}

/// The covariance that is called `name`.
///
/// # Errors
/// `unknown_vcov_method`.
pub fn vcov(name: &str) -> Result<Variance> {
    let known = [Variance::Model, Variance::Cr0, Variance::Cr1];
    let found = known.into_iter().find(|variance| variance.name() == name);
    found.ok_or_else(|| unknown("unknown_vcov_method", "covariance of a model of events", name, EVENT_VCOVS))
}

fn unknown(code: &'static str, what: &str, name: &str, known: &[Named]) -> Error {
    let names: Vec<&str> = known.iter().map(|one| one.name).collect();
    Error::usage(code, format!("there is no {what} called `{name}`; there are: {}", names.join(", ")))
}

/// The name of a treatment of ties.
pub(super) fn name_of(ties: Ties) -> &'static str {
    match ties {
        Ties::Breslow => "breslow",
        _ => "efron",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_that_is_listed_is_known_and_no_other() {
        for one in TIES {
            assert_eq!(name_of(ties(one.name).unwrap()), one.name);
        }
        for one in EVENT_VCOVS {
            assert_eq!(vcov(one.name).unwrap().name(), one.name);
        }
        assert_eq!(ties("exakt").unwrap_err().code(), "unknown_ties");
        assert_eq!(vcov("hc3").unwrap_err().code(), "unknown_vcov_method");
    }
}
