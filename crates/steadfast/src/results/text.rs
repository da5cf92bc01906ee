//! The summary that `fit` prints.

use std::fmt::Write as _;

use steadfast_core::lmm::{Criterion, Position, RandomCovariance};
use steadfast_core::report::{FTest, Row};

use crate::model::Convention;

use super::layout::{columns, decimals, df, fixed, p_value, percent, significant};
use super::{Adjustment, CellRow, GroupMatrix, ModelResult, ResidualResult, terms_matter};

/// `result` as a statistician expects to read it.
pub fn summary(result: &ModelResult) -> String {
    let mut text = header(result);
    let mut blocks = vec![
        random_effects(result),
        residual_matrices(result),
        fixed_effects(result),
        tests(&format!("Tests of terms, type {}", result.test_type.roman()), &result.tests),
    ];
    let means = (result.means.as_deref(), result.differences.as_deref());
    blocks.extend(means_blocks(means, result.adjusted.as_ref(), result.slices.as_deref(), result.level));
    blocks.extend([
        variance_components(result),
        super::explained::block(result),
        super::random_tests::block(result),
        super::explained::components(result),
        notes_block(result),
    ]);
    for block in blocks {
        if !block.is_empty() {
            let _ = write!(text, "\n{block}");
        }
    }
    text
}

/// Everything about adjusted means: a text for each table, empty where there is none.
pub(crate) fn means_blocks(
    (means, differences): (Option<&[CellRow]>, Option<&[CellRow]>),
    adjustment: Option<&Adjustment>,
    slices: Option<&[FTest]>,
    level: f64,
) -> Vec<String> {
    vec![
        cells("Adjusted means", means, level),
        cells("Differences between adjusted means", differences, level),
        adjusted(adjustment, level),
        tests("Joint tests at each level", slices.unwrap_or_default()),
    ]
}

fn header(result: &ModelResult) -> String {
    let (title, likelihood) = match result.criterion {
        Criterion::Reml => ("Linear mixed model, restricted maximum likelihood (REML)", "−2 restricted log-likelihood"),
        Criterion::Ml => ("Linear mixed model, maximum likelihood (ML)", "−2 log-likelihood"),
    };
    let mut rows = vec![
        vec!["Formula".to_owned(), result.formula.clone()],
        vec!["Inference".to_owned(), result.df_conventions.clone()],
        vec![likelihood.to_owned(), significant(result.minus_two_log_likelihood, 10)],
    ];
    let criteria = format!("{}, {}", significant(result.aic, 7), significant(result.bic, 7));
    rows.push(vec!["AIC, BIC".to_owned(), criteria]);
    if result.convention != Convention::Steadfast {
        rows.push(vec!["Conventions".to_owned(), result.convention.label().to_owned()]);
    }
    if let Some(weights) = &result.weights {
        rows.push(vec!["Weights".to_owned(), weights.clone()]);
    }
    let mut counts = format!("{} in {} independent clusters", result.n_observations, result.n_clusters);
    for group in &result.groups {
        let _ = write!(counts, "; {} {}", group.name, group.count);
    }
    rows.push(vec!["Observations".to_owned(), counts]);
    format!("{title}\n{}", columns(&rows, 2))
}

