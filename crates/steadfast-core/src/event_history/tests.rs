use super::*;
use crate::frame::{Column, Frame};

fn spells(rows: &[(u32, f64, f64, u32, Option<u32>)]) -> Spells {
    Spells {
        states: vec!["care".into(), "home".into(), "adopted".into()],
        subject: rows.iter().map(|row| row.0).collect(),
        cluster: rows.iter().map(|row| row.0).collect(),
        start: rows.iter().map(|row| row.1).collect(),
        stop: rows.iter().map(|row| row.2).collect(),
        from: rows.iter().map(|row| row.3).collect(),
        to: rows.iter().map(|row| row.4).collect(),
        weight: vec![1.0; rows.len()],
    }
}

fn codes(rows: &[(u32, f64, f64, u32, Option<u32>)]) -> Vec<String> {
    let findings = match EventHistory::new(spells(rows)) {
        Ok(history) => history.findings().clone(),
        Err(findings) => findings,
    };
    findings.iter().map(|finding| format!("{} {}", finding.code, finding.row.unwrap())).collect()
}

#[test]
fn each_contradiction_is_found_with_its_row() {
    assert!(codes(&[(0, 0.0, 3.0, 0, Some(1)), (0, 3.0, 9.0, 1, Some(0)), (0, 9.0, 11.0, 0, None)]).is_empty());
    assert_eq!(codes(&[(0, 2.0, 2.0, 0, None)]), ["zero_length 1"]);
    assert_eq!(codes(&[(0, 2.0, 1.0, 0, None)]), ["negative_length 1"]);
    assert_eq!(codes(&[(0, f64::NAN, 1.0, 0, None)]), ["bad_time 1"]);
    assert_eq!(codes(&[(0, 0.0, 1.0, 0, Some(0))]), ["no_transition 1"]);
    assert_eq!(codes(&[(0, 2.0, 9.0, 0, None), (0, 0.0, 3.0, 0, None)]), ["overlap 1"]);
    assert_eq!(codes(&[(0, 0.0, 3.0, 0, Some(1)), (0, 3.0, 9.0, 0, None)]), ["jump 2"]);
    assert_eq!(codes(&[(0, 0.0, 3.0, 0, None), (0, 3.0, 9.0, 1, None)]), ["jump 2"]);
    assert_eq!(codes(&[(0, 0.0, 3.0, 0, None), (0, 4.0, 9.0, 0, None)]), ["gap 2"]);
    assert_eq!(codes(&[(0, 0.0, 3.0, 0, None), (0, 4.0, 9.0, 1, None)]), ["gap 2"], "nobody saw the change");
    assert_eq!(codes(&[(0, 0.0, 3.0, 0, Some(2)), (0, 4.0, 9.0, 0, None)]), ["jump 2", "gap 2"]);
}

#[test]
fn columns_of_other_lengths_and_states_without_a_name_are_found() {
    let mut short = spells(&[(0, 0.0, 3.0, 0, None), (0, 3.0, 9.0, 0, None)]);
    short.weight.pop();
    let findings = EventHistory::new(short).unwrap_err();
    assert_eq!(findings.iter().next().unwrap().code, "unequal_lengths");
    assert_eq!(codes(&[(0, 0.0, 3.0, 3, None)]), ["unknown_state 1"]);
    assert_eq!(codes(&[(0, 0.0, 3.0, 0, Some(u32::MAX))]), ["unknown_state 1"]);
}

#[test]
fn a_person_is_in_one_cluster_and_weights_are_not_negative() {
    let mut two = spells(&[(0, 0.0, 3.0, 0, None), (0, 3.0, 9.0, 0, None)]);
    two.cluster[1] = 7;
    two.weight[0] = -1.0;
    let findings = EventHistory::new(two).unwrap_err();
    let found: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(found, ["bad_weight", "subject_in_two_clusters"]);
}

