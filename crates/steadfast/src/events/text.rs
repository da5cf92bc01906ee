//! The summary that `fit` prints of a model of events.

use std::fmt::Write as _;

use steadfast_core::report::FTest;

use super::blocks::{absolute, diagnostics, frailties};
use super::contrasts::RatioCell;
use super::result::{EventResult, GlobalTest, LevelCount, RatioRow, Robustness};
use super::rows::{Observed, RowsUsed};
use crate::results::layout::{columns, decimals, df, fixed, p_value, percent, significant};
use crate::results::means_blocks;

/// `result` as a statistician expects to read it.
pub fn summary(result: &EventResult) -> String {
    let mut text = header(result);
    let contrasts = result.contrasts.as_deref().unwrap_or_default();
    let mut blocks = vec![
        counts(result),
        ratios("Hazard ratios", &result.coefficients, result.level),
        global_tests(&result.global_tests),
        tests(&format!("Tests of terms, type {}", result.test_type.roman()), &result.tests),
        cells("Contrasts", contrasts, result.level),
        result.frailty.as_ref().map_or_else(String::new, frailties),
    ];
    blocks.extend(means_blocks((None, None), result.adjusted.as_ref(), result.slices.as_deref(), result.level));
    blocks.extend(result.absolute.as_ref().map(|found| absolute(found, result.level)));
    blocks.extend(result.diagnostics.as_ref().map(diagnostics));
    blocks.push(notes(&result.rows, &result.aliased, &[not_estimable(result), result.cautions.clone()].concat()));
    for block in blocks.iter().filter(|block| !block.is_empty()) {
        let _ = write!(text, "\n{block}");
    }
    text
}

fn header(result: &EventResult) -> String {
    let ties = match result.ties {
        "breslow" => "Breslow's ties",
        "discrete" => "ties in discrete time: coefficients are ln odds ratios",
        "marginal" => "ties in all their orders",
        _ => "Efron's ties",
    };
    let mut rows = vec![
        line("Formula", &result.formula),
        line("Event", &event(result)),
        line("Covariance", &covariance(result)),
        line("Observed", &observed(result)),
        line("Time at risk", &significant(result.observed.time_at_risk, 7)),
    ];
    let likelihood = [result.log_likelihood, result.log_likelihood_null].map(|value| significant(value, 9));
    rows.push(line("Log partial likelihood", &format!("{}; without covariates {}", likelihood[0], likelihood[1])));
    rows.push(line("AIC, BIC", &format!("{}, {}", significant(result.aic, 7), significant(result.bic, 7))));
    if let Some(weights) = &result.weights {
        rows.push(line("Weights", weights));
    }
    if let Some(layout) = result.layout {
        rows.push(line("Recurrent events", layout));
    }
    let title = match result.model {
        "fine-gray" => "Fine and Gray's regression of a subdistribution hazard",
        "frailty" => "Cox regression with frailties: hazard ratios between members of the same group",
        _ => "Cox proportional hazards regression",
    };
    format!("{title}, {ties}\n{}", columns(&rows, 2))
}

fn line(name: &str, text: &str) -> Vec<String> {
    vec![name.to_owned(), text.to_owned()]
}

fn event(result: &EventResult) -> String {
    let others: Vec<String> = result
        .observed
        .events
        .iter()
        .filter(|one| one.event != result.event)
        .map(|one| format!("{} ({})", one.event, one.count))
        .collect();
    let own = result.observed.events.iter().find(|one| one.event == result.event);
    let own = own.map_or_else(|| "0 events".to_owned(), |one| happened(one.count, one.persons));
    match others.is_empty() {
        true => format!("{}: {own}", result.event),
        false if result.model == "fine-gray" => {
            format!("{}: {own}; competing: {}", result.event, others.join(", "))
        }
        false => format!("{}: {own}; ending observation: {}", result.event, others.join(", ")),
    }
}

/// `12 events`, or `12 events to 9 persons` where some have several.
fn happened(count: usize, persons: usize) -> String {
    if count == persons {
        plural(count, "event")
    } else {
        format!("{} to {}", plural(count, "event"), plural(persons, "person"))
    }
}

pub(super) fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn covariance(result: &EventResult) -> String {
    let clusters = match (&result.cluster, &result.subject) {
        (Some(column), _) => format!("clusters of {column}"),
        (None, Some(column)) => format!("clusters of {column}"),
        (None, None) => "each row a cluster".to_owned(),
    };
    let method = match result.vcov_method.as_str() {
        "model" => "model-based (inverse of the observed information)".to_owned(),
        "total" => "model-based, the uncertainty about the frailty included".to_owned(),
        "known_variance" | "known_variance_diagonal" => {
            "model-based, the frailty's variance taken for known".to_owned()
        }
        name => format!("robust ({name}), {clusters}"),
    };
    let why = match result.vcov_reason {
        Robustness::SeveralEvents => ", as persons have several events",
        Robustness::Weights => ", as weights are no counts",
        Robustness::Asked
        | Robustness::Independent
        | Robustness::Clusters
        | Robustness::Weighted
        | Robustness::Frailty => "",
    };
    let reference = match result.df_method.as_str() {
        "clusters-less-one" => "; t with one degree of freedom less than clusters",
        _ => "",
    };
    method + why + reference
}

fn observed(result: &EventResult) -> String {
    let observed = &result.observed;
    let mut text = plural(observed.persons, "person");
    if let Some(cluster) = &result.cluster {
        let _ = write!(text, " in {} of {cluster}", plural(observed.clusters, "cluster"));
    }
    if observed.rows != observed.persons {
        let _ = write!(text, ", {}", plural(observed.rows, "row"));
    }
    if !result.strata.is_empty() {
        let n = result.strata.len();
        let _ = write!(text, ", {n} {}", if n == 1 { "stratum" } else { "strata" });
    }
    text
}

