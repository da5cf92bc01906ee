use insta::assert_snapshot;
use steadfast_core::frame::{ColumnData, Presence};

use super::*;
use crate::read::{ReadOptions, read, read_bytes};

const TRIAL: &str = r#"
    [file]
    not_applicable = ["NAP"]
    [columns.family]
    type = "id"
    role = "cluster"
    [columns.child]
    type = "id"
    role = "subject"
    [columns.visit]
    type = "factor"
    role = "visit"
    levels = [{ code = 0, label = "baseline" }, { code = 1, label = "15 months" }, { code = 2, label = "30 months" }]
    ordered = true
    [columns.day]
    type = "date"
    role = "time"
    [columns.arm]
    type = "factor"
    role = "arm"
    levels = ["NIM", "SAU"]
    reference = "SAU"
    [columns.base]
    type = "integer"
    role = "baseline"
    range = [0, 40]
    [columns.sdq]
    type = "float"
    role = "outcome"
    range = [0, 40]
    missing = [99]
"#;

const HEADER: &str = "family,child,visit,day,arm,base,sdq\n";

fn check_with(dictionary: &str, text: &str) -> Result<Valid> {
    let dictionary = Dictionary::parse(dictionary, "d.toml").unwrap();
    read_bytes("trial.csv", text.as_bytes().to_vec(), &ReadOptions::new()).unwrap().validate(&dictionary)
}

fn check(rows: &str) -> Result<Valid> {
    check_with(TRIAL, &format!("{HEADER}{rows}"))
}

fn findings(checked: Result<Valid>) -> String {
    match checked {
        Ok(valid) => valid.findings().to_string(),
        Err(error) => error.to_string(),
    }
}

const GOOD: &str = "f1,01,0,2020-01-05,NIM,12,12\nf1,01,1,2021-04-05,NIM,12,11.5\nf2,02,1,2021-01-01,SAU,NAP,99\n";

#[test]
fn good_data_become_a_frame_with_roles_levels_and_reasons_for_absence() {
    let valid = check(GOOD).unwrap();
    assert_snapshot!(valid.findings(), @"");
    let frame = valid.into_frame();
    let visit = frame.column("visit").unwrap().as_factor().unwrap();
    assert_eq!(visit.levels(), ["baseline", "15 months", "30 months"]);
    assert!(visit.is_ordered());
    let arm = frame.column("arm").unwrap();
    assert_eq!((arm.role(), arm.as_factor().unwrap().reference()), (Some(steadfast_core::frame::Role::Arm), 1));
    assert_eq!(frame.column("child").unwrap().as_factor().unwrap().level(0), Some("01"));
    assert_eq!(frame.column("base").unwrap().presence(2), Presence::NotApplicable);
    assert_eq!(frame.column("sdq").unwrap().presence(2), Presence::Missing);
}

#[test]
fn the_antidepressant_trial_is_valid() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data-fixtures/antidepressant");
    let dictionary = Dictionary::load(format!("{folder}/dictionary.toml")).unwrap();
    let valid = read(format!("{folder}/data.csv")).unwrap().validate(&dictionary).unwrap();
    assert!(valid.findings().is_empty(), "{}", valid.findings());
    let frame = valid.into_frame();
    assert_eq!((frame.n_rows(), frame.columns().len()), (608, 11));
    assert_eq!(frame.column("PATIENT").unwrap().as_factor().unwrap().levels().len(), 172);
    assert_eq!(frame.column("POOLINV").unwrap().as_factor().unwrap().level(0), Some("006"));
    let ColumnData::Integer(change) = frame.column("CHANGE").unwrap().data() else { panic!("whole numbers") };
    assert_eq!(change.iter().take(4).collect::<Vec<_>>(), [&-11, &-12, &-13, &-15]);
    let impression = frame.column("PGIIMP").unwrap();
    assert_eq!((0..608).filter(|&row| !impression.is_observed(row)).count(), 3);
}

