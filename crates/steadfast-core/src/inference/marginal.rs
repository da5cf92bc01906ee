//! The contract between a model and inference about its fixed effects.

use nalgebra::DMatrix;

use super::{Information, SecondOrder};
use crate::design::{Design, Grouping};
use crate::error::{Error, Result};

/// What a model says about its fixed effects; φ are its natural covariance parameters.
pub trait Marginal {
    /// The coefficients' names, length p.
    fn names(&self) -> &[String];
    /// β̂, length p.
    fn beta(&self) -> &[f64];
    /// Φ, the model-based covariance of β̂, p × p.
    fn vcov(&self) -> &DMatrix<f64>;
    /// The number of observations.
    fn n_observations(&self) -> usize;
    /// Whether the covariance parameters were estimated by REML.
    fn is_reml(&self) -> bool;
    /// ∂Φ/∂φ_k, p × p each.
    ///
    /// # Errors
    /// When the likelihood cannot be evaluated at the estimate.
    fn vcov_slopes(&self) -> Result<Vec<DMatrix<f64>>>;
    /// The covariance of φ̂, k × k.
    ///
    /// # Errors
    /// `singular_information` when the information does not determine φ.
    fn natural_covariance(&self, information: Information) -> Result<DMatrix<f64>>;
    /// Kenward and Roger's adjustment 2Φ{Σ W_kl(Q_kl − P_kΦP_l − ¼R_kl)}Φ for the covariance W of φ̂ from `information`,
    /// p × p; without R_kl where the second derivatives of V are dropped.
    ///
    /// # Errors
    /// As [`Marginal::natural_covariance`]; when the likelihood cannot be evaluated at the estimate.
    fn kenward_roger_adjustment(&self, information: Information, second_order: SecondOrder) -> Result<DMatrix<f64>>;
    /// The columns of X, the grouping factors and the rows used: what rules that count look at.
    ///
    /// # Errors
    /// `needs_rows` where the rows are not at hand.
    fn design(&self) -> Result<&Design>;
    /// The degrees of freedom of the columns of X that the rule called `method` counted when the rows were at hand; none
    /// where they still are, and the rule may count.
    fn counted(&self, _method: &str) -> Option<Result<Vec<f64>>> {
        None
    }
    /// The terms whose covariance is singular at the estimate, as `term: rank r of q`.
    fn boundary(&self) -> &[String];
    /// T with Φ = T T', p × p.
    ///
    /// # Errors
    /// When Φ is not positive definite.
    fn vcov_root(&self) -> Result<DMatrix<f64>>;
    /// Calls `look` with every independent cluster, always in the same order.
    ///
    /// # Errors
    /// When V of a cluster is not positive definite.
    fn for_each_share(&self, look: &mut dyn FnMut(&ClusterShare<'_>)) -> Result<()>;
    /// Calls `look` with every group of `grouping`, in the order of its levels, whose groups may divide independent clusters.
    ///
    /// # Errors
    /// `clusters_split` where the model has no such groups; `missing_cluster` when a row has no group.
    fn for_each_group(&self, grouping: &Grouping, _look: &mut dyn FnMut(&GroupShare<'_>)) -> Result<()> {
        let message = format!("`{}` divides rows that the model holds together", grouping.name);
        Err(Error::usage("clusters_split", message))
    }
}

/// An independent cluster in coordinates in which V_i = L L' and Φ = T T' are identities.
///
/// β̂ − β = T Σ_i x_i' L⁻¹(y_i − X_iβ) and Σ_i x_i'x_i = I with x_i = L⁻¹X_iT. Observation weights are part of V_i.
#[derive(Debug, Clone, Copy)]
pub struct ClusterShare<'a> {
    /// The rows of the frame, m of them.
    pub rows: &'a [u32],
    /// L⁻¹ X_i T, m × p, row after row.
    pub x: &'a [f64],
    /// L⁻¹ (y_i − X_i β̂), length m.
    pub residual: &'a [f64],
    /// L, the lower triangle of an m × m matrix (row after row) up to a number that is the same for all clusters; empty where the
    /// rows of a long cluster were rotated into fewer, which functions of the leverage do not notice.
    pub factor: &'a [f64],
}

/// Rows that share a group, in coordinates in which their covariance V_gg = L L' and Φ = T T' are identities.
///
/// β̂ − β = T Σ_g w_g'L⁻¹(y_g − X_gβ) over the groups.
#[derive(Debug, Clone, Copy)]
pub struct GroupShare<'a> {
    /// The rows of the frame, m of them.
    pub rows: &'a [u32],
    /// L⁻¹ X_g T, m × p, row after row.
    pub x: &'a [f64],
    /// w_g = L'(V⁻¹X)_g T, m × p, row after row.
    pub weights: &'a [f64],
    /// L⁻¹ (y_g − X_g β̂), length m.
    pub residual: &'a [f64],
    /// L, the lower triangle of an m × m matrix (row after row) up to a number that is the same for all groups.
    pub factor: &'a [f64],
}
