//! What a fit says about its rows and clusters, as CSV files.

use steadfast_core::design::Recipe;
use steadfast_core::formula::Formula;
use steadfast_core::frame::Frame;
use steadfast_core::inference::Inference;
use steadfast_core::inference::vcov::Clusters;
use steadfast_core::lmm::{Deletion, LmmFit, Prediction, Refit};
use steadfast_core::parallel::Threads;
use steadfast_core::special::Normal;

use crate::csv::{Csv, Field};
use crate::error::Result;

/// The residuals of the rows used, from the population mean and given the random effects, with leverage and Cook's distance
/// (empty where residuals are correlated): a line a row, the first row of the data being 1.
///
/// # Errors
/// `undefined_likelihood` when the covariance of a cluster is not positive definite.
pub fn residuals(fit: &LmmFit) -> Result<Vec<u8>> {
    let (found, given) = (fit.residuals()?, fit.conditional_residuals()?);
    let leverage = (!fit.has_correlated_residuals()).then(|| fit.leverage()).transpose()?;
    let marginal = ["row", "fitted", "response", "pearson", "studentized", "normalized"];
    let conditional =
        ["conditional_fitted", "conditional_response", "conditional_studentized", "leverage", "cook_distance"];
    let mut csv = Csv::new(marginal.iter().chain(&conditional));
    for (at, row) in found.rows.iter().enumerate() {
        csv.row([
            Field::from(*row as usize + 1),
            Field::from(found.fitted[at]),
            Field::from(found.response[at]),
            Field::from(found.pearson[at]),
            Field::from(found.studentized[at]),
            Field::from(found.normalized[at]),
            Field::from(given.fitted[at]),
            Field::from(given.response[at]),
            Field::from(given.studentized[at]),
            Field::from(leverage.as_ref().map(|found| found.leverage[at])),
            Field::from(leverage.as_ref().and_then(|found| found.cook_distance[at])),
        ]);
    }
    Ok(csv.into_bytes())
}

/// The random effects: a line a group and effect, with the mode, √Var(b̂ − b), √Var(b | y) and limits at `level` by a normal
/// quantile.
///
/// # Errors
/// When the modes cannot be computed.
pub fn random_effects(fit: &LmmFit, level: f64) -> Result<Vec<u8>> {
    let quantile = Normal.upper_quantile(0.5 - 0.5 * level)?;
    let numbers = ["mode", "std_error", "conditional_std_dev", "conf_low", "conf_high"];
    let mut csv = Csv::new(["term", "group", "level", "effect"].iter().chain(&numbers));
    for term in fit.random_effects()? {
        let errors = term.std_errors();
        for (at, group) in term.groups.iter().enumerate() {
            let conditional = term.conditional_variance(at);
            for (effect, name) in term.names.iter().enumerate() {
                let (mode, error) = (term.modes[(at, effect)], errors[(at, effect)]);
                let spread = conditional[(effect, effect)].max(0.0).sqrt();
                let numbers = [mode, error, spread, mode - quantile * error, mode + quantile * error].map(Field::from);
                let names = [term.term.as_str(), term.group.as_str(), group.as_str(), name.as_str()].map(Field::from);
                csv.row(names.into_iter().chain(numbers));
            }
        }
    }
    Ok(csv.into_bytes())
}

/// The fits without each of the `clusters`: a line a cluster, with the standardised change of every coefficient and the
/// covariance parameters.
///
/// # Errors
/// As [`LmmFit::refits_without_clusters`].
pub fn refits(fit: &LmmFit, clusters: &Clusters, threads: Threads) -> Result<Vec<u8>> {
    let changes = fit.names().iter().map(|name| format!("dfbetas {name}"));
    let parameters: Vec<String> = fit.natural_parameters().into_iter().map(|(name, _)| name).collect();
    let fixed = ["cluster", "rows", "status", "cook_distance"].map(str::to_owned);
    let mut csv = Csv::new(fixed.into_iter().chain(changes).chain(parameters.iter().cloned()));
    for level in fit.refits_without_clusters(clusters, threads)? {
        let mut line = vec![Field::from(level.label.as_str()), Field::from(level.rows.len())];
        match &level.refit {
            Refit::Fitted(found) => {
                line.extend([Field::from("fitted"), Field::from(found.cook_distance)]);
                line.extend(found.dfbetas.iter().map(|change| Field::from(*change)));
                line.extend(found.parameters.iter().map(|(_, value)| Field::from(*value)));
            }
            unfitted => {
                line.push(Field::from(match unfitted {
                    Refit::Failed { code } => code.as_str(),
                    _ => "not_estimable",
                }));
                line.extend((0..1 + fit.names().len() + parameters.len()).map(|_| Field::from(None::<f64>)));
            }
        }
        csv.row(line);
    }
    Ok(csv.into_bytes())
}

/// The influence of each of the `clusters` on the fixed effects: a line a cluster, with the standardised change of every
/// coefficient.
///
/// # Errors
/// `no_fixed_effects` when there is nothing to influence; as [`LmmFit::influence_of_clusters`].
pub fn influence(fit: &LmmFit, clusters: &Clusters) -> Result<Vec<u8>> {
    let changes = fit.names().iter().map(|name| format!("dfbetas {name}"));
    let fixed = ["cluster", "rows", "leverage", "cook_distance", "covariance_ratio"].map(str::to_owned);
    let mut csv = Csv::new(fixed.into_iter().chain(changes));
    for cluster in fit.influence_of_clusters(clusters)? {
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
