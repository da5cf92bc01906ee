//! One analysis of events: who was followed, how it was analysed, what was estimated, and what to know before believing it.

use super::placement::{length, value};
use super::table::{Kind, Table};
use super::{Section, methods};
use crate::plan::{Clock, EventAnalysis, EventKind, Plan};
use crate::results::layout::{decimals, fixed, p_value, percent};
use crate::study::events::{EventFigure, EventModel, EventResult, PlacementResults, Scale};

/// The section of `result`.
pub(super) fn analysis(
    result: &EventResult,
    asked: &EventAnalysis,
    found: &PlacementResults,
    plan: &Plan,
    figures: &[EventFigure],
) -> Section {
    let mut paragraphs = vec![method(asked, found, plan)];
    paragraphs.extend(result.cautions.iter().map(|caution| format!("Caution: {caution}.")));
    let children = result.arms.iter().map(|arm| arm.subjects).sum();
    let mut tables: Vec<Table> = asked.estimand.iter().map(methods::estimand).collect();
    tables.push(followed(result));
    tables.extend([estimates(result), effects(result, found)]);
    tables.extend(tests(result));
    tables.extend(subgroups(result));
    tables.extend(result.models.iter().map(|model| coefficients(model, result.level, children)));
    let drawn = figures.iter().filter(|figure| figure.analysis == result.id);
    Section {
        id: format!("events-{}", result.id),
        heading: format!("Events: {}", result.label),
        figures: drawn.map(Into::into).collect(),
        paragraphs,
        tables,
    }
}

/// How it was done, in words.
fn method(asked: &EventAnalysis, found: &PlacementResults, plan: &Plan) -> String {
    let unit = plan.design.unit();
    let end = asked.follow_up.map(|end| format!(" after {}", length(end, found))).unwrap_or_default();
    let mut censored = format!(
        "Observation ends{end}{} the cut or with a state that by its meaning ends it, such as a transfer to another authority",
        if asked.follow_up.is_some() { ", at" } else { " at" }
    );
    censored.push_str(&match asked.censored.as_slice() {
        [] => ", and for no other reason.".to_owned(),
        some => format!("; the plan also ends it at: {}.", some.join(", ")),
    });
    let of_strata = |how: &str| match asked.strata && !plan.design.strata.is_empty() {
        true => format!("; adjusted models {how} {}", plan.design.strata.join(", ")),
        false => String::new(),
    };
    let strata = of_strata("within strata of");
    let covariates = match asked.covariates.as_slice() {
        [] => String::new(),
        some => format!("; covariates {}", some.join(", ")),
    };
    let hazards = format!(
        "Hazard ratios by Cox's model, {} ties, covariance {} by {unit}{strata}{covariates}.",
        asked.ties, asked.vcov
    );
    let curves = "Probabilities and mean times by Aalen and Johansen's estimator, errors by the infinitesimal jackknife over \
                  families, limits of probabilities on the scale ln(−ln p).";
    let adjusted = "Adjusted differences: Cox models of all transitions, each arm with baseline hazards of its own and the covariates \
                    and strata as covariates, predict every child in each arm, and means over the children are compared (jackknife over \
                    families). They ask what the unadjusted ones ask and take the hazards of the arms to be proportional no more than \
                    those; hazard ratios, subdistribution ones too, do. A transition with fewer than 10 events a coefficient loses the \
                    strata, then the covariates.";
    let what = match asked.kind {
        EventKind::TimeToEvent | EventKind::Incidence => format!(
            "Children in care at the origin are followed to the first way out of care; ways out that are no event of the analysis \
             compete with it. {curves} {hazards} A hazard ratio is that of a cause: other ways out end observation there. Subdistribution \
             hazard ratios by Fine and Gray's model, their variance by families with the censoring distribution estimated. {adjusted}"
        ),
        EventKind::Recurrent => format!(
            "Moves while in care; time out of care is not at risk. Rate ratios by Lin, Wei, Yang and Ying's model: Cox's partial \
             likelihood of recurrent events. {hazards} Rates and their differences are of Poisson's model with errors of families \
             (CR2, Kauermann and Carroll), strata being covariates there, everybody set to each arm. Mean numbers until a time by Ghosh and Lin's estimator: exits \
             after which nothing can follow end a child's moves and do not censor them, time out of care is time without moves."
        ),
        EventKind::Counts => format!(
            "One count a child with its years in care as exposure, negative binomial (variance μ + αμ²), errors of families (CR2, \
             Kauermann and Carroll){}{covariates}. Differences are of rates with everybody set to each arm.",
            of_strata("with the covariates")
        ),
        EventKind::ReEntry => {
            let clock = match asked.clock.unwrap_or_default() {
                Clock::SinceExit => "since the day of leaving care",
                Clock::SinceOrigin => "since the origin of the other analyses, at risk from the day of leaving care",
            };
            format!(
                "Children who left care to {} are followed until they are in care again; time is {clock}. {curves} {hazards} {adjusted}",
                asked.left_to().join(", ")
            )
        }
        EventKind::Occupation => {
            format!(
                "Every child is in one state on every day, in care or out of it. {curves} Children may go back and forth."
            )
        }
    };
    format!("{what} {censored} Times in {}.", found.unit.name())
}

