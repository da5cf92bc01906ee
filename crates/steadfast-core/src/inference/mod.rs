//! Inference about fixed effects: a covariance, a reference distribution, and estimates of contrasts.
//!
//! Every model hands over the same [`Marginal`] contract; every [`DfMethod`] turns it into an [`Inference`]. Neither
//! knows the other's members. [`Robust`] pairs a sandwich covariance with the degrees of freedom that go with it, and is
//! a method itself.

mod df;
mod marginal;
mod robust;
pub mod vcov;

pub use df::{
    Asymptotic, BetweenWithin, Containment, DfMethod, Information, InnerOuter, JointTest, KenwardRoger, Residual,
    RobustDf, Satterthwaite, SecondOrder, Strata, df_method, df_method_names, df_methods,
};
pub use marginal::{ClusterShare, GroupShare, Marginal};
pub use robust::{Robust, inference_method};
pub use vcov::{vcov_method, vcov_method_names, vcov_methods};

use std::sync::Arc;

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use crate::error::{Error, Result};
use crate::report::{FTest, Row};
use crate::special;

/// The reference distribution of a hypothesis: how its F statistic is scaled, and its denominator df.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reference {
    /// The factor of the Wald F statistic.
    pub scale: f64,
    /// The denominator degrees of freedom; infinity for the χ².
    pub dof: f64,
}

/// The rule that gives hypotheses their reference distribution.
pub trait DfRule: std::fmt::Debug + Send + Sync {
    /// The reference of row'β = 0 for `row` of length p.
    fn row(&self, row: &DVector<f64>) -> Reference;
    /// The reference of L'β = 0 for a p × q matrix of rank q.
    fn rows(&self, contrast: &DMatrix<f64>) -> Reference;
}

/// β̂ with a covariance, a df rule and a confidence level.
#[derive(Debug, Clone)]
pub struct Inference {
    method: &'static str,
    vcov_method: &'static str,
    cautions: Vec<String>,
    names: Vec<String>,
    beta: DVector<f64>,
    vcov: DMatrix<f64>,
    rule: Arc<dyn DfRule>,
    level: f64,
    /// The clusters of a robust covariance.
    n_clusters: Option<usize>,
}

impl Inference {
    /// The inference of `method` with its covariance and its rule, at confidence level 0.95. The covariance counts as
    /// model-based until [`Inference::with_vcov_method`] says otherwise.
    pub fn new(method: &'static str, marginal: &dyn Marginal, vcov: DMatrix<f64>, rule: Arc<dyn DfRule>) -> Self {
        let beta = DVector::from_column_slice(marginal.beta());
        let names = marginal.names().to_vec();
        Self {
            method,
            vcov_method: "model",
            cautions: Vec::new(),
            names,
            beta,
            vcov,
            rule,
            level: 0.95,
            n_clusters: None,
        }
    }

    /// Inference by the normal and χ² distributions about `beta`, whose covariance `vcov` is known under `vcov_method`.
    pub(crate) fn normal(names: Vec<String>, beta: &[f64], vcov: DMatrix<f64>, vcov_method: &'static str) -> Self {
        Self {
            method: Asymptotic.name(),
            vcov_method,
            cautions: Vec::new(),
            names,
            beta: DVector::from_column_slice(beta),
            vcov,
            rule: df::normal(),
            level: 0.95,
            n_clusters: None,
        }
    }

    /// The same inference with the covariance known under `name`.
    pub fn with_vcov_method(mut self, name: &'static str) -> Self {
        self.vcov_method = name;
        self
    }

    /// The same inference with further sentences of caution.
    pub fn with_cautions(mut self, cautions: impl IntoIterator<Item = String>) -> Self {
        self.cautions.extend(cautions);
        self
    }

    /// The same inference, whose covariance is made from `clusters`.
    pub(crate) fn with_clusters(mut self, clusters: usize) -> Self {
        self.n_clusters = Some(clusters);
        self
    }

    /// The same inference with `dof` degrees of freedom for every hypothesis, known as `method`.
    pub(crate) fn with_dof(mut self, method: &'static str, dof: f64) -> Self {
        self.method = method;
        self.rule = df::constant(dof);
        self
    }

