//! What degrees of freedom and small-sample covariances are made of.

use serde::{Deserialize, Serialize};

use super::kept::Kept;
use super::matrix::Matrix;
use crate::error::{Error, Result};
use crate::inference::{DfMethod, Information, Marginal, SecondOrder, df_methods};
use crate::lmm::fit::LmmFit;

/// The matrices that methods ask a model for, and the degrees of freedom of those that count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SmallSample {
    /// ∂Φ/∂φ_k for each covariance parameter, p × p.
    pub(super) vcov_slopes: Kept<Vec<Matrix>>,
    /// The covariance of φ̂ from either information, k × k.
    pub(super) parameter_covariance: Vec<ParameterCovariance>,
    /// Kenward and Roger's adjustments of Φ, p × p; none under ML.
    pub(super) kenward_roger: Vec<Adjustment>,
    /// The degrees of freedom of each coefficient by the methods that count.
    pub(super) counted: Vec<Counted>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ParameterCovariance {
    pub(super) information: Information,
    pub(super) covariance: Kept<Matrix>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Adjustment {
    pub(super) information: Information,
    pub(super) second_order: SecondOrder,
    pub(super) adjustment: Kept<Matrix>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Counted {
    pub(super) method: String,
    pub(super) df: Kept<Vec<f64>>,
}

const INFORMATION: [Information; 2] = [Information::Expected, Information::Observed];
const SECOND_ORDER: [SecondOrder; 3] = [SecondOrder::Kept, SecondOrder::Mmrm, SecondOrder::Dropped];

impl SmallSample {
    /// What the estimates of `fit` give, without any row.
    pub(super) fn of(fit: &LmmFit) -> Self {
        let slopes = fit.vcov_slopes().map(|all| all.into_iter().map(Matrix).collect());
        let covariance = |information| ParameterCovariance {
            information,
            covariance: fit.natural_covariance(information).map(Matrix).into(),
        };
        let adjustment = |(information, second_order)| Adjustment {
            information,
            second_order,
            adjustment: fit.kenward_roger_adjustment(information, second_order).map(Matrix).into(),
        };
        let conventions = INFORMATION.into_iter().flat_map(|one| SECOND_ORDER.map(|other| (one, other)));
        Self {
            vcov_slopes: slopes.into(),
            parameter_covariance: INFORMATION.map(covariance).into(),
            kenward_roger: if fit.is_reml() { conventions.map(adjustment).collect() } else { Vec::new() },
            counted: Vec::new(),
        }
    }

    /// With the degrees of freedom of the methods that count rows or groups, which `fit` has.
    pub(super) fn counting(mut self, fit: &LmmFit) -> Self {
        let counted = |method: Box<dyn DfMethod>| {
            method.count(fit).map(|df| Counted { method: method.name().to_owned(), df: df.into() })
        };
        self.counted = df_methods().filter_map(counted).collect();
        self
    }

    pub(super) fn parameter_covariance(&self, information: Information) -> Result<&Matrix> {
        let found = self.parameter_covariance.iter().find(|one| one.information == information);
        found.ok_or_else(|| not_saved("the covariance of the covariance parameters"))?.covariance.get()
    }

    pub(super) fn adjustment(&self, information: Information, second_order: SecondOrder) -> Result<&Matrix> {
        let wanted = |one: &&Adjustment| one.information == information && one.second_order == second_order;
        let found = self.kenward_roger.iter().find(wanted);
        found.ok_or_else(|| not_saved("Kenward and Roger's adjustment"))?.adjustment.get()
    }
}

fn not_saved(what: &str) -> Error {
    Error::usage("not_saved", format!("the fit was saved without {what}"))
}
