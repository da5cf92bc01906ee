//! The covariance of the coefficients, and the distribution that goes with it.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::CountFit;
use super::marginal::Part;
use crate::error::{Error, Result};
use crate::inference::vcov::{Clusters, Cr0, Cr1, Cr2, Cr3};
use crate::inference::{
    Asymptotic, DfMethod, DfRule, Inference, Information, Marginal, Reference, Robust, RobustDf, Satterthwaite, vcov,
};

/// How the covariance of the coefficients is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Variance {
    /// The inverse of the information about all parameters. Expected: α is taken as known, as in R's `glm` and `glm.nb`, which
    /// changes nothing where the expected information about β and α together is zero, as in NB2. Observed: as in SAS, Stata and
    /// glmmTMB; always so for NB1 and where there are excess zeros.
    Model(Information),
    /// Summed over the clusters of `cluster()`, over rows where none are named.
    Robust(Correction, FewClusters),
}

/// What a robust covariance does about residuals being smaller than errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Correction {
    /// Nothing: Liang and Zeger 1986.
    Cr0,
    /// Times G/(G − 1) for G clusters.
    Cr1,
    /// Residuals multiplied by (I − H)^(−½): Kauermann and Carroll 2001. The default.
    #[default]
    Cr2,
    /// Residuals multiplied by (I − H)⁻¹: Mancl and DeRouen 2001.
    Cr3,
}

/// The distribution beside a robust covariance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FewClusters {
    /// The normal distribution.
    Normal,
    /// t with G − 1 degrees of freedom for G clusters. The default.
    #[default]
    Clusters,
    /// t with Bell and McCaffrey's degrees of freedom under the working model: Poisson and NB2 without excess zeros.
    BellMcCaffrey,
}

impl FewClusters {
    /// The name by which the command and a report know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "asymptotic",
            Self::Clusters => "clusters-less-one",
            Self::BellMcCaffrey => "satterthwaite",
        }
    }
}

impl Default for Variance {
    fn default() -> Self {
        Self::Model(Information::Expected)
    }
}

impl Correction {
    /// The name by which the command and a report know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cr0 => "cr0",
            Self::Cr1 => "cr1",
            Self::Cr2 => "cr2",
            Self::Cr3 => "cr3",
        }
    }
}

/// Fewer clusters than this make the normal distribution too narrow (Kauermann and Carroll 2001; Bell and McCaffrey 2002).
const FEW: usize = 40;

/// t with the same degrees of freedom for every row of coefficients.
#[derive(Debug, Clone, Copy)]
struct ClustersLessOne;

#[derive(Debug, Clone, Copy)]
pub(super) struct Constant(pub(super) f64);

impl DfRule for Constant {
    fn row(&self, _row: &DVector<f64>) -> Reference {
        Reference { scale: 1.0, dof: self.0 }
    }
    fn rows(&self, _contrast: &DMatrix<f64>) -> Reference {
        Reference { scale: 1.0, dof: self.0 }
    }
}

impl DfMethod for ClustersLessOne {
    fn name(&self) -> &'static str {
        "clusters-less-one"
    }
    fn description(&self) -> String {
        self.phrase()
    }
    fn infer(&self, _marginal: &dyn Marginal) -> Result<Inference> {
        Err(Error::usage("method_does_not_apply", "clusters are counted beside a robust covariance alone"))
    }
    fn robust(&self) -> Result<&dyn RobustDf> {
        Ok(self)
    }
}

impl RobustDf for ClustersLessOne {
    fn phrase(&self) -> String {
        "as many degrees of freedom as clusters, less one".to_owned()
    }
    fn rule(&self, _marginal: &dyn Marginal, sandwich: &Arc<vcov::Sandwich>) -> Result<Arc<dyn DfRule>> {
        Ok(Arc::new(Constant(sandwich.n_clusters() as f64 - 1.0)))
    }
}

impl CountFit {
    /// Estimates and tests of the coefficients of the mean, ln rate ratios, by `variance`.
    ///
    /// # Errors
    /// `too_few_clusters`; `method_does_not_apply` where CR2, CR3 or Bell and McCaffrey's degrees of freedom are asked for a
    /// distribution whose score is not (y − μ) μ/Var y.
    pub fn inference(&self, variance: Variance) -> Result<Inference> {
        match variance {
            Variance::Model(_) => {
                let (vcov, name) = self.model_vcov(variance);
                Ok(Inference::normal(self.names.clone(), &self.beta, vcov, name))
            }
            Variance::Robust(correction, few) if self.has_working_model() => {
                self.with_caution(self.robust(correction, few)?.infer(self)?, few)
            }
            Variance::Robust(correction, few) => self.of_part(correction, few, &self.names, &self.beta, 0),
        }
    }

