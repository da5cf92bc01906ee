//! Residuals, predictions and random effects, by their names in a reference case.

use std::collections::BTreeMap;

use steadfast_core::frame::Frame;
use steadfast_core::inference::Inference;
use steadfast_core::lmm::{LmmFit, Predicted, Prediction, RandomEffects, Residuals};

use super::quantity::same_product;
use super::runner::Failure;

/// The quantities that are predictions for rows.
pub(super) const FAMILIES: [&str; 2] = ["population", "foretold"];

/// The data of a fit, and what has been asked about their rows, made once each.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    frame: Frame,
    weights: Option<&'a str>,
    residuals: Option<Result<Residuals, Failure>>,
    predictions: BTreeMap<(String, String), Result<Vec<Predicted>, Failure>>,
    effects: Option<Result<Vec<RandomEffects>, Failure>>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(frame: Frame, weights: Option<&'a str>) -> Self {
        Self { frame, weights, residuals: None, predictions: BTreeMap::new(), effects: None }
    }

    /// The residual `kind` of the row that `of` counts from 1.
    pub(super) fn residual(&mut self, fit: &LmmFit, kind: &str, of: &str) -> Result<f64, Failure> {
        let row = row_number(of)?;
        let made = self.residuals.get_or_insert_with(|| fit.residuals().map_err(|e| e.to_string()));
        let residuals = made.as_ref().map_err(Clone::clone)?;
        let at = residuals.rows.binary_search(&row).map_err(|_| format!("row {of} is not in the model"))?;
        match kind {
            "fitted" => Ok(residuals.fitted[at]),
            "response_residual" => Ok(residuals.response[at]),
            "pearson_residual" => Ok(residuals.pearson[at]),
            "normalized_residual" => Ok(residuals.normalized.get().map_err(|e| e.to_string())?[at]),
            "studentized_residual" => residuals.studentized[at].ok_or_else(|| "the row is fitted exactly".to_owned()),
            _ => Err(format!("there is no quantity `{kind}`")),
        }
    }

    /// The prediction for the row that `of` counts from 1: its `column`, or the estimate where none is named.
    pub(super) fn prediction(
        &mut self,
        fit: &LmmFit,
        (method, inference): (&str, &Inference),
        (family, of): (&str, &str),
        column: Option<&str>,
    ) -> Result<f64, Failure> {
        let row = row_number(of)?;
        let foretold = family == "foretold";
        let (frame, weights) = (&self.frame, self.weights);
        let made = self.predictions.entry((family.to_owned(), method.to_owned())).or_insert_with(|| {
            let mut prediction = if foretold { Prediction::conditional() } else { Prediction::population() };
            if let Some(weights) = weights {
                prediction = prediction.weights(weights);
            }
            fit.predict(frame, &prediction, inference).map_err(|e| e.to_string())
        });
        let predicted = made.as_ref().map_err(Clone::clone)?;
        let one = predicted.iter().find(|one| one.row == row).ok_or_else(|| format!("row {of} is not predicted"))?;
        match column {
            None => Ok(one.estimate),
            Some("std_error") if foretold => Ok(one.prediction_std_error),
            Some("std_error") => Ok(one.std_error),
            Some("df") => one.df.ok_or_else(|| "the reference distribution is the normal".to_owned()),
            Some("conf_low") => Ok(if foretold { one.prediction_low } else { one.conf_low }),
            Some("conf_high") => Ok(if foretold { one.prediction_high } else { one.conf_high }),
            Some(column) => Err(format!("a prediction has no `{column}`")),
        }
    }

    /// The random effect `GROUP.LEVEL.EFFECT`.
    pub(super) fn mode(&mut self, fit: &LmmFit, of: &str) -> Result<f64, Failure> {
        let parts: Vec<&str> = of.splitn(3, '.').collect();
        let [group, level, effect] = parts[..] else { return Err(format!("`{of}` names no group, level and effect")) };
        let made = self.effects.get_or_insert_with(|| fit.random_effects().map_err(|e| e.to_string()));
        let terms = made.as_ref().map_err(Clone::clone)?;
        let place = |term: &RandomEffects| {
            let row = term.groups.iter().position(|known| known == level)?;
            let column = term.names.iter().position(|name| name == effect)?;
            Some(term.modes[(row, column)])
        };
        let of_group = terms.iter().filter(|term| same_product(&term.group, group));
        of_group.filter_map(place).next().ok_or_else(|| format!("there is no effect `{of}`"))
    }
}

fn row_number(of: &str) -> Result<u32, Failure> {
    of.parse().ok().and_then(|row: u32| row.checked_sub(1)).ok_or_else(|| format!("`{of}` is no number of a row"))
}