/// What was observed at the levels of factors: an estimate of a level with few events is an estimate of little.
fn counts(result: &EventResult) -> String {
    if result.levels.is_empty() {
        return String::new();
    }
    let event = &result.event;
    let head = ["Factor", "Level", "Persons", "Clusters", event, "Time at risk", "per unit of time"];
    let clusters = result.cluster.is_some();
    let mut rows = vec![chosen(head.map(str::to_owned), clusters)];
    let mut last = "";
    for LevelCount { factor, level, observed } in &result.levels {
        let label = if factor == last { String::new() } else { factor.clone() };
        last = factor;
        rows.push(chosen(counted(label, level, observed, event), clusters));
    }
    format!("Observed\n{}", columns(&rows, 2))
}

fn counted(label: String, level: &str, observed: &Observed, event: &str) -> [String; 7] {
    let count = observed.count(event);
    [
        label,
        level.to_owned(),
        observed.persons.to_string(),
        observed.clusters.to_string(),
        count.to_string(),
        significant(observed.time_at_risk, 6),
        significant(count as f64 / observed.time_at_risk, 4),
    ]
}

/// A row with its count of clusters, where these are other than persons.
fn chosen(cells: [String; 7], clusters: bool) -> Vec<String> {
    cells.into_iter().enumerate().filter(|(at, _)| clusters || *at != 3).map(|(_, cell)| cell).collect()
}

/// Contrasts that the data do not determine.
fn not_estimable(result: &EventResult) -> Vec<String> {
    let named = result.not_estimable.join("; ");
    if named.is_empty() { Vec::new() } else { vec![format!("not determined by the data: {named}")] }
}

/// Logarithms and ratios side by side.
fn ratios(title: &str, rows: &[RatioRow], level: f64) -> String {
    let rows: Vec<(String, &RatioRow)> = rows.iter().map(|row| (row.row.term.clone(), row)).collect();
    labelled(title, &rows, level)
}

/// The same of contrasts, each with its place.
fn cells(title: &str, cells: &[RatioCell], level: f64) -> String {
    let label = |cell: &RatioCell| {
        let at: Vec<String> = cell.at.iter().map(|(factor, level)| format!("{factor} {level}")).collect();
        match at.is_empty() {
            true => cell.row.row.term.clone(),
            false => format!("{} | {}", cell.row.row.term, at.join(", ")),
        }
    };
    let rows: Vec<(String, &RatioRow)> = cells.iter().map(|cell| (label(cell), &cell.row)).collect();
    labelled(title, &rows, level)
}

fn labelled(title: &str, rows: &[(String, &RatioRow)], level: f64) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let logs = decimals(rows.iter().map(|(_, row)| row.row.std_error));
    let mut table = vec![
        ["Term", "ln HR", "Std. error", "z", "p", "HR", &format!("{} limits", percent(level))]
            .map(str::to_owned)
            .to_vec(),
    ];
    table.extend(rows.iter().map(|(label, one)| {
        vec![
            label.clone(),
            fixed(one.row.estimate, logs),
            fixed(one.row.std_error, logs),
            fixed(one.row.statistic, 3),
            p_value(one.row.p_value),
            significant(one.ratio, 4),
            format!("{} to {}", significant(one.ratio_low, 4), significant(one.ratio_high, 4)),
        ]
    }));
    format!("{title}\n{}", columns(&table, 1))
}

fn global_tests(tests: &[GlobalTest]) -> String {
    if tests.is_empty() {
        return String::new();
    }
    let mut rows = vec![["Test", "χ²", "df", "p"].map(str::to_owned).to_vec()];
    rows.extend(
        tests
            .iter()
            .map(|one| vec![one.test.to_owned(), fixed(one.chi_squared, 3), df(Some(one.df)), p_value(one.p_value)]),
    );
    format!("Tests that all coefficients are zero\n{}", columns(&rows, 1))
}

fn tests(title: &str, tests: &[FTest]) -> String {
    if tests.is_empty() {
        return String::new();
    }
    let mut rows = vec![["Term", "χ²", "df", "p"].map(str::to_owned).to_vec()];
    rows.extend(tests.iter().map(|one| {
        let chi_squared = one.statistic * one.num_df;
        vec![one.term.clone(), fixed(chi_squared, 3), df(Some(one.num_df)), p_value(one.p_value)]
    }));
    format!("{title}\n{}", columns(&rows, 1))
}

/// Rows left out, columns left out, and cautions.
pub(super) fn notes(rows: &RowsUsed, aliased: &[String], cautions: &[String]) -> String {
    let mut notes = Vec::new();
    for (count, reason) in [
        (rows.missing, "a variable is missing"),
        (rows.withdrawn, "a variable is absent after withdrawal"),
        (rows.not_yet_due, "a variable is not yet due"),
        (rows.not_applicable, "a variable is not applicable"),
        (rows.zero_weight, "their weight is zero"),
    ] {
        if count > 0 {
            notes.push(format!("{} left out because {reason}", plural(count, "row")));
        }
    }
    if !aliased.is_empty() {
        notes.push(format!("left out because other columns determine them: {}", aliased.join(", ")));
    }
    notes.extend(cautions.iter().cloned());
    notes.iter().fold(String::new(), |text, note| text + "Note: " + note + "\n")
}
