//! Rows that a model of a hazard has not seen.

use std::sync::Arc;

use crate::design::Recipe;
use crate::design::new_data::{NewData, ResidualPlaces};
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::survival::risk_data::{RiskData, crossed};

/// What new rows are read by.
#[derive(Debug, Clone)]
pub(super) struct NewRows {
    recipe: Arc<Recipe>,
    /// The places of the model's columns among those of the recipe.
    columns: Vec<usize>,
    strata: Vec<String>,
    labels: Vec<String>,
    centre: Vec<f64>,
    scale: Vec<f64>,
}

/// New rows in the units of the engine.
#[derive(Debug, Clone)]
pub(super) struct Profiles {
    /// n × p by rows.
    pub(super) x: Vec<f64>,
    /// η = x'β + offset.
    pub(super) offset: Vec<f64>,
    /// The places of their strata.
    pub(super) stratum: Vec<usize>,
}

impl NewRows {
    pub(super) fn new(data: &RiskData) -> Self {
        Self {
            recipe: Arc::clone(&data.design.recipe),
            columns: data.places.clone(),
            strata: data.strata_columns.clone(),
            labels: data.strata.clone(),
            centre: data.centre.clone(),
            scale: data.scale.clone(),
        }
    }

    /// The rows of `frame`.
    ///
    /// # Errors
    /// `unknown_column`; `missing_value`, `not_finite`, `unknown_level` with column and row; `not_estimable`; `unknown_stratum`
    /// where nobody whom the model knows is of a row's stratum.
    pub(super) fn profiles(&self, frame: &Frame) -> Result<Profiles> {
        let places = ResidualPlaces::default();
        let new = NewData::new(&self.recipe, &places, frame)?;
        let all = new.fixed()?;
        // The hazard of the stratum stands in the place of the others.
        let column = |j: usize, row: usize| (all[(row, self.columns[j])] - self.centre[j]) * self.scale[j];
        let x = (0..frame.n_rows()).flat_map(|row| (0..self.columns.len()).map(move |j| column(j, row))).collect();
        let (codes, labels) = crossed(frame, &self.strata)?;
        let stratum = |(row, code): (usize, &u32)| {
            let known = self.labels.iter().position(|label| *label == labels[*code as usize]);
            known.ok_or_else(|| {
                let message = format!("row {}: the model has no hazard for its stratum", row + 1);
                Error::data("unknown_stratum", message)
            })
        };
        let stratum = codes.iter().enumerate().map(stratum).collect::<Result<Vec<_>>>()?;
        Ok(Profiles { x, offset: new.offset()?, stratum })
    }
}
