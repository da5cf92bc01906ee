//! A sandwich covariance with the degrees of freedom that go with it, as one method.

use std::sync::Arc;

use super::vcov::{Clusters, Covariance, Sandwich, VcovMethod};
use super::{DfMethod, Inference, Marginal, df_method, vcov_method};
use crate::error::Result;

/// The covariance of one method with the degrees of freedom of another.
///
/// ```
/// use steadfast_core::inference::vcov::{Clusters, Cr2};
/// use steadfast_core::inference::{Robust, Satterthwaite};
/// use steadfast_core::{frame::{Column, Frame}, lmm::Lmm};
///
/// let frame = Frame::new(vec![
///     Column::float("y", vec![1.0, 2.5, 2.0, 4.5, 3.0, 4.0]),
///     Column::float("t", vec![0.0, 1.0, 0.0, 1.0, 0.0, 1.0]),
///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
/// ])?;
/// let fit = Lmm::new("y ~ t + (1 | g)".parse()?).fit(&frame)?;
/// let method = Robust::new(Cr2::default(), Satterthwaite::default(), Clusters::Likelihood)?;
/// let slope = &fit.inference(&method)?.coefficients()?[1];
/// // A balanced design: the t test of the three differences 1.5, 2.5 and 1.
/// assert!((slope.std_error - (7.0_f64 / 36.0).sqrt()).abs() < 1e-9);
/// assert!((slope.df.unwrap_or(0.0) - 2.0).abs() < 1e-9);
/// # Ok::<(), steadfast_core::error::Error>(())
/// ```
#[derive(Debug)]
pub struct Robust {
    vcov: Box<dyn VcovMethod>,
    df: Box<dyn DfMethod>,
    clusters: Clusters,
}

impl Robust {
    /// The covariance `vcov` over `clusters` with the degrees of freedom `df`.
    ///
    /// # Errors
    /// `method_does_not_apply` when `df` is made for the model-based covariance alone.
    pub fn new(vcov: impl VcovMethod + 'static, df: impl DfMethod + 'static, clusters: Clusters) -> Result<Self> {
        Self::boxed(Box::new(vcov), Box::new(df), clusters)
    }

    /// As [`Robust::new`], of methods that were chosen by name.
    ///
    /// # Errors
    /// As [`Robust::new`].
    pub fn boxed(vcov: Box<dyn VcovMethod>, df: Box<dyn DfMethod>, clusters: Clusters) -> Result<Self> {
        df.robust()?;
        Ok(Self { vcov, df, clusters })
    }
}

/// The method with the degrees of freedom called `df` and the covariance called `vcov`, over the clusters of the
/// likelihood.
///
/// # Errors
/// `unknown_df_method`, `unknown_vcov_method`; `method_does_not_apply` when the two do not go together.
pub fn inference_method(df: &str, vcov: &str) -> Result<Box<dyn DfMethod>> {
    let (df, vcov) = (df_method(df)?, vcov_method(vcov)?);
    if vcov.name() == "model" {
        return Ok(df);
    }
    Ok(Box::new(Robust::boxed(vcov, df, Clusters::Likelihood)?))
}

impl DfMethod for Robust {
    fn name(&self) -> &'static str {
        self.df.name()
    }

    fn description(&self) -> String {
        let clusters = match &self.clusters {
            Clusters::Likelihood => String::new(),
            Clusters::Coarser(grouping) => format!(" over clusters `{}`", grouping.name),
            Clusters::Ways(groupings) => {
                let names: Vec<String> = groupings.iter().map(|grouping| format!("`{}`", grouping.name)).collect();
                format!(" over clusters of {} at once (Cameron, Gelbach and Miller 2011)", names.join(" and "))
            }
        };
        let df = self.df.robust().map_or_else(|_| self.df.description(), |robust| robust.phrase());
        format!("{}{clusters}, {df}", self.vcov.description())
    }

    fn infer(&self, marginal: &dyn Marginal) -> Result<Inference> {
        match self.vcov.covariance(marginal, &self.clusters)? {
            Covariance::ModelBased => self.df.infer(marginal),
            Covariance::Robust(sandwich) => {
                let rule = self.df.robust()?.rule(marginal, &sandwich)?;
                let inference = Inference::new(self.name(), marginal, sandwich.vcov().clone(), rule);
                let inference = inference.with_clusters(sandwich.n_clusters());
                Ok(inference.with_vcov_method(self.vcov.name()).with_cautions(cautions(&sandwich)))
            }
        }
    }
}

/// What to know about the sandwich.
fn cautions(sandwich: &Arc<Sandwich>) -> Vec<String> {
    let mut cautions = Vec::new();
    let (count, all) = (sandwich.n_saturated(), sandwich.n_clusters());
    if count > 0 {
        cautions.push(format!(
            "{count} of {all} clusters determine a coefficient by themselves (leverage 1); the robust covariance uses a \
             generalised inverse there and is too small for such coefficients"
        ));
    }
    if sandwich.counts_clusters() {
        cautions.push(
            "the clusters divide what the model holds together: the degrees of freedom are the number of clusters (of the way \
             with fewest) less one"
                .to_owned(),
        );
    }
    if sandwich.is_truncated() {
        cautions.push(
            "the sum over several ways of clustering has negative variances, which were set to zero: some standard errors are \
             too small, or zero"
                .to_owned(),
        );
    }
    cautions
}
