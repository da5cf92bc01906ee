//! What is asked of saved fits, as a statistician expects to read it.

use std::fmt::Write as _;

use steadfast_core::lmm::{Criterion, Given, Null};

use super::{ComparedModel, Comparison, MeansResult, Predictions, Tested};
use crate::model::Convention;
use crate::results::layout::{columns, decimals, df, fixed, p_value, percent, significant};
use crate::results::means_blocks;

fn head(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn notes<'n>(notes: impl IntoIterator<Item = &'n String>) -> String {
    notes.into_iter().fold(String::new(), |text, note| text + "Note: " + note + "\n")
}

/// The means of a saved fit.
pub fn means_text(result: &MeansResult) -> String {
    let mut rows = vec![
        vec!["Formula".to_owned(), result.formula.clone()],
        vec!["Inference".to_owned(), result.df_conventions.clone()],
    ];
    if result.convention != Convention::Steadfast {
        rows.push(vec!["Conventions".to_owned(), result.convention.label().to_owned()]);
    }
    let mut text = format!("Adjusted means from a saved fit\n{}", columns(&rows, 2));
    let undetermined = (!result.not_estimable.is_empty())
        .then(|| format!("not determined by the data: {}", result.not_estimable.join("; ")));
    let mut blocks = means_blocks(
        (Some(&result.means), Some(&result.differences)),
        result.adjusted.as_ref(),
        result.slices.as_deref(),
        result.level,
    );
    blocks.push(notes(undetermined.iter().chain(&result.cautions)));
    for block in blocks.iter().filter(|block| !block.is_empty()) {
        let _ = write!(text, "\n{block}");
    }
    text
}

/// The predictions of new rows.
pub fn predictions_text(result: &Predictions) -> String {
    let given = match result.given {
        Given::Covariates => "the covariates: the mean of all who have them",
        Given::Groups => "the covariates and the random effects of the fit's groups",
        Given::ObservedOutcomes => "the covariates and the observed outcomes of the same cluster",
    };
    let facts = [["Formula", &result.formula], ["Inference", &result.df_conventions], ["Given", given]];
    let facts: Vec<Vec<String>> = facts.iter().map(|fact| head(fact)).collect();
    let (mean, outcome) = (percent(result.level), percent(result.level));
    let mut rows = vec![head(&[
        "Row",
        "Prediction",
        "Std. error",
        "df",
        &format!("{mean} interval of the mean"),
        &format!("{outcome} interval of the outcome"),
    ])];
    let places = decimals(result.predictions.iter().map(|one| one.std_error));
    let interval = |low: f64, high: f64| format!("{} to {}", fixed(low, places), fixed(high, places));
    rows.extend(result.predictions.iter().map(|one| {
        vec![
            one.row.to_string(),
            fixed(one.estimate, places),
            fixed(one.std_error, places),
            df(one.df),
            interval(one.conf_low, one.conf_high),
            interval(one.prediction_low, one.prediction_high),
        ]
    }));
    let mut text = format!("Predictions from a saved fit\n{}\n{}", columns(&facts, 2), columns(&rows, 0));
    if result.n_incomplete > 0 {
        let _ = write!(text, "\n{}", notes(&[incomplete(result.n_incomplete)]));
    }
    text
}

/// What to say of rows without a prediction.
pub fn incomplete(rows: usize) -> String {
    let have = if rows == 1 { "row has" } else { "rows have" };
    format!("{rows} {have} no prediction because a variable of the model is absent")
}

/// The table of a comparison.
pub fn comparison_text(result: &Comparison) -> String {
    let criterion = match result.criterion {
        Criterion::Reml => "REML",
        Criterion::Ml => "ML",
    };
    let counts = match result.convention {
        Convention::Steadfast => String::new(),
        other => format!(", criteria counted as by {}", other.label()),
    };
    let mut text = format!("Models fitted by {criterion} to the same {} rows{counts}\n", result.n_observations);
    let formulae: Vec<Vec<String>> =
        result.models.iter().map(|model| vec![model.name.clone(), model.formula.clone()]).collect();
    text.push_str(&columns(&formulae, 2));
    let mut rows = vec![head(&["Model", "Parameters", "−2 log L", "AIC", "AICc", "BIC", "χ²", "df", "p"])];
    rows.extend(result.models.iter().map(row));
    let _ = write!(text, "\n{}", columns(&rows, 1));
    let remarks: Vec<String> = result.models.iter().filter_map(remark).collect();
    if !remarks.is_empty() {
        let _ = write!(text, "\n{}", notes(&remarks));
    }
    text
}

fn row(model: &ComparedModel) -> Vec<String> {
    let mut row = vec![model.name.clone(), model.n_parameters.to_string()];
    let numbers = [model.minus_two_log_likelihood, model.aic, model.aicc, model.bic];
    row.extend(numbers.map(|value| significant(value, 8)));
    if let Some(Tested::Nested { statistic, df, p_value: p, .. }) = &model.test {
        row.extend([fixed(*statistic, 3), df.to_string(), p_value(*p)]);
    }
    row
}

/// Against what a model was tested, where it is not plain, and why it was not.
fn remark(model: &ComparedModel) -> Option<String> {
    let name = &model.name;
    match model.test.as_ref()? {
        Tested::NotTested { against, reason, .. } => {
            Some(format!("`{against}` was not tested within `{name}`: {reason}"))
        }
        Tested::Nested { against, null, reference, .. } => {
            let boundary = match null {
                Null::Interior => "",
                Null::OneDimension => ", since a variance is zero on the boundary",
                Null::Irregular => ", which is too large on the boundary, where several variances are zero",
            };
            Some(format!("`{name}` was tested against `{against}`, p by {reference}{boundary}"))
        }
    }
}
