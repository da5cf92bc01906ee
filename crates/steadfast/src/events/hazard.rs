//! What was fitted: the hazard of an event, of its subdistribution, or given what a group shares.

use steadfast_core::formula::Formula;
use steadfast_core::inference::Inference;
use steadfast_core::reference_grid::FixedEffects;
use steadfast_core::survival::{
    CoxFit, DegreesOfFreedom, FineGray, FineGrayFit, Frailty, FrailtyDistribution, FrailtyFit, FrailtyVariance,
    Variance, WeightVariance,
};

use super::response::Response;
use super::result::Robustness;
use super::rows::Rows;
use super::{EventSpec, frailty, methods};
use crate::error::{Error, Result};

/// A fitted model of a hazard.
#[derive(Debug)]
pub(super) enum Hazard {
    /// The hazard among those to whom nothing has happened yet.
    Cox(Box<CoxFit>),
    /// The hazard of the subdistribution: those to whom another event has happened stay at risk.
    Subdistribution(Box<FineGrayFit>),
    /// The hazard given what members of a group share.
    Frailty(Box<FrailtyFit>),
}

impl Hazard {
    /// The model of the subdistribution of the event `cause`.
    pub(super) fn subdistribution(spec: &EventSpec, formula: Formula, rows: &Rows, cause: u32) -> Result<Self> {
        let mut model = FineGray::new(formula).ties(spec.ties).cause(&rows.history.states()[cause as usize]);
        if let Some(column) = &spec.subject {
            model = model.subject(column);
        }
        if let Some(column) = &spec.weights {
            model = model.weights(column);
        }
        if let Some(level) = &spec.censored {
            model = model.censored(level);
        }
        Ok(Self::Subdistribution(Box::new(model.fit(&rows.frame)?)))
    }

