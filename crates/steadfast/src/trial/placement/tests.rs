//! Four children by hand: who is at risk of what, from when to when.

use steadfast_core::episodes::{State, StateKind};
use steadfast_core::frame::{Column, Date, Frame};

use super::source::{Life, Lives};
use super::*;
use crate::plan::{Clock, DesignColumns, MoveGroup, Plan, StateGroup, TimeUnit};

const PLAN: &str = r#"
version = 1
title = "Trial"
data = { file = "data.csv", dictionary = "dictionary.toml" }
design = { subject = "child", visit = "visit", arm = "arm", reference = "SAU", outcome = "sdq" }
placements = { files = ["returns"], origin = "day" }

[[analyses]]
id = "primary"
label = "Adjusted"
role = "primary"
adjusted = true
model = "sdq ~ arm * visit + (1 | child)"
contrast = { factor = "arm", levels = ["NIM", "SAU"] }

[[events]]
id = "exit"
label = "Permanence"
role = "secondary"
kind = "time-to-event"
event = ["home"]
censored = ["adoption", "transfer"]
horizon = 100
"#;

const FOSTER: usize = 0;
const HOME: usize = 1;
const ADOPTION: usize = 2;
const TRANSFER: usize = 3;

fn states() -> Vec<State> {
    let kinds = [StateKind::Care, StateKind::Home, StateKind::End, StateKind::Censored];
    ["foster", "home", "adoption", "transfer"]
        .into_iter()
        .zip(kinds)
        .map(|(name, kind)| State::new(name, kind))
        .collect()
}

fn stay(start: i32, stop: i32, from: usize, to: Option<usize>) -> Stay {
    Stay { start, stop, from, to }
}

fn at_risk(start: i32, stop: i32, moved: Option<Reason>) -> AtRisk {
    AtRisk { start, stop, moved }
}

fn life(stays: &[Stay], moves: &[AtRisk]) -> Life {
    Life { stays: stays.to_vec(), at_risk: moves.to_vec(), truncated: false }
}

/// The origin is day 100. `a` goes home on day 150, comes back on 180 and is adopted on 230; `b` moved before the origin and once
/// after it, and is in care at the cut, 260; `c` went home before the origin; `d` is transferred on 130.
fn lives() -> Lives {
    let a = life(
        &[
            stay(50, 150, FOSTER, Some(HOME)),
            stay(150, 180, HOME, Some(FOSTER)),
            stay(180, 230, FOSTER, Some(ADOPTION)),
        ],
        &[at_risk(50, 120, Some(Reason::Planned)), at_risk(120, 150, None), at_risk(180, 230, None)],
    );
    let b = life(
        &[stay(20, 260, FOSTER, None)],
        &[at_risk(20, 90, Some(Reason::Other)), at_risk(90, 200, Some(Reason::Disrupted)), at_risk(200, 260, None)],
    );
    let c = life(&[stay(10, 60, FOSTER, Some(HOME)), stay(60, 260, HOME, None)], &[at_risk(10, 60, None)]);
    let d = life(&[stay(70, 130, FOSTER, None)], &[at_risk(70, 130, None)]);
    let named = ["a", "b", "c", "d"].map(str::to_owned).into_iter().zip([a, b, c, d]);
    Lives { states: states(), children: named.collect(), has_moves: true, dated: true }
}

fn frame(days: [i32; 5]) -> Frame {
    Frame::new(vec![
        Column::factor("child", ["a", "a", "b", "c", "d"]),
        Column::factor("visit", ["1", "2", "1", "1", "1"]),
        Column::factor("arm", ["NIM", "NIM", "SAU", "NIM", "SAU"]),
        Column::float("sdq", vec![1.0, 2.0, 3.0, 4.0, 5.0]),
        Column::date("day", days.map(Date).to_vec()),
    ])
    .unwrap()
}

fn plan() -> Plan {
    Plan::parse(PLAN, "plan.toml").unwrap()
}

fn joined() -> PlacementTrial {
    let design: DesignColumns = plan().design;
    join(&frame([100; 5]), &design, &lives(), Some("day"), "data.csv").unwrap()
}

/// Child, start, stop and event of each row.
fn rows(layout: &Layout, trial: &PlacementTrial) -> Vec<(String, f64, f64, String)> {
    let frame = layout.frame(trial, TimeUnit::Days).unwrap();
    let (child, event) = (frame.column("child").unwrap().to_factor(), frame.column(EVENT).unwrap().to_factor());
    let numbers = |name: &str| frame.column(name).unwrap().to_numeric().unwrap();
    let text = |of: Option<&str>| of.unwrap_or_default().to_owned();
    let (start, stop) = (numbers(START), numbers(STOP));
    (0..frame.n_rows()).map(|row| (text(child.level(row)), start[row], stop[row], text(event.level(row)))).collect()
}

