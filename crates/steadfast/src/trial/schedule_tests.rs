//! Completeness and flow of a small trial, counted by hand.

use steadfast_core::frame::{Date, Presence};
use steadfast_core::schedule::{AgeRange, AgeSource, DataCut, PlannedInstrument, PlannedVisit, Schedule, Span};

use super::completeness::{Completeness, CompletenessRow, Counts, Groups, completeness};
use super::*;

const ORIGIN: i32 = 18_262;

/// Days since the origin, which is the same for all; the data end on day 105.
fn schedule() -> Schedule {
    let visit = |visit: &str, from: i32, to: i32| PlannedVisit {
        visit: visit.into(),
        origin: "origin".into(),
        target: Span::days(from),
        from: Span::days(from),
        to: Span::days(to),
    };
    Schedule {
        subject: "child".into(),
        visit: "visit".into(),
        origins: vec![("origin".into(), "origin_date".into())],
        visits: vec![visit("1", 0, 10), visit("2", 100, 110)],
        instruments: vec![PlannedInstrument {
            name: "sdq".into(),
            label: None,
            columns: vec!["item_1".into(), "item_2".into()],
            scores: Vec::new(),
            age: AgeRange { from: Some(Span::months(24)), below: None },
            informants: None,
            visits: Vec::new(),
        }],
        visit_date: Some("day".into()),
        age: AgeSource::BirthDate("born".into()),
        withdrawal_date: Some("withdrew".into()),
        data_cut: DataCut::Day(Date(ORIGIN + 105)),
    }
}

/// Family f (NIM): a is observed at both visits, b in part and late (day 12) at the first; g (SAU): c withdrew on day 5; h
/// (SAU): d is missing, e is one year old. Only a has a row of the second visit.
fn frame() -> Frame {
    let absent = |name: &str, rows: [bool; 6]| {
        let presence = rows.map(|there| if there { Presence::Observed } else { Presence::Missing });
        Column::integer(name, vec![1; 6]).with_presence(presence.to_vec())
    };
    let days = |name: &str, days: [Option<i32>; 6]| {
        let presence = days.map(|day| if day.is_some() { Presence::Observed } else { Presence::Missing });
        let days = days.map(|day| Date(ORIGIN + day.unwrap_or(0)));
        Column::date(name, days.to_vec()).with_presence(presence.to_vec())
    };
    Frame::new(vec![
        Column::factor("child", ["a", "a", "b", "c", "d", "e"]),
        Column::factor("family", ["f", "f", "f", "g", "h", "h"]),
        Column::factor("arm", ["NIM", "NIM", "NIM", "SAU", "SAU", "SAU"]),
        Column::factor("visit", ["1", "2", "1", "1", "1", "1"]),
        days("day", [Some(3), Some(101), Some(12), None, None, None]),
        days("origin_date", [Some(0); 6]),
        days("born", [Some(-2000), Some(-2000), Some(-2000), Some(-2000), Some(-2000), Some(-365)]),
        days("withdrew", [None, None, None, Some(5), None, None]),
        absent("item_1", [true, true, true, false, false, false]),
        absent("item_2", [true, true, false, false, false, false]),
    ])
    .unwrap()
}

fn design() -> DesignColumns {
    DesignColumns {
        subject: "child".into(),
        cluster: Some("family".into()),
        visit: "visit".into(),
        arm: "arm".into(),
        reference: "SAU".into(),
        strata: Vec::new(),
        outcome: "item_1".into(),
        baseline: None,
        baseline_visit: None,
        baseline_assessed: None,
        randomised: None,
    }
}

/// `subjects` in `clusters`.
fn count(subjects: usize, clusters: usize) -> Count {
    Count { clusters, subjects }
}

fn row<'a>(table: &'a Completeness, visit: &str, arm: Option<&str>) -> &'a CompletenessRow {
    table.rows.iter().find(|row| row.visit == visit && row.arm.as_deref() == arm).unwrap()
}

