//! Scores of instruments, through the program.

use std::fs;
use std::path::Path;

use serde_json::Value;
use steadfast_core::frame::Presence;
use steadfast_io::{Dictionary, read};
use steadfast_testkit::simulate::questionnaires::{FAMILIES, QUESTIONNAIRES_SEED, questionnaires};
use tempfile::TempDir;

use crate::support::{root, steadfast};

/// Two items, at any age, and no more.
const DEFINITION: &str = r#"
id = "two"
instrument = "Two"
title = "Two items"
version = "1"
source = "invented"
licence = "CC0"
[[items]]
ids = [1, 2]
min = 0
max = 2
[[scales]]
id = "sum"
label = "Sum"
items = [1, 2]
method = "sum"
"#;

const DICTIONARY: &str = r#"
[[instruments]]
file = "two.toml"
items = "q{item}"
prefix = "two"
[columns.id]
type = "id"
role = "subject"
[columns.q1]
type = "integer"
[columns.q2]
type = "integer"
"#;

fn folder(data: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let files = [("two.toml", DEFINITION), ("dictionary.toml", DICTIONARY), ("data.csv", data)];
    files.into_iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).unwrap());
    folder
}

fn score(folder: &Path, more: &[&str]) -> (i32, Value, String) {
    let fixed = ["score", "data.csv", "--dictionary", "dictionary.toml", "--out", "scored.csv", "--json"];
    let ran = steadfast(folder, &[&fixed[..], more].concat());
    (ran.code, serde_json::from_str(&ran.stdout).unwrap_or(Value::Null), ran.stderr)
}

#[test]
fn the_shipped_questionnaires_are_the_generators() {
    let shipped = fs::read_to_string(root().join("data-fixtures/instruments/data.csv")).unwrap();
    assert!(shipped == questionnaires(FAMILIES, QUESTIONNAIRES_SEED), "make_questionnaires writes other bytes");
}

#[test]
fn a_definition_of_ones_own_is_scored_by_every_command() {
    let folder = folder("id,q1,q2\na,0,1\nb,2,2\nc,NA,1\nd,1,0\n");
    let (code, answer, _) = score(folder.path(), &[]);
    assert_eq!(code, 0);
    let scale = &answer["instruments"][0]["scales"][0];
    assert_eq!((&scale["n_scored"], &scale["n_not_scorable"]), (&Value::from(3), &Value::from(1)));
    // (1 + 4 + 1)/3 = 2.
    assert!((scale["mean"].as_f64().unwrap() - 2.0).abs() < 1e-15);
    let written = fs::read_to_string(folder.path().join("scored.csv")).unwrap();
    assert_eq!(written, "id,q1,q2,two_sum,two_sum.prorated\na,0,1,1,0\nb,2,2,4,0\nc,NA,1,NA,NA\nd,1,0,1,0\n");
    let fit = ["fit", "two_sum ~ 1 + (1 | id)", "data.csv", "--dictionary", "dictionary.toml", "--json"];
    let ran = steadfast(folder.path(), &fit);
    assert!(!ran.stderr.contains("unknown_column"), "{}", ran.stderr);
}

#[test]
fn scores_are_written_in_every_format_and_losses_are_said() {
    let folder = folder("id,q1,q2\na,0,1\nb,2,2\nc,NA,1\n");
    for out in ["s.csv", "s.tsv", "s.parquet", "s.arrow", "s.dta", "s.xpt"] {
        let ran =
            steadfast(folder.path(), &["score", "data.csv", "--dictionary", "dictionary.toml", "--out", out, "--json"]);
        assert_eq!(ran.code, 0, "{out}: {}", ran.stderr);
        let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(answer["output"], out);
        // Stata and SAS have no place for the role of `id`, nor for a point in a name.
        let lost: Vec<&str> =
            answer["losses"].as_array().unwrap().iter().map(|loss| loss["code"].as_str().unwrap()).collect();
        assert_eq!(lost.contains(&"role_not_carried"), !["s.parquet", "s.arrow"].contains(&out), "{out}: {lost:?}");
        let back = read(folder.path().join(out)).unwrap();
        assert_eq!((back.n_rows(), back.names().count()), (3, 5), "{out}");
    }
    let unknown = ["score", "data.csv", "--dictionary", "dictionary.toml", "--out", "s.xlsx"];
    assert_eq!(steadfast(folder.path(), &unknown).code, 2);
}

