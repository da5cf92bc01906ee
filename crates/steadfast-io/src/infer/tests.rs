use steadfast_core::frame::ColumnData;

use crate::read::{Format, ReadOptions, read_bytes};

fn inferred(values: &[&str]) -> ColumnData {
    let text = format!("x,y\n{}", values.iter().map(|value| format!("{value},1\n")).collect::<String>());
    let raw = read_bytes("t.csv", text.into_bytes(), &ReadOptions::new().format(Format::CSV)).unwrap();
    raw.infer().unwrap().column("x").unwrap().data().clone()
}

fn kind(values: &[&str]) -> &'static str {
    match inferred(values) {
        ColumnData::Float(_) => "float",
        ColumnData::Integer(_) => "integer",
        ColumnData::Factor(_) => "factor",
        ColumnData::Date(_) => "date",
        ColumnData::Bool(_) => "bool",
        _ => "other",
    }
}

#[test]
fn a_column_takes_the_first_type_that_reads_all_its_values() {
    assert_eq!(kind(&["1", "-2", "NA"]), "integer");
    assert_eq!(kind(&["1", "2.5", ""]), "float");
    assert_eq!(kind(&["1e3", ".5", "5."]), "float");
    assert_eq!(kind(&["true", "FALSE"]), "bool");
    assert_eq!(kind(&["2024-02-29", "NA"]), "date");
    assert_eq!(kind(&["a", "1"]), "factor");
    assert_eq!(kind(&["NA", ""]), "float");
}

#[test]
fn what_looks_like_an_identifier_stays_text() {
    assert_eq!(kind(&["007", "8"]), "factor");
    assert_eq!(kind(&["8", "-01"]), "factor");
    assert_eq!(kind(&["12345678901234567"]), "factor");
    assert_eq!(kind(&["0", "0.5", "10"]), "float");
}

#[test]
fn values_that_only_an_excluded_type_reads_make_a_factor() {
    assert_eq!(kind(&["true", "1"]), "factor");
    assert_eq!(kind(&["2024-01-01", "3"]), "factor");
    assert_eq!(kind(&["2024-02-30"]), "factor");
}

#[test]
fn infinities_are_kept_for_the_models_to_refuse() {
    let ColumnData::Float(values) = inferred(&["1.5", "-Inf"]) else { panic!("a column of numbers") };
    assert_eq!(values.as_slice(), [1.5, f64::NEG_INFINITY]);
}