#[test]
fn completeness_counts_children_and_families_in_every_class() {
    let (frame, design) = (frame(), design());
    let classification = schedule().classify(&frame).unwrap();
    let frame = classification.refine(frame).unwrap();
    let trial = Trial::new(&frame, &design).unwrap().following(Some(&classification));
    let table = completeness(&trial, &trial.all_rows()).unwrap();
    assert_eq!(table.rows.len(), 6);
    let first = row(&table, "1", Some("NIM"));
    let expected = Counts {
        expected: count(2, 1),
        due: count(2, 1),
        observed: count(1, 1),
        partly_observed: count(1, 1),
        in_window: count(1, 1),
        late: count(1, 1),
        ..Counts::default()
    };
    assert_eq!((first.counts, first.percent_of_expected), (expected, Some(50.0)));
    let expected = Counts {
        expected: count(2, 2),
        due: count(2, 2),
        missing: count(1, 1),
        withdrawn: count(1, 1),
        not_applicable: count(1, 1),
        ..Counts::default()
    };
    assert_eq!(row(&table, "1", Some("SAU")).counts, expected);
    let all = row(&table, "1", None).counts;
    assert_eq!((all.expected, all.observed, all.not_applicable), (count(4, 3), count(1, 1), count(1, 1)));
    // Day 110 lies after day 105: who was not seen is not yet due, with or without a row.
    let second = row(&table, "2", None);
    assert_eq!((second.counts.expected, second.counts.due), (count(4, 3), count(1, 1)));
    assert_eq!((second.counts.not_yet_due, second.counts.not_applicable), (count(3, 3), count(1, 1)));
    assert_eq!((second.percent_of_expected, second.percent_of_due), (Some(25.0), Some(100.0)));
    assert_eq!(row(&table, "2", Some("SAU")).percent_of_due, None);
}

#[test]
fn the_six_classes_add_up_to_those_expected_and_those_to_whom_nothing_applies() {
    let frame = frame();
    let classification = schedule().classify(&frame).unwrap();
    let table = Completeness::of(&classification, &Groups { arm: None, cluster: None, rows: None });
    assert_eq!(table.rows.len(), 2);
    for row in &table.rows {
        let it = row.counts;
        let classes = [it.observed, it.partly_observed, it.missing, it.withdrawn, it.not_yet_due, it.not_applicable];
        let sum: usize = classes.iter().map(|count| count.subjects).sum();
        assert_eq!(sum, it.expected.subjects + it.not_applicable.subjects);
        assert_eq!(it.due.subjects + it.not_yet_due.subjects, it.expected.subjects);
        // Without clusters each person is one.
        assert!(it.named().iter().all(|(_, count)| count.clusters == count.subjects));
    }
}

#[test]
fn who_is_outside_the_population_is_not_counted() {
    let frame = frame();
    let classification = schedule().classify(&frame).unwrap();
    let table = Completeness::of(&classification, &Groups { arm: None, cluster: None, rows: Some(&[0, 3]) });
    assert_eq!(row(&table, "1", None).counts.expected, count(2, 2));
}

#[test]
fn the_flow_gives_the_reasons_of_the_schedule_for_those_without_a_row_too() {
    let (frame, design) = (frame(), design());
    let classification = schedule().classify(&frame).unwrap();
    let frame = classification.refine(frame).unwrap();
    let trial = Trial::new(&frame, &design).unwrap().following(Some(&classification));
    let columns = vec![frame.column("item_1").unwrap()];
    let needs = flow::Needs { columns, rows: trial.all_rows() };
    let flow = flow::flow(&trial, &super::tests::everybody(&trial), &needs).unwrap();
    let lost = |step: usize| -> Vec<(&str, Count)> {
        flow.steps[step].lost.iter().map(|loss| (loss.reason.as_str(), loss.count.total)).collect()
    };
    let first = [
        ("item_1 missing", count(1, 1)),
        ("item_1 withdrawn", count(1, 1)),
        ("item_1 not applicable by age", count(1, 1)),
    ];
    assert_eq!(lost(2), first);
    let second = [("item_1 not yet due", count(3, 3)), ("item_1 not applicable by age", count(1, 1))];
    assert_eq!(lost(3), second);
}

#[test]
fn a_schedule_of_other_visits_than_those_of_the_design_is_not_followed() {
    let (frame, design) = (frame(), DesignColumns { visit: "day".into(), ..design() });
    let classification = schedule().classify(&frame).unwrap();
    let trial = Trial::new(&frame, &design).unwrap().following(Some(&classification));
    assert!(completeness(&trial, &trial.all_rows()).is_none());
}