fn row(child: &str, start: f64, stop: f64, event: &str) -> (String, f64, f64, String) {
    (child.to_owned(), start, stop, event.to_owned())
}

fn group(name: &str, states: &[&str]) -> StateGroup {
    StateGroup { name: name.to_owned(), states: states.iter().map(|state| (*state).to_owned()).collect() }
}

fn planned() -> MoveGroup {
    MoveGroup { name: "planned".to_owned(), reasons: vec![Reason::Planned] }
}

const ALL: [u32; 4] = [0, 1, 2, 3];

#[test]
fn the_first_way_out_after_the_origin_is_the_event_and_a_transfer_censors() {
    let trial = joined();
    let layout = exits(&trial, &ALL, &[group("home", &["home"])], &[], (true, None));
    let expected = [row("a", 0.0, 50.0, "home"), row("b", 0.0, 160.0, CENSORED), row("d", 0.0, 30.0, CENSORED)];
    assert_eq!(rows(&layout, &trial), expected);
    assert_eq!(layout.excluded.not_at_risk, [2]);
}

#[test]
fn an_exit_that_is_no_event_competes_and_is_censored_only_when_the_plan_says_so() {
    let trial = joined();
    let adoption = [group("adoption", &["adoption"])];
    let competing = exits(&trial, &[0], &adoption, &[], (true, None));
    assert_eq!(rows(&competing, &trial), [row("a", 0.0, 50.0, "another exit")]);
    let censored = exits(&trial, &[0], &adoption, &["home".to_owned()], (true, None));
    assert_eq!(rows(&censored, &trial), [row("a", 0.0, 50.0, CENSORED)]);
}

#[test]
fn nothing_counts_after_the_end_of_follow_up() {
    let trial = joined();
    let layout = exits(&trial, &ALL, &[group("home", &["home"])], &[], (true, Some(40.0)));
    let expected = [row("a", 0.0, 40.0, CENSORED), row("b", 0.0, 40.0, CENSORED), row("d", 0.0, 30.0, CENSORED)];
    assert_eq!(rows(&layout, &trial), expected);
}

#[test]
fn care_that_began_before_the_data_is_left_out_unless_the_origin_is_known() {
    let mut trial = joined();
    trial.children[1].truncated = true;
    let home = [group("home", &["home"])];
    assert_eq!(exits(&trial, &ALL, &home, &[], (true, None)).excluded.truncated, Vec::<u32>::new());
    assert_eq!(exits(&trial, &ALL, &home, &[], (false, None)).excluded.truncated, [1]);
}

#[test]
fn children_are_at_risk_of_a_move_while_in_care_and_from_the_origin_on() {
    let trial = joined();
    let expected = [
        row("a", 0.0, 20.0, "planned"),
        row("a", 20.0, 50.0, CENSORED),
        row("a", 80.0, 130.0, CENSORED),
        row("b", 0.0, 100.0, "another move"),
        row("b", 100.0, 160.0, CENSORED),
        row("d", 0.0, 30.0, CENSORED),
    ];
    let layout = moves(&trial, &ALL, &[planned()], None);
    assert_eq!(rows(&layout, &trial), expected);
    assert_eq!(layout.excluded.not_at_risk, [2]);
    let year = TimeUnit::Years.days();
    assert_eq!(
        counts(&trial, &ALL, &planned(), None),
        [(0, 1, 20.0 / year + 30.0 / year + 50.0 / year), (1, 0, 100.0 / year + 60.0 / year), (3, 0, 30.0 / year)]
    );
}

#[test]
fn an_adoption_ends_moves_for_good_and_time_at_home_is_observed() {
    let trial = joined();
    let layout = observed_moves(&trial, &[0, 1, 2], &[planned()], &[], None);
    let expected = [
        row("a", 0.0, 20.0, "planned"),
        row("a", 20.0, 130.0, TERMINAL),
        row("b", 0.0, 100.0, "another move"),
        row("b", 100.0, 160.0, CENSORED),
        row("c", 0.0, 160.0, CENSORED),
    ];
    assert_eq!(rows(&layout, &trial), expected);
    let censored = observed_moves(&trial, &[0], &[planned()], &["adoption".to_owned()], None);
    assert_eq!(rows(&censored, &trial)[1].3, CENSORED);
}

