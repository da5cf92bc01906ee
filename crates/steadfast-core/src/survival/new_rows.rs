//! Rows that a model of a hazard has not seen.

use std::sync::Arc;

use nalgebra::DMatrix;

use crate::design::Recipe;
use crate::design::new_data::{NewData, ResidualPlaces};
use crate::error::{Error, Result};
use crate::formula::Formula;
use crate::frame::Frame;
use crate::survival::risk_data::{RiskData, crossed, strata_of};

/// What new rows are read by.
#[derive(Debug, Clone)]
pub(super) struct NewRows {
    recipe: Arc<Recipe>,
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
    pub(super) fn new(formula: &Formula, recipe: Arc<Recipe>, data: &RiskData) -> Self {
        let strata = strata_of(formula).unwrap_or_default();
        let (centre, scale) = (data.centre.clone(), data.scale.clone());
        Self { recipe, strata, labels: data.strata.clone(), centre, scale }
    }

    /// The rows of `frame`.
    ///
    /// # Errors
    /// Those of [`covariates`] and [`strata`].
    pub(super) fn profiles(&self, frame: &Frame) -> Result<Profiles> {
        let (columns, offset) = covariates(&self.recipe, frame)?;
        let x = in_units(&columns, &self.centre, &self.scale);
        Ok(Profiles { x, offset, stratum: strata(frame, &self.strata, |label| place(&self.labels, label))? })
    }
}

/// The columns of the rows of `frame` but the intercept, in whose place the hazard of the stratum stands (n × p), and their offsets.
///
/// # Errors
/// `unknown_column`; `missing_value`, `not_finite`, `unknown_level` with column and row; `not_estimable` with the row.
pub(super) fn covariates(recipe: &Recipe, frame: &Frame) -> Result<(DMatrix<f64>, Vec<f64>)> {
    let all = recipe.all_fixed_rows(frame)?;
    for (row, values) in all.row_iter().enumerate() {
        if !recipe.is_estimable(&values.iter().copied().collect::<Vec<f64>>()) {
            let message = format!("the hazard in row {} depends on coefficients that were left out", row + 1);
            return Err(Error::data("not_estimable", message));
        }
    }
    let kept = recipe.kept.iter().copied().filter(|&column| !(recipe.fixed.intercept && column == 0));
    let kept: Vec<usize> = kept.collect();
    let offset = NewData::new(recipe, &ResidualPlaces::default(), frame)?.offset()?;
    Ok((all.select_columns(&kept), offset))
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
