//! The primary table: the primary analyses side by side, with everything that a reader of one difference asks next.

use steadfast_core::lmm::Criterion;

use super::analyses::place;
use super::table::{Kind, Table};
use crate::plan::Role;
use crate::results::layout::{decimals, df, fixed, p_value, percent, significant};
use crate::results::{ModelResult, ResidualResult};
use crate::study::{AnalysisResult, Study};

/// The primary analyses, a column each; none when the plan has none.
pub(super) fn primary(study: &Study) -> Option<Table> {
    let analyses: Vec<&AnalysisResult> =
        study.results.analyses.iter().filter(|analysis| analysis.role == Role::Primary).collect();
    let first = analyses.first()?;
    let header = std::iter::once(String::new()).chain(analyses.iter().map(|analysis| analysis.label.clone()));
    let mut table = Table::new("Primary analyses", header, 1);
    let places = decimals(analyses.iter().map(|analysis| analysis.contrast.row.std_error)).saturating_sub(1);
    let interval = format!("{} interval", percent(first.fit.level));
    let difference = |analysis: &AnalysisResult| {
        format!("{}{}", analysis.contrast.levels.join(" − "), place(&analysis.contrast.at, study))
    };
    let mut row = |kind: Kind, name: &str, of: &dyn Fn(&AnalysisResult) -> String| {
        table.row(kind, std::iter::once(name.to_owned()).chain(analyses.iter().map(|analysis| of(analysis))));
    };
    row(Kind::Plain, "Model", &|analysis| if analysis.adjusted { "adjusted" } else { "unadjusted" }.to_owned());
    row(Kind::Plain, "Difference", &difference);
    row(Kind::Strong, "Estimate", &|analysis| fixed(analysis.contrast.row.estimate, places));
    row(Kind::Strong, &interval, &|analysis| {
        let row = &analysis.contrast.row;
        format!("{} to {}", fixed(row.conf_low, places), fixed(row.conf_high, places))
    });
    row(Kind::Strong, "p", &|analysis| p_value(analysis.contrast.row.p_value));
    row(Kind::Plain, "Standard error", &|analysis| fixed(analysis.contrast.row.std_error, places + 1));
    row(Kind::Plain, "Standardised difference", &|analysis| {
        analysis.contrast.standardised.map_or_else(|| "–".to_owned(), |effect| fixed(effect, 2))
    });
    row(Kind::Plain, "Degrees of freedom", &|analysis| df(analysis.contrast.row.df));
    row(Kind::Plain, "Method", &|analysis| format!("{}, {}", name(analysis.fit.criterion), analysis.fit.df_method));
    row(Kind::Plain, "Observations", &|analysis| analysis.fit.n_observations.to_string());
    row(Kind::Plain, "Independent clusters", &|analysis| analysis.fit.n_clusters.to_string());
    for term in terms(&analyses) {
        row(Kind::Plain, &term, &|analysis| component(&analysis.fit, &term));
    }
    row(Kind::Plain, "Residual standard deviation", &|analysis| residual(&analysis.fit));
    table.note(
        "Standardised: over the standard deviation of the observed outcome at that visit, pooled over the two arms.",
    );
    table.note("Variance components as standard deviations, correlations and intraclass correlations (ICC), with profile-likelihood intervals; the residual covariances stand with each model.");
    Some(table)
}

/// The names of the variance components of any of the analyses, but for those of the residuals, in their order.
fn terms(analyses: &[&AnalysisResult]) -> Vec<String> {
    let mut terms: Vec<String> = Vec::new();
    for interval in analyses.iter().flat_map(|analysis| analysis.fit.variance_components.iter().flatten()) {
        let of_residual = analyses.iter().any(|analysis| is_residual(&analysis.fit, &interval.term));
        if !of_residual && !terms.contains(&interval.term) {
            terms.push(interval.term.clone());
        }
    }
    terms
}

/// Whether `term` belongs to the residuals: to σ, or to a residual structure, which has a matrix of its own.
fn is_residual(fit: &ModelResult, term: &str) -> bool {
    let structured =
        matches!(&fit.covariance.residual, ResidualResult::Structured { term: of, .. } if term.contains(of));
    structured || term == "sd residual"
}

fn component(fit: &ModelResult, term: &str) -> String {
    let found = fit.variance_components.iter().flatten().find(|interval| interval.term == term);
    let Some(found) = found else { return "–".to_owned() };
    let upper = found.conf_high.map_or_else(|| "∞".to_owned(), |upper| significant(upper, 3));
    format!("{} ({} to {upper})", significant(found.estimate, 3), significant(found.conf_low, 3))
}

fn residual(fit: &ModelResult) -> String {
    match &fit.covariance.residual {
        ResidualResult::Independent { sigma } => significant(*sigma, 4),
        ResidualResult::Structured { groups, .. } => {
            let of_group = |group: &crate::results::GroupMatrix| {
                let of_matrix = group.std_devs.iter().map(|sd| significant(*sd, 3));
                let of_points =
                    group.parameters.iter().map(|one| format!("{} {}", one.name, significant(one.estimate, 3)));
                let parts: Vec<String> =
                    if group.std_devs.is_empty() { of_points.collect() } else { of_matrix.collect() };
                parts.join(", ")
            };
            groups.iter().map(of_group).collect::<Vec<_>>().join("; ")
        }
    }
}

fn name(criterion: Criterion) -> &'static str {
    match criterion {
        Criterion::Reml => "REML",
        Criterion::Ml => "ML",
    }
}
