//! What a fit says about its rows and clusters, as CSV files.

use steadfast_core::design::Recipe;
use steadfast_core::formula::Formula;
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

/// Predictions of the rows without an outcome, given the observed rows of the same cluster, and how many rows have none
/// because a variable of the model is absent.
///
/// # Errors
/// When a row has a level that the fit does not know.
pub fn predictions(
    fit: &LmmFit,
    frame: &Frame,
    weights: Option<&str>,
    inference: &Inference,
) -> Result<(Vec<u8>, usize)> {
    let rows = predictable(fit.recipe(), frame, weights, true);
    let mut wanted = Prediction::conditional();
    if let Some(column) = weights {
        wanted = wanted.weights(column);
    }
    let mut csv =
        Csv::new(["row", "prediction", "std_error", "conf_low", "conf_high", "prediction_low", "prediction_high"]);
    for one in fit.predict(&frame.select(&rows), &wanted, inference)? {
        let numbers =
            [one.estimate, one.std_error, one.conf_low, one.conf_high, one.prediction_low, one.prediction_high];
        let row = rows[one.row as usize] as usize + 1;
        csv.row(std::iter::once(Field::from(row)).chain(numbers.map(Field::from)));
    }
    Ok((csv.into_bytes(), frame.n_rows() - rows.len()))
}

/// The rows that are complete in everything the model reads but the outcome, and but the groups and subjects where these
/// do not count.
pub(crate) fn predictable(recipe: &Recipe, frame: &Frame, weights: Option<&str>, with_groups: bool) -> Vec<u32> {
    let formula = recipe.formula.as_ref();
    let mut outcome = Vec::new();
    if let Some(response) = formula.and_then(Formula::response) {
        outcome.extend(response.as_name().map(str::to_owned));
    }
    if let Some(formula) = formula.filter(|_| !with_groups) {
        let groups = formula.random().iter().flat_map(|term| &term.group);
        let subjects = formula.residual().into_iter().flat_map(|term| &term.subject);
        let fixed = recipe.fixed_columns();
        outcome.extend(groups.chain(subjects).filter(|name| !fixed.contains(name)).cloned());
    }
    let names = formula.map(Formula::columns).unwrap_or_default();
    let read = names.iter().filter(|name| !outcome.contains(name)).map(String::as_str).chain(weights);
    let columns: Vec<_> = read.filter_map(|name| frame.get(name)).collect();
    (0..frame.n_rows() as u32).filter(|&row| columns.iter().all(|column| column.is_observed(row as usize))).collect()
}
