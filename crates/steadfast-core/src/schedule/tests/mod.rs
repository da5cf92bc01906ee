mod by_hand;
mod declaration;
mod findings;
mod laws;
mod refined;

use super::*;
use crate::frame::{Column, Date, Factor, Frame, Presence};

/// A row of the small trial: child, visit, day of the visit, and two items.
type Row = (&'static str, &'static str, Option<Date>, [Presence; 2]);

const O: Presence = Presence::Observed;
const M: Presence = Presence::Missing;
const NA: Presence = Presence::NotApplicable;
const W: Presence = Presence::Withdrawn;
const NYD: Presence = Presence::NotYetDue;

fn day(year: i32, month: u32, day: u32) -> Date {
    Date::from_ymd(year, month, day).unwrap()
}

fn span(text: &str) -> Span {
    text.parse().unwrap()
}

fn visit(visit: &str, origin: &str, [from, target, to]: [&str; 3]) -> PlannedVisit {
    PlannedVisit { visit: visit.into(), origin: origin.into(), target: span(target), from: span(from), to: span(to) }
}

fn instrument(name: &str, columns: &[&str]) -> PlannedInstrument {
    PlannedInstrument {
        name: name.into(),
        label: None,
        columns: columns.iter().map(|&column| column.into()).collect(),
        scores: Vec::new(),
        age: AgeRange::default(),
        informants: None,
        visits: Vec::new(),
    }
}

/// Two origins, as in a trial of services for children entering care: baseline 4 to 14 weeks and 15 months (14 to 17)
/// after care entry, 30 months (29 to 32) after randomisation. `sdq` from 2 years on, two items.
fn schedule() -> Schedule {
    let mut sdq = instrument("sdq", &["item_1", "item_2"]);
    sdq.age.from = Some(span("2 years"));
    Schedule {
        subject: "child".into(),
        visit: "visit".into(),
        origins: vec![("care entry".into(), "entered".into()), ("randomisation".into(), "randomised".into())],
        visits: vec![
            visit("baseline", "care entry", ["4 weeks", "9 weeks", "14 weeks"]),
            visit("15 months", "care entry", ["14 months", "15 months", "17 months"]),
            visit("30 months", "randomisation", ["29 months", "30 months", "32 months"]),
        ],
        instruments: vec![sdq],
        visit_date: Some("visited".into()),
        age: AgeSource::BirthDate("born".into()),
        withdrawal_date: Some("withdrew".into()),
        data_cut: DataCut::Over,
    }
}

/// Days with gaps.
fn days(name: &str, days: impl Iterator<Item = Option<Date>>) -> Column {
    let days: Vec<Option<Date>> = days.collect();
    let presence = days.iter().map(|day| if day.is_some() { O } else { M }).collect();
    Column::date(name, days.into_iter().map(|day| day.unwrap_or(Date(0))).collect()).with_presence(presence)
}

fn item(name: &str, rows: &[Row], at: usize) -> Column {
    let presence = rows.iter().map(|row| row.3[at]).collect();
    Column::integer(name, vec![1; rows.len()]).with_presence(presence)
}

/// The frame of `rows`. All children entered care on 31 January 2020, were randomised on 31 August 2020 and were born on
/// 31 January 2016, unless `born` says otherwise; `withdrew` says who withdrew.
///
/// Baseline: 28 February (31 January + 28 days, in a leap year), 3 April (+ 63) and 8 May 2020 (+ 98). 15 months: 31 March
/// (of 14 months), 30 April (no 31st) and 30 June 2021. 30 months: 31 January, 28 February and 30 April 2023.
fn frame(rows: &[Row], born: &[(&str, Date)], withdrew: &[(&str, Date)]) -> Frame {
    let of = |list: &[(&str, Date)], child: &str| list.iter().find(|(name, _)| *name == child).map(|(_, day)| *day);
    Frame::new(vec![
        Column::factor("child", rows.iter().map(|row| row.0)),
        Column::factor("visit", rows.iter().map(|row| row.1)),
        days("visited", rows.iter().map(|row| row.2)),
        item("item_1", rows, 0),
        item("item_2", rows, 1),
        days("born", rows.iter().map(|row| Some(of(born, row.0).unwrap_or(day(2016, 1, 31))))),
        days("entered", rows.iter().map(|_| Some(day(2020, 1, 31)))),
        days("randomised", rows.iter().map(|_| Some(day(2020, 8, 31)))),
        days("withdrew", rows.iter().map(|row| of(withdrew, row.0))),
    ])
    .unwrap()
}

/// The classes of the first instrument of the only child, visit by visit.
fn classes(schedule: &Schedule, frame: &Frame) -> Vec<Status> {
    let found = schedule.classify(frame).unwrap();
    assert_eq!(found.n_subjects(), 1);
    (0..schedule.visits.len()).map(|visit| found.slots()[0].cell(0, visit).status).collect()
}

fn cut(on: Date) -> Schedule {
    Schedule { data_cut: DataCut::Day(on), ..schedule() }
}

/// The codes of the findings with their rows.
fn codes(found: &Classification) -> Vec<(&str, u64)> {
    found.findings().iter().map(|finding| (finding.code.as_str(), finding.row.unwrap())).collect()
}
