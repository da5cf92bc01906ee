//! Rows that a model of a hazard has not seen.

use std::sync::Arc;

use nalgebra::DMatrix;

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
    /// Those of [`covariates`] and [`strata`].
    pub(super) fn profiles(&self, frame: &Frame) -> Result<Profiles> {
        let (columns, offset) = covariates(&self.recipe, &self.columns, frame)?;
        let x = in_units(&columns, &self.centre, &self.scale);
        Ok(Profiles { x, offset, stratum: strata(frame, &self.strata, |label| place(&self.labels, label))? })
    }
}

/// The columns at `places` among those kept, of the rows of `frame` (n × p), and their offsets; the hazard of the stratum stands in the
/// place of the others.
///
/// # Errors
/// `unknown_column`; `missing_value`, `not_finite`, `unknown_level` with column and row; `not_estimable` with the row.
pub(super) fn covariates(recipe: &Recipe, places: &[usize], frame: &Frame) -> Result<(DMatrix<f64>, Vec<f64>)> {
    let all = recipe.all_fixed_rows(frame)?;
    for (row, values) in all.row_iter().enumerate() {
        if !recipe.is_estimable(&values.iter().copied().collect::<Vec<f64>>()) {
            let message = format!("the hazard in row {} depends on coefficients that were left out", row + 1);
            return Err(Error::data("not_estimable", message));
        }
    }
    let kept: Vec<usize> = places.iter().map(|&place| recipe.kept[place]).collect();
    let offset = NewData::new(recipe, &ResidualPlaces::default(), frame)?.offset()?;
    Ok((all.select_columns(&kept), offset))
}

/// The places of all columns kept but the intercept.
pub(super) fn but_intercept(recipe: &Recipe) -> Vec<usize> {
    (0..recipe.kept.len()).filter(|&place| !(recipe.fixed.intercept && recipe.kept[place] == 0)).collect()
}

/// (x − centre) · scale, by rows.
pub(super) fn in_units(columns: &DMatrix<f64>, centre: &[f64], scale: &[f64]) -> Vec<f64> {
    let unit = |row: usize| (0..columns.ncols()).map(move |j| (columns[(row, j)] - centre[j]) * scale[j]);
    (0..columns.nrows()).flat_map(unit).collect()
}

/// The place of the stratum of each row, `place` being that of a stratum called `site=E1`.
///
/// # Errors
/// `unknown_column`; `missing_value` with column and row; `unknown_stratum` with columns and row, where the model has no hazard.
pub(super) fn strata(frame: &Frame, names: &[String], place: impl Fn(&str) -> Option<usize>) -> Result<Vec<usize>> {
    for name in names {
        let column = frame.column(name)?;
        if let Some(row) = (0..frame.n_rows()).find(|&row| !column.is_observed(row)) {
            return Err(Error::data("missing_value", format!("column `{name}` has no value in row {}", row + 1)));
        }
    }
    let (codes, labels) = crossed(frame, names)?;
    let places: Vec<Option<usize>> = labels.iter().map(|label| place(label)).collect();
    let of = |(row, code): (usize, &u32)| {
        places[*code as usize].ok_or_else(|| {
            let message = format!("the model has no hazard for the stratum of row {} ({})", row + 1, names.join(", "));
            Error::data("unknown_stratum", message)
        })
    };
    codes.iter().enumerate().map(of).collect()
}

/// The place of `label` among `labels`.
pub(super) fn place(labels: &[String], label: &str) -> Option<usize> {
    labels.iter().position(|known| known == label)
}