#[test]
fn re_entry_counts_from_the_exit_or_enters_late() {
    let trial = joined();
    let home = ["home".to_owned()];
    let since_exit = re_entries(&trial, &ALL, (&home, &[]), Clock::SinceExit, None);
    assert_eq!(rows(&since_exit, &trial), [row("a", 0.0, 30.0, "re-entry")]);
    // `c` left before the origin: its day of leaving is not in the layout.
    assert_eq!(since_exit.excluded.not_at_risk, [1, 2, 3]);
    let since_origin = re_entries(&trial, &ALL, (&home, &[]), Clock::SinceOrigin, None);
    assert_eq!(rows(&since_origin, &trial), [row("a", 50.0, 80.0, "re-entry")]);
    // Follow-up may end within a day.
    let cut = re_entries(&trial, &ALL, (&home, &[]), Clock::SinceExit, Some(29.5));
    assert_eq!(rows(&cut, &trial), [row("a", 0.0, 29.5, CENSORED)]);
}

#[test]
fn every_day_is_in_one_state_and_stays_in_one_group_are_one() {
    let trial = joined();
    let groups = [group("looked after", &["foster"]), group("out", &["home", "adoption"])];
    let layout = occupation(&trial, &[0, 2], &groups, &[], None);
    let expected = [
        row("a", 0.0, 50.0, "out"),
        row("a", 50.0, 80.0, "looked after"),
        row("a", 80.0, 130.0, "out"),
        row("c", 0.0, 160.0, CENSORED),
    ];
    assert_eq!(rows(&layout, &trial), expected);
}

#[test]
fn a_terminal_state_that_the_plan_censors_is_a_warning_and_a_transfer_is_none() {
    let plan = plan();
    let findings = censored_states(&plan.events[0], &states());
    let found: Vec<(&str, &str)> =
        findings.iter().map(|finding| (finding.code.as_str(), finding.message.as_str())).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "terminal_state_censored");
    assert!(found[0].1.contains("`adoption`") && found[0].1.contains("too large"), "{}", found[0].1);
}

#[test]
fn origins_that_are_absent_or_change_are_all_said_at_once_with_their_rows() {
    let design = plan().design;
    let absent = Column::date("day", [100, 101, 100, 0, 0].map(Date).to_vec());
    let presence = [0, 0, 0, 1, 1].map(|code| match code {
        0 => steadfast_core::frame::Presence::Observed,
        _ => steadfast_core::frame::Presence::Missing,
    });
    let frame = frame([100; 5]).with_column(absent.with_presence(presence.to_vec())).unwrap();
    let error = join(&frame, &design, &lives(), Some("day"), "data.csv").unwrap_err();
    assert_eq!((error.code(), error.exit()), ("invalid_placements", crate::error::Exit::InvalidData));
    let findings = error.as_findings().unwrap();
    let found: Vec<(Option<u64>, &str)> = findings.iter().map(|finding| (finding.row, finding.code.as_str())).collect();
    assert_eq!(found, [(Some(2), "origin_changes"), (Some(4), "origin_missing"), (Some(5), "origin_missing")]);
}

#[test]
fn a_child_without_placements_is_said_and_counted() {
    let mut lives = lives();
    let other = lives.children.remove("d").unwrap();
    lives.children.insert("z".to_owned(), other);
    let trial = join(&frame([100; 5]), &plan().design, &lives, Some("day"), "data.csv").unwrap();
    let codes: Vec<&str> = trial.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["no_placements", "not_in_trial"]);
    assert_eq!((trial.joined.without_placements.total.subjects, trial.joined.not_in_trial), (1, 1));
    let none = Lives { children: Default::default(), ..lives };
    let error = join(&frame([100; 5]), &plan().design, &none, None, "data.csv").unwrap_err();
    assert_eq!(error.code(), "no_children");
}

#[test]
fn tables_of_histories_tell_the_same_lives() {
    let spells = Frame::new(vec![
        Column::factor("child", ["a", "a"]),
        Column::integer("start", vec![0, 50]),
        Column::integer("stop", vec![50, 80]),
        Column::factor("state_from", ["foster", "home"]),
        Column::factor("state_to", ["home", "censored"]),
    ])
    .unwrap();
    let moves = Frame::new(vec![
        Column::factor("child", ["a"]),
        Column::integer("start", vec![0]),
        Column::integer("stop", vec![50]),
        Column::factor("reason", ["censored"]),
    ])
    .unwrap();
    let lives = Lives::of_tables(states(), &spells, Some(&moves)).unwrap();
    assert_eq!(lives.children["a"].stays, [stay(0, 50, FOSTER, Some(HOME)), stay(50, 80, HOME, None)]);
    assert_eq!(lives.children["a"].at_risk, [at_risk(0, 50, None)]);
    let other = Lives::of_tables(states()[..1].to_vec(), &spells, None).unwrap_err();
    assert!(other.code() == "unknown_state" && other.to_string().contains("row 1"), "{other}");
    assert_eq!(TRANSFER, states().len() - 1);
}
