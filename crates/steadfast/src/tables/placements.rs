//! Analyses of events as tidy tables: a row an effect, an estimate of an arm, a count.

use serde::Serialize;

use crate::csv::{Csv, Field};
use crate::study::events::{Effect, EventResult, PlacementResults};

/// The tables by their file names.
pub(super) fn tables(found: &PlacementResults) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("tables/placement_effects.csv", effects(found)),
        ("tables/placement_estimates.csv", estimates(found)),
        ("tables/placement_counts.csv", counts(found)),
        ("tables/placement_tests.csv", tests(found)),
        ("tables/placement_subgroups.csv", subgroups(found)),
    ]
}

/// The name that an enumeration has in JSON.
fn name(value: impl Serialize) -> Field {
    let json = serde_json::to_value(value).ok();
    Field::from(json.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default())
}

fn truth(value: bool) -> Field {
    Field::from(if value { "true" } else { "false" })
}

const EFFECT: [&str; 14] = [
    "measure",
    "name",
    "scale",
    "adjusted",
    "term",
    "at",
    "estimate",
    "std_error",
    "df",
    "statistic",
    "p_value",
    "conf_low",
    "conf_high",
    "level",
];

fn effect(effect: &Effect, level: f64) -> Vec<Field> {
    let number = Field::from;
    vec![
        name(effect.measure),
        Field::from(effect.name.as_str()),
        name(effect.scale),
        truth(effect.adjusted),
        Field::from(effect.term.as_str()),
        Field::from(effect.at),
        number(effect.estimate),
        number(effect.std_error),
        Field::from(effect.df),
        number(effect.statistic),
        number(effect.p_value),
        number(effect.conf_low),
        number(effect.conf_high),
        number(level),
    ]
}

fn id(analysis: &EventResult) -> Field {
    Field::from(analysis.id.as_str())
}

fn effects(found: &PlacementResults) -> Vec<u8> {
    let mut csv = Csv::new(["analysis"].iter().chain(&EFFECT));
    for analysis in &found.analyses {
        for one in &analysis.effects {
            csv.row([id(analysis)].into_iter().chain(effect(one, analysis.level)));
        }
    }
    csv.into_bytes()
}

fn estimates(found: &PlacementResults) -> Vec<u8> {
    let keys =
        ["analysis", "measure", "name", "arm", "at", "estimate", "std_error", "conf_low", "conf_high", "n_at_risk"];
    let mut csv = Csv::new(keys);
    for analysis in &found.analyses {
        for one in &analysis.estimates {
            csv.row([
                id(analysis),
                name(one.measure),
                Field::from(one.name.as_str()),
                Field::from(one.arm.as_str()),
                Field::from(one.at),
                Field::from(one.estimate),
                Field::from(one.std_error),
                Field::from(one.conf_low),
                Field::from(one.conf_high),
                one.n_at_risk.map_or(Field::Empty, Field::from),
            ]);
        }
    }
    csv.into_bytes()
}

fn counts(found: &PlacementResults) -> Vec<u8> {
    let mut csv = Csv::new([
        "analysis",
        "arm",
        "clusters",
        "subjects",
        "not_at_risk",
        "truncated",
        "years",
        "event",
        "events",
        "with_event",
    ]);
    for analysis in &found.analyses {
        for arm in &analysis.arms {
            for count in &arm.events {
                csv.row([
                    id(analysis),
                    Field::from(arm.arm.as_str()),
                    Field::from(arm.clusters),
                    Field::from(arm.subjects),
                    Field::from(arm.not_at_risk),
                    Field::from(arm.truncated),
                    Field::from(arm.years),
                    Field::from(count.name.as_str()),
                    Field::from(count.events),
                    Field::from(count.subjects),
                ]);
            }
        }
    }
    csv.into_bytes()
}

fn tests(found: &PlacementResults) -> Vec<u8> {
    let mut csv = Csv::new(["analysis", "term", "event", "adjusted", "num_df", "statistic", "p_value"]);
    for analysis in &found.analyses {
        for test in &analysis.tests {
            csv.row([
                id(analysis),
                Field::from(test.term.as_str()),
                Field::from(test.event.as_str()),
                truth(test.adjusted),
                Field::from(test.num_df),
                Field::from(test.statistic),
                Field::from(test.p_value),
            ]);
        }
    }
    csv.into_bytes()
}

fn subgroups(found: &PlacementResults) -> Vec<u8> {
    let before = ["analysis", "subgroup", "level", "subjects", "events"];
    let mut csv = Csv::new(before.iter().chain(&EFFECT).chain(&["interaction_p_value"]));
    for analysis in &found.analyses {
        for subgroup in &analysis.subgroups {
            for level in &subgroup.levels {
                let before = [
                    id(analysis),
                    Field::from(subgroup.name.as_str()),
                    Field::from(level.level.as_str()),
                    Field::from(level.subjects),
                    Field::from(level.events),
                ];
                let numbers = effect(&level.effect, analysis.level);
                let p = Field::from(subgroup.interaction.p_value);
                csv.row(before.into_iter().chain(numbers).chain([p]));
            }
        }
    }
    csv.into_bytes()
}
