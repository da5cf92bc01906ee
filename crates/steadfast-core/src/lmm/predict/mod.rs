//! Predictions at new rows: the population mean, or the outcomes that a cluster's observed rows foretell.

mod clusters;
mod conditional;
mod covariance;
mod of_groups;
mod outcome;

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::fit::LmmFit;
use super::random_effects::GroupEffects;
use crate::design::Recipe;
use crate::design::new_data::NewData;
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::inference::Inference;
use crate::special::StudentT;
pub(super) use covariance::NewCovariance;
pub(super) use outcome::OutcomeCovariance;

/// What a prediction knows beside the covariates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// Nothing: the mean of all who have these covariates.
    Covariates,
    /// The random effects of the fit's groups, for rows of groups that were in the fit.
    Groups,
    /// The outcomes of the new rows of the same cluster, as far as they are there.
    ObservedOutcomes,
}

/// What is to be predicted: plain data, printable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    given: Given,
    weights: Option<String>,
}

impl Prediction {
    /// The mean Xβ̂ of every new row.
    pub fn population() -> Self {
        Self { given: Given::Covariates, weights: None }
    }

    /// The outcome of every new row given the random effects of its groups, Xβ̂ + Zb̂: a row of a group that was not in
    /// the fit has the mean of all such groups, and their variance. Residual correlation with the fit's rows does not
    /// enter.
    pub fn of_groups() -> Self {
        Self { given: Given::Groups, weights: None }
    }

    /// The outcome of every new row that has none, given those of its cluster that are there; rows with an outcome are
    /// not predicted. Without any, it is the mean.
    pub fn conditional() -> Self {
        Self { given: Given::ObservedOutcomes, weights: None }
    }

    /// Whether it is given the groups of the fit.
    pub(super) fn is_of_groups(&self) -> bool {
        self.given == Given::Groups
    }

    /// The same with the weights of the new rows in a column; without, each row weighs 1.
    pub fn weights(mut self, column: impl Into<String>) -> Self {
        self.weights = Some(column.into());
        self
    }
}

/// A prediction for one row, in units of the outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Predicted {
    /// The row of the new frame, the first being 0.
    pub row: u32,
    /// The (conditional) mean.
    pub estimate: f64,
    /// The standard error of the mean, from the uncertainty of β̂; given the fit's groups, from that of their random
    /// effects too.
    pub std_error: f64,
    /// The degrees of freedom of the reference t distribution; none where it is the normal.
    pub df: Option<f64>,
    /// The lower confidence limit of the mean.
    pub conf_low: f64,
    /// The upper confidence limit of the mean.
    pub conf_high: f64,
    /// √Var(y − ŷ): the standard error of the mean and the (conditional) variance of the outcome together.
    pub prediction_std_error: f64,
    /// The lower limit for the outcome.
    pub prediction_low: f64,
    /// The upper limit for the outcome.
    pub prediction_high: f64,
}

/// shift + row'β, with the variance of the outcome about it.
struct Target {
    row: usize,
    contrast: Vec<f64>,
    shift: f64,
    /// What of the variance belongs to the mean: that of random effects which the mean holds.
    of_mean: f64,
    variance: f64,
}

impl LmmFit {
    /// The predictions at the rows of `frame`, with covariance, degrees of freedom and level of `inference`.
    ///
    /// With V partitioned into observed rows 1 and missing rows 2 of a cluster, the conditional mean is
    ///
    /// ŷ₂ = X₂β̂ + V₂₁V₁₁⁻¹(y₁ − X₁β̂),   Var(y₂ − ŷ₂) = V₂₂ − V₂₁V₁₁⁻¹V₁₂ + CΦC',   C = X₂ − V₂₁V₁₁⁻¹X₁,
    ///
    /// and its standard error is that of Cβ̂. Given the fit's groups with modes b̂ = GZ'V⁻¹(y − Xβ̂), a new row x, z has
    ///
    /// ŷ = x'β̂ + z'b̂,   Var(y − ŷ) = z'Var(b | y)z + cΦc' + R,   c = x − z'GZ'V⁻¹X,
    ///
    /// of which the first two are the variance of the mean, and the third the residual's. In a group that was not in the
    /// fit b̂ is zero, and z'Gz belongs to the outcome and not to the mean.
    ///
    /// The uncertainty of the covariance parameters enters through `inference` alone (Kenward–Roger's Φ and degrees of
    /// freedom). Limits are ± the quantile of t with the degrees of freedom of the part Cβ̂ of the mean, which
    /// [`Predicted::df`] states, or of the normal where it is none; limits for the outcome use the same.
    ///
    /// ```
    /// use steadfast_core::frame::{Column, Frame};
    /// use steadfast_core::inference::Satterthwaite;
    /// use steadfast_core::lmm::{Lmm, Prediction};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 6.0, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let fit = Lmm::new("y ~ 1 + (1 | g)".parse()?).fit(&frame)?;
    /// let new = Frame::new(vec![
    ///     Column::float("y", vec![7.5, f64::NAN]),
    ///     Column::factor("g", ["new", "new"]),
    /// ])?;
    /// let inference = fit.inference(&Satterthwaite::default())?;
    /// let outcome = &fit.predict(&new, &Prediction::conditional(), &inference)?[0];
    /// // 3.5 + σ²_b/(σ²_b + σ²)·(7.5 − 3.5), with σ²_b = 3.75 and σ² = 0.5.
    /// assert!((outcome.estimate - (3.5 + 3.75 / 4.25 * 4.0)).abs() < 1e-8);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown_column`; `missing_value`, `not_finite` or `unknown_level` with the row; `not_estimable`; for conditional
    /// predictions `duplicate_visit`, and `learnt_outcome` where the outcome was centred or scaled by the data;
    /// `too_many_groups` for rows with several groups of the fit, where the covariances between these are too many.
    ///
    /// # Source
    /// Harville and Jeske 1992, JASA 87, 724, eq. 1.2 to 1.4; McCulloch, Searle and Neuhaus 2008, section 13.4.
    pub fn predict(&self, frame: &Frame, prediction: &Prediction, inference: &Inference) -> Result<Vec<Predicted>> {
        let effects = (prediction.given == Given::Groups).then(|| self.group_effects()).transpose()?;
        let outcome = OutcomeCovariance::of(self);
        let source = Source { recipe: self.recipe(), beta: &self.beta, outcome: &outcome, effects: effects.as_ref() };
        source.predict(frame, prediction, inference)
    }
}

