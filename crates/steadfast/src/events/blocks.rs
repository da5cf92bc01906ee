//! Parts of the summary of a model of events that are there where they were asked for.

use std::fmt::Write as _;

use super::absolute::Absolute;
use super::diagnostics::Diagnostics;
use super::frailty::FrailtyResult;
use crate::results::layout::{columns, decimals, df, fixed, p_value, percent, plain, significant};

/// What the hazards mean: probabilities and mean times of everybody at each level.
pub(super) fn absolute(found: &Absolute, level: f64) -> String {
    let limits = format!("{} limits", percent(level));
    let risks = found.risks.iter().map(|one| {
        let limits = match (one.conf_low, one.conf_high) {
            (Some(low), Some(high)) => format!("{} to {}", fixed(low, 4), fixed(high, 4)),
            _ => "–".to_owned(),
        };
        let label = format!("risk: {}", one.level);
        vec![label, plain(one.time), fixed(one.risk, 4), fixed(one.std_error, 4), String::new(), limits]
    });
    let lists = [
        ("risk", &found.risk_differences),
        ("mean time", &found.restricted_means),
        ("mean time", &found.mean_differences),
    ];
    let others = lists.into_iter().flat_map(|(what, rows)| {
        let digits = decimals(rows.iter().map(|one| one.row.std_error));
        rows.iter().map(move |one| {
            let row = &one.row;
            vec![
                format!("{what}: {}", row.term),
                plain(one.time),
                fixed(row.estimate, digits),
                fixed(row.std_error, digits),
                // A mean is not tested against 0.
                if what == "mean time" && !row.term.contains(" - ") { String::new() } else { p_value(row.p_value) },
                format!("{} to {}", fixed(row.conf_low, digits), fixed(row.conf_high, digits)),
            ]
        })
    });
    let ratios = found.risk_ratios.iter().map(|one| {
        let row = &one.row;
        let limits = format!("{} to {}", significant(row.ratio_low, 4), significant(row.ratio_high, 4));
        let label = format!("risk ratio: {}", row.row.term);
        vec![label, plain(one.time), significant(row.ratio, 4), String::new(), p_value(row.row.p_value), limits]
    });
    let mut table = vec![["", "Time", "Estimate", "Std. error", "p", &limits].map(str::to_owned).to_vec()];
    table.extend(risks.chain(ratios).chain(others));
    let errors = if found.variance == "model" { "model-based errors" } else { "errors by the jackknife over clusters" };
    format!("Everybody at each level of {}, {errors}\n{}", found.factor, columns(&table, 1))
}

pub(super) fn frailties(found: &FrailtyResult) -> String {
    let groups: Vec<String> = found.groups.iter().map(|one| format!("{} ({})", one.name, one.count)).collect();
    let mut rows = vec![["Term", "Parameter", "Estimate", "Std. error"].map(str::to_owned).to_vec()];
    rows.extend(found.components.iter().map(|one| {
        let error = one.std_error.map_or_else(|| "–".to_owned(), |error| significant(error, 4));
        vec![one.term.clone(), one.name.clone(), significant(one.estimate, 4), error]
    }));
    let mut text = format!("Frailty, {}, {}\n{}", found.distribution, groups.join(", "), columns(&rows, 2));
    if let Some(interval) = &found.interval {
        let high = interval.conf_high.map_or_else(|| "∞".to_owned(), |high| significant(high, 4));
        let low = significant(interval.conf_low, 4);
        let _ =
            writeln!(text, "  {} limits of the variance, profile likelihood: {low} to {high}", percent(interval.level));
    }
    if let Some(test) = &found.test {
        let chi_squared = fixed(test.chi_squared, 3);
        let _ =
            writeln!(text, "  no frailty: likelihood ratio {chi_squared}, p {} at the boundary", p_value(test.p_value));
    }
    text
}

pub(super) fn diagnostics(found: &Diagnostics) -> String {
    let mut rows = vec![["Term", "χ²", "df", "p"].map(str::to_owned).to_vec()];
    let line = |term: &str, chi_squared: f64, of: f64, p: f64| {
        vec![term.to_owned(), fixed(chi_squared, 3), df(Some(of)), p_value(p)]
    };
    rows.extend(
        found.proportional.iter().map(|one| line(&one.term, one.statistic * one.num_df, one.num_df, one.p_value)),
    );
    let global = &found.proportional_global;
    rows.push(line("all", global.chi_squared, global.df, global.p_value));
    let mut text = format!("Tests of proportional hazards, along {} time\n{}", found.time_transform, columns(&rows, 1));
    if let Some(c) = &found.concordance {
        let limits = format!("{} to {}", fixed(c.conf_low, 4), fixed(c.conf_high, 4));
        let _ = writeln!(
            text,
            "\nConcordance (Harrell's C) {}, std. error {}, {limits}",
            fixed(c.estimate, 4),
            fixed(c.std_error, 4)
        );
    }
    text
}