fn head(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn random_effects(result: &ModelResult) -> String {
    let mut rows = vec![head(&["Group", "Effect", "Variance", "Std. dev.", "Correlations"])];
    for term in &result.covariance.random {
        rows.extend((0..term.names.len()).map(|i| random_row(term, i)));
    }
    if let ResidualResult::Independent { sigma } = result.covariance.residual {
        rows.push(vec!["Residual".to_owned(), String::new(), significant(sigma * sigma, 5), significant(sigma, 5)]);
    }
    if rows.len() == 1 { String::new() } else { format!("Random effects\n{}", columns(&rows, 2)) }
}

fn random_row(term: &RandomCovariance, i: usize) -> Vec<String> {
    let group = if i == 0 { term.group.clone() } else { String::new() };
    let mut row = vec![group, term.names[i].clone()];
    row.extend([significant(term.covariance[i][i], 5), significant(term.std_devs[i], 5)]);
    row.extend((0..i).map(|j| fixed(term.correlations[i][j], 3)));
    row
}

fn residual_matrices(result: &ModelResult) -> String {
    let ResidualResult::Structured { term, visits, groups } = &result.covariance.residual else {
        return String::new();
    };
    // A variance function leaves no matrix that serves every subject.
    let no_matrix = groups.iter().all(|group| group.covariance.is_empty());
    let what = if no_matrix { "" } else { ": covariance below and on the diagonal, correlation above" };
    let mut text = format!("Residuals {term}{what}\n");
    for group in groups {
        if let Some(label) = &group.group {
            let _ = writeln!(text, "  {label}");
        }
        text.push_str(&if no_matrix { parameters(group) } else { matrix(visits, group) });
    }
    text
}

fn parameters(group: &GroupMatrix) -> String {
    let mut rows = vec![head(&["Parameter", "Estimate"])];
    rows.extend(group.parameters.iter().map(|one| vec![one.name.clone(), significant(one.estimate, 5)]));
    columns(&rows, 1)
}

fn matrix(visits: &[String], group: &GroupMatrix) -> String {
    let mut rows = vec![std::iter::once(String::new()).chain(visits.iter().cloned()).collect::<Vec<_>>()];
    for (i, visit) in visits.iter().enumerate() {
        let cell = |j: usize| {
            if j > i { fixed(group.correlations[i][j], 3) } else { significant(group.covariance[i][j], 5) }
        };
        rows.push(std::iter::once(visit.clone()).chain((0..visits.len()).map(cell)).collect());
    }
    columns(&rows, 1)
}

fn fixed_effects(result: &ModelResult) -> String {
    let rows: Vec<(Vec<String>, &Row)> = result.coefficients.iter().map(|row| (vec![row.term.clone()], row)).collect();
    format!("Fixed effects\n{}", estimates(vec!["Term".to_owned()], &rows, result.level))
}

/// A table of estimates behind their `labels`.
fn estimates(labels: Vec<String>, rows: &[(Vec<String>, &Row)], level: f64) -> String {
    let places = decimals(rows.iter().map(|(_, row)| row.std_error));
    let left = labels.len();
    let interval = format!("{} interval", percent(level));
    let mut table = vec![[labels, head(&["Estimate", "Std. error", "df", "t", "p", interval.as_str()])].concat()];
    for (label, row) in rows {
        let interval = format!("{} to {}", fixed(row.conf_low, places), fixed(row.conf_high, places));
        let numbers = vec![
            fixed(row.estimate, places),
            fixed(row.std_error, places),
            df(row.df),
            fixed(row.statistic, 2),
            p_value(row.p_value),
            interval,
        ];
        table.push([label.clone(), numbers].concat());
    }
    columns(&table, left)
}

fn tests(title: &str, tests: &[FTest]) -> String {
    if tests.is_empty() {
        return String::new();
    }
    let mut rows = vec![head(&["Term", "Num. df", "Den. df", "F", "p"])];
    rows.extend(tests.iter().map(|test| {
        vec![test.term.clone(), df(Some(test.num_df)), df(test.den_df), fixed(test.statistic, 3), p_value(test.p_value)]
    }));
    format!("{title}\n{}", columns(&rows, 1))
}

fn adjusted(adjustment: Option<&Adjustment>, level: f64) -> String {
    let Some(adjustment) = adjustment else { return String::new() };
    let factors: Vec<String> =
        adjustment.rows.first().map(|cell| cell.at.keys().cloned().collect()).unwrap_or_default();
    let places = decimals(adjustment.rows.iter().map(|cell| cell.row.std_error));
    let interval = format!("{} simultaneous interval", percent(level));
    let mut header = head(&["Term"]);
    header.extend(factors.iter().cloned());
    header.extend(head(&["Estimate", "Adjusted p", interval.as_str()]));
    let mut rows = vec![header];
    for cell in &adjustment.rows {
        let limits = match (cell.row.conf_low, cell.row.conf_high) {
            (Some(low), Some(high)) => format!("{} to {}", fixed(low, places), fixed(high, places)),
            _ => "–".to_owned(),
        };
        let levels = factors.iter().map(|factor| cell.at.get(factor).cloned().unwrap_or_default());
        let numbers = [fixed(cell.row.estimate, places), p_value(cell.row.p_value), limits];
        rows.push(std::iter::once(cell.row.term.clone()).chain(levels).chain(numbers).collect());
    }
    format!("Adjusted comparisons. {}\n{}", adjustment.description, columns(&rows, 1 + factors.len()))
}

fn cells(title: &str, cells: Option<&[CellRow]>, level: f64) -> String {
    let Some(cells) = cells else { return String::new() };
    let factors: Vec<String> = cells.first().map(|cell| cell.at.keys().cloned().collect()).unwrap_or_default();
    let terms = terms_matter(cells);
    let labelled = |cell: &CellRow| -> Vec<String> {
        let levels = factors.iter().map(|factor| cell.at.get(factor).cloned().unwrap_or_default());
        terms.then(|| cell.row.term.clone()).into_iter().chain(levels).collect()
    };
    let rows: Vec<(Vec<String>, &Row)> = cells.iter().map(|cell| (labelled(cell), &cell.row)).collect();
    let labels = terms.then(|| "Term".to_owned()).into_iter().chain(factors.iter().cloned()).collect();
    format!("{title}\n{}", estimates(labels, &rows, level))
}

fn variance_components(result: &ModelResult) -> String {
    let Some(intervals) = result.variance_components.as_ref().filter(|found| !found.is_empty()) else {
        return String::new();
    };
    let level = intervals.first().map_or(result.level, |interval| interval.level);
    let mut rows = vec![head(&["Parameter", "Estimate", &format!("{} interval", percent(level))])];
    rows.extend(intervals.iter().map(|interval| {
        let upper = interval.conf_high.map_or_else(|| "∞".to_owned(), |upper| significant(upper, 4));
        let range = format!("{} to {upper}", significant(interval.conf_low, 4));
        vec![interval.term.clone(), significant(interval.estimate, 4), range]
    }));
    format!("Variance components, profile likelihood\n{}", columns(&rows, 1))
}

fn notes_block(result: &ModelResult) -> String {
    notes(result).iter().fold(String::new(), |text, note| text + "Note: " + note + "\n")
}

/// The remarks that a reader of the numbers needs beside them: rows left out, aliased columns, a boundary.
pub fn notes(result: &ModelResult) -> Vec<String> {
    let mut notes = Vec::new();
    let rows = &result.rows;
    for (count, reason) in [
        (rows.missing, "a variable of the model is missing"),
        (rows.withdrawn, "a variable of the model is absent after withdrawal"),
        (rows.not_yet_due, "a variable of the model is not yet due"),
        (rows.not_applicable, "a variable of the model is not applicable"),
        (rows.zero_weight, "their weight is zero"),
    ] {
        if count > 0 {
            notes.push(format!("{count} row{} left out because {reason}", if count == 1 { "" } else { "s" }));
        }
    }
    if !result.aliased.is_empty() {
        notes.push(format!("left out because other columns determine them: {}", result.aliased.join(", ")));
    }
    if result.variance_components.as_ref().is_some_and(Vec::is_empty) && result.without_interval.is_empty() {
        let which = "they exist for variances of random effects, one residual variance and exchangeable residuals";
        notes.push(format!("no profile intervals: {which}"));
    }
    if !result.without_interval.is_empty() {
        let terms = result.without_interval.join(", ");
        notes.push(format!("no interval, as the profile could not be followed to its limits: {terms}"));
    }
    if !result.not_estimable.is_empty() {
        notes.push(format!("not determined by the data: {}", result.not_estimable.join("; ")));
    }
    notes.extend(boundary(result));
    notes.extend(result.cautions.iter().cloned());
    notes
}

fn boundary(result: &ModelResult) -> Vec<String> {
    let Position::Boundary { terms } = &result.convergence.position else { return Vec::new() };
    let mut notes = Vec::new();
    for term in &result.covariance.random {
        for (name, sd) in term.names.iter().zip(&term.std_devs) {
            if *sd <= 0.0 {
                let normal = "a normal result with few members a group; the term stays in the model";
                notes.push(format!("the variance of {name} | {} is estimated as 0: {normal}", term.group));
            }
        }
    }
    if notes.is_empty() {
        let normal = "the data support fewer dimensions than the term has; the estimates are valid";
        notes.extend(terms.iter().map(|term| format!("singular covariance, {term}: {normal}")));
    }
    notes
}