/// What predictions read of a fit, whether its rows are at hand or not.
pub(super) struct Source<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) beta: &'a [f64],
    pub(super) outcome: &'a OutcomeCovariance,
    /// The groups, where they are known.
    pub(super) effects: Option<&'a GroupEffects>,
}

impl Source<'_> {
    /// As [`LmmFit::predict`].
    pub(super) fn predict(
        &self,
        frame: &Frame,
        prediction: &Prediction,
        inference: &Inference,
    ) -> Result<Vec<Predicted>> {
        let data = NewData::new(self.recipe, &self.outcome.places, frame)?;
        let (x, offset) = (data.fixed()?, data.offset()?);
        let means = means(&x, &offset, self.beta);
        let weights = prediction.weights.as_deref().map(|name| data.weights(name)).transpose()?;
        let mut covariance = NewCovariance::new(self.outcome, &data, &means, weights)?;
        let targets = match prediction.given {
            Given::Covariates => {
                let target = |row: usize| Target {
                    row,
                    contrast: x.row(row).iter().copied().collect(),
                    shift: offset[row],
                    of_mean: 0.0,
                    variance: covariance.variance(row),
                };
                (0..x.nrows()).map(target).collect()
            }
            Given::Groups => {
                let unknown = || Error::usage("left_out", "the groups of the random effects were left out of the fit");
                let effects = self.effects.ok_or_else(unknown)?;
                of_groups::targets((effects, self.beta), &covariance, &data, (&x, &offset))?
            }
            Given::ObservedOutcomes => {
                covariance.join(&data)?;
                conditional::targets(&covariance, &x, &offset, &data.outcomes()?)?
            }
        };
        targets.iter().map(|target| target.predicted(inference)).collect()
    }
}

/// Xβ̂ + offset.
fn means(x: &DMatrix<f64>, offset: &[f64], beta: &[f64]) -> Vec<f64> {
    let rows = x.row_iter().zip(offset);
    rows.map(|(x, offset)| x.iter().zip(beta).map(|(x, b)| x * b).sum::<f64>() + offset).collect()
}

impl LmmFit {
    /// The population means of new rows.
    pub(super) fn means_at(&self, data: &NewData<'_>) -> Result<Vec<f64>> {
        Ok(means(&data.fixed()?, &data.offset()?, &self.beta))
    }
}

impl Target {
    fn predicted(&self, inference: &Inference) -> Result<Predicted> {
        // A row of zeros is a mean that is known to be the shift.
        let known = self.contrast.iter().all(|entry| *entry == 0.0);
        let mean = (!known).then(|| inference.estimate("mean", &self.contrast)).transpose()?;
        let (own, of_beta, df) = mean.map_or((0.0, 0.0, None), |row| (row.estimate, row.std_error, row.df));
        let std_error = if self.of_mean > 0.0 { (of_beta * of_beta + self.of_mean).sqrt() } else { of_beta };
        let quantile = StudentT::new(df.unwrap_or(f64::INFINITY))?.upper_quantile(0.5 - 0.5 * inference.level())?;
        let estimate = own + self.shift;
        let prediction_std_error = (self.variance + of_beta * of_beta).sqrt();
        Ok(Predicted {
            row: self.row as u32,
            estimate,
            std_error,
            df,
            conf_low: estimate - quantile * std_error,
            conf_high: estimate + quantile * std_error,
            prediction_std_error,
            prediction_low: estimate - quantile * prediction_std_error,
            prediction_high: estimate + quantile * prediction_std_error,
        })
    }
}

#[cfg(test)]
mod tests;
