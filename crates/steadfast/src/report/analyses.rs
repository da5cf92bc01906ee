//! What the models say: the differences, and behind each of them the whole model.

use std::collections::BTreeMap;

use steadfast_core::lmm::{Criterion, Position};
use steadfast_core::report::Row;

use super::table::{Kind, Table};
use super::{Figure, Section};
use crate::plan::{Plan, Role};
use crate::results::layout::{decimals, df, fixed, p_value, percent, significant};
use crate::results::{Adjustment, CellRow, ModelResult, ResidualResult, notes, terms_matter};
use crate::study::{AnalysisResult, Study};

/// Where other factors are held, as ` at Visit 7`.
pub(super) fn place(at: &BTreeMap<String, String>, study: &Study) -> String {
    let parts: Vec<String> = at.iter().map(|(factor, level)| format!("{} {level}", study.label(factor))).collect();
    if parts.is_empty() { String::new() } else { format!(" at {}", parts.join(", ")) }
}

/// The difference of every analysis, then the differences at every level.
pub(super) fn differences(study: &Study, plan: &Plan, figures: &[Figure]) -> Section {
    let header = ["Analysis", "Difference", "Model", "n", "Estimate (interval)", "p", "df", "Standardised"];
    let mut table = Table::new("All analyses", header, 3);
    let places =
        decimals(study.results.analyses.iter().map(|analysis| analysis.contrast.row.std_error)).saturating_sub(1);
    for role in [Role::Primary, Role::Secondary, Role::Sensitivity, Role::Supporting] {
        let of_role = || study.results.analyses.iter().filter(|analysis| analysis.role == role);
        if of_role().next().is_some() {
            table.row(Kind::Group, [format!("{role:?}")]);
        }
        for analysis in of_role() {
            table.row(Kind::Plain, difference(analysis, study, plan, places));
        }
    }
    table.note("n: observations, in independent clusters. Adjusted: for covariates beyond the design.");
    table.note("Standardised: the estimate over the standard deviation of the observed outcome at that visit, pooled over the two arms.");
    let mut tables: Vec<Table> = super::primary::primary(study).into_iter().chain([table]).collect();
    tables.extend(study.results.analyses.iter().filter_map(|analysis| by_level(analysis, study)));
    let figures = figures.iter().filter(|figure| figure.file == "figures/differences.svg").map(Into::into).collect();
    Section {
        id: "differences".into(),
        heading: "Differences between arms".into(),
        figures,
        tables,
        ..Section::default()
    }
}

fn difference(analysis: &AnalysisResult, study: &Study, plan: &Plan, places: usize) -> Vec<String> {
    let (row, fit) = (&analysis.contrast.row, &analysis.fit);
    let level = if (fit.level - 0.95).abs() < 1e-12 { String::new() } else { format!(" at {}", percent(fit.level)) };
    let n = if plan.design.is_clustered() || fit.n_clusters != fit.n_observations {
        format!("{} in {}", fit.n_observations, fit.n_clusters)
    } else {
        fit.n_observations.to_string()
    };
    vec![
        analysis.label.clone(),
        format!("{}{}", analysis.contrast.levels.join(" − "), place(&analysis.contrast.at, study)),
        if analysis.adjusted { "adjusted" } else { "unadjusted" }.to_owned(),
        n,
        format!(
            "{} ({} to {}{level})",
            fixed(row.estimate, places),
            fixed(row.conf_low, places),
            fixed(row.conf_high, places)
        ),
        p_value(row.p_value),
        df(row.df),
        analysis.contrast.standardised.map_or_else(|| "–".to_owned(), |effect| fixed(effect, 2)),
    ]
}

fn by_level(analysis: &AnalysisResult, study: &Study) -> Option<Table> {
    let cells = analysis.fit.differences.as_ref().filter(|cells| cells.len() > 1)?;
    Some(cell_table(
        &format!("{}: differences between adjusted means", analysis.label),
        cells,
        study,
        analysis.fit.level,
    ))
}

