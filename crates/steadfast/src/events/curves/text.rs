//! Curves as a table for a terminal.

use std::fmt::Write as _;

use super::result::{CurveResult, MeanRow, Probability, QuantileRow};
use super::{AtRisk, RankTestRow};
use crate::events::result::RatioRow;
use crate::events::text::{notes, plural};
use crate::results::layout::{columns, decimals, df, fixed, p_value, percent, plain, significant};

/// `result` as a statistician expects to read it.
pub fn summary(result: &CurveResult) -> String {
    let mut text = header(result);
    let mut blocks = vec![observed(result)];
    blocks.extend(result.states.iter().map(|state| probabilities(result, state)));
    blocks.extend([
        rows("Differences of probabilities", &result.differences, result),
        rows("Restricted mean times", &result.restricted_means, result),
        rows("Differences of restricted mean times", &result.mean_differences, result),
        ratios("Ratios of restricted mean times", &result.mean_ratios, result),
        quantiles(&result.quantiles, result.level),
        tests(result),
        notes(&result.rows, &[], &result.cautions),
    ]);
    for block in blocks.iter().filter(|block| !block.is_empty()) {
        let _ = write!(text, "\n{block}");
    }
    text
}

fn head(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn header(result: &CurveResult) -> String {
    let title = match result.kind {
        "incidence" => "Cumulative incidence, Aalen-Johansen",
        "occupation" => "Occupation of states, Aalen-Johansen",
        _ => "Survival, Kaplan-Meier",
    };
    let clusters = match (&result.cluster, &result.subject) {
        (Some(column), _) | (None, Some(column)) => format!("over clusters of {column}"),
        (None, None) => "over rows".to_owned(),
    };
    let level = percent(result.level);
    let mut lines = vec![head(&["Formula", &result.formula])];
    lines.push(head(&[
        "Limits",
        &format!("{level}, {}; standard errors by the infinitesimal jackknife {clusters}", result.limits),
    ]));
    if let Some(weights) = &result.weights {
        lines.push(head(&["Weights", weights]));
    }
    format!("{title}\n{}", columns(&lines, 2))
}

fn observed(result: &CurveResult) -> String {
    let clusters = result.cluster.is_some();
    let mut events: Vec<&str> = Vec::new();
    for one in result.groups.iter().flat_map(|group| &group.observed.events) {
        if !events.contains(&one.event.as_str()) {
            events.push(&one.event);
        }
    }
    let mut first = head(&["Group", "Persons"]);
    first.extend(clusters.then(|| "Clusters".to_owned()));
    first.extend(events.iter().map(|event| (*event).to_owned()));
    first.push("Time at risk".to_owned());
    let mut lines = vec![first];
    for group in &result.groups {
        let observed = &group.observed;
        let mut line = vec![group.group.clone(), observed.persons.to_string()];
        line.extend(clusters.then(|| observed.clusters.to_string()));
        line.extend(events.iter().map(|event| observed.count(event).to_string()));
        line.push(significant(observed.time_at_risk, 6));
        lines.push(line);
    }
    format!("Observed\n{}", columns(&lines, 1))
}

fn probabilities(result: &CurveResult, state: &str) -> String {
    let title = match result.kind {
        "survival" => "Probability that nothing has happened".to_owned(),
        _ => format!("Probability of {state}"),
    };
    let limits = format!("{} limits", percent(result.level));
    let mut lines =
        vec![head(&["Group", "Time", "At risk", "Events", "Censored", "Probability", "Std. error", &limits])];
    let mut last = "";
    for one in result.probabilities.iter().filter(|one| one.state == state) {
        let counts = result.at_risk.iter().find(|counts| counts.group == one.group && same(counts.time, one.time));
        let group = if one.group == last { String::new() } else { one.group.clone() };
        last = &one.group;
        let mut line = vec![group, plain(one.time)];
        line.extend(counts.map_or_else(Vec::new, |counts| counted(counts, result, state)));
        line.extend(estimated(one));
        lines.push(line);
    }
    format!("{title}\n{}", columns(&lines, 1))
}

fn same(a: f64, b: f64) -> bool {
    a.total_cmp(&b).is_eq()
}

/// Persons at risk, events of the state (of any, where it is that nothing has happened), persons censored.
fn counted(counts: &AtRisk, result: &CurveResult, state: &str) -> Vec<String> {
    let events: usize = match result.kind {
        "survival" => counts.events.values().sum(),
        _ => counts.events.get(state).copied().unwrap_or(0),
    };
    [counts.at_risk, events, counts.censored].map(|count| count.to_string()).to_vec()
}

fn estimated(one: &Probability) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| fixed(value, 4));
    let limits = match (one.conf_low, one.conf_high) {
        (Some(low), Some(high)) => format!("{} to {}", fixed(low, 4), fixed(high, 4)),
        _ => "–".to_owned(),
    };
    vec![number(one.probability), number(one.std_error), limits]
}

