//! What happened between the visits: the table of placements (moves, time to permanence, routes, re-entry), absolute and relative
//! effects side by side, unadjusted and adjusted.

use super::Section;
use super::table::{Kind, Table};
use crate::plan::{EventKind, Plan};
use crate::results::layout::{fixed, p_value, percent};
use crate::study::Study;
use crate::study::events::{Effect, EventResult, Measure, PlacementResults, Scale};
use crate::trial::ByArm;

/// A measure of a difference, and one of a ratio, that answer the same question.
type Pair = (Option<Measure>, Option<Measure>);

/// The table of placements, and who is in it.
pub(super) fn placements(found: &PlacementResults, study: &Study, plan: &Plan) -> Section {
    let mut tables = vec![effects(found, plan)];
    tables.push(followed(found, study, plan));
    if !found.findings.is_empty() {
        tables.push(findings(found));
    }
    let origin = found.origin.as_ref().map_or("the first entry into care", |column| study.label(column));
    let cut = found.cut.as_ref().map(|cut| format!(", up to {cut}")).unwrap_or_default();
    let paragraph = format!("Time is in {}, from {origin}{cut}.", found.unit.name());
    let paragraphs = vec![paragraph];
    Section { id: "placements".into(), heading: "Placements".into(), paragraphs, tables, ..Section::default() }
}

fn effects(found: &PlacementResults, plan: &Plan) -> Table {
    let arms: Vec<String> =
        found.analyses.first().map(|first| first.arms.iter().map(|arm| arm.arm.clone()).collect()).unwrap_or_default();
    let level = found.analyses.first().map_or(0.95, |first| first.level);
    let common = found.analyses.iter().all(|analysis| (analysis.level - level).abs() < f64::EPSILON);
    let interval = |what: &str| {
        if common { format!("{what} ({} interval)", percent(level)) } else { format!("{what} (interval)") }
    };
    let mut header = vec!["Outcome".to_owned()];
    header.extend(arms);
    header.extend([interval("Difference"), "p".to_owned(), interval("Ratio"), "p".to_owned()]);
    let mut table = Table::new("Placements: absolute and relative effects", header, 1);
    for analysis in &found.analyses {
        let level = if common { String::new() } else { format!(", {} intervals", percent(analysis.level)) };
        table.row(Kind::Group, [format!("{}: {}{level}", analysis.label, analysis.kind.label())]);
        outcome(&mut table, analysis, found);
    }
    table.note(format!(
        "Counts: children with the event of children followed, or events in years at risk. Differences: the other arm minus {}; \
         ratios: the other arm over it.",
        plan.design.reference
    ));
    table.note("Differences in probability are in percentage points. Unadjusted: the arm alone. Adjusted: for the covariates and strata of the plan.");
    table.note(
        "A hazard ratio of one of several events that compete is cause-specific: it compares rates among children still in care, and \
         is no ratio of risks; risks are compared by cumulative incidences, their differences and subdistribution hazard ratios. \
         Ratios of hazards take the arms' hazards to be proportional; differences in incidence and mean time, unadjusted or \
         adjusted, do not.",
    );
    table.note(
        "Every standard error counts families, not children. Each analysis has its models, cautions and figures below.",
    );
    table
}

/// The rows of one analysis: each event with its counts, then its effects.
fn outcome(table: &mut Table, analysis: &EventResult, found: &PlacementResults) {
    for name in names(analysis) {
        let counts = analysis.arms.iter().map(|arm| {
            let count = arm.events.iter().find(|count| count.name == name);
            let (events, children) = count.map_or((0, 0), |count| (count.events, count.subjects));
            match analysis.kind {
                EventKind::Recurrent | EventKind::Counts => format!("{events} in {} years", fixed(arm.years, 1)),
                EventKind::Occupation => String::new(),
                _ => format!("{children} of {}", arm.subjects),
            }
        });
        let blank = std::iter::repeat_n(String::new(), 4);
        table.row(Kind::Strong, [name.clone()].into_iter().chain(counts).chain(blank));
        for (pair, term) in
            pairs(analysis.kind).iter().flat_map(|pair| terms(analysis).into_iter().map(move |t| (pair, t)))
        {
            for adjusted in [false, true] {
                row(table, analysis, (*pair, &name, &term), adjusted, found);
            }
        }
    }
}

/// The events or states of the analysis that have an effect, in its order.
fn names(analysis: &EventResult) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for effect in &analysis.effects {
        if !names.contains(&effect.name) {
            names.push(effect.name.clone());
        }
    }
    names
}

/// The other arms, each compared with the reference.
fn terms(analysis: &EventResult) -> Vec<String> {
    analysis.arms.iter().skip(1).map(|arm| arm.arm.clone()).collect()
}

fn pairs(kind: EventKind) -> &'static [Pair] {
    match kind {
        EventKind::TimeToEvent => &[
            (Some(Measure::RestrictedMeanTime), Some(Measure::HazardRatio)),
            (Some(Measure::CumulativeIncidence), None),
        ],
        EventKind::Incidence => &[
            (Some(Measure::CumulativeIncidence), Some(Measure::SubdistributionHazardRatio)),
            (None, Some(Measure::HazardRatio)),
        ],
        EventKind::Recurrent => {
            &[(Some(Measure::Rate), Some(Measure::RateRatio)), (Some(Measure::MeanNumber), Some(Measure::MeanRatio))]
        }
        EventKind::Counts => &[(Some(Measure::Rate), Some(Measure::RateRatio))],
        EventKind::ReEntry => &[(Some(Measure::CumulativeIncidence), Some(Measure::HazardRatio))],
        EventKind::Occupation => &[(Some(Measure::TimeInState), None), (Some(Measure::StateProbability), None)],
    }
}

