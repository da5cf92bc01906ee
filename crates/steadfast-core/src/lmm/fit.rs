//! The result of a fit: immutable, with the certificate of its convergence.

use std::sync::{Arc, OnceLock};

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::{Lmm, certificate, units};
use crate::design::{Design, Excluded, Recipe};
use crate::error::{Error, Result};
use crate::likelihood::Criterion;
use crate::likelihood::{Block, ClusterRows, Engine, Hessian, Solution, Solver, SparseCost};
use crate::optimize::Minimum;

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
        /// The visits, m of them; empty for a structure over points.
        visits: Vec<String>,
        /// One for each group of parameters.
        groups: Vec<ResidualGroup>,
    },
}

/// The residual covariance of one group of parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResidualGroup {
    /// The group; empty when there is one.
    pub label: String,
    /// The m × m matrix over the visits; empty for a structure over points.
    pub covariance: Vec<Vec<f64>>,
    /// The natural parameters by name.
    pub parameters: Vec<(String, f64)>,
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
    /// The smallest eigenvalue of the Hessian of −2 log-likelihood in the space of θ; of the average information where more
    /// than 1,000 random effects are connected, which does not see a saddle.
    pub smallest_eigenvalue: f64,
    /// For each boundary direction, the derivative of −2 log-likelihood into the interior, per unit of variance
    /// relative to the residual; not below 0 at an optimum. For `us`, `diag` and terms of one variance.
    pub multipliers: Vec<f64>,
    /// The decimal digits to which a second, independent evaluation of the deviance agrees.
    pub agreement_digits: f64,
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
    /// Rows left out because a variable is not yet due.
    #[serde(default)]
    pub not_yet_due: usize,
    /// Rows left out because a variable is absent after withdrawal.
    #[serde(default)]
    pub withdrawn: usize,
    /// Rows left out because their weight is zero.
    pub zero_weight: usize,
}

impl RowCounts {
    /// `used` rows entered the model, the `excluded` ones did not.
    pub(super) fn new(used: usize, excluded: &Excluded) -> Self {
        Self {
            used,
            missing: excluded.missing,
            not_applicable: excluded.not_applicable,
            not_yet_due: excluded.not_yet_due,
            withdrawn: excluded.withdrawn,
            zero_weight: excluded.zero_weight,
        }
    }
}

/// A fitted linear mixed model: the estimates, the certificate, and all that later inference needs.
#[derive(Debug, Clone)]
pub struct LmmFit {
    formula: String,
    pub(super) criterion: Criterion,
    solver: Solver,
    pub(super) rows: RowCounts,
    pub(super) names: Vec<String>,
    aliased: Vec<String>,
    pub(super) beta: Vec<f64>,
    pub(super) vcov: DMatrix<f64>,
    covariance: CovarianceEstimate,
    convergence: Convergence,
    recipe: Arc<Recipe>,
    notes: Vec<String>,
    /// The design, whose columns share the memory of the frame.
    pub(super) design: Arc<Design>,
    pub(super) engine: Arc<Engine>,
    pub(super) theta: Vec<f64>,
    /// The Hessian of −2 log-likelihood in θ, as the optimiser saw it last.
    pub(super) hessian: DMatrix<f64>,
    pub(super) solution: Solution,
    slopes: OnceLock<Option<Vec<DMatrix<f64>>>>,
    expected: OnceLock<Option<DMatrix<f64>>>,
    exact_hessian: OnceLock<Option<DMatrix<f64>>>,
}

fn undefined() -> Error {
    Error::data("undefined_likelihood", "the likelihood is not defined at the optimum")
}

