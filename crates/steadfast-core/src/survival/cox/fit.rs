//! A fitted Cox model, and what it is asked.

use nalgebra::DMatrix;

use super::problem::Solved;
use super::process::Process;
use super::variance::{DegreesOfFreedom, Scores, Variance};
use crate::error::{Error, Result};
use crate::inference::Inference;
use crate::likelihood::{PartialLikelihood, Ties};
use crate::report::FTest;
use crate::special::ChiSquared;
use crate::survival::risk_data::RiskData;

/// The coefficients of a Cox model, ln hazard ratios, with what follows from them.
#[derive(Debug, Clone)]
pub struct CoxFit {
    formula: String,
    ties: Ties,
    data: RiskData,
    likelihood: PartialLikelihood,
    solved: Solved,
    /// The coefficients in the units of the columns.
    beta: Vec<f64>,
    vcov: DMatrix<f64>,
}

/// What the rows of a fit contribute, in the order of [`CoxFit::rows`].
#[derive(Debug, Clone, PartialEq)]
pub struct CoxResiduals {
    /// Events less their expectation.
    pub martingale: Vec<f64>,
    /// Their symmetrised form: sign(m) √(−2 (m + δ ln(δ − m))).
    pub deviance: Vec<f64>,
    /// Contributions to the score in the units of the columns, n × p by rows, unweighted.
    pub score: Vec<f64>,
    /// The change of each coefficient when the row is left out, to first order, n × p by rows, weighted.
    pub dfbeta: Vec<f64>,
}

/// An event with the difference of its covariates from those that could have been its.
#[derive(Debug, Clone, PartialEq)]
pub struct Schoenfeld {
    /// The row of the frame.
    pub row: usize,
    /// The place of its stratum in [`CoxFit::strata`]; 0 where there are none.
    pub stratum: usize,
    /// The time of the event.
    pub time: f64,
    /// x less its expectation, length p.
    pub residual: Vec<f64>,
}

impl CoxFit {
    pub(super) fn new(
        formula: String,
        ties: Ties,
        data: RiskData,
        likelihood: PartialLikelihood,
        solved: Solved,
    ) -> Self {
        let scale = &data.scale;
        let beta = solved.beta.iter().zip(scale).map(|(beta, scale)| beta * scale).collect();
        let vcov = DMatrix::from_fn(data.p(), data.p(), |i, j| solved.vcov[(i, j)] * scale[i] * scale[j]);
        Self { formula, ties, data, likelihood, solved, beta, vcov }
    }

    /// What the fit was made from.
    pub(super) fn data(&self) -> &RiskData {
        &self.data
    }

    /// The events in the order of time, at the optimum, from which `what` is made.
    ///
    /// # Errors
    /// `method_does_not_apply` where covariates are functions of time, or events have no hazards of their own.
    pub(super) fn process(&self, what: &str) -> Result<Process> {
        self.process_with(self.ties, what)
    }

    /// The same with the hazard of other ties.
    pub(super) fn process_with(&self, ties: Ties, what: &str) -> Result<Process> {
        self.require_constant(what)?;
        self.ties.require_hazard(what)?;
        Ok(Process::new(&self.data, &self.likelihood, &self.solved.evaluation, ties))
    }

    /// The formula.
    pub fn formula(&self) -> &str {
        &self.formula
    }

    /// How coinciding events were treated.
    pub fn ties(&self) -> Ties {
        self.ties
    }

    /// The coefficients' names, length p.
    pub fn names(&self) -> &[String] {
        &self.data.names
    }

    /// The columns that were left out because earlier ones determine them.
    pub fn aliased(&self) -> &[String] {
        &self.data.aliased
    }

    /// The ln hazard ratios, length p.
    pub fn beta(&self) -> &[f64] {
        &self.beta
    }

    /// The inverse of the observed information, p × p.
    pub fn vcov(&self) -> &DMatrix<f64> {
        &self.vcov
    }