fn followed(result: &EventResult) -> Table {
    let arms = result.arms.iter().map(|arm| arm.arm.clone());
    let mut table = Table::new("Who was followed, and what happened", [String::new()].into_iter().chain(arms), 1);
    let mut row = |kind: Kind, name: &str, of: &dyn Fn(usize) -> String| {
        table.row(kind, [name.to_owned()].into_iter().chain((0..result.arms.len()).map(of)));
    };
    let arms = &result.arms;
    row(Kind::Plain, "Children followed", &|at| arms[at].subjects.to_string());
    row(Kind::Inner, "in families", &|at| arms[at].clusters.to_string());
    let why = match result.kind {
        EventKind::ReEntry => "not here: did not leave care so, after the origin",
        EventKind::Occupation => "not here: nothing is known after the origin",
        _ => "not here: not in care on or after the origin, as far as is known",
    };
    row(Kind::Inner, why, &|at| arms[at].not_at_risk.to_string());
    if arms.iter().any(|arm| arm.truncated > 0) {
        row(Kind::Inner, "not here: care began before the data do", &|at| arms[at].truncated.to_string());
    }
    row(Kind::Plain, "Years at risk", &|at| fixed(arms[at].years, 1));
    let mut names: Vec<&str> = Vec::new();
    for count in arms.iter().flat_map(|arm| &arm.events) {
        if !names.contains(&count.name.as_str()) {
            names.push(&count.name);
        }
    }
    for name in names {
        row(Kind::Plain, name, &|at| {
            let count = arms[at].events.iter().find(|count| count.name == name);
            count.map_or_else(|| "0".to_owned(), |count| format!("{} in {}", count.events, count.subjects))
        });
    }
    table.note("Events: how often, in how many children.");
    table
}

fn estimates(result: &EventResult) -> Table {
    let interval = format!("{} interval", percent(result.level));
    let header = ["Estimate", "Of", "Arm", "Time", "Value", interval.as_str(), "At risk"];
    let mut table = Table::new("What is estimated in each arm", header, 3);
    for estimate in &result.estimates {
        let limits = match (estimate.conf_low, estimate.conf_high) {
            (Some(low), Some(high)) => format!("{} to {}", value(low, estimate.measure), value(high, estimate.measure)),
            _ => "–".to_owned(),
        };
        let cells = [
            estimate.measure.label().to_owned(),
            estimate.name.clone(),
            estimate.arm.clone(),
            estimate.at.map_or_else(String::new, |at| at.to_string()),
            value(estimate.estimate, estimate.measure),
            limits,
            estimate.n_at_risk.map_or_else(String::new, |n| n.to_string()),
        ];
        table.row(Kind::Plain, cells);
    }
    table
}

fn effects(result: &EventResult, found: &PlacementResults) -> Table {
    let interval = format!("{} interval", percent(result.level));
    let header = ["Effect", "Of", "Comparison", "Model", "Time", "Estimate", interval.as_str(), "p"];
    let mut table = Table::new("How the arms compare", header, 4);
    for effect in &result.effects {
        let number = |number: f64| match effect.scale {
            Scale::Absolute if effect.measure.is_probability() => format!("{} %", fixed(100.0 * number, 1)),
            _ => fixed(number, 3),
        };
        let kind = if effect.scale == Scale::Absolute { ", difference" } else { "" };
        let cells = [
            format!("{}{kind}", effect.measure.label()),
            effect.name.clone(),
            effect.term.replace(" - ", " − "),
            if effect.adjusted { "adjusted" } else { "unadjusted" }.to_owned(),
            effect.at.map_or_else(String::new, |at| length(at, found)),
            number(effect.estimate),
            format!("{} to {}", number(effect.conf_low), number(effect.conf_high)),
            p_value(effect.p_value),
        ];
        table.row(Kind::Plain, cells);
    }
    table
}

