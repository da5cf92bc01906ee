//! `steadfast episodes` as a user meets it: tables, findings, exit codes, and what is left on the disk.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn returns() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-fixtures/ssda903/returns")
}

fn episodes(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_steadfast")).arg("episodes").args(arguments).output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_shipped_returns_become_tables() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("histories");
    let (input, target) = (returns(), out.to_str().unwrap().to_owned());
    let ran = episodes(&[input.to_str().unwrap(), "--repair", "spanning-returns", "--out", &target, "--json"]);
    assert_eq!(ran.status.code(), Some(0), "{}", text(&ran.stderr));
    let answer = json(&ran);
    let truth = fs::read_to_string(returns().join("../truth.csv")).unwrap();
    let total = |column: usize| -> u64 {
        truth.lines().skip(1).map(|line| line.split(',').nth(column).unwrap().parse::<u64>().unwrap()).sum()
    };
    assert_eq!(answer["children"], truth.lines().count() as u64 - 1);
    assert_eq!((&answer["periods"], &answer["placements"]), (&total(1).into(), &total(2).into()));
    assert_eq!((&answer["moves"], &answer["bridged"]), (&total(3).into(), &total(5).into()));
    assert_eq!(answer["indicators"].as_array().unwrap().len(), 9);
    assert!(!answer["repairs"].as_array().unwrap().is_empty());
    let rows = |name: &str| fs::read_to_string(out.join(name)).unwrap().lines().count() as u64 - 1;
    assert_eq!(
        (rows("periods.csv"), rows("placements.csv"), rows("children.csv")),
        (total(1), total(2), truth.lines().count() as u64 - 1)
    );
    for name in ["spells.csv", "legal.csv", "moves.csv", "exits.csv", "indicators.csv"] {
        assert!(rows(name) > 0, "{name}");
    }
}

#[test]
fn what_spans_returns_is_an_error_until_its_repair_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("histories");
    let ran = episodes(&[returns().to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert_eq!(ran.status.code(), Some(3));
    let said = text(&ran.stderr);
    assert!(said.contains("repeated_in_returns") && said.contains("more of repeated_in_returns"), "{said}");
    assert!(!out.exists(), "nothing is written");
    let ran = episodes(&[returns().to_str().unwrap(), "--json"]);
    let error = &json(&ran)["error"];
    assert_eq!((&error["code"], &error["exit_code"]), (&"invalid_data".into(), &3.into()));
    assert!(error["findings"].as_array().unwrap().len() > 50);
}

#[test]
fn one_return_says_what_it_does_not_know() {
    let year = returns().join("2021");
    let ran = episodes(&[year.to_str().unwrap(), "--year", "2021"]);
    assert_eq!(ran.status.code(), Some(0), "{}", text(&ran.stderr));
    let (answer, remarks) = (text(&ran.stdout), text(&ran.stderr));
    assert!(remarks.contains("care_began_earlier"), "{remarks}");
    assert!(
        answer.contains("Rule: Of the children looked after on 31 March") && answer.contains("undetermined"),
        "{answer}"
    );
}

#[test]
fn requests_that_cannot_be_met_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.csv");
    fs::write(&empty, "").unwrap();
    let other = folder.path().join("other.csv");
    fs::write(&other, "a,b\n1,2\n").unwrap();
    let input = returns();
    let input = input.to_str().unwrap();
    for (arguments, exit, code) in [
        (vec![folder.path().join("nowhere.csv").to_str().unwrap()], 2, "unreadable_file"),
        (vec![empty.to_str().unwrap()], 3, "empty_file"),
        (vec![other.to_str().unwrap()], 3, "no_episodes"),
        (vec![input, "--repair", "spanning-returns", "--cut", "2000-01-01"], 3, "cut_before_data"),
        (vec![input, "--repair", "spanning-returns", "--cut", "2021-04-01"], 2, "cut_after_data"),
        (vec![input, "--mapping", other.to_str().unwrap()], 2, "invalid_scheme"),
        (vec![input, "--cut", "2021-02-30"], 2, "usage"),
        (vec![input, "--repair", "everything"], 2, "usage"),
    ] {
        let ran = episodes(&[&arguments[..], &["--json"]].concat());
        assert_eq!(ran.status.code(), Some(exit), "{arguments:?}");
        assert_eq!(json(&ran)["error"]["code"], code, "{arguments:?}");
    }
}

#[test]
fn a_table_of_spells_is_read_with_its_mapping() {
    let folder = tempfile::tempdir().unwrap();
    let (data, mapping) = (folder.path().join("spells.csv"), folder.path().join("mapping.toml"));
    fs::write(
        &data,
        "id,from,to,place\n1,2022-01-01,2022-02-01,foster\n1,2022-02-01,2022-03-01,kin\n1,2022-03-01,,home\n",
    )
    .unwrap();
    let states = "[[states]]\nname = \"foster\"\nkind = \"care\"\n[[states]]\nname = \"kin\"\nkind = \"care\"\n\
                  [[states]]\nname = \"home\"\nkind = \"home\"\n";
    let columns = "[columns]\nchild = \"id\"\nstart = \"from\"\nstop = \"to\"\nstate = \"place\"\n";
    fs::write(&mapping, format!("{columns}{states}")).unwrap();
    let out = folder.path().join("out");
    let arguments = [data.to_str().unwrap(), "--mapping", mapping.to_str().unwrap(), "--cut", "2022-03-31"];
    let ran = episodes(&[&arguments[..], &["--out", out.to_str().unwrap()]].concat());
    assert_eq!(ran.status.code(), Some(0), "{}", text(&ran.stderr));
    // 1 January is day 0, 1 February 31, 1 March 59, 31 March 89.
    let spells = fs::read_to_string(out.join("spells.csv")).unwrap();
    let expected = "child,spell,start,stop,state_from,state_to,event\n\
                    1,1,0,31,foster,kin,1\n1,2,31,59,kin,home,1\n1,3,59,89,home,censored,0\n";
    assert_eq!(spells, expected);
}