    /// The rows of the frame that were used, ascending.
    pub fn rows(&self) -> &[u32] {
        &self.data.source
    }

    /// The names of the strata, such as `site=E1`.
    pub fn strata(&self) -> &[String] {
        &self.data.strata
    }

    /// Refuses `what` where covariates are functions of time.
    ///
    /// # Errors
    /// `method_does_not_apply`.
    pub(super) fn require_constant(&self, what: &str) -> Result<()> {
        if self.data.functions.is_empty() {
            return Ok(());
        }
        let message = format!("{what} are made for covariates that are constant within rows, not for `tt()`");
        Err(Error::usage("method_does_not_apply", message))
    }

    /// The number of events.
    pub fn n_events(&self) -> usize {
        self.likelihood.n_events()
    }

    /// The iterations that the optimum took.
    pub fn iterations(&self) -> usize {
        self.solved.iterations
    }

    /// The log partial likelihood where all coefficients are zero, and at the optimum.
    pub fn log_likelihood(&self) -> (f64, f64) {
        (self.solved.at_zero.log_likelihood, self.solved.evaluation.log_likelihood)
    }

    /// The score test that all coefficients are zero; with one factor and no ties, the log-rank test.
    ///
    /// # Errors
    /// Those of the χ² distribution, for no coefficient.
    pub fn score_test(&self) -> Result<FTest> {
        let at_zero = &self.solved.at_zero;
        let solved = at_zero.information.clone().cholesky().map(|factor| factor.solve(&at_zero.gradient));
        self.chi_squared("score", solved.map_or(0.0, |solved| solved.dot(&at_zero.gradient)))
    }

    /// The likelihood ratio test that all coefficients are zero.
    ///
    /// # Errors
    /// As [`CoxFit::score_test`].
    pub fn likelihood_ratio_test(&self) -> Result<FTest> {
        let (null, fitted) = self.log_likelihood();
        self.chi_squared("likelihood ratio", 2.0 * (fitted - null))
    }

    /// χ² as a row of tests: the statistic is divided by its degrees of freedom.
    fn chi_squared(&self, term: &str, statistic: f64) -> Result<FTest> {
        let df = self.beta.len() as f64;
        let p_value = ChiSquared::new(df)?.sf(statistic);
        Ok(FTest { term: term.to_owned(), num_df: df, den_df: None, statistic: statistic / df, p_value })
    }

    /// Estimates and tests with the covariance that `variance` asks for, and normal reference distributions.
    ///
    /// # Errors
    /// `too_few_clusters` where a robust covariance has only one; `method_does_not_apply` for one with ties under which events
    /// have no hazards of their own.
    pub fn inference(&self, variance: Variance) -> Result<Inference> {
        self.inference_with(variance, DegreesOfFreedom::Infinite)
    }

    /// As [`CoxFit::inference`], with the degrees of freedom that `dof` asks for.
    ///
    /// # Errors
    /// As [`CoxFit::inference`]; `method_does_not_apply` for degrees of freedom of clusters with the model's own covariance.
    pub fn inference_with(&self, variance: Variance, dof: DegreesOfFreedom) -> Result<Inference> {
        let normal = |vcov| Inference::normal(self.data.names.clone(), &self.beta, vcov, variance.name());
        if variance == Variance::Model {
            return match dof {
                DegreesOfFreedom::Infinite => Ok(normal(self.vcov.clone())),
                DegreesOfFreedom::ClustersLessOne => {
                    Err(Error::usage("method_does_not_apply", "the model's own covariance knows no clusters"))
                }
            };
        }
        self.ties.require_hazard("robust covariances")?;
        if matches!(variance, Variance::Cr2 | Variance::Cr3) {
            self.require_constant("CR2 and CR3")?;
        }
        let of = Scores {
            likelihood: &self.likelihood,
            evaluation: &self.solved.evaluation,
            vcov: &self.solved.vcov,
            data: &self.data,
        };
        let sandwich = of.sandwich(variance)?;
        let scale = &self.data.scale;
        let vcov = DMatrix::from_fn(self.data.p(), self.data.p(), |i, j| sandwich.vcov[(i, j)] * scale[i] * scale[j]);
        let clusters = sandwich.n_clusters;
        let inference = normal(vcov).with_clusters(clusters).with_cautions(sandwich.cautions(variance, dof));
        Ok(match dof {
            DegreesOfFreedom::Infinite => inference,
            DegreesOfFreedom::ClustersLessOne => inference.with_dof(dof.name(), clusters as f64 - 1.0),
        })
    }

