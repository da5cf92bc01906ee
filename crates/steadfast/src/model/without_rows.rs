//! What is reported about a model of which only the fit is at hand, and no row.

use steadfast_core::formula::Formula;
use steadfast_core::inference::inference_method;
use steadfast_core::lmm::SavedFit;
use steadfast_core::reference_grid::{FixedEffects, type_three};

use super::fitted::groups;
use super::{Means, ModelSpec, TestType, tests};
use crate::error::{Error, Result};
use crate::results::{Covariance, ModelResult};

impl ModelSpec {
    /// What was asked for that needs the rows; nothing where all can be answered without.
    ///
    /// # Errors
    /// `needs_rows` with what it is.
    pub fn check_without_rows(&self) -> Result<()> {
        let counts =
            |name: &str| ["between-within", "containment", "inner-outer"].iter().any(|own| name.starts_with(own));
        let asked = [
            ("degrees of freedom that count rows and groups", counts(&self.df)),
            ("sandwich covariances", self.vcov != super::DEFAULT_VCOV || self.cluster.is_some()),
            ("R² and the parts of the variance", self.variance_explained),
            ("tests of random effects", self.random_tests),
            ("principal components", self.principal_components),
            ("profile intervals", self.intervals),
            ("tests of type I and II", self.tests != TestType::Three),
        ];
        match asked.iter().find(|(_, asked)| *asked) {
            None => Ok(()),
            Some((what, _)) => {
                let message = format!("{what} need the rows in memory, and these are read in pieces");
                Err(Error::usage("needs_rows", message))
            }
        }
    }

    /// Everything that was asked, about `fit`.
    ///
    /// # Errors
    /// As of a fit whose rows are at hand; `needs_rows`.
    pub fn result_without_rows(&self, fit: &SavedFit) -> Result<ModelResult> {
        self.check_without_rows()?;
        let formula: Formula = fit.formula().parse()?;
        let method = inference_method(self.convention.df(&self.df, &formula), &self.vcov)?;
        let inference = fit.inference(method.as_ref())?.with_level(self.level)?;
        let asked = self.means.as_ref().map(|asked| Means::of(fit, &inference, asked)).transpose()?.unwrap_or_default();
        let recipe = FixedEffects::recipe(fit);
        let basis = self.convention.basis(self.tests);
        let (found, untested) =
            tests::all(type_three(recipe)?, |hypothesis| hypothesis.test_in(basis, recipe, &inference))?;
        let criteria = fit.information_criteria(self.convention.counting(fit.covariance()))?;
        Ok(ModelResult {
            formula: fit.formula().to_owned(),
            criterion: fit.criterion(),
            convention: self.convention,
            df_method: inference.method().to_owned(),
            df_conventions: method.description(),
            vcov_method: inference.vcov_method().to_owned(),
            level: self.level,
            weights: self.weights.clone(),
            minus_two_log_likelihood: fit.minus_two_log_likelihood(),
            aic: criteria.aic,
            aicc: criteria.aicc,
            bic: criteria.bic,
            n_observations: fit.rows().used,
            n_clusters: fit.n_clusters(),
            sparse_cost: None,
            groups: groups(fit.covariance()),
            rows: fit.rows().clone(),
            coefficients: inference.coefficients()?,
            aliased: fit.aliased().to_vec(),
            test_type: self.tests,
            tests: found,
            means: asked.means,
            differences: asked.differences,
            adjusted: asked.adjusted,
            slices: asked.slices,
            not_estimable: asked.not_estimable,
            covariance: Covariance::from(fit.covariance()),
            variance_explained: None,
            random_tests: None,
            principal_components: None,
            variance_components: None,
            without_interval: Vec::new(),
            cautions: [fit.notes().to_vec(), untested, asked.remarks, inference.cautions().to_vec()].concat(),
            findings: Default::default(),
            convergence: fit.convergence().clone(),
        })
    }
}
