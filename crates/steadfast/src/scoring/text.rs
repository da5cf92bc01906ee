//! The table of a scoring.

use std::fmt::Write as _;

use super::{FormResult, ScaleResult, ScoreResult};
use crate::results::layout::{columns, fixed, percent};

/// The scores as a statistician expects to read them.
pub fn score_text(result: &ScoreResult) -> String {
    let mut text = format!("Scores of {} rows\n", result.n_rows);
    for form in &result.instruments {
        let _ = write!(text, "\n{}", of_form(form));
        if result.reliability.is_some() {
            text.push_str(&reliability(form));
        }
    }
    if !result.rules.is_empty() {
        text.push_str("\nRules about missing scales\n");
        for (rule, source) in &result.rules {
            let _ = writeln!(text, "  {rule}: {source}");
        }
    }
    if let Some(options) = &result.reliability {
        let drawn =
            options.clusters.as_ref().map_or("rows".to_owned(), |column| format!("all rows of a {column} together"));
        let _ = writeln!(
            text,
            "\nLimits of {}: of α by Feldt's F distribution, rows taken as independent; of ω by the percentiles of {} bootstrap \
             samples of {drawn}, seed {}. Rows with every item answered.",
            percent(options.level),
            options.replicates,
            options.seed
        );
    }
    text
}

fn head(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn of_form(form: &FormResult) -> String {
    let mut rows = vec![head(&[
        "Scale",
        "Column",
        "Scored",
        "Prorated",
        "Not scorable",
        "Not applicable",
        "Mean",
        "SD",
        "Min",
        "Max",
    ])];
    rows.extend(form.scales.iter().map(row));
    format!("{}, {} ({}): {} rows\n{}", form.instrument, form.version, form.definition, form.n_rows, columns(&rows, 2))
}

fn row(scale: &ScaleResult) -> Vec<String> {
    let report = &scale.report;
    let label = match &report.rule {
        Some(rule) => format!("{} [{rule}]", report.label),
        None => report.label.clone(),
    };
    let counts = [report.n_scored, report.n_prorated, report.n_not_scorable, report.n_not_applicable];
    let number = |value: Option<f64>, places| value.map_or_else(|| "–".to_owned(), |value| fixed(value, places));
    let mut row = vec![label, report.column.clone()];
    row.extend(counts.map(|count| count.to_string()));
    row.extend([number(report.mean, 2), number(report.std_dev, 2), number(report.min, 1), number(report.max, 1)]);
    row
}

fn reliability(form: &FormResult) -> String {
    let mut rows = vec![head(&["Scale", "Items", "n", "α", "Interval", "ω", "Interval"])];
    let mut notes = String::new();
    for scale in &form.scales {
        let Some(found) = &scale.reliability else { continue };
        let none = || "–".to_owned();
        let interval = |low: f64, high: f64| format!("{} to {}", fixed(low, 3), fixed(high, 3));
        let (alpha, omega) = (found.alpha.as_ref(), found.omega.as_ref());
        let limits = omega.and_then(|omega| omega.conf_low.zip(omega.conf_high));
        rows.push(vec![
            scale.report.label.clone(),
            scale.report.n_items.to_string(),
            found.n.to_string(),
            alpha.map_or_else(none, |alpha| fixed(alpha.estimate, 3)),
            alpha.map_or_else(none, |alpha| interval(alpha.conf_low, alpha.conf_high)),
            omega.map_or_else(none, |omega| fixed(omega.estimate, 3)),
            limits.map_or_else(none, |(low, high)| interval(low, high)),
        ]);
        for without in &found.without {
            let _ = writeln!(notes, "Note: {}: no {}: {}", scale.report.label, without.coefficient, without.message);
        }
        if let Some(omega) = omega.filter(|omega| omega.conf_low.is_none() && omega.replicates > 0) {
            let (failed, all) = (omega.n_failed, omega.replicates);
            let _ = writeln!(
                notes,
                "Note: {}: no limits of ω: {failed} of {all} samples have no factor model",
                scale.report.label
            );
        }
        if omega.is_some_and(|omega| omega.boundary) {
            let _ = writeln!(notes, "Note: {}: a unique variance is zero, ω says little", scale.report.label);
        }
    }
    if rows.len() == 1 { String::new() } else { format!("\n{}{notes}", columns(&rows, 1)) }
}
