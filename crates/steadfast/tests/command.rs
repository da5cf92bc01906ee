//! The command as a user meets it: answers, exit codes, and what is left on the disk.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const MODEL: &str = "CHANGE ~ THERAPY * VISIT + BASVAL * VISIT + us(VISIT | PATIENT)";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-fixtures/antidepressant").join(name)
}

fn steadfast(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_steadfast")).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn fit(arguments: &[&str]) -> Output {
    let (data, dictionary) = (fixture("data.csv"), fixture("dictionary.toml"));
    let fixed = ["fit", arguments[0], data.to_str().unwrap(), "--dictionary", dictionary.to_str().unwrap()];
    steadfast(&[&fixed, &arguments[1..]].concat())
}

/// A copy of the antidepressant trial in a folder of its own.
fn trial() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["data.csv", "dictionary.toml", "plan.toml"] {
        fs::copy(fixture(name), folder.path().join(name)).unwrap();
    }
    folder
}

fn run_plan(folder: &Path, more: &[&str]) -> Output {
    let plan = folder.join("plan.toml");
    steadfast(&[&["run", plan.to_str().unwrap()], more].concat())
}

/// The files below `folder`, by relative path.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn fit_prints_one_object_with_the_keys_of_the_contract() {
    let output = fit(&[MODEL, "--df", "kenward-roger", "--means", "THERAPY | VISIT", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    for key in [
        "formula",
        "criterion",
        "df_method",
        "level",
        "minus_two_log_likelihood",
        "n_observations",
        "n_clusters",
        "groups",
        "rows",
        "coefficients",
        "aliased",
        "tests",
        "means",
        "differences",
        "covariance",
        "convergence",
    ] {
        assert!(answer.get(key).is_some(), "{key}");
    }
    assert_eq!((answer["n_observations"].as_u64(), answer["n_clusters"].as_u64()), (Some(608), Some(172)));
    let last = answer["differences"].as_array().unwrap().last().unwrap();
    assert_eq!((last["term"].as_str(), last["VISIT"].as_str()), (Some("DRUG - PLACEBO"), Some("7")));
    for key in ["estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"] {
        assert!(last[key].is_f64(), "{key}");
    }
    assert_eq!(answer["covariance"]["residual"]["groups"][0]["covariance"].as_array().unwrap().len(), 4);
}

#[test]
fn the_normal_distribution_has_no_degrees_of_freedom() {
    let output = fit(&[MODEL, "--df", "asymptotic", "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(answer["coefficients"][0]["df"].is_null());
}

#[test]
fn numbers_do_not_depend_on_the_threads() {
    let bytes = |threads: &str| fit(&[MODEL, "--json", "--threads", threads]).stdout;
    assert_eq!(bytes("1"), bytes("4"));
}

#[test]
fn usage_errors_exit_with_2_and_say_where() {
    for arguments in [
        [MODEL, "--df", "between"],
        [MODEL, "--where", "VISIT == \"8\""],
        [MODEL, "--level", "95"],
        [MODEL, "--means", "GENDER"],
        ["CHANGE ~ NOTHERE", "--df", "residual"],
        ["CHANGE ~ (", "--df", "residual"],
    ] {
        let output = fit(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && output.stderr.starts_with(b"error["), "{arguments:?}");
    }
    assert_eq!(steadfast(&["fit"]).status.code(), Some(2));
    assert_eq!(steadfast(&["--help"]).status.code(), Some(0));
}

#[test]
fn a_failure_is_an_object_too() {
    let output = fit(&["CHANGE ~ NOTHERE", "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["error"]["code"].as_str(), Some("unknown_column"));
    assert_eq!(answer["error"]["exit_code"].as_u64(), Some(2));
}

#[test]
fn two_runs_of_a_plan_differ_in_provenance_alone() {
    let trial = trial();
    let (first, second) = (trial.path().join("first"), trial.path().join("second"));
    for (target, threads) in [(&first, "1"), (&second, "2")] {
        let output = run_plan(trial.path(), &["--out", target.to_str().unwrap(), "--threads", threads]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stderr.is_empty(), "progress is silent when piped");
    }
    let without_provenance = |folder: &Path| {
        let mut files = files(folder);
        files.retain(|(name, _)| name != "provenance.json");
        files
    };
    let written = without_provenance(&first);
    assert!(written.iter().any(|(name, _)| name == "report.html"));
    assert!(written == without_provenance(&second), "the outputs are byte-stable");
}

#[test]
fn a_bundle_verifies_and_a_changed_number_or_input_is_named() {
    let trial = trial();
    assert_eq!(run_plan(trial.path(), &[]).status.code(), Some(0));
    let bundle = trial.path().join("plan");
    let verify = || steadfast(&["verify", bundle.to_str().unwrap()]);
    assert_eq!(verify().status.code(), Some(0), "{}", stdout(&verify()));

    let results = bundle.join("results.json");
    let text = fs::read_to_string(&results).unwrap();
    let at = text.find("\"p_value\": ").unwrap() + 11;
    let end = at + text[at..].find(',').unwrap();
    fs::write(&results, format!("{}4.9000000000000000e-2{}", &text[..at], &text[end..])).unwrap();
    let output = verify();
    assert_eq!(output.status.code(), Some(6));
    assert!(stdout(&output).contains("contrast.p_value"), "{}", stdout(&output));

    let data = trial.path().join("data.csv");
    let changed = fs::read_to_string(&data).unwrap().replacen(",-11", ",-10", 1);
    fs::write(&data, changed).unwrap();
    let output = verify();
    assert_eq!(output.status.code(), Some(6));
    assert!(stdout(&output).starts_with("input changed: data.csv"), "{}", stdout(&output));
}

#[test]
fn invalid_data_exit_with_3_and_leave_nothing() {
    let trial = trial();
    let data = trial.path().join("data.csv");
    let text = fs::read_to_string(&data).unwrap();
    let broken = text.replacen("\"DRUG\"", "\"DRGU\"", 1).replacen(",32,20,", ",32,999,", 1);
    fs::write(&data, broken).unwrap();
    let before = files(trial.path());
    let output = run_plan(trial.path(), &[]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{message}");
    for part in ["data.csv", "row 1", "row 2", "`THERAPY`", "`HAMDTL17`"] {
        assert!(message.contains(part), "{part} is not in: {message}");
    }
    assert!(!message.contains("DRGU") && !message.contains("999"), "no value is shown: {message}");
    assert!(files(trial.path()) == before, "nothing was written");
}

#[test]
fn a_folder_that_is_no_bundle_is_refused() {
    let trial = trial();
    let target = trial.path().join("thesis");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("chapter.txt"), "years of work").unwrap();
    let output = run_plan(trial.path(), &["--out", target.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(target.join("chapter.txt")).unwrap(), "years of work");
    let output = run_plan(trial.path(), &["--out", target.to_str().unwrap(), "--force"]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_bundle_with_a_file_of_the_users_is_not_replaced() {
    let trial = trial();
    let target = trial.path().join("bundle");
    let run = || run_plan(trial.path(), &["--out", target.to_str().unwrap()]).status.code();
    assert_eq!(run(), Some(0));
    assert_eq!(run(), Some(0));
    fs::write(target.join("notes.txt"), "mine").unwrap();
    assert_eq!(run(), Some(2));
    assert!(target.join("notes.txt").exists());
}

#[test]
fn a_report_that_was_changed_with_its_hash_is_named() {
    let trial = trial();
    let target = trial.path().join("bundle");
    assert_eq!(run_plan(trial.path(), &["--out", target.to_str().unwrap()]).status.code(), Some(0));
    let hash = |path: &std::path::Path| steadfast::data::Input::read(path, "report").unwrap().sha256;
    let report = target.join("report.html");
    let before = hash(&report);
    fs::write(&report, fs::read_to_string(&report).unwrap().replace("interval", "range")).unwrap();
    let provenance = target.join("provenance.json");
    fs::write(&provenance, fs::read_to_string(&provenance).unwrap().replace(&before, &hash(&report))).unwrap();
    let output = steadfast(&["verify", target.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(6));
    assert!(stdout(&output).contains("report.html"));
}

#[test]
fn an_error_of_the_command_line_is_json_when_asked_for() {
    let output = steadfast(&["fit", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).contains("\"code\": \"usage\"") || stdout(&output).contains("\"code\":\"usage\""));
}

#[test]
fn completions_name_the_sub_commands() {
    let output = steadfast(&["completions", "bash"]);
    assert!(stdout(&output).contains("self-test") && output.status.success());
}

#[test]
fn a_bundle_of_data_with_findings_is_verified_from_another_folder() {
    let folder = tempfile::tempdir().unwrap();
    let plan = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-fixtures/best-trial/plan.toml");
    let target = folder.path().join("bundle");
    let output = steadfast(&["run", plan.to_str().unwrap(), "--out", target.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    let report = fs::read_to_string(target.join("report.html")).unwrap();
    assert!(report.contains(" data.csv row") && !report.contains("data-fixtures"));
    let output = steadfast(&["verify", target.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn conventions_give_each_vendors_number() {
    let std_error = |convention: &str| {
        let output = fit(&[MODEL, "--df", "kenward-roger", "--convention", convention, "--json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        (answer["df_method"].as_str().unwrap().to_owned(), answer["coefficients"][4]["std_error"].as_f64().unwrap())
    };
    let (own, sas, r) = (std_error("steadfast"), std_error("sas"), std_error("r"));
    assert_eq!([own.0.as_str(), &sas.0, &r.0], ["kenward-roger", "kenward-roger-observed", "kenward-roger-mmrm"]);
    let distance = |a: f64, b: f64| (a / b - 1.0).abs();
    assert!(distance(own.1, sas.1) > 1e-6 && distance(sas.1, r.1) > 1e-6 && distance(own.1, r.1) < 0.1);
}

#[test]
fn comparisons_are_adjusted_and_slices_are_tested_where_asked() {
    let model = "CHANGE ~ THERAPY * VISIT + us(VISIT | PATIENT)";
    let more = ["--means", "VISIT | THERAPY", "--compare", "versus", "--adjust", "dunnett", "--slices", "--type", "2"];
    let output = fit(&[&[model, "--vcov", "cr2", "--json"], &more[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((answer["vcov_method"].as_str(), answer["test_type"].as_i64()), (Some("cr2"), Some(2)));
    let (plain, adjusted) = (answer["differences"].as_array().unwrap(), answer["adjusted"]["rows"].as_array().unwrap());
    assert_eq!((plain.len(), adjusted.len()), (6, 6));
    for (plain, adjusted) in plain.iter().zip(adjusted) {
        assert_eq!(plain["term"], adjusted["term"]);
        assert!(adjusted["p_value"].as_f64() >= plain["p_value"].as_f64());
        assert!(adjusted["conf_low"].as_f64() < plain["conf_low"].as_f64());
    }
    assert_eq!(answer["slices"].as_array().unwrap().len(), 2);
}

#[test]
fn residuals_influence_and_predictions_are_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (residuals, influence) = (file("residuals.csv"), file("influence.csv"));
    let output = fit(&[MODEL, "--residuals", &residuals, "--influence", &influence, "--predictions", &file("p.csv")]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read_to_string(&residuals).unwrap().lines().count(), 608 + 1);
    assert_eq!(fs::read_to_string(&influence).unwrap().lines().count(), 172 + 1);
    let unwritable = fit(&[MODEL, "--residuals", &file("absent/residuals.csv")]);
    assert_eq!(unwritable.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unwritable.stderr).contains("unwritable_file"));
    assert_eq!(files(folder.path()).len(), 3);
}

fn sleepstudy(arguments: &[&str]) -> Output {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-fixtures/sleepstudy/data.csv");
    steadfast(&[&["fit", "Reaction ~ Days + (Days | Subject)", data.to_str().unwrap()], arguments].concat())
}

#[test]
fn what_is_asked_about_random_effects_is_answered() {
    let output = sleepstudy(&["--r2", "--ranova", "--pca", "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let near = |value: &Value, expected: f64, digits: f64| {
        let found = value.as_f64().unwrap();
        assert!((found - expected).abs() < digits * expected, "{found} {expected}");
    };
    // lmerTest 3.1-3, ranova(); lme4 1.1-31, rePCA(); performance 0.10.2, icc(). lme4's optimiser settles θ to 1e-6.
    let test = &answer["random_tests"][0];
    assert_eq!((test["df"].as_u64(), test["n_parameters"].as_u64()), (Some(2), Some(4)));
    near(&test["statistic"], 42.8368134364302, 1e-8);
    near(&test["chi_squared_p_value"], 4.99004142696187e-10, 1e-6);
    assert!(test["p_value"].as_f64() < test["chi_squared_p_value"].as_f64());
    near(&answer["principal_components"][0]["relative"][0], 0.966859217604609, 1e-6);
    near(&answer["variance_explained"]["icc_adjusted"], 0.721658464482198, 1e-6);
    assert_eq!(answer["variance_explained"]["icc_by_level"][0]["group"], "Subject");
    let text = stdout(&sleepstudy(&["--r2", "--ranova", "--pca"]));
    for block in ["Variance explained", "Tests of random effects", "Principal components"] {
        assert!(text.contains(block), "{text}");
    }
    let plain: Value = serde_json::from_slice(&sleepstudy(&["--json"]).stdout).unwrap();
    assert!(["variance_explained", "random_tests", "principal_components"].iter().all(|key| plain.get(key).is_none()));
}

#[test]
fn r_has_its_own_variance_of_the_fitted_means() {
    // performance 0.10.2, r2_nakagawa().
    let output = sleepstudy(&["--r2", "--convention", "r", "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let marginal = answer["variance_explained"]["r2_marginal"].as_f64().unwrap();
    assert!((marginal - 0.278652041262516).abs() < 1e-6);
}

#[test]
fn figures_and_tables_of_the_groups_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (figures, effects, influence) = (file("figures"), file("effects.csv"), file("influence.csv"));
    let asked = ["--figures", &figures, "--random-effects", &effects, "--influence", &influence];
    let output = sleepstudy(&[&asked[..], &["--influence-of", "Subject", "--refit"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let drawn: Vec<String> = files(Path::new(&figures)).into_iter().map(|(name, _)| name).collect();
    let expected = [
        "caterpillar-Subject-Days.svg",
        "caterpillar-Subject-Intercept.svg",
        "quantiles-Subject-Days.svg",
        "quantiles-Subject-Intercept.svg",
        "quantiles-residuals.svg",
    ];
    assert_eq!(drawn, expected);
    let caterpillar = fs::read_to_string(Path::new(&figures).join(expected[0])).unwrap();
    assert!(caterpillar.contains("Days | Subject") && caterpillar.contains("335"));
    assert_eq!(fs::read_to_string(&effects).unwrap().lines().count(), 36 + 1);
    assert!(fs::read_to_string(&influence).unwrap().lines().nth(1).unwrap().starts_with("308,10,fitted,"));
    let unknown = sleepstudy(&["--influence", &influence, "--influence-of", "NOBODY"]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("error[unknown_column]"));
}

#[test]
fn what_does_not_go_together_is_refused_before_the_data_are_read() {
    for (more, code) in [
        (&["--df", "kenward-roger", "--vcov", "cr2"][..], "method_does_not_apply"),
        (&["--vcov", "hc3"][..], "unknown_vcov_method"),
        (&["--means", "VISIT", "--adjust", "sidak"][..], "unknown_multiplicity"),
        (&["--means", "VISIT", "--compare", "pairs"][..], "unknown_comparisons"),
        (&["--means", "VISIT", "--at", "THERAPY"][..], "at"),
        (&["--cluster", "NOBODY", "--vcov", "cr0"][..], "unknown_column"),
    ] {
        let output = fit(&[&[MODEL], more].concat());
        assert_eq!(output.status.code(), Some(2), "{more:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(&format!("error[{code}]")), "{more:?}: {said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn what_exists_can_be_listed() {
    for (arguments, expected) in [
        (&["structures"][..], "sp_matern"),
        (&["explain", "defaults"], "Where engines differ"),
        (&["explain", "df"], "between-within"),
        (&["explain", "vcov"], "cr2"),
        (&["explain", "multiplicity"], "dunnett"),
    ] {
        let (text, json) = (steadfast(arguments), steadfast(&[arguments, &["--json"]].concat()));
        assert!(stdout(&text).contains(expected), "{arguments:?}");
        assert!(serde_json::from_slice::<Value>(&json.stdout).is_ok(), "{arguments:?}");
    }
}