    /// The name of the df method.
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// The confidence level of the intervals.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// The name of the covariance of β̂: `model`, a sandwich such as `cr2`, or that of Kenward and Roger.
    pub fn vcov_method(&self) -> &'static str {
        self.vcov_method
    }

    /// What a reader of the estimates should know, one sentence each; none when there is nothing to say.
    pub fn cautions(&self) -> &[String] {
        &self.cautions
    }

    /// The covariance of β̂ that the method uses, p × p.
    pub fn vcov(&self) -> &DMatrix<f64> {
        &self.vcov
    }

    /// The same inference with intervals of another confidence level, between 0 and 1.
    ///
    /// # Errors
    /// `confidence_level` when the level is not between 0 and 1.
    pub fn with_level(mut self, level: f64) -> Result<Self> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::usage("confidence_level", "a confidence level lies between 0 and 1"));
        }
        self.level = level;
        Ok(self)
    }

    /// The coefficients, one row each.
    ///
    /// # Errors
    /// As [`Inference::estimate`].
    pub fn coefficients(&self) -> Result<Vec<Row>> {
        let unit = |j: usize| (0..self.beta.len()).map(|i| f64::from(u8::from(i == j))).collect::<Vec<f64>>();
        self.names.iter().enumerate().map(|(j, name)| self.estimate(name, &unit(j))).collect()
    }

    /// The estimate of row'β for a `row` of length p, under the label `term`.
    ///
    /// # Errors
    /// `contrast_length` when `row` is not of length p; `contrast_zero` when it is zero.
    pub fn estimate(&self, term: &str, row: &[f64]) -> Result<Row> {
        let l = self.contrast(row)?;
        if l.iter().all(|v| *v == 0.0) {
            return Err(Error::usage("contrast_zero", format!("the contrast `{term}` is zero")));
        }
        let estimate = l.dot(&self.beta);
        let std_error = l.dot(&(&self.vcov * &l)).max(0.0).sqrt();
        let dof = self.rule.row(&l).dof;
        let statistic = estimate / std_error;
        let t = special::StudentT::new(dof).map_err(|_| no_reference(term))?;
        let half = t.upper_quantile(0.5 - 0.5 * self.level)? * std_error;
        Ok(Row {
            term: term.to_owned(),
            estimate,
            std_error,
            df: dof.is_finite().then_some(dof),
            statistic,
            p_value: t.two_sided(statistic),
            conf_low: estimate - half,
            conf_high: estimate + half,
        })
    }

    /// The joint test of `rows`'β = 0; rows that others determine are left out.
    ///
    /// # Errors
    /// `contrast_length` when a row is not of length p, `contrast_zero` when all rows are zero.
    pub fn test(&self, term: &str, rows: &[Vec<f64>]) -> Result<FTest> {
        let rows: Vec<DVector<f64>> = rows.iter().map(|row| self.contrast(row)).collect::<Result<_>>()?;
        self.joint(term, &independent(&rows))
    }

    /// The joint test of `rows`'β = 0 with the rows as they are written: pooled degrees of freedom depend on them.
    ///
    /// # Errors
    /// As [`Inference::test`]; `no_reference` when a row depends on the others.
    pub fn test_as_written(&self, term: &str, rows: &[Vec<f64>]) -> Result<FTest> {
        let rows: Vec<DVector<f64>> = rows.iter().map(|row| self.contrast(row)).collect::<Result<_>>()?;
        self.joint(term, &rows)
    }

    fn joint(&self, term: &str, basis: &[DVector<f64>]) -> Result<FTest> {
        if basis.is_empty() {
            return Err(Error::usage("contrast_zero", format!("the hypothesis `{term}` is empty")));
        }
        if let Some(clusters) = self.n_clusters.filter(|clusters| basis.len() >= *clusters) {
            let message = format!("{clusters} clusters cannot test {} contrasts of `{term}` jointly", basis.len());
            return Err(Error::data("too_few_clusters", message));
        }
        let l = DMatrix::from_columns(basis);
        let q = basis.len() as f64;
        let Reference { scale, dof } = self.rule.rows(&l);
        let middle = l.transpose() * &self.vcov * &l;
        let estimate = l.transpose() * &self.beta;
        let solved = middle.cholesky().ok_or_else(|| no_reference(term))?.solve(&estimate);
        let statistic = scale * estimate.dot(&solved) / q;
        let f = special::FisherF::new(q, dof).map_err(|_| no_reference(term))?;
        let den_df = dof.is_finite().then_some(dof);
        Ok(FTest { term: term.to_owned(), num_df: q, den_df, statistic, p_value: f.sf(statistic) })
    }

    fn contrast(&self, row: &[f64]) -> Result<DVector<f64>> {
        if row.len() != self.beta.len() {
            let message = format!("a contrast has {} numbers where the model has {}", row.len(), self.beta.len());
            return Err(Error::usage("contrast_length", message));
        }
        Ok(DVector::from_column_slice(row))
    }
}

fn no_reference(term: &str) -> Error {
    Error::data("no_reference", format!("`{term}` has no reference distribution: its variance is not positive"))
}

/// The rows that do not depend on earlier ones, orthogonalised; a row counts as dependent when less than 1e-10 of its
/// length is new, far above rounding and far below any contrast a person writes.
fn independent(rows: &[DVector<f64>]) -> Vec<DVector<f64>> {
    let mut basis: Vec<DVector<f64>> = Vec::new();
    for row in rows {
        let length = row.norm();
        if length == 0.0 {
            continue;
        }
        let mut rest = row / length;
        for _ in 0..2 {
            for known in &basis {
                rest -= known * known.dot(&rest);
            }
        }
        let new = rest.norm();
        if new > 1e-10 {
            basis.push(rest / new);
        }
    }
    basis
}

/// The eigenvalues and eigenvectors of a symmetric matrix.
pub(crate) fn eigen(matrix: DMatrix<f64>) -> Result<SymmetricEigen<f64, nalgebra::Dyn>> {
    SymmetricEigen::try_new(matrix, f64::EPSILON, 10_000)
        .ok_or_else(|| Error::data("no_eigenvalues", "a covariance matrix has no eigenvalues"))
}
#[cfg(test)]
mod tests;