fn row(
    table: &mut Table,
    analysis: &EventResult,
    ((absolute, relative), name, arm): (Pair, &str, &str),
    adjusted: bool,
    found: &PlacementResults,
) {
    let of = |measure: Option<Measure>, scale: Scale| {
        analysis.effects.iter().find(|effect| {
            Some(effect.measure) == measure
                && effect.scale == scale
                && effect.name == *name
                && effect.adjusted == adjusted
                && effect.compares(arm)
                && effect.at.is_none_or(|at| analysis.horizon.is_none_or(|horizon| at >= horizon))
        })
    };
    let (difference, ratio) = (of(absolute, Scale::Absolute), of(relative, Scale::Relative));
    if difference.is_none() && ratio.is_none() {
        return;
    }
    let several = analysis.arms.len() > 2;
    let mut what: Vec<String> = Vec::new();
    what.extend(difference.map(|effect| described(effect.measure, effect.at, found)));
    what.extend(ratio.map(|effect| effect.measure.label().to_lowercase()));
    let model = if adjusted { "adjusted" } else { "unadjusted" };
    let of_arm = if several { format!(" ({arm})") } else { String::new() };
    let what = capitalised(&what.join("; "));
    let label = format!("{what}{of_arm}, {model}");
    let estimates = analysis.arms.iter().map(|arm| {
        let estimate = analysis.estimates.iter().find(|estimate| {
            !adjusted
                && Some(estimate.measure) == absolute
                && estimate.name == *name
                && estimate.arm == arm.arm
                && estimate.at == difference.and_then(|effect| effect.at)
        });
        estimate.map_or_else(String::new, |found| value(found.estimate, found.measure))
    });
    let cells = [label].into_iter().chain(estimates).chain(cell(difference)).chain(cell(ratio));
    table.row(Kind::Inner, cells);
}

/// What a difference is of.
fn described(measure: Measure, at: Option<f64>, found: &PlacementResults) -> String {
    let unit = found.unit.name();
    match (measure, at) {
        (Measure::RestrictedMeanTime, Some(at)) => format!("{}, {unit} up to {at}", measure.label()),
        (Measure::TimeInState, Some(at)) => format!("{}, {unit} of {at}", measure.label()),
        (Measure::MeanNumber, Some(at)) => format!("{} until {}", measure.label(), length(at, found)),
        (_, Some(at)) => format!("{} at {}", measure.label(), length(at, found)),
        _ => measure.label().to_owned(),
    }
}

/// A time with its unit, one year or several.
pub(super) fn length(at: f64, found: &PlacementResults) -> String {
    let unit = found.unit.name();
    let one = (at - 1.0).abs() < f64::EPSILON;
    format!("{at} {}", if one { unit.trim_end_matches('s') } else { unit })
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The estimate with its interval, and its p-value.
fn cell(effect: Option<&Effect>) -> [String; 2] {
    let Some(effect) = effect else { return [String::new(), String::new()] };
    let number = |number: f64| match effect.scale {
        Scale::Absolute if effect.measure.is_probability() => fixed(100.0 * number, 1),
        _ => fixed(number, 2),
    };
    let text = format!("{} ({} to {})", number(effect.estimate), number(effect.conf_low), number(effect.conf_high));
    [text, p_value(effect.p_value)]
}

/// An estimate of one arm.
pub(super) fn value(estimate: f64, measure: Measure) -> String {
    if measure.is_probability() { format!("{} %", fixed(100.0 * estimate, 1)) } else { fixed(estimate, 2) }
}

/// Who is in the trial, and whose placements are known.
fn followed(found: &PlacementResults, study: &Study, plan: &Plan) -> Table {
    let arms = found.joined.in_trial.arms.iter().map(|arm| arm.arm.clone());
    let header = [String::new()].into_iter().chain(arms).chain(["Total".to_owned()]);
    let mut table = Table::new("Whose placements are known", header, 1);
    let clustered = plan.design.is_clustered();
    let mut row = |kind: Kind, name: &str, count: &ByArm| {
        table.row(kind, [name.to_owned()].into_iter().chain(super::trial::counts(count, clustered)));
    };
    row(Kind::Strong, "In the trial", &found.joined.in_trial);
    row(Kind::Plain, "With placements", &found.joined.with_placements);
    row(Kind::Inner, "not here: no placement is known", &found.joined.without_placements);
    let (subject, unit) = (study.label(&plan.design.subject), study.label(plan.design.unit()));
    if clustered {
        table.note(format!("Each cell: distinct {subject} in distinct {unit}."));
    }
    if found.joined.not_in_trial > 0 {
        table.note(format!("{} children of the placements are not in the trial's data.", found.joined.not_in_trial));
    }
    table
}

/// What was found about the placements and about what the plan censors.
fn findings(found: &PlacementResults) -> Table {
    let mut table = Table::new("Findings about placements", ["Finding", "", "Times", "What it says"], 4);
    for finding in &found.findings {
        let cells = [finding.name.clone(), finding.severity.to_owned(), finding.count.to_string()];
        table.row(Kind::Plain, cells.into_iter().chain([finding.message.clone()]));
    }
    table
}
