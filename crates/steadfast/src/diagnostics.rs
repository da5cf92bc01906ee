//! What a fit says about its rows and clusters, as CSV files.

use steadfast_core::frame::Frame;
use steadfast_core::inference::Inference;
use steadfast_core::lmm::{Deletion, LmmFit, Prediction};

use crate::csv::{Csv, Field};
use crate::error::Result;

/// The residuals of the rows used: a line a row, the first row of the data being 1.
///
/// # Errors
/// `undefined_likelihood` when the covariance of a cluster is not positive definite.
pub fn residuals(fit: &LmmFit) -> Result<Vec<u8>> {
    let found = fit.residuals()?;
    let mut csv = Csv::new(["row", "fitted", "response", "pearson", "studentized", "normalized"]);
    for (at, row) in found.rows.iter().enumerate() {
        csv.row([
            Field::from(*row as usize + 1),
            Field::from(found.fitted[at]),
            Field::from(found.response[at]),
            Field::from(found.pearson[at]),
            Field::from(found.studentized[at]),
            Field::from(found.normalized[at]),
        ]);
    }
    Ok(csv.into_bytes())
}

/// The influence of each cluster on the fixed effects: a line a cluster, with the standardised change of every coefficient.
///
/// # Errors
/// `no_fixed_effects` when there is nothing to influence.
pub fn influence(fit: &LmmFit) -> Result<Vec<u8>> {
    let changes = fit.names().iter().map(|name| format!("dfbetas {name}"));
    let fixed = ["cluster", "rows", "leverage", "cook_distance", "covariance_ratio"].map(str::to_owned);
    let mut csv = Csv::new(fixed.into_iter().chain(changes));
    for cluster in fit.influence()? {
        let mut line =
            vec![Field::from(cluster.label.as_str()), Field::from(cluster.rows.len()), Field::from(cluster.leverage)];
        match &cluster.deletion {
            Deletion::Estimable(without) => {
                line.extend([Field::from(without.cook_distance), Field::from(without.covariance_ratio)]);
                line.extend(without.dfbetas.iter().map(|change| Field::from(*change)));
            }
            Deletion::NotEstimable => line.extend((0..2 + fit.names().len()).map(|_| Field::from(None::<f64>))),
        }
        csv.row(line);
    }
    Ok(csv.into_bytes())
}

/// Predictions of the rows without an outcome, given the observed rows of the same cluster.
///
/// # Errors
/// When a row without an outcome lacks a variable of the model as well, or has a level that the fit does not know.
pub fn predictions(fit: &LmmFit, frame: &Frame, inference: &Inference) -> Result<Vec<u8>> {
    let mut csv =
        Csv::new(["row", "prediction", "std_error", "conf_low", "conf_high", "prediction_low", "prediction_high"]);
    for one in fit.predict(frame, &Prediction::conditional(), inference)? {
        let numbers =
            [one.estimate, one.std_error, one.conf_low, one.conf_high, one.prediction_low, one.prediction_high];
        csv.row(std::iter::once(Field::from(one.row as usize + 1)).chain(numbers.map(Field::from)));
    }
    Ok(csv.into_bytes())
}
