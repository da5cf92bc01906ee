//! New rows as the model reads them.

use crate::design::new_data::{NewData, ResidualPlaces};
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::survival::CoxFit;
use crate::survival::risk_data::RiskData;

/// Rows with a linear predictor in a stratum.
#[derive(Debug, Clone, Default)]
pub(super) struct Points {
    /// The row of the frame.
    pub(super) row: Vec<usize>,
    pub(super) stratum: Vec<usize>,
    /// x'β + offset, in the engine's columns.
    pub(super) eta: Vec<f64>,
    /// The engine's columns, n × p by rows.
    pub(super) x: Vec<f64>,
}

impl Points {
    /// Each row in its own stratum, or in all of them where `frame` does not have all columns of the strata.
    pub(super) fn everywhere(fit: &CoxFit, frame: &Frame) -> Result<Self> {
        let data = fit.data();
        if data.strata_columns.iter().all(|name| frame.get(name).is_some()) {
            return Self::of(fit, frame);
        }
        let (x, eta) = covariates(fit, frame)?;
        let (n, p, strata) = (frame.n_rows(), data.p(), data.strata.len());
        let mut found = Self::default();
        for row in 0..n {
            for stratum in 0..strata {
                found.row.push(row);
                found.stratum.push(stratum);
                found.eta.push(eta[row]);
                found.x.extend_from_slice(&x[row * p..(row + 1) * p]);
            }
        }
        Ok(found)
    }

    /// Each row in its stratum.
    pub(super) fn of(fit: &CoxFit, frame: &Frame) -> Result<Self> {
        let (x, eta) = covariates(fit, frame)?;
        Ok(Self { row: (0..frame.n_rows()).collect(), stratum: strata(fit.data(), frame)?, eta, x })
    }

    pub(super) fn n(&self) -> usize {
        self.row.len()
    }
}

/// The engine's columns of each row, and the linear predictor.
fn covariates(fit: &CoxFit, frame: &Frame) -> Result<(Vec<f64>, Vec<f64>)> {
    let data = fit.data();
    let (recipe, p) = (&data.design.recipe, data.p());
    let all = recipe.all_fixed_rows(frame)?;
    let mut x = Vec::with_capacity(frame.n_rows() * p);
    for (row, values) in all.row_iter().enumerate() {
        let values: Vec<f64> = values.iter().copied().collect();
        if !recipe.is_estimable(&values) {
            let message = format!("the hazard in row {} depends on coefficients that were left out", row + 1);
            return Err(Error::data("not_estimable", message));
        }
        // The others belong to the baseline.
        let kept = recipe.kept_of(&values);
        let own = data.places.iter().map(|&column| kept[column]).enumerate();
        x.extend(own.map(|(j, value)| (value - data.centre[j]) * data.scale[j]));
    }
    let places = ResidualPlaces::default();
    let offset = NewData::new(recipe, &places, frame)?.offset()?;
    let beta: Vec<f64> = fit.beta().iter().zip(&data.scale).map(|(beta, scale)| beta / scale).collect();
    let eta = offset.iter().enumerate().map(|(row, offset)| {
        let x = &x[row * p..(row + 1) * p];
        offset + x.iter().zip(&beta).map(|(x, b)| x * b).sum::<f64>()
    });
    let eta = eta.collect();
    Ok((x, eta))
}

/// The stratum of each row.
fn strata(data: &RiskData, frame: &Frame) -> Result<Vec<usize>> {
    let names = &data.strata_columns;
    let columns = names.iter().map(|name| frame.column(name)).collect::<Result<Vec<_>>>()?;
    for column in &columns {
        if let Some(row) = (0..frame.n_rows()).find(|&row| !column.is_observed(row)) {
            let message = format!("column `{}` has no value in row {}", column.name(), row + 1);
            return Err(Error::data("missing_value", message));
        }
    }
    let factors: Vec<_> = columns.iter().map(|column| column.to_factor()).collect();
    let label = |row: usize| {
        let parts = names.iter().zip(&factors);
        let part = |(name, factor): (&String, &crate::frame::Factor)| {
            format!("{name}={}", factor.level(row).unwrap_or_default())
        };
        parts.map(part).collect::<Vec<_>>().join(", ")
    };
    let place = |row: usize| {
        let label = label(row);
        data.strata.iter().position(|known| *known == label).ok_or_else(|| {
            let message = format!("row {} is in a stratum that the fit does not know ({})", row + 1, names.join(", "));
            Error::data("unknown_level", message)
        })
    };
    (0..frame.n_rows()).map(place).collect()
}
