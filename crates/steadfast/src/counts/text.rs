//! The summary that `fit` prints of a model of counts.

use std::fmt::Write as _;

use steadfast_core::report::Row;

use super::rates::RatesResult;
use super::result::{CountResult, CountedRows};
use crate::events::RatioRow;
use crate::results::layout::{columns, decimals, df, fixed, p_value, percent, plain, significant};

/// `result` as a statistician expects to read it.
pub fn summary(result: &CountResult) -> String {
    let mut text = header(result);
    let blocks = [
        counts(result),
        ratios("Rate ratios", "RR", &result.coefficients, result.level),
        ratios("Odds ratios of an excess zero", "OR", &result.zero_coefficients, result.level),
        result.rates.as_ref().map_or_else(String::new, |rates| standardised(rates, result.level)),
        tests(result),
        frequencies(result),
        notes(result),
    ];
    for block in blocks.iter().filter(|block| !block.is_empty()) {
        let _ = write!(text, "\n{block}");
    }
    text
}

fn line(name: &str, text: &str) -> Vec<String> {
    vec![name.to_owned(), text.to_owned()]
}

fn header(result: &CountResult) -> String {
    let observed = &result.observed;
    let mut rows = vec![line("Formula", &result.formula)];
    if let Some(zero) = &result.zero_formula {
        rows.push(line("Excess zeros", zero));
    }
    rows.push(line("Distribution", result.family_description));
    if let Some(exposure) = &result.exposure {
        rows.push(line("Exposure", &format!("{exposure}, {} in all", significant(observed.exposure, 7))));
    }
    if let Some(weights) = &result.weights {
        rows.push(line("Weights", weights));
    }
    rows.push(line("Covariance", &covariance(result)));
    let clusters = result.cluster.as_ref();
    let clusters =
        clusters.map_or_else(String::new, |column| format!(" in {} clusters of {column}", observed.clusters));
    let events = plain(observed.events);
    rows.push(line(
        "Observed",
        &format!("{} rows{clusters}, {events} events, {} rows without any", observed.rows, observed.zeros),
    ));
    rows.push(line(
        "Log-likelihood",
        &format!("{} with {} parameters", significant(result.log_likelihood, 9), result.n_parameters),
    ));
    rows.push(line("AIC, BIC", &format!("{}, {}", significant(result.aic, 7), significant(result.bic, 7))));
    rows.push(line("Pearson χ²/df", &significant(result.pearson_dispersion, 4)));
    if let Some(dispersion) = &result.dispersion {
        let interval = &dispersion.interval;
        let high = interval.conf_high.map_or_else(|| "unbounded".to_owned(), |high| significant(high, 4));
        let limits = format!("{} to {high}", significant(interval.conf_low, 4));
        let test = format!("α = 0: χ² {}, p {}", fixed(dispersion.test.statistic, 3), p_value(dispersion.test.p_value));
        let level = percent(result.level);
        rows.push(line(
            "Spread α",
            &format!("{} ({level} limits {limits}); {test}", significant(interval.estimate, 4)),
        ));
    }
    format!("Model of counts\n{}", columns(&rows, 2))
}

fn covariance(result: &CountResult) -> String {
    let clusters = result
        .cluster
        .as_ref()
        .map_or_else(|| "each row a cluster".to_owned(), |column| format!("clusters of {column}"));
    let method = match result.vcov_method.as_str() {
        "model" => "model-based (expected information)".to_owned(),
        "observed" => "model-based (observed information)".to_owned(),
        name => format!("robust ({name}), {clusters}"),
    };
    match result.df_method.as_str() {
        "clusters-less-one" => method + "; t with one degree of freedom less than clusters",
        "satterthwaite" => method + "; Bell and McCaffrey's degrees of freedom",
        _ => method,
    }
}

/// What was counted at the levels of factors: an estimate of a level with few events is an estimate of little.
fn counts(result: &CountResult) -> String {
    if result.levels.is_empty() {
        return String::new();
    }
    let mut rows =
        vec![["Factor", "Level", "Rows", "Clusters", "Events", "Exposure", "Rate"].map(str::to_owned).to_vec()];
    let mut last = "";
    for one in &result.levels {
        let label = if one.factor == last { String::new() } else { one.factor.clone() };
        last = &one.factor;
        let CountedRows { rows: n, clusters, events, exposure, rate, .. } = one.observed;
        let numbers = [plain(events), significant(exposure, 6), significant(rate, 4)];
        rows.push([label, one.level.clone(), n.to_string(), clusters.to_string()].into_iter().chain(numbers).collect());
    }
    format!("Observed\n{}", columns(&rows, 2))
}

