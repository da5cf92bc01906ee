//! A fitted model, and the answers that are read off it.

use std::collections::BTreeMap;

use steadfast_core::inference::{DfMethod, Inference};
use steadfast_core::lmm::{CovarianceEstimate, LmmFit, Spread};
use steadfast_core::reference_grid::{ReferenceGrid, type_one, type_three, type_two};
use steadfast_core::report::{FTest, Row};

use super::means::Means;
use super::source::Source;
use super::{Convention, ModelSpec, TestType, tests};
use crate::error::{Error, Result};
use crate::results::{Covariance, Explained, GroupCount, ModelResult, RandomTestRow};

/// A fit with the inference that was asked for.
#[derive(Debug)]
pub struct Fitted {
    spec: ModelSpec,
    method: Box<dyn DfMethod>,
    source: Source,
    inference: Inference,
}

impl Fitted {
    pub(super) fn new(spec: ModelSpec, method: Box<dyn DfMethod>, source: Source, inference: Inference) -> Self {
        Self { spec, method, source, inference }
    }

    /// The fit.
    pub fn fit(&self) -> &LmmFit {
        self.source.lmm()
    }

    /// The inference about the fixed effects.
    pub fn inference(&self) -> &Inference {
        &self.inference
    }

    /// Everything that was asked about the model.
    ///
    /// # Errors
    /// When the means name a factor that the fixed effects lack, or a profile does not converge.
    pub fn result(&self) -> Result<ModelResult> {
        let (fit, spec) = (self.fit(), &self.spec);
        let asked =
            spec.means.as_ref().map(|asked| Means::of(self.source.effects(), &self.inference, asked)).transpose()?;
        let asked = asked.unwrap_or_default();
        let (tests, untested) = self.tests()?;
        let criteria = fit.information_criteria(spec.convention.counting(fit.covariance()))?;
        let profiles = spec.intervals.then(|| fit.variance_components(spec.level)).transpose()?;
        let random_tests = spec.random_tests.then(|| fit.random_tests(spec.threads)).transpose()?;
        let without = profiles.iter().flat_map(|found| &found.without).map(|(term, _)| term.clone()).collect();
        Ok(ModelResult {
            formula: fit.formula().to_owned(),
            criterion: fit.criterion(),
            convention: spec.convention,
            df_method: self.inference.method().to_owned(),
            df_conventions: self.method.description(),
            vcov_method: self.inference.vcov_method().to_owned(),
            level: spec.level,
            weights: spec.weights.clone(),
            minus_two_log_likelihood: fit.minus_two_log_likelihood(),
            aic: criteria.aic,
            aicc: criteria.aicc,
            bic: criteria.bic,
            n_observations: fit.rows().used,
            n_clusters: fit.n_clusters(),
            sparse_cost: fit.sparse_cost(),
            groups: groups(fit.covariance()),
            rows: fit.rows().clone(),
            coefficients: self.inference.coefficients()?,
            aliased: fit.aliased().to_vec(),
            test_type: spec.tests,
            tests,
            means: asked.means,
            differences: asked.differences,
            adjusted: asked.adjusted,
            slices: asked.slices,
            not_estimable: asked.not_estimable,
            covariance: Covariance::from(fit.covariance()),
            variance_explained: spec.variance_explained.then(|| self.variance_explained()),
            random_tests: random_tests.map(|tests| tests.into_iter().map(RandomTestRow::from).collect()),
            principal_components: spec.principal_components.then(|| fit.principal_components()).transpose()?,
            variance_components: profiles.map(|found| found.intervals),
            without_interval: without,
            cautions: [self.source.remarks(), untested, asked.remarks, self.inference.cautions().to_vec()].concat(),
            findings: self.source.findings(),
            convergence: fit.convergence().clone(),
        })
    }

    /// The difference `first - second` between the adjusted means of two levels of `factor`, with other factors held
    /// `at` a level or averaged over.
    ///
    /// # Errors
    /// `unknown_factor`, `unknown_level`, or `not_estimable` when the data do not determine the difference.
    pub fn difference(&self, factor: &str, levels: &[String; 2], at: &BTreeMap<String, String>) -> Result<Row> {
        let grid = ReferenceGrid::new(self.source.effects());
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
        self.source.effects().recipe().summary.factor(factor).map(|factor| factor.levels.clone()).unwrap_or_default()
    }

    fn variance_explained(&self) -> Explained {
        let spread = if self.spec.convention == Convention::R { Spread::OfSample } else { Spread::OfRows };
        Explained::from(self.fit().variance_explained(spread))
    }

    /// The tests of the terms, and a remark on each term that has none.
    fn tests(&self) -> Result<(Vec<FTest>, Vec<String>)> {
        let effects = self.source.effects();
        let hypotheses = match self.spec.tests {
            TestType::One => type_one(effects)?,
            TestType::Two => type_two(effects)?,
            TestType::Three => type_three(effects.recipe())?,
        };
        let basis = self.spec.convention.basis(self.spec.tests);
        tests::all(hypotheses, |hypothesis| hypothesis.test_in(basis, effects.recipe(), &self.inference))
    }
}

/// The grouping factors of the random effects, each once.
pub(super) fn groups(covariance: &CovarianceEstimate) -> Vec<GroupCount> {
    let mut groups: Vec<GroupCount> = Vec::new();
    for term in &covariance.random {
        if groups.iter().all(|group| group.name != term.group) {
            groups.push(GroupCount { name: term.group.clone(), count: term.n_groups });
        }
    }
    groups
}