fn rows(title: &str, rows: &[MeanRow], result: &CurveResult) -> String {
    let digits = decimals(rows.iter().map(|one| one.row.std_error));
    // A mean is not tested against 0.
    let tested = rows.iter().all(|one| one.row.term.contains(" - "));
    let tests: &[&str] = if tested { &["z", "p"] } else { &[] };
    let lines = rows.iter().map(|one| {
        let row = &one.row;
        let mut line = vec![fixed(row.estimate, digits), fixed(row.std_error, digits)];
        line.extend(tested.then(|| [fixed(row.statistic, 3), p_value(row.p_value)]).into_iter().flatten());
        line.push(format!("{} to {}", fixed(row.conf_low, digits), fixed(row.conf_high, digits)));
        placed(result, [&one.state, &row.term], one.time, line)
    });
    table(title, &[&["Estimate", "Std. error"], tests].concat(), lines.collect(), result)
}

fn ratios(title: &str, rows: &[MeanRow<RatioRow>], result: &CurveResult) -> String {
    let lines = rows.iter().map(|one| {
        let row = &one.row;
        let limits = format!("{} to {}", significant(row.ratio_low, 4), significant(row.ratio_high, 4));
        let line = vec![significant(row.ratio, 4), fixed(row.row.statistic, 3), p_value(row.row.p_value), limits];
        placed(result, [&one.state, &row.row.term], one.time, line)
    });
    table(title, &["Ratio", "z", "p"], lines.collect(), result)
}

/// A line with its state, where there are several, its term and its time.
fn placed(result: &CurveResult, [state, term]: [&String; 2], time: f64, line: Vec<String>) -> Vec<String> {
    let state = (result.states.len() > 1).then(|| state.clone());
    state.into_iter().chain([term.clone(), plain(time)]).chain(line).collect()
}

fn table(title: &str, names: &[&str], lines: Vec<Vec<String>>, result: &CurveResult) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let limits = format!("{} limits", percent(result.level));
    let several = result.states.len() > 1;
    let mut first = if several { head(&["State"]) } else { Vec::new() };
    first.extend(head(&["Term", "Time"]));
    first.extend(head(names));
    first.push(limits);
    let lines: Vec<Vec<String>> = std::iter::once(first).chain(lines).collect();
    format!("{title}\n{}", columns(&lines, 1 + usize::from(several)))
}

/// Quantiles that the curve or a limit of it reaches.
fn quantiles(quantiles: &[QuantileRow], level: f64) -> String {
    let number = |value: Option<f64>| value.map_or_else(|| "not reached".to_owned(), plain);
    let reached = |one: &&QuantileRow| one.estimate.or(one.conf_low).or(one.conf_high).is_some();
    let quantiles: Vec<&QuantileRow> = quantiles.iter().filter(reached).collect();
    if quantiles.is_empty() {
        return String::new();
    }
    let mut lines = vec![head(&["Group", "State", "Share", "Time", &format!("{} limits", percent(level))])];
    lines.extend(quantiles.iter().map(|one| {
        let limits = format!("{} to {}", number(one.conf_low), number(one.conf_high));
        vec![one.group.clone(), one.state.clone(), percent(one.share), number(one.estimate), limits]
    }));
    format!("Time by which a share has left the start or reached the state\n{}", columns(&lines, 2))
}

fn tests(result: &CurveResult) -> String {
    let Some(first) = result.tests.first() else { return String::new() };
    let how = match (first.variance, &result.cluster) {
        ("clustered", Some(cluster)) => format!("clusters of {cluster}"),
        _ => "hypergeometric variance".to_owned(),
    };
    let strata =
        if first.stratified { format!(", within strata of {}", result.strata.join(", ")) } else { String::new() };
    let mut lines = vec![head(&["Test", "Event", "χ²", "df", "p", "Observed", "Expected"])];
    lines.extend(result.tests.iter().map(tested));
    let groups = plural(result.groups.len(), "group");
    format!("Tests between {groups}, {how}{strata}\n{}", columns(&lines, 2))
}

fn tested(one: &RankTestRow) -> Vec<String> {
    let listed = |values: &[f64]| values.iter().map(|value| significant(*value, 5)).collect::<Vec<_>>().join(", ");
    vec![
        one.test.clone(),
        one.event.clone(),
        fixed(one.chi_squared, 3),
        df(Some(one.df)),
        p_value(one.p_value),
        listed(&one.observed),
        listed(&one.expected),
    ]
}