/// Logarithms and ratios side by side.
fn ratios(title: &str, short: &str, rows: &[RatioRow], level: f64) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let logs = decimals(rows.iter().map(|row| row.row.std_error));
    let (log, limits) = (format!("ln {short}"), format!("{} limits", percent(level)));
    let statistic = if rows.iter().any(|row| row.row.df.is_some()) { "t" } else { "z" };
    let mut table =
        vec![["Term", &log, "Std. error", "df", statistic, "p", short, &limits].map(str::to_owned).to_vec()];
    table.extend(rows.iter().map(|one| {
        vec![
            one.row.term.clone(),
            fixed(one.row.estimate, logs),
            fixed(one.row.std_error, logs),
            df(one.row.df),
            fixed(one.row.statistic, 3),
            p_value(one.row.p_value),
            significant(one.ratio, 4),
            format!("{} to {}", significant(one.ratio_low, 4), significant(one.ratio_high, 4)),
        ]
    }));
    format!("{title}\n{}", columns(&table, 1))
}

fn standardised(rates: &RatesResult, level: f64) -> String {
    let over = if rates.population == "exposure" { "exposure" } else { "rows" };
    let covariates = if rates.covariates == "sampled" { "covariates sampled" } else { "covariates as they are" };
    let mut text =
        natural(&format!("Standardised rates per unit of exposure, over {over}, {covariates}"), &rates.rates, level);
    let differences: Vec<Row> = rates.differences.iter().chain(&rates.difference_interactions).cloned().collect();
    let all: Vec<RatioRow> = rates.ratios.iter().chain(&rates.ratio_interactions).cloned().collect();
    for block in [natural("Differences of rates", &differences, level), ratios("Ratios of rates", "RR", &all, level)] {
        if !block.is_empty() {
            let _ = write!(text, "\n{block}");
        }
    }
    text
}

fn natural(title: &str, rows: &[Row], level: f64) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let digits = decimals(rows.iter().map(|row| row.std_error));
    let limits = format!("{} limits", percent(level));
    let mut table = vec![["", "Estimate", "Std. error", "df", &limits, "p"].map(str::to_owned).to_vec()];
    table.extend(rows.iter().map(|row| {
        vec![
            row.term.clone(),
            fixed(row.estimate, digits),
            fixed(row.std_error, digits),
            df(row.df),
            format!("{} to {}", fixed(row.conf_low, digits), fixed(row.conf_high, digits)),
            p_value(row.p_value),
        ]
    }));
    format!("{title}\n{}", columns(&table, 1))
}

fn tests(result: &CountResult) -> String {
    let boundary = result
        .inflation_test
        .iter()
        .map(|test| (test.term.clone() + ", likelihood ratio", test.statistic, test.p_value));
    let scores = result.score_tests.iter().map(|test| (test.term.clone(), test.statistic, test.p_value));
    let mut rows = vec![["Test", "Statistic", "p"].map(str::to_owned).to_vec()];
    rows.extend(boundary.chain(scores).map(|(term, statistic, p)| vec![term, fixed(statistic, 3), p_value(p)]));
    if rows.len() == 1 { String::new() } else { format!("Spread and zeros\n{}", columns(&rows, 1)) }
}

fn frequencies(result: &CountResult) -> String {
    let mut rows = vec![["Count", "Observed", "Expected"].map(str::to_owned).to_vec()];
    let own = result.frequencies.counts.iter().map(|one| (one.count.to_string(), one));
    let beyond = &result.frequencies.beyond;
    let more = (beyond.observed > 0.0).then(|| (format!("{} or more", beyond.count), beyond));
    rows.extend(own.chain(more).map(|(count, one)| vec![count, plain(one.observed), fixed(one.expected, 1)]));
    format!("Frequencies\n{}", columns(&rows, 1))
}

fn notes(result: &CountResult) -> String {
    let mut notes = Vec::new();
    if result.rows_left_out > 0 {
        notes.push(format!(
            "{} rows left out because a variable is absent or their weight is zero",
            result.rows_left_out
        ));
    }
    if !result.aliased.is_empty() {
        notes.push(format!("left out because other columns determine them: {}", result.aliased.join(", ")));
    }
    if let Some(RatesResult { factor, by: Some(by), one_ratio: true, .. }) = &result.rates {
        notes.push(format!(
            "the model has no interaction of {factor} and {by}: all subgroups have one ratio, by assumption; `{factor} * {by}` lets them differ"
        ));
    }
    notes.extend(result.cautions.iter().cloned());
    notes.iter().fold(String::new(), |text, note| text + "Note: " + note + "\n")
}
