use steadfast_core::frame::{Column, Date, Factor, Presence};

use super::*;

fn frame() -> Frame {
    let visit = Factor::from_codes(vec!["15 months".into(), "30 months".into()], vec![Some(0), Some(1), Some(1), None]);
    Frame::new(vec![
        Column::from_factor("visit", visit.unwrap().ordered(true)),
        Column::factor("arm", ["NIM", "SAU", "NIM", "SAU"]),
        Column::float("age", vec![2.0, 4.0, f64::NAN, 5.0]),
        Column::float("sdq", vec![10.0, f64::NAN, f64::NAN, 3.5]).with_presence(vec![
            Presence::Observed,
            Presence::NotApplicable,
            Presence::Missing,
            Presence::Observed,
        ]),
        Column::integer("days in care", vec![10, 20, 30, 40]),
        Column::bool("girl", vec![true, false, true, false]),
        Column::date("born", (0..4).filter_map(|i| Date::from_ymd(2020 + i, 1, 1)).collect()),
        Column::factor("code", ["4", "5", "6", "7"]),
    ])
    .unwrap()
}

fn rows(condition: &str) -> (Vec<u32>, usize) {
    let selection = condition.parse::<Filter>().unwrap().select(&frame()).unwrap();
    (selection.rows, selection.undecided)
}

fn error(condition: &str) -> Error {
    match condition.parse::<Filter>() {
        Err(error) => error,
        Ok(filter) => filter.select(&frame()).unwrap_err(),
    }
}

#[test]
fn and_binds_tighter_than_or_and_parentheses_bind_tightest() {
    assert_eq!(rows(r#"arm == "SAU" | arm == "NIM" & age >= 2"#).0, [0, 1, 3]);
    assert_eq!(rows(r#"(arm == "SAU" | arm == "NIM") & age >= 4"#).0, [1, 3]);
    assert_eq!(rows("arm == 'SAU' || arm == 'NIM' && age >= 2").0, [0, 1, 3]);
}

#[test]
fn an_absent_value_makes_a_comparison_undecided_and_not_false() {
    assert_eq!(rows("age >= 4"), (vec![1, 3], 1));
    assert_eq!(rows("!(age >= 4)"), (vec![0], 1));
    assert_eq!(rows("age >= 4 | true"), (vec![0, 1, 2, 3], 0));
}

#[test]
fn missing_and_not_applicable_are_asked_apart() {
    assert_eq!(rows("missing(sdq)").0, [2]);
    assert_eq!(rows("not_applicable(sdq)").0, [1]);
    assert_eq!(rows("observed(sdq)").0, [0, 3]);
    assert_eq!(rows("!missing(sdq)").0, [0, 1, 3]);
}

#[test]
fn withdrawn_and_not_yet_due_are_asked_apart_and_are_no_words_reserved() {
    let sdq = Column::float("sdq", vec![1.0; 2]).with_presence(vec![Presence::Withdrawn, Presence::NotYetDue]);
    let frame = Frame::new(vec![sdq, Column::bool("withdrawn", vec![false, true])]).unwrap();
    let rows = |condition: &str| condition.parse::<Filter>().unwrap().select(&frame).unwrap().rows;
    assert_eq!(rows("withdrawn(sdq)"), [0]);
    assert_eq!(rows("not_yet_due(sdq)"), [1]);
    assert_eq!(rows("missing(sdq) | not_applicable(sdq)"), [0_u32; 0]);
    assert_eq!(rows("withdrawn"), [1]);
}

#[test]
fn levels_days_and_yes_or_no_compare_with_values_of_their_kind() {
    assert_eq!(rows(r#"visit == "30 months""#), (vec![1, 2], 1));
    assert_eq!(rows(r#"visit >= "30 months""#).0, [1, 2]);
    assert_eq!(rows("code in [4, '7']").0, [0, 3]);
    assert_eq!(rows("born < '2022-01-01'").0, [0, 1]);
    assert_eq!(rows("girl & !(`days in care` > 20.5e0)").0, [0]);
    assert_eq!(rows("girl == false").0, [1, 3]);
    assert_eq!(rows("20 < `days in care`").0, [2, 3]);
}

#[test]
fn an_error_points_at_its_place() {
    let shown = error("age >= 4 & arm == 'NIMM'");
    assert_eq!(shown.code(), "unknown_level");
    assert!(shown.to_string().ends_with("\n  age >= 4 & arm == 'NIMM'\n                    ^^^^^^"), "{shown}");
    let shown = error("age >= ");
    assert_eq!(shown.code(), "filter_syntax");
    assert!(shown.to_string().starts_with("the condition ends too early: expected a column or a value"), "{shown}");
}

#[test]
fn a_condition_that_does_not_fit_the_frame_is_refused() {
    for (condition, code) in [
        ("agee > 1", "unknown_column"),
        ("arm > 'NIM'", "filter_type"),
        ("age == 'four'", "filter_type"),
        ("born < 'soon'", "filter_type"),
        ("age", "filter_type"),
        ("1 == 1", "filter_type"),
        ("age = 4", "filter_syntax"),
        ("(age > 4", "filter_syntax"),
        ("arm in []", "filter_syntax"),
        ("arm == 'NIM", "filter_syntax"),
        ("", "filter_syntax"),
        ("age > 4 &", "filter_syntax"),
    ] {
        assert_eq!(error(condition).code(), code, "{condition}: {}", error(condition));
    }
}