#[test]
fn scores_never_take_the_place_of_a_table_that_they_are_made_with() {
    let folder = folder("id,q1,q2\na,0,1\n");
    let table = "q1,worth\n0,1\n";
    fs::write(folder.path().join("norms.csv"), table).unwrap();
    let lookup = "[[lookups]]\nfile = \"norms.csv\"\nkeys = { q1 = \"q1\" }\nvalues = { worth = \"worth\" }\n";
    fs::write(folder.path().join("dictionary.toml"), format!("{lookup}{DICTIONARY}")).unwrap();
    let (code, answer, _) = score(folder.path(), &[]);
    assert_eq!(code, 0, "{answer}");
    let ran = steadfast(folder.path(), &["score", "data.csv", "--dictionary", "dictionary.toml", "--out", "norms.csv"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(fs::read_to_string(folder.path().join("norms.csv")).unwrap(), table);
}

#[test]
fn check_shows_the_scores_and_a_broken_one_is_a_finding_beside_the_report() {
    let whole = folder("id,q1,q2\na,0,1\nb,2,2\nc,NA,1\n");
    let check = ["check", "data.csv", "--dictionary", "dictionary.toml", "--full", "--json"];
    let answer: Value = serde_json::from_str(&steadfast(whole.path(), &check).stdout).unwrap();
    let names: Vec<&str> =
        answer["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["id", "q1", "q2", "two_sum", "two_sum.prorated"]);
    let broken = folder("id,q1,q2\na,0,1\nb,3,2\nc,NA,-7\n");
    let ran = steadfast(broken.path(), &[&check[..], &["--html", "report.html"]].concat());
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answer["valid"], false);
    assert!(answer["findings"].as_array().unwrap().iter().any(|group| group["code"] == "item_out_of_range"));
    assert_eq!(answer["columns"].as_array().unwrap().len(), 3);
    assert!(fs::read_to_string(broken.path().join("report.html")).unwrap().contains("item_out_of_range"));
}

#[test]
fn an_answer_that_the_form_does_not_know_is_refused_with_its_place_and_nothing_is_written() {
    let folder = folder("id,q1,q2\na,0,1\nb,3,2\nc,NA,-7\n");
    let (code, answer, _) = score(folder.path(), &[]);
    assert_eq!(code, 3);
    let error = &answer["error"];
    assert_eq!(error["code"], "invalid_items");
    let places: Vec<(i64, &str)> = error["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["row"].as_i64().unwrap(), finding["column"].as_str().unwrap()))
        .collect();
    assert_eq!(places, [(2, "q1"), (3, "q2")]);
    assert!(!answer.to_string().contains("-7"));
    assert!(!folder.path().join("scored.csv").exists());
}

#[test]
fn a_broken_definition_and_a_missing_file_are_said_together() {
    let folder = folder("id,q1,q2\na,0,1\n");
    fs::write(folder.path().join("two.toml"), DEFINITION.replace("items = [1, 2]", "items = [1, 9]")).unwrap();
    let more = "[[instruments]]\nfile = \"none.toml\"\nitems = \"q\"\nprefix = \"x\"\n";
    fs::write(folder.path().join("dictionary.toml"), format!("{more}{DICTIONARY}")).unwrap();
    let (code, answer, _) = score(folder.path(), &[]);
    assert_eq!((code, &answer["error"]["code"]), (2, &Value::from("invalid_dictionary")));
    let message = answer["error"]["message"].as_str().unwrap();
    for part in ["instruments[1]", "none.toml", "instruments[2]", "item `9` is not defined"] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn data_of_one_row_of_none_and_without_an_answer_are_scored_or_refused() {
    let (code, answer, _) = score(folder("id,q1,q2\na,NA,NA\n").path(), &["--reliability"]);
    assert_eq!(code, 0);
    let scale = &answer["instruments"][0]["scales"][0];
    assert_eq!((&scale["n_not_scorable"], &scale["mean"]), (&Value::from(1), &Value::Null));
    assert_eq!(scale["reliability"]["without"][0]["code"], "too_few_rows");
    let (code, answer, _) = score(folder("id,q1,q2\n").path(), &[]);
    assert_eq!((code, &answer["error"]["code"]), (3, &Value::from("invalid_data")));
    let (code, _, _) = score(folder("id,q1,q2\na,0,1\n").path(), &["--out", "data.csv"]);
    assert_eq!(code, 2);
}

#[test]
fn children_under_two_have_no_score_and_are_not_missing() {
    let place = root().join("data-fixtures/instruments");
    let dictionary = Dictionary::load(place.join("dictionary.toml")).unwrap();
    let scored = read(place.join("data.csv")).unwrap().validate(&dictionary).unwrap().score().unwrap();
    let frame = scored.frame();
    let ages = frame.column("age").unwrap().to_numeric().unwrap();
    let (total, form) = (frame.column("sdq_total").unwrap(), frame.column("sdq.form").unwrap());
    let mut young = 0;
    for row in (0..frame.n_rows()).filter(|&row| ages[row] < 2.0) {
        assert_eq!(total.presence(row), Presence::NotApplicable);
        assert_eq!(form.presence(row), Presence::NotApplicable);
        young += 1;
    }
    assert_eq!(young, 19);
    assert!((0..frame.n_rows()).any(|row| total.presence(row) == Presence::Missing));
    assert_eq!(
        total.label(),
        "SDQ: Total difficulties (parent, 4–17 years / parent, 2–4 years / teacher, 4–17 years; rule all-scales)"
    );
    // A dictionary comes back from its TOML with all that it asks for.
    let written = dictionary.to_toml();
    assert_eq!(Dictionary::parse(&written, "d.toml").unwrap(), dictionary, "{written}");
}

#[test]
fn reliability_does_not_depend_on_threads() {
    let scored = |threads: &str| {
        let folder = tempfile::tempdir().unwrap();
        let place = root().join("data-fixtures/instruments");
        let (data, dictionary) = (place.join("data.csv"), place.join("dictionary.toml"));
        let fixed = ["score", data.to_str().unwrap(), "--dictionary", dictionary.to_str().unwrap()];
        let more = ["--out", "scored.csv", "--reliability", "--replicates", "40", "--threads", threads, "--json"];
        let ran = steadfast(folder.path(), &[&fixed[..], &more].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout
    };
    assert_eq!(scored("1"), scored("3"));
}