impl LmmFit {
    /// The fit of `model` at `minimum`, in the units of the data.
    pub(super) fn new(
        model: &Lmm,
        design: Arc<Design>,
        engine: Engine,
        minimum: Minimum,
        convergence: Convergence,
    ) -> Result<Self> {
        let natural = engine.natural(&minimum.theta);
        let solution = engine.solve(&natural, model.criterion).ok_or_else(undefined)?;
        let scale = engine.outcome_scale;
        let map = &engine.fixed.to_user;
        let mut beta = map * (&engine.base + &solution.beta / scale);
        if let Some(intercept) = design.fixed.iter().position(|column| column.pieces.is_empty()) {
            beta[intercept] += engine.outcome_centre;
        }
        let vcov = map * &solution.vcov * map.transpose() / (scale * scale);
        let covariance = covariance_estimate(&design, &engine, &natural)?;
        Ok(Self {
            formula: model.formula.to_string(),
            criterion: model.criterion,
            solver: model.solver,
            rows: RowCounts::new(design.rows.len(), &design.excluded),
            names: design.fixed.iter().map(|column| column.name.clone()).collect(),
            aliased: design.aliased.clone(),
            beta: beta.iter().copied().collect(),
            vcov: 0.5 * (&vcov + vcov.transpose()),
            covariance,
            convergence,
            recipe: Arc::clone(&design.recipe),
            notes: design.notes.clone(),
            design,
            engine: Arc::new(engine),
            theta: minimum.theta,
            hessian: minimum.point.hessian,
            solution,
            slopes: OnceLock::new(),
            expected: OnceLock::new(),
            exact_hessian: OnceLock::new(),
        })
    }

    /// The same fit with rows and groups counted elsewhere.
    pub(super) fn counted(mut self, rows: RowCounts, groups: &[usize]) -> Self {
        self.rows = rows;
        self.covariance.random.iter_mut().zip(groups).for_each(|(term, &n)| term.n_groups = n);
        self
    }

    /// The model of this fit, to be fitted to a design with other rows or other random effects.
    ///
    /// # Errors
    /// Those of the parser, which has read the formula before.
    pub(super) fn model(&self) -> Result<Lmm> {
        Ok(Lmm::new(self.formula.parse()?).criterion(self.criterion).solver(self.solver))
    }