    /// The same of the coefficients of the excess zeros, ln odds ratios.
    ///
    /// # Errors
    /// `no_excess_zeros` where the model has none, or none were found; else as [`CountFit::inference`].
    pub fn zero_inference(&self, variance: Variance) -> Result<Inference> {
        if !self.is_inflated() {
            return Err(Error::data("no_excess_zeros", "there are no excess zeros: their coefficients have no value"));
        }
        let p = self.beta.len();
        match variance {
            Variance::Model(_) => {
                let q = self.gamma.len();
                let vcov = self.observed.view((p, p), (q, q)).into_owned();
                Ok(Inference::normal(self.zero_names.clone(), &self.gamma, vcov, "observed"))
            }
            Variance::Robust(correction, few) => self.of_part(correction, few, &self.zero_names, &self.gamma, p),
        }
    }

    /// Whether the score is (y − μ) μ/Var y, so that working residuals and their leverage say all.
    pub(super) fn has_working_model(&self) -> bool {
        self.distribution.is_exponential() && !self.is_inflated()
    }

    /// The model-based covariance of β, and its name.
    fn model_vcov(&self, variance: Variance) -> (DMatrix<f64>, &'static str) {
        if variance == Variance::Model(Information::Expected) && self.has_working_model() {
            return (self.working_vcov.clone(), "model");
        }
        let p = self.beta.len();
        (self.observed.view((0, 0), (p, p)).into_owned(), "observed")
    }

    fn robust(&self, correction: Correction, few: FewClusters) -> Result<Robust> {
        let df: Box<dyn DfMethod> = match few {
            FewClusters::Normal => Box::new(Asymptotic),
            FewClusters::Clusters => Box::new(ClustersLessOne),
            FewClusters::BellMcCaffrey => Box::new(Satterthwaite::default()),
        };
        let vcov: Box<dyn vcov::VcovMethod> = match correction {
            Correction::Cr0 => Box::new(Cr0),
            Correction::Cr1 => Box::new(Cr1::default()),
            Correction::Cr2 => Box::new(Cr2::default()),
            Correction::Cr3 => Box::new(Cr3::default()),
        };
        Robust::boxed(vcov, df, Clusters::Likelihood)
    }

    /// The sandwich of all parameters by their scores, of those from `first` on.
    fn of_part(
        &self,
        correction: Correction,
        few: FewClusters,
        names: &[String],
        estimate: &[f64],
        first: usize,
    ) -> Result<Inference> {
        let n_clusters = self.n_clusters();
        let scale = self.score_scale(correction)?;
        let dof = match few {
            FewClusters::Normal => f64::INFINITY,
            FewClusters::Clusters => n_clusters as f64 - 1.0,
            FewClusters::BellMcCaffrey => {
                let message = "Bell and McCaffrey's degrees of freedom need the Poisson or NB2 without excess zeros";
                return Err(Error::usage("method_does_not_apply", message));
            }
        };
        let m = estimate.len();
        let vcov = (self.clustered(&self.row_influences()) * scale).view((first, first), (m, m)).into_owned();
        let part = Part { names, beta: estimate, vcov: &vcov };
        let method = if dof.is_finite() { "clusters-less-one" } else { "asymptotic" };
        let inference = Inference::new(method, &part, vcov.clone(), Arc::new(Constant(dof)));
        self.with_caution(inference.with_vcov_method(correction.name()).with_clusters(n_clusters), few)
    }

    /// The number by which a sum over clusters of squared influences is multiplied.
    ///
    /// # Errors
    /// `too_few_clusters`; `method_does_not_apply` for corrections that need leverages.
    pub(super) fn score_scale(&self, correction: Correction) -> Result<f64> {
        let clusters = self.n_clusters() as f64;
        if clusters < 2.0 {
            let message = "a robust covariance needs at least two independent clusters";
            return Err(Error::usage("too_few_clusters", message));
        }
        match correction {
            Correction::Cr0 => Ok(1.0),
            Correction::Cr1 => Ok(clusters / (clusters - 1.0)),
            Correction::Cr2 | Correction::Cr3 => {
                let message = format!(
                    "`{}` needs leverages, which Poisson and NB2 without excess zeros have: cr0 and cr1 serve here",
                    correction.name()
                );
                Err(Error::usage("method_does_not_apply", message))
            }
        }
    }

    fn with_caution(&self, inference: Inference, few: FewClusters) -> Result<Inference> {
        let clusters = self.n_clusters();
        let caution = (clusters < FEW && few == FewClusters::Normal)
            .then(|| format!("{clusters} clusters are few for a normal distribution: intervals are too short"));
        Ok(inference.with_cautions(caution))
    }
}
