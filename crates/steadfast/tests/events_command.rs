//! `steadfast fit` of events and `steadfast curves` as a user meets them: answers, exit codes, findings and files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn arrests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-fixtures/first_arrest/data.csv")
}

fn steadfast(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_steadfast")).args(arguments).output().unwrap()
}

fn of_arrests(command: &str, formula: &str, more: &[&str]) -> Output {
    steadfast(&[&[command, formula, arrests().to_str().unwrap()], more].concat())
}

fn json(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Eight spells of six children in three families; what happens to them, and one row without a time.
const SPELLS: &str = "child,family,start,stop,exit,arm
a,1,0,3,none,NIM
a,1,3,8,home,NIM
b,1,0,5,home,SAU
c,2,0,,home,NIM
c,2,0,6,adopted,NIM
d,2,0,9,none,SAU
e,3,0,2,home,SAU
f,3,1,7,home,NIM
";

fn spells(content: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spells.csv");
    fs::write(&path, content).unwrap();
    let name = path.to_str().unwrap().to_owned();
    (folder, name)
}

const MODEL: &str = "Surv(start, stop, exit) ~ arm + cluster(family)";
const OF_HOME: [&str; 6] = ["--subject", "child", "--cause", "home", "--censored", "none"];

#[test]
fn hazards_of_first_arrest_are_those_of_r() {
    // R 4.2.2, survival 3.5-3: coxph(Surv(age, arrested) ~ abused + black, ties = ...); "exact" is `discrete` here.
    for (ties, abused, error, log_likelihood) in [
        ("efron", 0.558432846320175, 0.115960290487437, -2448.68234030800),
        ("breslow", 0.548315421911102, 0.115938074020299, -2455.18736528139),
        ("discrete", 0.567520375557119, 0.117840378056232, -1499.76382284551),
    ] {
        let found = json(&of_arrests("fit", "Surv(age, arrested) ~ abused + black", &["--ties", ties, "--json"]));
        let row = &found["coefficients"][0];
        // Both engines iterate to more digits than these.
        let close = |key: &str, expected: f64| {
            let value = row[key].as_f64().unwrap();
            assert!((value / expected - 1.0).abs() < 1e-8, "{ties} {key}: {value}");
        };
        close("estimate", abused);
        close("std_error", error);
        close("ratio", abused.exp());
        assert!((found["log_likelihood"].as_f64().unwrap() / log_likelihood - 1.0).abs() < 1e-12, "{ties}");
        assert_eq!((row["term"].as_str(), row["df"].is_null()), (Some("abused"), true));
    }
}

#[test]
fn what_is_in_print_about_first_arrest_is_counted() {
    // Singer and Willett 2003: 1,553 adolescents, 887 of them with a record of abuse.
    let found = json(&of_arrests("curves", "Surv(age, arrested) ~ abused", &["--at", "12,15,17,18", "--json"]));
    let group = |at: usize, key: &str| found["groups"][at][key].as_u64().unwrap();
    assert_eq!((group(0, "persons"), group(1, "persons")), (666, 887));
    let arrests = |at: usize| found["groups"][at]["events"][0]["count"].as_u64().unwrap();
    assert_eq!((arrests(0), arrests(1)), (110, 232));
    // R: survfit(Surv(age, arrested) ~ abused), summary at these ages; survdiff's χ² is that of both groups.
    let r = [0.977477477477477, 0.893393393393393, 0.842342342342342, 0.834794471891246, 0.936865839909808];
    for (row, expected) in found["probabilities"].as_array().unwrap().iter().zip(r) {
        assert!((row["probability"].as_f64().unwrap() - expected).abs() < 1e-12);
    }
    let at_risk: Vec<u64> =
        found["at_risk"].as_array().unwrap().iter().map(|row| row["at_risk"].as_u64().unwrap()).collect();
    assert_eq!(at_risk, [656, 623, 580, 558, 854, 779, 686, 661]);
    assert!((found["tests"][0]["chi_squared"].as_f64().unwrap() - 21.3284026049701).abs() < 1e-9);
}

#[test]
fn persons_are_counted_and_competing_events_named() {
    let (_folder, path) = spells(SPELLS);
    let output = steadfast(&[&["fit", MODEL, path.as_str(), "--json"], &OF_HOME[..]].concat());
    let found = json(&output);
    assert_eq!(found["schema"], "steadfast-events/1");
    assert_eq!((&found["rows"]["used"], &found["rows"]["missing"]), (&7.into(), &1.into()));
    assert_eq!((&found["observed"]["persons"], &found["observed"]["clusters"]), (&6.into(), &3.into()));
    assert_eq!((&found["vcov_method"], &found["vcov_reason"]), (&"cr0".into(), &"clusters".into()));
    assert_eq!(found["competing"][0], "adopted");
    let cautions: Vec<&str> = found["cautions"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert!(cautions.iter().any(|one| one.contains("adopted (1) end observation")), "{cautions:?}");
    for key in
        ["estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high", "ratio", "ratio_low", "ratio_high"]
    {
        assert!(found["coefficients"][0][key].is_f64(), "{key}");
    }
    let summary = text(&steadfast(&[&["fit", MODEL, path.as_str()], &OF_HOME[..]].concat()).stdout);
    for part in ["6 persons in 3 clusters of family, 7 rows", "robust (cr0)", "1 row left out", "HR"] {
        assert!(summary.contains(part), "{part}:\n{summary}");
    }
}

#[test]
fn spells_that_contradict_each_other_are_listed_as_in_the_file() {
    // Rows of the file: 2 overlaps 1, 4 stops when it starts, 5 has no time, 7 is not chosen.
    let broken = "child,start,stop,exit,arm,use
a,0,5,none,NIM,1
a,4,8,home,NIM,1
b,0,5,home,SAU,1
c,3,3,home,SAU,1
d,0,,home,SAU,1
e,0,4,home,NIM,1
f,9,4,home,NIM,0
e,2,6,none,NIM,1
";
    let (_folder, path) = spells(broken);
    let request = ["Surv(start, stop, exit) ~ arm", path.as_str(), "--subject", "child", "--censored", "none"];
    for command in ["fit", "curves"] {
        let arguments = [&[command][..], &request, &["--where", "use == 1", "--json"]].concat();
        let output = steadfast(&arguments);
        assert_eq!(output.status.code(), Some(3), "{command}");
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["error"]["code"], "invalid_history");
        let found: Vec<(u64, &str, &str)> = answer["error"]["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["row"].as_u64().unwrap(), one["column"].as_str().unwrap(), one["code"].as_str().unwrap()))
            .collect();
        assert_eq!(found, [(2, "start", "overlap"), (4, "stop", "zero_length"), (8, "start", "overlap")], "{command}");
        assert_eq!(answer["error"]["findings"][0]["file"], path);
    }
}

#[test]
fn options_of_the_other_kind_of_model_are_refused() {
    let (_folder, path) = spells(SPELLS);
    let refused = |arguments: &[&str]| {
        let output = steadfast(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        text(&output.stderr)
    };
    for more in [&["--r2"][..], &["--ml"], &["--cluster", "family"], &["--convention", "sas"], &["--save", "fit.json"]]
    {
        let said = refused(&[&["fit", MODEL, path.as_str()], &OF_HOME[..], more].concat());
        assert!(said.starts_with("error[option_does_not_apply]"), "{said}");
    }
    let said = refused(&[&["fit", MODEL, path.as_str(), "--df", "kenward-roger"], &OF_HOME[..]].concat());
    assert!(said.starts_with("error[unknown_df_method]"), "{said}");
    let said = refused(&["fit", "stop ~ arm + (1 | family)", path.as_str(), "--ties", "efron"]);
    assert!(said.starts_with("error[option_does_not_apply]"), "{said}");
    let said = refused(&[&["fit", MODEL, path.as_str(), "--ties", "exact"], &OF_HOME[..]].concat());
    assert!(said.contains("`discrete` in R"), "{said}");
    let said = refused(&["fit", MODEL, path.as_str(), "--censored", "none"]);
    assert!(said.starts_with("error[several_causes]") && said.contains("adopted, home"), "{said}");
}

#[test]
fn files_of_residuals_hazards_steps_and_figures_are_written() {
    let (folder, path) = spells(SPELLS);
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (residuals, schoenfeld, baseline) = (at("residuals.csv"), at("schoenfeld.csv"), at("baseline.csv"));
    let files = ["--residuals", &residuals, "--schoenfeld", &schoenfeld, "--baseline", &baseline];
    let output = steadfast(&[&["fit", MODEL, path.as_str()], &OF_HOME[..], &files].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("keep them where the data may be kept"));
    let rows = |name: &str| fs::read_to_string(name).unwrap().lines().count() - 1;
    assert_eq!((rows(&residuals), rows(&schoenfeld), rows(&baseline)), (7, 4, 4));

    let (steps, figures) = (at("steps.csv"), at("figures"));
    let formula = "Surv(start, stop, exit) ~ arm + cluster(family)";
    let curves = ["curves", formula, &path, "--subject", "child", "--censored", "none", "--kind", "incidence"];
    let output = steadfast(&[&curves[..], &["--csv", &steps, "--figures", &figures]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let mut drawn: Vec<String> =
        fs::read_dir(&figures).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    drawn.sort();
    assert_eq!(drawn, ["incidence-adopted.svg", "incidence-home.svg"]);
    assert!(
        fs::read_to_string(&steps).unwrap().starts_with("group,state,time,n_at_risk,n_events,n_censored,probability")
    );
    let output = steadfast(&[&curves[..], &["--svg", &at("one.svg")]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("error[several_figures]"));
}

#[test]
fn neither_threads_nor_the_order_of_rows_change_a_byte() {
    let (_folder, path) = spells(SPELLS);
    let mut lines: Vec<&str> = SPELLS.lines().collect();
    lines[1..].reverse();
    let (_other, reversed) = spells(&(lines.join("\n") + "\n"));
    let fitted = |path: &str, threads: &str| {
        steadfast(&[&["fit", MODEL, path, "--json", "--threads", threads], &OF_HOME[..]].concat()).stdout
    };
    assert_eq!(fitted(&path, "1"), fitted(&reversed, "2"));
    let curves = |path: &str| {
        let formula = "Surv(start, stop, exit) ~ arm + strata(family)";
        steadfast(&["curves", formula, path, "--subject", "child", "--censored", "none", "--rmst", "5", "--json"])
            .stdout
    };
    assert!(!curves(&path).is_empty());
    assert_eq!(curves(&path), curves(&reversed));
}

#[test]
fn what_can_be_chosen_is_explained() {
    for (subject, names) in [("ties", &["efron", "breslow", "discrete", "marginal"][..]), ("events", &["cr0", "cr3"])] {
        let found = json(&steadfast(&["explain", subject, "--json"]));
        let listed: Vec<&str> = found.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert!(names.iter().all(|name| listed.contains(name)), "{listed:?}");
    }
    let script = text(&steadfast(&["completions", "bash"]).stdout);
    assert!(script.contains("curves") && script.contains("--rmst") && script.contains("--ties"));
}

#[test]
fn absolute_effects_diagnostics_and_contrasts_are_in_text_and_json() {
    let more = ["--standardise", "abused", "--times", "15,17", "--diagnostics", "--means", "abused | black"];
    let path = {
        let content = fs::read_to_string(arrests()).unwrap();
        let (folder, _) = spells("");
        let path = folder.path().join("words.csv");
        let worded: Vec<String> = content
            .lines()
            .map(|line| {
                let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
                for at in [3, 4] {
                    cells[at] = match cells[at].as_str() {
                        "0" => "no".to_owned(),
                        "1" => "yes".to_owned(),
                        name => name.to_owned(),
                    };
                }
                cells.join(",")
            })
            .collect();
        fs::write(&path, worded.join("\n") + "\n").unwrap();
        (folder, path.to_str().unwrap().to_owned())
    };
    let fit = ["fit", "Surv(age, arrested) ~ abused * black", path.1.as_str()];
    let found = json(&steadfast(&[&fit[..], &more, &["--json"]].concat()));
    // R: coxph(Surv(age, arrested) ~ abused * black): 0.353946042057611, 0.466413953448550 more for black adolescents.
    let contrast = |at: usize| found["contrasts"][at]["estimate"].as_f64().unwrap();
    assert!((contrast(0) - 0.353946042057611).abs() < 1e-8);
    assert!((contrast(1) - (0.353946042057611 + 0.466413953448550)).abs() < 1e-8);
    assert_eq!(found["absolute"]["risks"].as_array().unwrap().len(), 4);
    assert_eq!(found["diagnostics"]["proportional"].as_array().unwrap().len(), 3);
    let summary = text(&steadfast(&[&fit[..], &more].concat()).stdout);
    for part in ["Contrasts", "Everybody at each level of abused", "Tests of proportional hazards", "Concordance"] {
        assert!(summary.contains(part), "{part}:\n{summary}");
    }
}