    /// The residuals of the rows.
    ///
    /// # Errors
    /// `method_does_not_apply` with ties under which events have no hazards of their own.
    pub fn residuals(&self) -> Result<CoxResiduals> {
        self.ties.require_hazard("residuals")?;
        let found = self.likelihood.residuals(&self.solved.evaluation);
        let (p, scale) = (self.data.p(), &self.data.scale);
        let mut dfbeta = vec![0.0; found.score.len()];
        for (row, (score, change)) in
            found.score.chunks_exact(p.max(1)).zip(dfbeta.chunks_exact_mut(p.max(1))).enumerate()
        {
            for (i, change) in change.iter_mut().enumerate() {
                let sum: f64 = (0..p).map(|j| self.solved.vcov[(i, j)] * score[j]).sum();
                *change = sum * scale[i] * self.data.rows[row].weight;
            }
        }
        let events = self.data.rows.iter().map(|row| f64::from(u8::from(row.event && row.weight > 0.0)));
        let deviance = found.martingale.iter().zip(events).map(|(&m, event)| deviance(m, event)).collect();
        let score = found
            .score
            .chunks_exact(p.max(1))
            .flat_map(|row| row.iter().zip(scale).map(|(u, scale)| u / scale))
            .collect();
        Ok(CoxResiduals { martingale: found.martingale, deviance, score, dfbeta })
    }

    /// Schoenfeld's residuals, in the order of time within strata.
    ///
    /// # Errors
    /// As [`CoxFit::residuals`].
    pub fn schoenfeld(&self) -> Result<Vec<Schoenfeld>> {
        self.ties.require_hazard("Schoenfeld's residuals")?;
        let found = self.likelihood.schoenfeld(&self.solved.evaluation);
        let of_frame = |row: usize| self.data.source[row] as usize;
        let in_units =
            |residual: Vec<f64>| residual.iter().zip(&self.data.scale).map(|(value, scale)| value / scale).collect();
        let event = |(row, stratum, time, residual)| Schoenfeld {
            row: of_frame(row),
            stratum,
            time,
            residual: in_units(residual),
        };
        Ok(found.into_iter().map(event).collect())
    }

    /// For each stratum, the event times with the increments of the cumulative hazard of somebody whose covariates and offset are 0.
    ///
    /// # Errors
    /// As [`CoxFit::residuals`].
    pub fn baseline_hazard(&self) -> Result<Vec<Vec<(f64, f64)>>> {
        self.ties.require_hazard("baseline hazards")?;
        let from = self.beta.len() - self.data.functions.len();
        let shifts: Vec<f64> = self.beta.iter().zip(&self.data.centre).map(|(beta, centre)| beta * centre).collect();
        let shift: f64 = shifts[..from].iter().sum();
        let mut baseline = self.likelihood.baseline(&self.solved.evaluation);
        for (time, increment) in baseline.iter_mut().flatten() {
            let functions = self.data.functions.iter().zip(&shifts[from..]);
            let moved: f64 = functions.map(|(function, shift)| shift * function.at(*time)).sum();
            *increment *= libm::exp(-shift - moved);
        }
        Ok(baseline)
    }
}

fn deviance(martingale: f64, event: f64) -> f64 {
    let expected = event - martingale;
    let log = if event > 0.0 { libm::log(expected) } else { 0.0 };
    libm::copysign(libm::sqrt((-2.0 * (martingale + event * log)).max(0.0)), martingale)
}