fn tests(result: &EventResult) -> Option<Table> {
    if result.tests.is_empty() {
        return None;
    }
    let mut table = Table::new("Tests", ["Test", "Of", "Model", "χ²", "df", "p"], 3);
    for test in &result.tests {
        let model = if test.adjusted { "adjusted" } else { "unadjusted" };
        let numbers = [fixed(test.statistic * test.num_df, 2), test.num_df.to_string(), p_value(test.p_value)];
        table.row(Kind::Plain, [test.term.clone(), test.event.clone(), model.to_owned()].into_iter().chain(numbers));
    }
    table.note(
        "Log-rank: whether the hazards of the arms differ; Gray: whether the cumulative incidences do; both with errors by families, \
         adjusted within strata. Mean numbers: pseudo-score test of the mean cumulative functions. Proportional hazards: \
         whether the ratio of the arms changes along time (score test, children as if independent); where it does, a hazard ratio \
         is an average over follow-up and the differences in mean time and incidence say more.",
    );
    Some(table)
}

fn subgroups(result: &EventResult) -> Option<Table> {
    if result.subgroups.is_empty() {
        return None;
    }
    let interval = format!("{} interval", percent(result.level));
    let header = ["Subgroup", "Events", "Children", "Ratio", interval.as_str(), "p"];
    let mut table = Table::new("Subgroups", header, 1);
    for subgroup in &result.subgroups {
        let Some(first) = subgroup.levels.first() else { continue };
        let (measure, arms) = (first.effect.measure.label().to_lowercase(), &first.effect.term);
        let heading = format!("{} by {}: {measure}, {arms}", subgroup.event, subgroup.name);
        let blank = std::iter::repeat_n(String::new(), 4);
        let p = p_value(subgroup.interaction.p_value);
        table.row(Kind::Strong, [heading].into_iter().chain(blank).chain([format!("interaction {p}")]));
        for level in &subgroup.levels {
            let effect = &level.effect;
            let numbers = [
                level.events.to_string(),
                level.subjects.to_string(),
                fixed(effect.estimate, 2),
                format!("{} to {}", fixed(effect.conf_low, 2), fixed(effect.conf_high, 2)),
                p_value(effect.p_value),
            ];
            table.row(Kind::Inner, [level.level.clone()].into_iter().chain(numbers));
        }
    }
    table.note(
        "The effects and the test of their difference come from one model a subgroup, whose formula is in results.json; the p of a \
         level is of its effect.",
    );
    Some(table)
}

fn coefficients(model: &EventModel, level: f64, followed: usize) -> Table {
    let absent = match followed.saturating_sub(model.subjects) {
        0 => String::new(),
        absent => format!(" {absent} children are left out: a covariate is absent."),
    };
    let adjusted = if model.adjusted { "adjusted" } else { "unadjusted" };
    let caption = format!("{} of {}, {adjusted}: logarithms", model.measure.label(), model.name);
    let interval = format!("{} interval", percent(level));
    let mut table = Table::new(&caption, ["Term", "Estimate", "Standard error", "p", interval.as_str()], 1);
    let places = decimals(model.coefficients.iter().map(|row| row.std_error));
    for row in &model.coefficients {
        let limits = format!("{} to {}", fixed(row.conf_low, places), fixed(row.conf_high, places));
        let numbers = [fixed(row.estimate, places), fixed(row.std_error, places), p_value(row.p_value), limits];
        table.row(Kind::Plain, [row.term.clone()].into_iter().chain(numbers));
    }
    table.note(format!(
        "{}; {} rows of {} children in {} families, {} events; covariance {}.{absent}",
        model.formula, model.rows, model.subjects, model.clusters, model.events, model.vcov_method
    ));
    table
}
