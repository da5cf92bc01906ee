//! A fitted frailty model, and what it is asked.

use nalgebra::{DMatrix, DVector};

use super::certificate::{FrailtyApproximation, FrailtyCertificate};
use super::model::Model;
use super::null::Null;
use super::profile::Profile;
use super::search::Optimum;
use super::{Frailty, FrailtyCriterion, FrailtyDistribution};
use crate::error::{Error, Result};
use crate::inference::Inference;
use crate::likelihood::Ties;
use crate::lmm::Position;
use crate::survival::risk_data::RiskData;

/// How the covariance of the coefficients is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FrailtyVariance {
    /// The inverse of the observed information about β, the hazard and the parameters of the frailty's distribution: the uncertainty
    /// about these included. emfrail calls it adjusted.
    #[default]
    Total,
    /// The same with those parameters taken for known: coxme, `sparse = FALSE` of coxph, emfrail without adjustment.
    Known,
    /// The same with the information about the effects taken for diagonal: coxph's default above five groups.
    KnownDiagonal,
}

impl FrailtyVariance {
    /// The name by which a report knows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Known => "known_variance",
            Self::KnownDiagonal => "known_variance_diagonal",
        }
    }
}

/// The coefficients of a frailty model, ln hazard ratios between members of the same group, with what follows from them.
#[derive(Debug, Clone)]
pub struct FrailtyFit {
    formula: String,
    pub(super) data: RiskData,
    pub(super) model: Model,
    pub(super) null: Null,
    pub(super) optimum: Optimum,
    /// Whether the variance was given, or chosen by another criterion than the likelihood.
    pub(super) is_known: bool,
    /// The coefficients in the units of the columns.
    pub(super) beta: Vec<f64>,
    vcov: DMatrix<f64>,
}

impl FrailtyFit {
    pub(super) fn new(formula: String, spec: &Frailty, data: RiskData, model: Model) -> Result<Self> {
        if model.fixed.sets.n_events() == 0 {
            return Err(Error::data("no_events", "no event happens to anybody at risk"));
        }
        let null = Null::new(&model, &data)?;
        let optimum = Profile::new(&model, &null).search(spec.known)?;
        let scale = &data.scale;
        let beta: Vec<f64> = optimum.at.solved.at[..data.p()].iter().zip(scale).map(|(b, scale)| b * scale).collect();
        let vcov = model.penalised.vcov(&optimum.at.solved, &model.penalty(&optimum.theta));
        let vcov = in_units(&vcov, scale);
        let reml = matches!(spec.criterion, FrailtyCriterion::Reml | FrailtyCriterion::RemlDiagonal);
        let is_known = spec.known.is_some() || reml;
        Ok(Self { formula, data, model, null, optimum, is_known, beta, vcov })
    }

    /// The formula.
    pub fn formula(&self) -> &str {
        &self.formula
    }

    /// How coinciding events were treated.
    pub fn ties(&self) -> Ties {
        self.model.ties
    }

    /// How frailties are distributed.
    pub fn distribution(&self) -> FrailtyDistribution {
        self.model.distribution
    }

    /// The coefficients' names, length p.
    pub fn names(&self) -> &[String] {
        &self.data.names
    }

    /// The columns that were left out because earlier ones determine them.
    pub fn aliased(&self) -> &[String] {
        &self.data.aliased
    }

    /// The ln hazard ratios given the frailty, length p.
    pub fn beta(&self) -> &[f64] {
        &self.beta
    }

    /// The rows of the frame that were used, ascending.
    pub fn rows(&self) -> &[u32] {
        &self.data.source
    }

    /// The names of the strata, such as `site=E1`.
    pub fn strata(&self) -> &[String] {
        &self.data.strata
    }

    /// The number of events.
    pub fn n_events(&self) -> usize {
        self.model.fixed.sets.n_events()
    }

    /// For each term its group's name and the number of groups.
    pub fn n_groups(&self) -> Vec<(&str, usize)> {
        self.model.terms.iter().map(|term| (term.group.as_str(), term.labels.len())).collect()
    }

    /// The marginal (gamma) or integrated (log-normal) log-likelihood, on the scale of the partial likelihood.
    pub fn log_likelihood(&self) -> f64 {
        self.optimum.at.value
    }

    /// The log partial likelihood of the Cox model with the same coefficients and no frailty.
    pub fn cox_log_likelihood(&self) -> f64 {
        self.null.log_likelihood()
    }

    /// The log partial likelihood where all coefficients and effects are zero.
    pub fn null_log_likelihood(&self) -> f64 {
        self.null.at_zero
    }

    /// The log partial likelihood at the estimates of β and the effects.
    pub fn partial_log_likelihood(&self) -> f64 {
        self.optimum.at.solved.state.log_likelihood
    }