    /// The model with frailties.
    pub(super) fn frailty(spec: &EventSpec, formula: Formula, rows: &Rows, cause: u32) -> Result<Self> {
        let nested = Response::of(&formula)?.frailty.len() > 1;
        let several = nested || !formula.random().is_empty();
        let usual = if several { FrailtyDistribution::LogNormal } else { FrailtyDistribution::Gamma };
        let mut model = Frailty::new(formula)
            .distribution(spec.frailty.unwrap_or(usual))
            .ties(spec.ties)
            .cause(&rows.history.states()[cause as usize]);
        if let Some(column) = &spec.subject {
            model = model.subject(column);
        }
        if let Some(column) = &spec.weights {
            model = model.weights(column);
        }
        if let Some(level) = &spec.censored {
            model = model.censored(level);
        }
        Ok(Self::Frailty(Box::new(model.fit(&rows.frame)?)))
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Cox(_) => "cox",
            Self::Subdistribution(_) => "fine-gray",
            Self::Frailty(_) => "frailty",
        }
    }

    pub(super) fn formula(&self) -> &str {
        match self {
            Self::Cox(fit) => fit.formula(),
            Self::Subdistribution(fit) => fit.formula(),
            Self::Frailty(fit) => fit.formula(),
        }
    }

    pub(super) fn names(&self) -> &[String] {
        match self {
            Self::Cox(fit) => fit.names(),
            Self::Subdistribution(fit) => fit.names(),
            Self::Frailty(fit) => fit.names(),
        }
    }

    /// How many parameters the likelihood was made largest over: those of the distribution of frailties count as coefficients do.
    pub(super) fn n_parameters(&self) -> usize {
        let shared = match self {
            Self::Frailty(fit) => fit.components().len(),
            Self::Cox(_) | Self::Subdistribution(_) => 0,
        };
        self.names().len() + shared
    }

    pub(super) fn aliased(&self) -> &[String] {
        match self {
            Self::Cox(fit) => fit.aliased(),
            Self::Subdistribution(fit) => fit.aliased(),
            Self::Frailty(fit) => fit.aliased(),
        }
    }

    pub(super) fn iterations(&self) -> usize {
        match self {
            Self::Cox(fit) => fit.iterations(),
            Self::Subdistribution(fit) => fit.iterations(),
            Self::Frailty(fit) => fit.certificate().iterations,
        }
    }

    /// The log partial likelihood without covariates, and at the optimum.
    pub(super) fn log_likelihood(&self) -> (f64, f64) {
        match self {
            Self::Cox(fit) => fit.log_likelihood(),
            Self::Subdistribution(fit) => fit.log_likelihood(),
            Self::Frailty(fit) => (fit.null_log_likelihood(), fit.log_likelihood()),
        }
    }

    pub(super) fn effects(&self) -> &dyn FixedEffects {
        match self {
            Self::Cox(fit) => fit.as_ref(),
            Self::Subdistribution(fit) => fit.as_ref(),
            Self::Frailty(fit) => fit.as_ref(),
        }
    }

    /// The Cox model, of which `what` is asked.
    ///
    /// # Errors
    /// `method_does_not_apply` of another model.
    pub(super) fn cox(&self, what: &str) -> Result<&CoxFit> {
        match self {
            Self::Cox(fit) => Ok(fit),
            Self::Subdistribution(_) | Self::Frailty(_) => {
                let message = format!("{what} are of a Cox model: leave out --subdistribution, and frailties");
                Err(Error::usage("method_does_not_apply", message))
            }
        }
    }

    /// The inference that was asked for, or that the rows ask for, and why.
    pub(super) fn inference(
        &self,
        spec: &EventSpec,
        response: &Response,
        rows: &Rows,
        cause: u32,
    ) -> Result<(Inference, Robustness)> {
        match self {
            Self::Cox(fit) => {
                let (variance, reason) = variance(spec, response, rows, cause)?;
                Ok((fit.inference_with(variance, methods::dof(&spec.df)?)?, reason))
            }
            _ if methods::dof(&spec.df)? != DegreesOfFreedom::Infinite => {
                let message = format!("a {} model has normal limits: --df asymptotic", self.name());
                Err(Error::usage("method_does_not_apply", message))
            }
            Self::Frailty(fit) => {
                let (variance, reason) = match &spec.vcov {
                    Some(name) => (frailty::variance(name)?, Robustness::Asked),
                    None => (FrailtyVariance::default(), Robustness::Frailty),
                };
                Ok((fit.inference(variance)?, reason))
            }
            Self::Subdistribution(fit) => {
                let (variance, reason) = match &spec.vcov {
                    Some(name) => (methods::weight_variance(name)?, Robustness::Asked),
                    None => (WeightVariance::default(), Robustness::Weighted),
                };
                Ok((fit.inference(variance)?, reason))
            }
        }
    }
}

/// The covariance of a Cox model.
fn variance(spec: &EventSpec, response: &Response, rows: &Rows, cause: u32) -> Result<(Variance, Robustness)> {
    if let Some(name) = &spec.vcov {
        return Ok((methods::vcov(name)?, Robustness::Asked));
    }
    let history = &rows.history;
    let reason = if response.cluster.is_some() {
        Robustness::Clusters
    } else if several_events(rows, cause) {
        Robustness::SeveralEvents
    } else if history.weight().iter().any(|weight| weight.fract() != 0.0) {
        Robustness::Weights
    } else {
        Robustness::Independent
    };
    let variance = if reason == Robustness::Independent { Variance::Model } else { Variance::Cr0 };
    Ok((variance, reason))
}

/// Whether the event happens to somebody more than once.
fn several_events(rows: &Rows, cause: u32) -> bool {
    let history = &rows.history;
    let of_cause = (0..history.n_rows()).filter(|&row| history.to(row) == Some(cause));
    let mut persons: Vec<u32> = of_cause.map(|row| history.subject()[row]).collect();
    persons.sort_unstable();
    persons.windows(2).any(|pair| pair[0] == pair[1])
}
