//! The names of what a user may choose about a model of counts, with what they mean.

use steadfast_core::counts::{Correction, Covariates, FewClusters, Population, Variance};
use steadfast_core::inference::Information;

use crate::error::{Error, Result};
use crate::events::Named;

/// The distributions of counts.
pub const COUNT_FAMILIES: &[Named] = &[
    Named {
        name: "poisson", about: "variance μ; robust limits hold where rows spread wider, model-based ones do not"
    },
    Named {
        name: "nb2",
        about: "negative binomial, variance μ + αμ²: what R's glm.nb, SAS and Stata mean by the name",
    },
    Named {
        name: "nb1",
        about: "negative binomial, variance (1 + α)μ: the same spread around every mean, in shares of it",
    },
];

/// The covariances of ln rate ratios.
pub const COUNT_VCOVS: &[Named] = &[
    Named {
        name: "model",
        about: "the inverse of the expected information, the spread taken as known: R's glm and glm.nb",
    },
    Named {
        name: "observed",
        about: "the inverse of the observed information about all parameters: SAS, Stata, glmmTMB",
    },
    Named { name: "cr0", about: "summed over clusters, or rows where none are named (Liang and Zeger 1986)" },
    Named {
        name: "cr1",
        about: "cr0 times G/(G - 1) for G clusters; the default with cluster() for NB1 and excess zeros",
    },
    Named {
        name: "cr2",
        about: "residuals corrected for their leverage by its square root (Kauermann and Carroll 2001); the default with cluster() for Poisson and NB2",
    },
    Named {
        name: "cr3",
        about: "residuals corrected for their whole leverage (Mancl and DeRouen 2001): too large rather than too small",
    },
];

/// The reference distributions beside a robust covariance.
pub const COUNT_DFS: &[Named] = &[
    Named { name: "asymptotic", about: "normal and χ²" },
    Named {
        name: "clusters-less-one",
        about: "t and F with one degree of freedom less than there are clusters; the default",
    },
    Named {
        name: "satterthwaite",
        about: "Bell and McCaffrey's degrees of freedom under the working model; Poisson and NB2",
    },
];

pub(super) fn vcov(name: &str) -> Result<Variance> {
    let robust = |correction| Ok(Variance::Robust(correction, FewClusters::default()));
    match name {
        "model" => Ok(Variance::Model(Information::Expected)),
        "observed" => Ok(Variance::Model(Information::Observed)),
        "cr0" => robust(Correction::Cr0),
        "cr1" => robust(Correction::Cr1),
        "cr2" => robust(Correction::Cr2),
        "cr3" => robust(Correction::Cr3),
        _ => Err(unknown("unknown_vcov_method", "covariance of a model of counts", name, COUNT_VCOVS)),
    }
}

pub(super) fn dof(name: &str) -> Result<FewClusters> {
    let known = [FewClusters::Normal, FewClusters::Clusters, FewClusters::BellMcCaffrey];
    let found = known.into_iter().find(|few| few.name() == name);
    found.ok_or_else(|| unknown("unknown_df_method", "df method of a model of counts", name, COUNT_DFS))
}

/// The population called `name`: `rows` or `exposure`.
///
/// # Errors
/// `unknown_population`.
pub fn population(name: &str) -> Result<Population> {
    match name {
        "rows" => Ok(Population::Rows),
        "exposure" => Ok(Population::Exposure),
        _ => Err(Error::usage(
            "unknown_population",
            format!("rates are averaged over `rows` or `exposure`, not `{name}`"),
        )),
    }
}

/// The covariates called `name`: `fixed` or `sampled`.
///
/// # Errors
/// `unknown_covariates`.
pub fn covariates(name: &str) -> Result<Covariates> {
    match name {
        "fixed" => Ok(Covariates::Fixed),
        "sampled" => Ok(Covariates::Sampled),
        _ => Err(Error::usage("unknown_covariates", format!("covariates are `fixed` or `sampled`, not `{name}`"))),
    }
}

fn unknown(code: &'static str, what: &str, name: &str, known: &[Named]) -> Error {
    let names: Vec<&str> = known.iter().map(|one| one.name).collect();
    Error::usage(code, format!("there is no {what} called `{name}`; there are: {}", names.join(", ")))
}
