//! Predictions of new rows by a saved fit.

use serde::Serialize;
use steadfast_core::frame::Frame;
use steadfast_core::lmm::{Given, Predicted, Prediction, SavedFit};

use super::InferenceSpec;
use crate::csv::{Csv, Field};
use crate::diagnostics::predictable;
use crate::error::Result;

/// The predictions of new rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Predictions {
    /// The formula in its canonical form.
    pub formula: String,
    /// What they are given beside the covariates.
    pub given: Given,
    /// How degrees of freedom were made.
    pub df_method: String,
    /// One sentence with every convention of that method.
    pub df_conventions: String,
    /// The confidence level of every limit.
    pub level: f64,
    /// The rows that have no prediction because a variable of the model is absent.
    pub n_incomplete: usize,
    /// The predictions.
    pub predictions: Vec<PredictedRow>,
}

/// The prediction of one row, in units of the outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PredictedRow {
    /// The row of the new data, the first after the header being 1.
    pub row: usize,
    /// The (conditional) mean.
    pub estimate: f64,
    /// Its standard error, from the uncertainty of the fixed effects and of random effects that the mean holds.
    pub std_error: f64,
    /// The degrees of freedom; `None` for the normal distribution.
    pub df: Option<f64>,
    /// The lower confidence limit of the mean.
    pub conf_low: f64,
    /// The upper confidence limit of the mean.
    pub conf_high: f64,
    /// The standard error of the outcome about the prediction.
    pub prediction_std_error: f64,
    /// The lower limit for the outcome.
    pub prediction_low: f64,
    /// The upper limit for the outcome.
    pub prediction_high: f64,
}

impl Predictions {
    /// The predictions of the rows of `frame` that are complete in what the model reads beside the outcome, each weighing
    /// 1 or as the column `weights` says.
    ///
    /// # Errors
    /// As of a prediction from the fit; `left_out` where the groups were not saved.
    pub fn of(
        fit: &SavedFit,
        frame: &Frame,
        (given, weights): (Given, Option<&str>),
        how: &InferenceSpec,
    ) -> Result<Self> {
        let (method, inference) = how.of(fit)?;
        let mut wanted = match given {
            Given::Covariates => Prediction::population(),
            Given::Groups => Prediction::of_groups(),
            Given::ObservedOutcomes => Prediction::conditional(),
        };
        if let Some(column) = weights {
            wanted = wanted.weights(column);
        }
        let rows = predictable(fit.recipe(), frame, weights, given != Given::Covariates);
        let found = fit.predict(&frame.select(&rows), &wanted, &inference)?;
        Ok(Self {
            formula: fit.formula().to_owned(),
            given,
            df_method: inference.method().to_owned(),
            df_conventions: method.description(),
            level: how.level,
            n_incomplete: frame.n_rows() - rows.len(),
            predictions: found.iter().map(|one| PredictedRow::new(one, rows[one.row as usize])).collect(),
        })
    }

    /// The predictions as CSV.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut csv =
            Csv::new(["row", "prediction", "std_error", "conf_low", "conf_high", "prediction_low", "prediction_high"]);
        for one in &self.predictions {
            let numbers =
                [one.estimate, one.std_error, one.conf_low, one.conf_high, one.prediction_low, one.prediction_high];
            csv.row(std::iter::once(Field::from(one.row)).chain(numbers.map(Field::from)));
        }
        csv.into_bytes()
    }
}

impl PredictedRow {
    fn new(one: &Predicted, row: u32) -> Self {
        Self {
            row: row as usize + 1,
            estimate: one.estimate,
            std_error: one.std_error,
            df: one.df,
            conf_low: one.conf_low,
            conf_high: one.conf_high,
            prediction_std_error: one.prediction_std_error,
            prediction_low: one.prediction_low,
            prediction_high: one.prediction_high,
        }
    }
}
