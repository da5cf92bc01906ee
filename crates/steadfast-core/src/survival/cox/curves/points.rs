//! New rows as the model reads them.

use crate::error::Result;
use crate::frame::Frame;
use crate::linalg;
use crate::survival::{CoxFit, new_rows};

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
        let ((x, eta), data) = (covariates(fit, frame)?, fit.data());
        let stratum = new_rows::strata(frame, &data.strata_columns, |label| new_rows::place(&data.strata, label))?;
        Ok(Self { row: (0..frame.n_rows()).collect(), stratum, eta, x })
    }

    pub(super) fn n(&self) -> usize {
        self.row.len()
    }
}

/// The engine's columns of each row, and the linear predictor.
fn covariates(fit: &CoxFit, frame: &Frame) -> Result<(Vec<f64>, Vec<f64>)> {
    let data = fit.data();
    let (columns, offset) = new_rows::covariates(&data.design.recipe, &data.places, frame)?;
    let (x, p) = (new_rows::in_units(&columns, &data.centre, &data.scale), data.p());
    let beta: Vec<f64> = fit.beta().iter().zip(&data.scale).map(|(beta, scale)| beta / scale).collect();
    let eta = |(row, offset): (usize, &f64)| offset + linalg::dot(&x[row * p..(row + 1) * p], &beta);
    let eta = offset.iter().enumerate().map(eta).collect();
    Ok((x, eta))
}
