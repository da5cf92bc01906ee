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
fn an_absent_factor_has_no_level() {
    let frame = check("f1,1,0,,NIM,1,7\nf2,2,1,,NA,1,8\n").unwrap().into_frame();
    assert_eq!(frame.column("arm").unwrap().as_factor().unwrap().level(1), None);
}

#[test]
fn a_dictionary_says_how_its_file_is_read() {
    let dictionary = r#"
        [file]
        encoding = "windows-1252"
        delimiter = ";"
        decimal_comma = true
        missing = ["k.A."]
        [columns.name]
        type = "text"
        [columns.day]
        type = "date"
        date_format = "dd.mm.yyyy"
        [columns.score]
        type = "float"
        [columns.seen]
        type = "bool"
    "#;
    let dictionary = Dictionary::parse(dictionary, "d.toml").unwrap();
    let bytes = b"name;day;score;seen\r\nRen\xE9e;29.02.2024;-1,5;yes\r\n;k.A.; 2 ;0\r\n".to_vec();
    let frame =
        read_bytes("t.csv", bytes, dictionary.read_options()).unwrap().validate(&dictionary).unwrap().into_frame();
    let name = frame.column("name").unwrap().as_factor().unwrap();
    assert_eq!((name.level(0), name.level(1)), (Some("Ren\u{e9}e"), Some("")));
    assert_eq!(frame.column("score").unwrap().to_numeric().unwrap().as_slice(), [-1.5, 2.0]);
    assert_eq!(frame.column("seen").unwrap().to_numeric().unwrap().as_slice(), [1.0, 0.0]);
    assert_eq!(frame.column("day").unwrap().to_factor().levels(), ["2024-02-29"]);
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
    assert_snapshot!(findings(check(rows)), @r"
    18 findings
    error[not_constant] trial.csv row 2 column `arm`: differs from row 1, which has the same `family`
    error[duplicate_key] trial.csv row 2 column `child, visit`: repeats the key of row 1
    error[wrong_type] trial.csv row 2 column `day`: not a day in the declared format
    error[out_of_range] trial.csv row 2 column `sdq`: outside the declared range
    error[wrong_type] trial.csv row 3 column `base`: not a whole number
    error[visit_order] trial.csv row 3 column `day`: before the earlier visit in row 1
    error[subject_in_two_clusters] trial.csv row 3 column `family`: row 1 has the same `child` in another cluster
    error[non_finite] trial.csv row 3 column `sdq`: infinite or not a number
    error[unknown_code] trial.csv row 4 column `arm`: not one of the declared codes
    error[wrong_type] trial.csv row 4 column `base`: not a whole number
    error[required_value] trial.csv row 4 column `child`: no value where every row must have one
    error[wrong_type] trial.csv row 4 column `day`: not a day in the declared format
    error[required_value] trial.csv row 4 column `family`: no value where every row must have one
    error[non_finite] trial.csv row 4 column `sdq`: infinite or not a number
    error[unknown_code] trial.csv row 4 column `visit`: not one of the declared codes
    error[not_constant] trial.csv row 5 column `arm`: differs from row 3, which has the same `family`
    error[non_finite] trial.csv row 5 column `sdq`: infinite or not a number
    warning[baseline_missing] trial.csv row 5 column `base`: no baseline value in any row of this subject
    ");
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
    assert_snapshot!(findings(check("")), @r"
    1 finding
    error[empty_table] trial.csv: a header and no rows
    ");
}

#[test]
fn columns_that_do_not_match_the_dictionary_are_named() {
    assert_snapshot!(findings(check_with(TRIAL, "child,family,visit,arm,base,sdq,postcode\n1,1,1,NIM,1,1,x\n")), @r"
    4 findings
    error[missing_column] trial.csv column `day`: the dictionary describes it and the file does not have it
    warning[one_cluster] trial.csv column `family`: there is only one: nothing can be said about the variation between them
    warning[undescribed_column] trial.csv column `postcode`: the dictionary does not describe it; it is left out
    warning[constant_outcome] trial.csv column `sdq`: the outcome has one and the same value wherever it has any
    ");
    let valid = check_with("[columns.child]\ntype = \"id\"\n", "child,postcode\n1,x\n2,y\n").unwrap();
    assert_snapshot!(valid.findings(), @"warning[undescribed_column] trial.csv column `postcode`: the dictionary does not describe it; it is left out");
    assert!(valid.frame().get("postcode").is_none());
}

#[test]
fn one_cluster_and_a_constant_outcome_are_warnings() {
    assert_snapshot!(findings(check("f1,1,0,,NIM,12,7\nf1,1,1,,NIM,12,7\nf1,2,1,,NIM,12,99\n")), @r"
    warning[one_cluster] trial.csv column `family`: there is only one: nothing can be said about the variation between them
    warning[constant_outcome] trial.csv column `sdq`: the outcome has one and the same value wherever it has any
    ");
}

#[test]
fn a_subject_without_any_baseline_is_a_warning_and_not_applicable_is_none() {
    let rows = "f1,1,0,,NIM,,7\nf1,1,1,,NIM,,8\nf2,2,0,,SAU,NAP,7\nf3,3,0,,SAU,,7\nf3,3,1,,SAU,4,7\n";
    assert_snapshot!(findings(check(rows)), @"warning[baseline_missing] trial.csv row 1 column `base`: no baseline value in any row of this subject");
}

#[test]
fn visits_are_compared_by_time_and_not_by_row() {
    let unsorted = "f1,1,2,2022-01-01,NIM,1,7\nf2,2,0,2019-01-01,SAU,1,9\nf1,1,0,2020-01-01,NIM,1,8\n";
    assert_snapshot!(findings(check(unsorted)), @"");
    let rows = "f1,1,1,2021-01-01,NIM,1,7\nf1,1,0,2021-02-01,NIM,1,8\nf1,1,2,2021-01-31,NIM,1,9\nf2,2,0,,SAU,1,9\n";
    assert_snapshot!(findings(check(rows)), @r"
    2 findings
    error[visit_order] trial.csv row 1 column `day`: before the earlier visit in row 2
    error[visit_order] trial.csv row 3 column `day`: before the earlier visit in row 2
    ");
}

#[test]
fn a_dictionary_may_weaken_a_rule_that_refuses_no_cell() {
    let dictionary = format!("[rules]\nvisit_order = \"note\"\n{TRIAL}");
    let rows = "f1,1,0,2021-01-01,NIM,1,7\nf1,1,1,2020-01-01,NIM,1,8\nf2,2,0,,SAU,1,9\n";
    assert_snapshot!(findings(check_with(&dictionary, &format!("{HEADER}{rows}"))), @"note[visit_order] trial.csv row 2 column `day`: before the earlier visit in row 1");
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
    assert_snapshot!(findings(raw.validate(&dictionary)), @r"
    7 findings
    error[wrong_type] trial.parquet row 1 column `boys`: not a day in the declared format
    error[wrong_type] trial.parquet row 2 column `boys`: not a day in the declared format
    error[duplicate_key] trial.parquet row 2 column `child`: repeats the key of row 1
    error[non_finite] trial.parquet row 2 column `sdq`: infinite or not a number
    error[unknown_code] trial.parquet row 2 column `visit`: not one of the declared codes
    error[wrong_type] trial.parquet row 3 column `boys`: not a day in the declared format
    error[non_finite] trial.parquet row 3 column `sdq`: infinite or not a number
    ");
}