    /// Calls `look` with every cluster at the estimate, from its rows.
    ///
    /// # Errors
    /// `undefined_likelihood` when V of a cluster is not positive definite.
    pub(super) fn for_each_cluster(&self, look: impl FnMut(&ClusterRows<'_>)) -> Result<()> {
        self.check_clusters()?;
        let natural = self.engine.natural(&self.theta);
        if self.engine.for_each_cluster(&self.design, &natural, &self.solution, look) {
            return Ok(());
        }
        Err(Error::data("undefined_likelihood", "the covariance of a cluster is not positive definite"))
    }

    /// Refuses clusters that are too long for a dense V.
    ///
    /// # Errors
    /// `cluster_too_large`.
    pub(super) fn check_clusters(&self) -> Result<()> {
        if let Some(rows) = self.engine.too_long() {
            let message = format!(
                "the grouping factors connect {rows} rows, whose covariance matrix would be made for this: it can be had \
                 for clusters of up to a few thousand rows"
            );
            return Err(Error::usage("cluster_too_large", message));
        }
        Ok(())
    }

    /// X̃'V⁻¹V̇_kV⁻¹X̃ for every parameter, made when first asked for.
    pub(super) fn slopes(&self) -> Result<&[DMatrix<f64>]> {
        let made = self.slopes.get_or_init(|| self.engine.slopes(&self.engine.natural(&self.theta), &self.solution));
        made.as_deref().ok_or_else(undefined)
    }

    /// The expected information about φ, made when first asked for.
    pub(super) fn expected(&self) -> Result<&DMatrix<f64>> {
        self.check_effects()?;
        let reml = self.criterion == Criterion::Reml;
        let natural = || self.engine.natural(&self.theta);
        let made = self.expected.get_or_init(|| self.engine.expected(&natural(), &self.solution, reml));
        made.as_ref().ok_or_else(undefined)
    }

    /// The exact Hessian of −2 log-likelihood in θ, made when first asked for where the fit did without.
    pub(super) fn hessian(&self) -> Result<&DMatrix<f64>> {
        if self.engine.is_light() {
            return Ok(&self.hessian);
        }
        self.check_effects()?;
        let problem = Problem { engine: &self.engine, criterion: self.criterion };
        let made =
            self.exact_hessian.get_or_init(|| problem.with(&self.theta, Hessian::Exact).map(|point| point.hessian));
        made.as_ref().ok_or_else(undefined)
    }

    fn check_effects(&self) -> Result<()> {
        let Some(effects) = self.engine.too_many_effects() else { return Ok(()) };
        let gigabytes = 8.0 * (effects as f64).powi(2) / 1e9;
        let message = format!(
            "the exact information about the covariance parameters of {effects} connected random effects would take \
             {gigabytes:.1} GB: ask for degrees of freedom that do without, such as `asymptotic` or `residual`"
        );
        Err(Error::usage("too_many_effects", message))
    }

    /// How new rows become rows of X: the terms, levels, contrasts and centring of the fit.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }
    /// Remarks on the design, such as levels that do not occur.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
    /// The number of covariance parameters, k.
    pub fn n_covariance_parameters(&self) -> usize {
        self.theta.len()
    }
    /// The covariance parameters' names and estimates in the units of the data, in the order of the formula.
    pub fn natural_parameters(&self) -> Vec<(String, f64)> {
        let natural = units::reported(&self.engine, &self.engine.natural(&self.theta));
        let names = self.engine.blocks.iter().flat_map(|block| {
            let own = block.structure.natural_names(&block.levels);
            own.into_iter().map(|name| format!("{}: {name}", block.label)).collect::<Vec<_>>()
        });
        names.zip(natural).collect()
    }
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
        self.engine.n_clusters()
    }
    /// What one evaluation of the likelihood costs, where one sparse matrix serves all random effects.
    pub fn sparse_cost(&self) -> Option<SparseCost> {
        self.engine.sparse_cost()
    }
    /// −2 log-likelihood (restricted, for REML) at the optimum, constants included as in lme4 and SAS.
    pub fn minus_two_log_likelihood(&self) -> f64 {
        self.solution.value
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

/// The covariance matrices at φ (engine's units) as rows of the report.
fn covariance_estimate(design: &Design, engine: &Engine, natural: &[f64]) -> Result<CovarianceEstimate> {
    let in_data_units = units::to_data(engine, natural);
    let mut random = Vec::with_capacity(design.random.len());
    for (term, block) in design.random.iter().zip(&engine.blocks) {
        let Some(matrix) = block.matrix(&in_data_units) else { continue };
        let std_devs: Vec<f64> = matrix.diagonal().iter().map(|v| v.max(0.0).sqrt()).collect();
        let correlation = |i: usize, j: usize| {
            let both = std_devs[i] * std_devs[j];
            if i == j {
                1.0
            } else if both > 0.0 {
                matrix[(i, j)] / both
            } else {
                0.0
            }
        };
        let q = std_devs.len();
        random.push(RandomCovariance {
            term: term.label.clone(),
            group: term.group.name.clone(),
            n_groups: occurring(design, &term.group.codes, term.group.labels.len()),
            names: block.levels.clone(),
            correlations: (0..q).map(|i| (0..q).map(|j| correlation(i, j)).collect()).collect(),
            covariance: nested(&matrix),
            rank: certificate::rank(block, natural)?,
            std_devs,
        });
    }
    Ok(CovarianceEstimate { random, residual: residual_estimate(design, engine, &in_data_units) })
}

fn residual_estimate(design: &Design, engine: &Engine, in_data_units: &[f64]) -> ResidualCovariance {
    let blocks = &engine.blocks[design.random.len()..];
    let (term, visits) = match (&design.residual, &design.variance) {
        (Some(term), _) => (term.label.clone(), term.positions.labels()),
        (None, Some(function)) => (function.label.clone(), Vec::new()),
        (None, None) => {
            let sigma = blocks.first().map_or(f64::NAN, |block| block.of(in_data_units)[0].sqrt());
            return ResidualCovariance::Independent { sigma };
        }
    };
    let by = design.residual.as_ref().and_then(|term| term.by.as_ref());
    let labels = by.map_or_else(|| vec![String::new()], |by| by.labels.to_vec());
    let group = |(label, block): (String, &Block)| {
        let names = block.structure.natural_names(&block.levels);
        let parameters = names.into_iter().zip(block.structure.reported(block.of(in_data_units))).collect();
        let covariance = block.matrix(in_data_units).map_or_else(Vec::new, |matrix| nested(&matrix));
        ResidualGroup { label, covariance, parameters }
    };
    ResidualCovariance::Structured { term, visits, groups: labels.into_iter().zip(blocks).map(group).collect() }
}

fn nested(matrix: &DMatrix<f64>) -> Vec<Vec<f64>> {
    matrix.row_iter().map(|row| row.iter().copied().collect()).collect()
}

/// The number of groups that have rows in the model.
fn occurring(design: &Design, codes: &[u32], n: usize) -> usize {
    let mut seen = vec![false; n];
    design.rows.iter().for_each(|&row| seen[codes[row as usize] as usize] = true);
    seen.iter().filter(|seen| **seen).count()
}
