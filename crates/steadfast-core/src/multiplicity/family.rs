//! Comparisons that are judged together, with their correlations.

use std::sync::OnceLock;

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use super::Multiplicity;
use crate::error::{Error, Result};
use crate::inference::Inference;
use crate::reference_grid::LinearCombination;
use crate::report::Row;
use crate::special::MaximumT;

/// One comparison of a family with its adjusted p-value and limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdjustedRow {
    /// What is estimated, such as `NIM - SAU`.
    pub term: String,
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: f64,
    /// The degrees of freedom; `None` where they are infinite.
    pub df: Option<f64>,
    /// estimate / standard error.
    pub statistic: f64,
    /// The adjusted two-sided p-value.
    pub p_value: f64,
    /// The lower simultaneous limit; `None` for methods that have none.
    pub conf_low: Option<f64>,
    /// The upper simultaneous limit; `None` for methods that have none.
    pub conf_high: Option<f64>,
    /// How far numerical integration may have moved the p-value; 0 where it is good to about 12 digits.
    pub p_value_error: f64,
}

/// m comparisons under one inference: their estimates, and the correlations of L β̂ from L Φ L'.
#[derive(Debug)]
pub struct Family {
    rows: Vec<Row>,
    contrasts: Vec<Vec<f64>>,
    correlations: DMatrix<f64>,
    level: f64,
    maximum: OnceLock<MaximumT>,
}

impl Family {
    /// The family of `combinations`, all of them. Comparisons at several places (`arm | visit`) come as one list; where
    /// each place is a family of its own, as in R's emmeans, cut it with `chunk_by(|a, b| a.levels == b.levels)`.
    ///
    /// # Errors
    /// `not_estimable`, as [`LinearCombination::estimate`]; as [`Family::of_rows`].
    pub fn of(inference: &Inference, combinations: &[LinearCombination]) -> Result<Self> {
        if let Some(unknown) = combinations.iter().find(|combination| !combination.estimable) {
            return Err(Error::data("not_estimable", format!("the data do not determine `{}`", unknown.term)));
        }
        Self::of_rows(inference, combinations.iter().map(|one| (one.term.as_str(), one.row.as_slice())))
    }

    /// The family of labelled rows l, each of length p.
    ///
    /// # Errors
    /// `empty_family`; `no_variance` when a comparison has none; as [`Inference::estimate`].
    pub fn of_rows<'l>(inference: &Inference, rows: impl IntoIterator<Item = (&'l str, &'l [f64])>) -> Result<Self> {
        let (mut estimates, mut contrasts) = (Vec::new(), Vec::new());
        for (term, row) in rows {
            let estimate = inference.estimate(term, row)?;
            if estimate.std_error <= 0.0 {
                return Err(Error::data("no_variance", format!("the estimate of `{term}` has no variance")));
            }
            estimates.push(estimate);
            contrasts.push(row.to_vec());
        }
        if estimates.is_empty() {
            return Err(Error::usage("empty_family", "a family needs a comparison"));
        }
        let correlations = correlations(inference.vcov(), &contrasts);
        Ok(Self { rows: estimates, contrasts, correlations, level: inference.level(), maximum: OnceLock::new() })
    }

    /// The comparisons by themselves, not adjusted.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The correlations of the estimates, m × m.
    pub fn correlations(&self) -> &DMatrix<f64> {
        &self.correlations
    }

    /// The confidence level of simultaneous limits.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// The comparisons with the p-values and limits of `method`.
    ///
    /// # Errors
    /// When the method does not apply to the family.
    pub fn adjusted(&self, method: &dyn Multiplicity) -> Result<Vec<AdjustedRow>> {
        let p_values = method.p_values(self)?;
        let critical = method.critical_values(self)?;
        let adjust = |(at, row): (usize, &Row)| {
            let half = critical.as_ref().map(|critical| critical[at].value * row.std_error);
            AdjustedRow {
                term: row.term.clone(),
                estimate: row.estimate,
                std_error: row.std_error,
                df: row.df,
                statistic: row.statistic,
                p_value: p_values[at].value,
                conf_low: half.map(|half| row.estimate - half),
                conf_high: half.map(|half| row.estimate + half),
                p_value_error: p_values[at].error,
            }
        };
        Ok(self.rows.iter().enumerate().map(adjust).collect())
    }

    /// The distribution of the largest statistic of the family.
    pub(super) fn maximum(&self) -> Result<&MaximumT> {
        if self.maximum.get().is_none() {
            // Another thread may have been first; it has found the same.
            let _ = self.maximum.set(MaximumT::new(&self.correlations)?);
        }
        self.maximum.get().ok_or_else(|| Error::data("no_reference", "the family has no joint distribution"))
    }

    /// The degrees of freedom of each comparison, infinity included.
    pub(super) fn dofs(&self) -> impl Iterator<Item = f64> {
        self.rows.iter().map(|row| row.df.unwrap_or(f64::INFINITY))
    }

    /// k when the comparisons are all k(k − 1)/2 differences of k means, in the order of
    /// [`AllPairs`](crate::reference_grid::AllPairs): each is then the difference of two of the first k − 1.
    pub(super) fn means_compared(&self) -> Option<usize> {
        let k = (2..=self.rows.len() + 1).find(|k| k * (k - 1) / 2 >= self.rows.len())?;
        if k * (k - 1) / 2 != self.rows.len() {
            return None;
        }
        let later = (1..k).flat_map(|i| (i + 1..k).map(move |j| (i - 1, j - 1)));
        let is_difference = |(at, (i, j)): (usize, (usize, usize))| {
            let (first, second, row) = (&self.contrasts[i], &self.contrasts[j], &self.contrasts[k - 1 + at]);
            let size = first.iter().chain(second).fold(0.0_f64, |size, x| size.max(x.abs()));
            // Weights that sum to 1 leave rounding.
            row.iter().zip(first.iter().zip(second)).all(|(row, (a, b))| (row - (b - a)).abs() <= 1e-9 * size)
        };
        later.enumerate().all(is_difference).then_some(k)
    }
}

fn correlations(vcov: &DMatrix<f64>, contrasts: &[Vec<f64>]) -> DMatrix<f64> {
    let columns: Vec<DVector<f64>> = contrasts.iter().map(|row| DVector::from_column_slice(row)).collect();
    let l = DMatrix::from_columns(&columns);
    let covariance = l.transpose() * vcov * &l;
    let m = contrasts.len();
    DMatrix::from_fn(m, m, |i, j| {
        if i == j { 1.0 } else { covariance[(i, j)] / (covariance[(i, i)] * covariance[(j, j)]).sqrt() }
    })
}