    /// The same with the penalty −½ b̂'Σ⁻¹b̂, or Σ (b̂ + 1 − exp b̂)/θ.
    pub fn penalised_log_likelihood(&self) -> f64 {
        self.optimum.at.solved.value
    }

    /// What the fit says about its optimum.
    pub fn certificate(&self) -> FrailtyCertificate {
        let singular = |term: &&super::model::Term| {
            let q = term.effects.len();
            let matrix = DMatrix::from_row_slice(q, q, &term.covariance(&self.optimum.theta));
            let values = crate::inference::eigen(matrix).map(|eigen| eigen.eigenvalues);
            // A variance of ln u below 1e-12 makes no hazard differ by more than 1e-6 of itself.
            values.is_ok_and(|values| values.iter().any(|value| *value <= 1e-12))
        };
        let terms: Vec<String> = self.model.terms.iter().filter(singular).map(|term| term.label.clone()).collect();
        FrailtyCertificate {
            position: if terms.is_empty() { Position::Interior } else { Position::Boundary { terms } },
            iterations: self.optimum.iterations,
            decrement: self.optimum.decrement,
            inner_decrement: self.optimum.at.solved.decrement,
            approximation: self.approximation(),
        }
    }

    fn approximation(&self) -> Option<FrailtyApproximation> {
        let Optimum { at, doubt, .. } = &self.optimum;
        // g'H⁻¹g of the error's slopes: what its removal would move the optimum by.
        let moved = self.parameter_vcov().filter(|vcov| vcov.nrows() == doubt.len()).map_or(0.0, |vcov| {
            let slopes = DVector::from_column_slice(doubt);
            slopes.dot(&(vcov * &slopes))
        });
        let found = FrailtyApproximation { log_likelihood: at.doubt, standard_errors: libm::sqrt(moved) };
        (at.doubt > 0.0).then_some(found)
    }

    /// The covariance of β̂, p × p.
    ///
    /// # Errors
    /// `diagonal_groups` when [`FrailtyVariance::KnownDiagonal`] is asked of a model with several groups or slopes.
    pub fn vcov(&self, variance: FrailtyVariance) -> Result<DMatrix<f64>> {
        match variance {
            FrailtyVariance::Known => Ok(self.vcov.clone()),
            FrailtyVariance::KnownDiagonal => {
                let one = matches!(&self.model.terms[..], [term] if term.is_intercept());
                let penalty = self.model.penalty(&self.optimum.theta);
                let solved = &self.optimum.at.solved;
                let inverse = one.then(|| self.model.penalised.diagonal_inverse(solved, &penalty)).flatten();
                let inverse = inverse.map(|inverse| in_units(&inverse.beta, &self.data.scale));
                inverse.ok_or_else(|| {
                    Error::usage(
                        "diagonal_groups",
                        "information about effects is diagonal for one group without slopes only",
                    )
                })
            }
            FrailtyVariance::Total => {
                let mut total = self.vcov.clone();
                let Some(inverse) = self.parameter_vcov() else { return Ok(total) };
                let (p, slopes) = (self.data.p(), &self.optimum.slopes);
                let slope = |a: usize, i: usize| slopes[a][i] * self.data.scale[i];
                for (a, b) in (0..slopes.len()).flat_map(|a| (0..slopes.len()).map(move |b| (a, b))) {
                    for (i, j) in (0..p).flat_map(|i| (0..p).map(move |j| (i, j))) {
                        total[(i, j)] += slope(a, i) * inverse[(a, b)] * slope(b, j);
                    }
                }
                Ok(total)
            }
        }
    }

    /// Estimates and tests with the covariance that `variance` asks for, and normal reference distributions.
    ///
    /// # Errors
    /// As [`FrailtyFit::vcov`].
    pub fn inference(&self, variance: FrailtyVariance) -> Result<Inference> {
        let vcov = self.vcov(variance)?;
        let inference = Inference::normal(self.data.names.clone(), &self.beta, vcov, variance.name());
        let unknown = variance == FrailtyVariance::Total && self.parameter_vcov().is_none() && !self.is_known;
        let caution = "the frailty's variance is zero: standard errors are those of a Cox model".to_owned();
        let approximated = self.approximation().map(|found| found.caution());
        Ok(inference.with_cautions(unknown.then_some(caution).into_iter().chain(approximated)))
    }

    /// For each stratum the event times with the increments of the cumulative hazard of somebody whose covariates, offset and effects
    /// are 0.
    pub fn baseline_hazard(&self) -> Vec<Vec<(f64, f64)>> {
        let shift: f64 = self.beta.iter().zip(&self.data.centre).map(|(beta, centre)| beta * centre).sum();
        self.model.penalised.sets.increments(&self.optimum.at.solved.state, -shift)
    }
}

fn in_units(vcov: &DMatrix<f64>, scale: &[f64]) -> DMatrix<f64> {
    DMatrix::from_fn(scale.len(), scale.len(), |i, j| vcov[(i, j)] * scale[i] * scale[j])
}