#[test]
fn everything_that_is_wrong_is_reported_at_once() {
    let rows = "f1,01,0,2020-01-05,NIM,12,12\n\
                f1,01,0,2020-02-30,SAU,12,41\n\
                f2,01,1,2019-01-01,NIM,x,inf\n\
                ,,3,05/01/2020,nim,1.5,NaN\n\
                f2,02,1,2021-01-01,SAU,,1e999\n";
    assert_snapshot!(findings(check(rows)), @"");
}

#[test]
fn no_message_contains_a_value_of_the_data() {
    let rows = "zq1,zq2,zq3,zq4,zq5,zq6,zq7\nzq1,zq2,0,2020-01-01,NIM,1,2\nzq8,zq2,0,2020-01-01,SAU,1,77.125\n";
    let text = findings(check(rows));
    for value in ["zq", "77.125", "2020", "NIM", "SAU"] {
        assert!(!text.contains(value), "`{value}` in\n{text}");
    }
}

#[test]
fn a_header_without_rows_is_an_error() {
    assert_snapshot!(findings(check("")), @"");
}

#[test]
fn columns_that_do_not_match_the_dictionary_are_named() {
    assert_snapshot!(findings(check_with(TRIAL, "child,family,visit,arm,base,sdq,postcode\n1,1,1,NIM,1,1,x\n")), @"");
    let valid = check_with("[columns.child]\ntype = \"id\"\n", "child,postcode\n1,x\n2,y\n").unwrap();
    assert_snapshot!(valid.findings(), @"");
    assert!(valid.frame().get("postcode").is_none());
}

#[test]
fn one_cluster_and_a_constant_outcome_are_warnings() {
    assert_snapshot!(findings(check("f1,1,0,,NIM,12,7\nf1,1,1,,NIM,12,7\nf1,2,1,,NIM,12,99\n")), @"");
}

#[test]
fn a_subject_without_any_baseline_is_a_warning_and_not_applicable_is_none() {
    let rows = "f1,1,0,,NIM,,7\nf1,1,1,,NIM,,8\nf2,2,0,,SAU,NAP,7\nf3,3,0,,SAU,,7\nf3,3,1,,SAU,4,7\n";
    assert_snapshot!(findings(check(rows)), @"");
}

#[test]
fn visits_are_compared_by_time_and_not_by_row() {
    let unsorted = "f1,1,2,2022-01-01,NIM,1,7\nf2,2,0,2019-01-01,SAU,1,9\nf1,1,0,2020-01-01,NIM,1,8\n";
    assert_snapshot!(findings(check(unsorted)), @"");
    let rows = "f1,1,1,2021-01-01,NIM,1,7\nf1,1,0,2021-02-01,NIM,1,8\nf1,1,2,2021-01-31,NIM,1,9\nf2,2,0,,SAU,1,9\n";
    assert_snapshot!(findings(check(rows)), @"");
}

#[test]
fn a_dictionary_may_weaken_a_rule_that_refuses_no_cell() {
    let dictionary = format!("[rules]\nvisit_order = \"note\"\n{TRIAL}");
    let rows = "f1,1,0,2021-01-01,NIM,1,7\nf1,1,1,2020-01-01,NIM,1,8\nf2,2,0,,SAU,1,9\n";
    assert_snapshot!(findings(check_with(&dictionary, &format!("{HEADER}{rows}"))), @"");
}

#[test]
fn a_typed_table_obeys_the_same_rules_as_text() {
    use polars::prelude::{ParquetWriter, df};
    let mut data = df!(
        "child" => [1i64, 1, 2],
        "visit" => [Some(0.0), Some(1.0), None],
        "sdq" => [99.0, f64::NAN, f64::INFINITY],
        "boys" => [true, false, true],
    )
    .unwrap();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut data).unwrap();
    let dictionary = r#"
        columns.child = { type = "id", role = "subject" }
        columns.visit = { type = "integer", codes = [0, 2] }
        columns.sdq = { type = "float", range = [0, 40], missing = [99] }
        columns.boys = { type = "date" }
    "#;
    let dictionary = Dictionary::parse(dictionary, "d.toml").unwrap();
    let raw = read_bytes("trial.parquet", bytes, &ReadOptions::new()).unwrap();
    assert_snapshot!(findings(raw.validate(&dictionary)), @"");
}