fn cell_table(caption: &str, cells: &[CellRow], study: &Study, level: f64) -> Table {
    let terms = terms_matter(cells);
    let factors: Vec<&String> = cells.first().map(|cell| cell.at.keys().collect()).unwrap_or_default();
    let labels: Vec<String> = terms
        .then(|| "Term".to_owned())
        .into_iter()
        .chain(factors.iter().map(|factor| study.label(factor).to_owned()))
        .collect();
    let mut table = Table { left: labels.len(), ..Table::new(caption, [labels, estimate_header(level)].concat(), 1) };
    let places = decimals(cells.iter().map(|cell| cell.row.std_error));
    for cell in cells {
        let levels = factors.iter().map(|factor| cell.at.get(*factor).cloned().unwrap_or_default());
        let label = terms.then(|| cell.row.term.replace(" - ", " − ")).into_iter().chain(levels);
        table.row(Kind::Plain, label.chain(estimate(&cell.row, places)));
    }
    table
}

fn estimate_header(level: f64) -> Vec<String> {
    let interval = format!("{} interval", percent(level));
    ["Estimate", "Standard error", "df", "t", "p", interval.as_str()].map(str::to_owned).to_vec()
}

fn estimate(row: &Row, places: usize) -> Vec<String> {
    vec![
        fixed(row.estimate, places),
        fixed(row.std_error, places),
        df(row.df),
        fixed(row.statistic, 2),
        p_value(row.p_value),
        format!("{} to {}", fixed(row.conf_low, places), fixed(row.conf_high, places)),
    ]
}

/// Everything about one model.
pub(super) fn model(analysis: &AnalysisResult, study: &Study) -> Section {
    let fit = &analysis.fit;
    let mut tables = vec![coefficients(fit)];
    tables.push(tests(fit));
    tables.extend(components(fit));
    tables.extend(residual(fit));
    if let Some(means) = &fit.means {
        tables.push(cell_table("Adjusted means", means, study, fit.level));
    }
    tables.extend(fit.adjusted.as_ref().map(|adjustment| adjusted(adjustment, fit.level)));
    let groups = fit.groups.iter().map(|group| format!("; {} {}", group.name, group.count)).collect::<String>();
    let mut paragraphs = vec![
        fit.formula.clone(),
        format!(
            "{} observations in {} independent clusters{groups}. −2 {}log-likelihood {}, AIC {}, BIC {}, as {} counts.",
            fit.n_observations,
            fit.n_clusters,
            if fit.criterion == Criterion::Reml { "restricted " } else { "" },
            significant(fit.minus_two_log_likelihood, 9),
            significant(fit.aic, 7),
            significant(fit.bic, 7),
            fit.convention.label()
        ),
        convergence(fit),
    ];
    paragraphs.extend(notes(fit).into_iter().map(|note| format!("Note: {note}.")));
    let heading = format!("Model: {}", analysis.label);
    Section { id: format!("model-{}", analysis.id), heading, paragraphs, tables, ..Section::default() }
}

fn convergence(fit: &ModelResult) -> String {
    let certificate = &fit.convergence;
    let place = match &certificate.position {
        Position::Interior => "in the interior of the parameter space",
        Position::Boundary { .. } => "on the boundary of the parameter space",
    };
    format!("The optimum lies {place}; it was reached in {} iterations.", certificate.iterations)
}

fn coefficients(fit: &ModelResult) -> Table {
    let header = [vec!["Term".to_owned()], estimate_header(fit.level)].concat();
    let mut table = Table::new("Fixed effects", header, 1);
    let places = decimals(fit.coefficients.iter().map(|row| row.std_error));
    for row in &fit.coefficients {
        table.row(Kind::Plain, [row.term.clone()].into_iter().chain(estimate(row, places)));
    }
    table
}

