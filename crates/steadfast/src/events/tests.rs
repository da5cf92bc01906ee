//! What the facade adds to the fit: rows as in the file, persons, and cautions by name.

use steadfast_core::frame::{Column, Frame};

use super::*;
use crate::events::result::Robustness;

fn spells() -> Frame {
    Frame::new(vec![
        Column::float("months", vec![3.0, 8.0, f64::NAN, 12.0, 5.0, 7.0, 11.0, 14.0, 6.0]),
        Column::factor("exit", ["home", "home", "none", "none", "adopted", "home", "none", "home", "home"]),
        Column::factor("arm", ["NIM", "NIM", "NIM", "NIM", "SAU", "SAU", "SAU", "SAU", "NIM"]),
        Column::integer("family", vec![1, 1, 2, 2, 3, 3, 4, 4, 5]),
    ])
    .unwrap()
}

fn spec() -> EventSpec {
    EventSpec {
        cause: Some("home".to_owned()),
        censored: Some("none".to_owned()),
        ..EventSpec::new("Surv(months, exit) ~ arm + cluster(family)")
    }
}

#[test]
fn persons_clusters_events_and_rows_left_out_are_counted() {
    let result = spec().fit(&spells()).unwrap().result().unwrap();
    assert_eq!((result.rows.used, result.rows.missing), (8, 1));
    assert_eq!((result.observed.persons, result.observed.clusters), (8, 5));
    assert_eq!((result.observed.count("home"), result.observed.count("adopted")), (5, 1));
    assert!((result.observed.time_at_risk - 66.0).abs() < 1e-12);
    let nim = &result.levels[0];
    assert_eq!((nim.level.as_str(), nim.observed.persons, nim.observed.clusters), ("NIM", 4, 3));
}

#[test]
fn a_named_cluster_makes_the_variance_robust_and_events_that_end_observation_are_named() {
    let result = spec().fit(&spells()).unwrap().result().unwrap();
    assert_eq!((result.vcov_method.as_str(), result.vcov_reason), ("cr0", Robustness::Clusters));
    assert_eq!(result.competing, ["adopted"]);
    assert!(result.cautions.iter().any(|one| one.starts_with("adopted (1) end observation")));
    let alone = EventSpec { formula: "Surv(months, exit) ~ arm".to_owned(), ..spec() };
    let result = alone.fit(&spells()).unwrap().result().unwrap();
    assert_eq!((result.vcov_method.as_str(), result.vcov_reason), ("model", Robustness::Independent));
}

#[test]
fn what_cannot_be_answered_says_which_events_there_are() {
    let error = EventSpec { cause: None, ..spec() }.fit(&spells()).unwrap_err();
    assert_eq!(error.code(), "several_causes");
    assert!(error.to_string().contains("adopted, home"));
    let error = EventSpec { cause: Some("kin".to_owned()), ..spec() }.fit(&spells()).unwrap_err();
    assert_eq!(error.code(), "unknown_cause");
    assert_eq!(EventSpec { level: 95.0, ..spec() }.fit(&spells()).unwrap_err().code(), "confidence_level");
}

#[test]
fn tables_call_rows_as_the_file_does() {
    let fitted = spec().fit(&spells()).unwrap();
    let rows = |bytes: Vec<u8>| -> Vec<String> {
        let text = String::from_utf8(bytes).unwrap();
        text.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
    };
    assert_eq!(rows(residuals(&fitted).unwrap()), ["1", "2", "4", "5", "6", "7", "8", "9"]);
    assert_eq!(rows(schoenfeld(&fitted).unwrap()), ["1", "9", "6", "2", "8"]);
}
