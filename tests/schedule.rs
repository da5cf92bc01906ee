//! The schedule of a study, through the program alone.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{root, steadfast};

/// The sample trial in a folder of its own, with its rows and its dictionary changed.
fn trial(rows: impl Fn(&str) -> bool, dictionary: impl Fn(&str) -> String) -> TempDir {
    let folder = TempDir::new().unwrap();
    let read = |name: &str| std::fs::read_to_string(root().join("data-fixtures/best-trial").join(name)).unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    write("plan.toml", read("plan.toml"));
    write("dictionary.toml", dictionary(&read("dictionary.toml")));
    let data = read("data.csv");
    let kept = data.lines().enumerate().filter(|(at, row)| *at == 0 || rows(row));
    write("data.csv", kept.map(|(_, row)| format!("{row}\n")).collect());
    folder
}

fn results(folder: &Path) -> Value {
    let ran = steadfast(folder, &["run", "plan.toml", "--out", "bundle"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_slice(&std::fs::read(folder.join("bundle/results.json")).unwrap()).unwrap()
}

/// The count of persons and of families in one cell of the table, all arms together.
fn count(results: &Value, instrument: &str, visit: &str, class: &str) -> (u64, u64) {
    let rows = results["completeness"]["rows"].as_array().unwrap();
    let is_asked = |row: &&Value| row["instrument"] == instrument && row["visit"] == visit && row["arm"].is_null();
    let cell = &rows.iter().find(is_asked).unwrap()[class];
    (cell["subjects"].as_u64().unwrap(), cell["clusters"].as_u64().unwrap())
}

#[test]
fn a_child_without_a_row_is_expected_as_one_with_an_empty_row() {
    let whole = trial(|_| true, str::to_owned);
    let attended = trial(|row| row.split(',').nth(15) == Some("yes"), str::to_owned);
    let (with_rows, without) = (results(whole.path()), results(attended.path()));
    for visit in ["baseline", "15 months", "30 months"] {
        for class in ["expected", "observed", "missing", "not_applicable", "in_window", "early", "late"] {
            assert_eq!(count(&with_rows, "pir_gas", visit, class), count(&without, "pir_gas", visit, class));
        }
    }
    // Python 3.11, datetime and calendar.monthrange, by the rule of docs/schedule.md: 376 of 439 children were 2 years old at
    // the visit at 15 months or else at its target. One of these was seen on the second birthday, and the file says not
    // applicable (730 days are less than 2 × 365.25): its word stands.
    for results in [&with_rows, &without] {
        assert_eq!(count(results, "sdq", "15 months", "expected"), (375, 316));
        assert_eq!(count(results, "sdq", "15 months", "not_applicable").0, 64);
        assert_eq!(count(results, "sdq", "15 months", "observed"), (302, 259));
        assert_eq!(count(results, "sdq", "baseline", "not_applicable"), (163, 160));
    }
    assert_eq!(count(&with_rows, "sdq", "30 months", "early"), (2, 1));
    assert_eq!(count(&with_rows, "sdq", "30 months", "late"), (1, 1));
    let verified = steadfast(attended.path(), &["verify", "bundle"]);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    let csv = std::fs::read_to_string(attended.path().join("bundle/tables/completeness.csv")).unwrap();
    assert!(csv.starts_with("instrument,visit,informant,arm,counted,clusters,subjects,percent_of_expected\n"));
    let report = std::fs::read_to_string(attended.path().join("bundle/report.html")).unwrap();
    assert!(report.contains("Observations expected and what became of them"));
    assert!(report.contains("no record of the visit") && report.contains("not applicable by age"));
}

#[test]
fn at_an_early_data_cut_what_is_still_to_come_is_neither_missing_nor_imputable() {
    // Visits after the last day of the data have no row yet; some that were due were missed.
    let cut = "2018-06-30";
    let is_known = |row: &str| row.split(',').nth(16).is_some_and(|day| !day.is_empty() && day <= cut);
    let folder = trial(is_known, |text| text.replace("data_cut = 2024-06-30", &format!("data_cut = {cut}")));
    let found = results(folder.path());
    let pir_gas = |class: &str| count(&found, "pir_gas", "30 months", class).0;
    assert!(pir_gas("not_yet_due") > 0 && pir_gas("missing") > 0);
    assert_eq!(pir_gas("observed") + pir_gas("missing") + pir_gas("not_yet_due"), pir_gas("expected"));
    assert_eq!(pir_gas("due") + pir_gas("not_yet_due"), pir_gas("expected"));
    let flow = found["flow"]["steps"].as_array().unwrap();
    let last = flow.iter().find(|step| step["visit"] == "30 months").unwrap();
    let reasons: Vec<&str> = last["lost"].as_array().unwrap().iter().map(|it| it["reason"].as_str().unwrap()).collect();
    assert!(reasons.contains(&"SDQ total difficulties not yet due"), "{reasons:?}");
}

#[test]
fn the_class_of_an_instrument_is_a_column_for_conditions() {
    let folder = trial(|_| true, str::to_owned);
    let rows = |condition: &str| {
        let model = ["fit", "pir_gas ~ arm", "data.csv", "--dictionary", "dictionary.toml", "--json", "--where"];
        let ran = steadfast(folder.path(), &[&model[..], &[condition]].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        serde_json::from_str::<Value>(&ran.stdout).unwrap()["n_observations"].as_u64().unwrap()
    };
    assert_eq!(rows("pir_gas.status == 'observed' & visit == 'baseline'"), 439);
    assert_eq!(
        rows("sdq.status == 'not applicable' & visit == 'baseline'"),
        rows("not_applicable(sdq) & visit == 'baseline'")
    );
}