fn tests(fit: &ModelResult) -> Table {
    let title = format!("Tests of terms, type {}", fit.test_type.roman());
    let mut table = Table::new(&title, ["Term", "Numerator df", "Denominator df", "F", "p"], 1);
    for test in &fit.tests {
        let numbers = [df(Some(test.num_df)), df(test.den_df), fixed(test.statistic, 3), p_value(test.p_value)];
        table.row(Kind::Plain, [test.term.clone()].into_iter().chain(numbers));
    }
    table
}

fn adjusted(adjustment: &Adjustment, level: f64) -> Table {
    let factors: Vec<&String> = adjustment.rows.first().map(|cell| cell.at.keys().collect()).unwrap_or_default();
    let interval = format!("{} simultaneous interval", percent(level));
    let mut header = vec!["Difference".to_owned()];
    header.extend(factors.iter().map(|factor| (*factor).clone()));
    header.extend(["Estimate", "Adjusted p", interval.as_str()].map(str::to_owned));
    let mut table = Table::new("Comparisons adjusted for their number", header, 1 + factors.len());
    let places = decimals(adjustment.rows.iter().map(|cell| cell.row.std_error));
    for cell in &adjustment.rows {
        let limits = match (cell.row.conf_low, cell.row.conf_high) {
            (Some(low), Some(high)) => format!("{} to {}", fixed(low, places), fixed(high, places)),
            _ => "–".to_owned(),
        };
        let levels = factors.iter().map(|factor| cell.at.get(*factor).cloned().unwrap_or_default());
        let label = std::iter::once(cell.row.term.replace(" - ", " − ")).chain(levels);
        table.row(Kind::Plain, label.chain([fixed(cell.row.estimate, places), p_value(cell.row.p_value), limits]));
    }
    table.note(format!("{}.", adjustment.description));
    table
}

fn components(fit: &ModelResult) -> Option<Table> {
    let intervals = fit.variance_components.as_ref().filter(|intervals| !intervals.is_empty())?;
    let interval = format!("{} interval", percent(fit.level));
    let header = ["Parameter", "Estimate", interval.as_str()];
    let mut table = Table::new("Variance components and intraclass correlations", header, 1);
    for interval in intervals {
        let upper = interval.conf_high.map_or_else(|| "∞".to_owned(), |upper| significant(upper, 4));
        let range = format!("{} to {upper}", significant(interval.conf_low, 4));
        table.row(Kind::Plain, [interval.term.clone(), significant(interval.estimate, 4), range]);
    }
    table.note("Standard deviations and correlations; intervals by profile likelihood.");
    Some(table)
}

fn residual(fit: &ModelResult) -> Vec<Table> {
    let ResidualResult::Structured { term, visits, groups } = &fit.covariance.residual else { return Vec::new() };
    let one = |group: &crate::results::GroupMatrix| {
        let label = group.group.as_ref().map(|label| format!(", {label}")).unwrap_or_default();
        if group.covariance.is_empty() {
            let mut table =
                Table::new(&format!("Residuals {term}{label}"), ["Parameter", "Estimate"].map(str::to_owned), 1);
            for one in &group.parameters {
                table.row(Kind::Plain, [one.name.clone(), significant(one.estimate, 5)]);
            }
            return table;
        }
        let header = [String::new()].into_iter().chain(visits.iter().cloned()).chain(["SD".to_owned()]);
        let mut table = Table::new(&format!("Residuals {term}{label}"), header, 1);
        for (i, visit) in visits.iter().enumerate() {
            let cell = |j: usize| {
                if j > i { fixed(group.correlations[i][j], 3) } else { significant(group.covariance[i][j], 5) }
            };
            let cells = (0..visits.len()).map(cell).chain([significant(group.std_devs[i], 4)]);
            table.row(Kind::Plain, [visit.clone()].into_iter().chain(cells));
        }
        table.note("Covariances on and below the diagonal, correlations above it.");
        table
    };
    groups.iter().map(one).collect()
}
