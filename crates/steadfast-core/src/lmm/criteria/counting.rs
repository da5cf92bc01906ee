//! What an information criterion counts as parameters and as observations.

use serde::{Deserialize, Serialize};

/// The n of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleSize {
    /// The rows used, N.
    Observations,
    /// N − p.
    ObservationsLessFixed,
    /// The independent clusters with rows in the model.
    Clusters,
    /// A number that the model does not know, such as SAS's count of subjects, which includes those without an outcome.
    Given(usize),
}

/// The d of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameters {
    /// The k covariance parameters.
    Covariance,
    /// The k covariance parameters and the p fixed effects.
    All,
}

/// What is counted, said field by field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counting {
    /// d under ML.
    pub parameters_ml: Parameters,
    /// d under REML.
    pub parameters_reml: Parameters,
    /// n of AICc under ML.
    pub aicc_ml: SampleSize,
    /// n of AICc under REML.
    pub aicc_reml: SampleSize,
    /// n of BIC under ML.
    pub bic_ml: SampleSize,
    /// n of BIC under REML.
    pub bic_reml: SampleSize,
}

/// What a program counts. nlme and lme4 print no AICc; theirs is with the n of their BIC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Convention {
    /// SAS PROC MIXED: covariance parameters, and fixed effects under ML; N or N − p; BIC by clusters. SAS's `Subjects`
    /// includes those all of whose rows were left out: give their number with [`Counting::with_subjects`] to agree.
    Sas,
    /// mmrm for R: covariance parameters under ML too, N − p under ML too; BIC by clusters.
    Mmrm,
    /// nlme for R: all parameters; N under ML, N − p under REML.
    Nlme,
    /// lme4 for R: all parameters; N.
    Lme4,
}

impl Counting {
    /// The same with `subjects` wherever n was the number of clusters.
    pub fn with_subjects(self, subjects: usize) -> Self {
        let change = |size| if size == SampleSize::Clusters { SampleSize::Given(subjects) } else { size };
        Self {
            aicc_ml: change(self.aicc_ml),
            aicc_reml: change(self.aicc_reml),
            bic_ml: change(self.bic_ml),
            bic_reml: change(self.bic_reml),
            ..self
        }
    }

    pub(super) fn counts_fixed(&self, reml: bool) -> bool {
        (if reml { self.parameters_reml } else { self.parameters_ml }) == Parameters::All
    }

    pub(super) fn aicc(&self, reml: bool) -> SampleSize {
        if reml { self.aicc_reml } else { self.aicc_ml }
    }

    pub(super) fn bic(&self, reml: bool) -> SampleSize {
        if reml { self.bic_reml } else { self.bic_ml }
    }
}

impl From<Convention> for Counting {
    fn from(convention: Convention) -> Self {
        use Parameters::{All, Covariance};
        use SampleSize::{Clusters, Observations, ObservationsLessFixed};
        let [parameters_ml, parameters_reml] = match convention {
            Convention::Sas => [All, Covariance],
            Convention::Mmrm => [Covariance; 2],
            Convention::Nlme | Convention::Lme4 => [All; 2],
        };
        let [aicc_ml, aicc_reml] = match convention {
            Convention::Sas | Convention::Nlme => [Observations, ObservationsLessFixed],
            Convention::Mmrm => [ObservationsLessFixed; 2],
            Convention::Lme4 => [Observations; 2],
        };
        let [bic_ml, bic_reml] = match convention {
            Convention::Sas | Convention::Mmrm => [Clusters; 2],
            Convention::Nlme | Convention::Lme4 => [aicc_ml, aicc_reml],
        };
        Self { parameters_ml, parameters_reml, aicc_ml, aicc_reml, bic_ml, bic_reml }
    }
}