#[test]
fn rows_with_absent_values_are_left_out_and_the_others_know_their_place() {
    let frame = Frame::new(vec![
        Column::float("time", vec![1.0, f64::NAN, 3.0]),
        Column::integer("event", vec![1, 1, 0]),
        Column::factor("child", ["b", "a", "a"]),
    ])
    .unwrap();
    let history = EventHistory::from_frame(&frame, &Columns::new("time", "event").subject("child")).unwrap();
    assert_eq!(history.source(), [0, 2]);
    assert_eq!((history.subject(), history.to(0), history.to(1)), (&[1, 0][..], Some(1), None));
    assert_eq!(history.states(), ["(start)", "event"]);
}

#[test]
fn a_number_that_is_neither_0_nor_1_needs_the_censored_value() {
    let frame = Frame::new(vec![Column::float("time", vec![1.0, 2.0]), Column::integer("status", vec![1, 2])]).unwrap();
    let columns = Columns::new("time", "status");
    assert_eq!(EventHistory::from_frame(&frame, &columns).unwrap_err().code(), "bad_event");
    let history = EventHistory::from_frame(&frame, &columns.censored("1")).unwrap();
    assert_eq!((history.to(0), history.to(1), history.states()[1].as_str()), (None, Some(1), "2"));
    let error = EventHistory::from_frame(&frame, &Columns::new("time", "status").censored("9")).unwrap_err();
    assert_eq!(error.code(), "unknown_level");
}

#[test]
fn rows_are_called_as_in_their_file_and_columns_by_name() {
    let frame = Frame::new(vec![
        Column::float("entry", vec![0.0, 0.0, 2.0, 9.0]),
        Column::float("exit", vec![5.0, f64::NAN, 4.0, 9.0]),
        Column::integer("event", vec![0, 1, 0, 1]),
        Column::factor("child", ["a", "a", "a", "b"]),
    ])
    .unwrap();
    let frame = frame.with_row_numbers(vec![3, 5, 8, 13]).unwrap();
    let columns = Columns::new("exit", "event").start("entry").subject("child");
    let error = EventHistory::from_frame(&frame, &columns).unwrap_err();
    assert_eq!(error.code(), "invalid_history");
    let found: Vec<(u64, &str, &str)> = error
        .as_findings()
        .unwrap()
        .iter()
        .map(|found| (found.row.unwrap(), found.column.as_deref().unwrap(), found.code.as_str()))
        .collect();
    assert_eq!(found, [(8, "entry", "overlap"), (13, "exit", "zero_length")]);
    assert!(error.to_string().contains("shares time with row 3 of the same person"));
}

#[test]
fn every_row_whose_time_is_a_word_is_found() {
    let frame = Frame::new(vec![
        Column::factor("stop", ["3", "twelve", "4.5", "soon"]),
        Column::integer("event", vec![1, 0, 1, 1]),
    ])
    .unwrap();
    let error = EventHistory::from_frame(&frame, &Columns::new("stop", "event")).unwrap_err();
    assert_eq!(error.code(), "not_numeric");
    let rows: Vec<Option<u64>> = error.as_findings().unwrap().iter().map(|finding| finding.row).collect();
    assert_eq!(rows, [Some(2), Some(4)]);
    assert!(!error.as_findings().unwrap().iter().any(|finding| finding.message.contains("twelve")));
}

#[test]
fn a_date_is_a_time_beside_another_date_only() {
    let days = |from: i32| (0..3).map(|day| crate::frame::Date(from + day)).collect::<Vec<_>>();
    let frame = Frame::new(vec![
        Column::date("entry", days(18_000)),
        Column::date("exit", days(18_100)),
        Column::float("age", vec![1.0, 2.0, 3.0]),
        Column::integer("event", vec![1, 0, 1]),
    ])
    .unwrap();
    let code = |columns: Columns| EventHistory::from_frame(&frame, &columns).map_err(|error| error.code()).err();
    assert_eq!(code(Columns::new("exit", "event")), Some("date_time"));
    assert_eq!(code(Columns::new("exit", "event").start("age")), Some("date_time"));
    assert_eq!(code(Columns::new("age", "event").start("entry")), Some("date_time"));
    assert_eq!(code(Columns::new("exit", "event").start("entry")), None);
}
