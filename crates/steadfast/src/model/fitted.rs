//! A fitted model, and the answers that are read off it.

use std::collections::BTreeMap;

use steadfast_core::inference::{DfMethod, Inference};
use steadfast_core::lmm::{CovarianceEstimate, Criterion, LmmFit};
use steadfast_core::reference_grid::{LinearCombination, ReferenceGrid, type_three};
use steadfast_core::report::{FTest, Row};

use super::ModelSpec;
use crate::error::{Error, Result};
use crate::results::{CellRow, Covariance, GroupCount, ModelResult};

/// A fit with the inference that was asked for.
#[derive(Debug)]
pub struct Fitted {
    spec: ModelSpec,
    method: Box<dyn DfMethod>,
    fit: LmmFit,
    inference: Inference,
}

impl Fitted {
    pub(super) fn new(spec: ModelSpec, method: Box<dyn DfMethod>, fit: LmmFit, inference: Inference) -> Self {
        Self { spec, method, fit, inference }
    }

    /// The fit.
    pub fn fit(&self) -> &LmmFit {
        &self.fit
    }

    /// Everything that was asked about the model.
    ///
    /// # Errors
    /// When the means name a factor that the fixed effects lack, or a profile does not converge.
    pub fn result(&self) -> Result<ModelResult> {
        let (fit, spec) = (&self.fit, &self.spec);
        let mut not_estimable = Vec::new();
        let (mut means, mut differences) = (None, None);
        if let Some(asked) = &spec.means {
            let grid = ReferenceGrid::new(fit.recipe());
            means = Some(self.cells(grid.means(asked)?, &mut not_estimable)?);
            differences = Some(self.cells(grid.differences(asked)?, &mut not_estimable)?);
        }
        let (aic, bic) = self.information_criteria();
        let profiles = spec.intervals.then(|| fit.variance_components(spec.level)).transpose()?;
        let without = profiles.iter().flat_map(|found| &found.without).map(|(term, _)| term.clone()).collect();
        Ok(ModelResult {
            formula: fit.formula().to_owned(),
            criterion: fit.criterion(),
            df_method: self.method.name().to_owned(),
            df_conventions: self.method.description(),
            level: spec.level,
            weights: spec.weights.clone(),
            minus_two_log_likelihood: fit.minus_two_log_likelihood(),
            aic,
            bic,
            n_observations: fit.rows().used,
            n_clusters: fit.n_clusters(),
            groups: groups(fit.covariance()),
            rows: fit.rows().clone(),
            coefficients: self.inference.coefficients()?,
            aliased: fit.aliased().to_vec(),
            tests: self.tests()?,
            means,
            differences,
            not_estimable,
            covariance: Covariance::from(fit.covariance()),
            variance_components: profiles.map(|found| found.intervals),
            without_interval: without,
            convergence: fit.convergence().clone(),
        })
    }

    /// The difference `first - second` between the adjusted means of two levels of `factor`, with other factors held
    /// `at` a level or averaged over.
    ///
    /// # Errors
    /// `unknown_factor`, `unknown_level`, or `not_estimable` when the data do not determine the difference.
    pub fn difference(&self, factor: &str, levels: &[String; 2], at: &BTreeMap<String, String>) -> Result<Row> {
        let grid = ReferenceGrid::new(self.fit.recipe());
        let grid = at.iter().fold(grid, |grid, (factor, level)| grid.at(factor, level));
        let difference = grid.difference(factor, &levels[0], &levels[1])?;
        if !difference.estimable {
            let message = format!("the data do not determine `{}`: a cell is empty", difference.term);
            return Err(Error::data("not_estimable", message));
        }
        Ok(self.inference.estimate(&difference.term, &difference.row)?)
    }

    /// The levels of `factor` in the fixed effects.
    pub fn levels(&self, factor: &str) -> Vec<String> {
        self.fit.recipe().summary.factor(factor).map(|factor| factor.levels.clone()).unwrap_or_default()
    }

    fn cells(&self, cells: Vec<LinearCombination>, not_estimable: &mut Vec<String>) -> Result<Vec<CellRow>> {
        let mut rows = Vec::new();
        for cell in cells {
            if cell.estimable {
                let row = self.inference.estimate(&cell.term, &cell.row)?;
                rows.push(CellRow { row, at: cell.levels.into_iter().collect() });
            } else {
                let at = cell.levels.iter().map(|(factor, level)| format!("{factor} {level}"));
                not_estimable.push(format!("{} at {}", cell.term, at.collect::<Vec<_>>().join(", ")));
            }
        }
        Ok(rows)
    }

    fn tests(&self) -> Result<Vec<FTest>> {
        let mut tests = Vec::new();
        for hypothesis in type_three(self.fit.recipe())? {
            if !hypothesis.rows.is_empty() {
                tests.push(self.inference.test(&hypothesis.term, &hypothesis.rows)?);
            }
        }
        Ok(tests)
    }

    /// −2 log L + 2k and −2 log L + k log n, with n the independent clusters and k the parameters that the likelihood
    /// was maximised over: those of the covariance for REML, and β with them for ML.
    fn information_criteria(&self) -> (f64, f64) {
        let fixed = match self.fit.criterion() {
            Criterion::Reml => 0,
            Criterion::Ml => self.fit.beta().len(),
        };
        let k = (self.fit.n_covariance_parameters() + fixed) as f64;
        let deviance = self.fit.minus_two_log_likelihood();
        (deviance + 2.0 * k, deviance + k * libm::log(self.fit.n_clusters() as f64))
    }
}

/// The grouping factors of the random effects, each once.
fn groups(covariance: &CovarianceEstimate) -> Vec<GroupCount> {
    let mut groups: Vec<GroupCount> = Vec::new();
    for term in &covariance.random {
        if groups.iter().all(|group| group.name != term.group) {
            groups.push(GroupCount { name: term.group.clone(), count: term.n_groups });
        }
    }
    groups
}
