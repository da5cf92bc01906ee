//! From a file to what a stranger can check, through the program alone.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{assert_relative, reml, root, sleepstudy, steadfast, table};

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let ran = steadfast(folder, arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn the_command_and_the_library_give_the_same_numbers() {
    let formula = "Reaction ~ Days + (Days | Subject)";
    let answer =
        json(&root(), &["fit", formula, "data-fixtures/sleepstudy/data.csv", "--df", "kenward-roger", "--json"]);
    let fit = reml(formula, &sleepstudy());
    let number = |value: &Value| value.as_f64().unwrap();
    assert_eq!(number(&answer["minus_two_log_likelihood"]).to_bits(), fit.minus_two_log_likelihood().to_bits());
    let rows = answer["coefficients"].as_array().unwrap();
    for (row, expected) in rows.iter().zip(table(&fit, "kenward-roger")) {
        assert_eq!(row["term"], expected.term.as_str());
        assert_eq!(number(&row["estimate"]).to_bits(), expected.estimate.to_bits());
        assert_eq!(number(&row["std_error"]).to_bits(), expected.std_error.to_bits());
        assert_relative(number(&row["df"]), expected.df.unwrap(), 1e-15, "df");
    }
}

#[test]
fn the_number_of_threads_does_not_change_what_is_printed() {
    let printed = |threads: &str| {
        let data = "data-fixtures/orthodont/data.csv";
        steadfast(&root(), &["fit", "distance ~ age * Sex + (age | Subject)", data, "--threads", threads, "--json"])
            .stdout
    };
    assert_eq!(printed("1"), printed("2"));
    assert_eq!(printed("1"), printed("7"));
}

#[test]
fn a_variance_function_beside_visits_is_printed_by_its_parameters() {
    let formula = "distance ~ age + us(age | Subject) + var_ident(Sex)";
    let ran = steadfast(&root(), &["fit", formula, "data-fixtures/orthodont/data.csv"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("sd ratio(Female)") || ran.stdout.contains("sd ratio(Male)"), "{}", ran.stdout);
}

#[test]
fn the_first_group_may_have_no_row_in_the_model() {
    let model = ["fit", "Reaction ~ Days + (1 | Subject)", "data-fixtures/sleepstudy/data.csv"];
    let ran = steadfast(&root(), &[&model[..], &["--where", "Subject > 308"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("17 independent clusters"), "{}", ran.stdout);
}

#[test]
fn self_test_prints_the_reference_table() {
    let ran = steadfast(&root(), &["self-test"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("sleepstudy_slope_reml"), "{}", ran.stdout);
}

/// A copy of the sample trial, which the test may spoil.
fn trial(folder: &TempDir) {
    for name in ["data.csv", "dictionary.toml", "plan.toml"] {
        std::fs::copy(root().join("data-fixtures/antidepressant").join(name), folder.path().join(name)).unwrap();
    }
}

#[test]
fn a_bundle_is_verified_and_a_changed_input_is_named() {
    let folder = TempDir::new().unwrap();
    trial(&folder);
    let ran = steadfast(folder.path(), &["run", "plan.toml", "--out", "bundle"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let verified = steadfast(folder.path(), &["verify", "bundle"]);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);

    let data = folder.path().join("data.csv");
    let text = std::fs::read_to_string(&data).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    std::fs::write(
        &data,
        format!("{header}\n{}", rows.lines().skip(1).map(|row| format!("{row}\n")).collect::<String>()),
    )
    .unwrap();
    let changed = steadfast(folder.path(), &["verify", "bundle"]);
    assert_eq!(changed.code, 6, "{}{}", changed.stdout, changed.stderr);
    assert!(format!("{}{}", changed.stdout, changed.stderr).contains("data.csv"));
}

/// A definition that the dictionary names, in a folder beside it.
const DEFINITION: &str = "id = 'one'\ninstrument = 'One'\ntitle = 'One'\nversion = '1'\nsource = 'invented'\nlicence = 'CC0'\n\
    [[items]]\nids = [1]\nmin = 1\nmax = 7\n\
    [[scales]]\nid = 'sum'\nlabel = 'Sum'\nitems = [1]\nmethod = 'sum'\n";

#[test]
fn a_definition_that_the_dictionary_names_is_an_input_of_the_bundle() {
    let folder = TempDir::new().unwrap();
    trial(&folder);
    let place = folder.path().join("definitions/one.toml");
    std::fs::create_dir(folder.path().join("definitions")).unwrap();
    std::fs::write(&place, DEFINITION).unwrap();
    let dictionary = folder.path().join("dictionary.toml");
    let text = std::fs::read_to_string(&dictionary).unwrap();
    let asked = "[[instruments]]\nfile = 'definitions/one.toml'\nitems = { 1 = 'PGIIMP' }\nprefix = 'one'\n";
    std::fs::write(&dictionary, format!("{text}\n{asked}{}", asked.replace("= 'one'", "= 'again'"))).unwrap();
    let ran = steadfast(folder.path(), &["run", "plan.toml", "--out", "bundle"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let provenance = std::fs::read_to_string(folder.path().join("bundle/provenance.json")).unwrap();
    let provenance: Value = serde_json::from_str(&provenance).unwrap();
    let inputs = provenance["inputs"].as_array().unwrap();
    let files: Vec<&str> = inputs.iter().map(|input| input["file"].as_str().unwrap()).collect();
    // Named twice, read once.
    assert_eq!(files, ["plan.toml", "data.csv", "dictionary.toml", "definitions/one.toml"]);
    assert_eq!((&inputs[3]["role"], &inputs[3]["bytes"]), (&"dictionary_file".into(), &DEFINITION.len().into()));

    // The bundle alone, with its inputs elsewhere.
    let away = TempDir::new().unwrap();
    std::fs::rename(folder.path().join("bundle"), away.path().join("bundle")).unwrap();
    let root = folder.path().display().to_string();
    let verify = ["verify", "bundle", "--root", &root];
    let verified = steadfast(away.path(), &verify);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    std::fs::write(&place, DEFINITION.replace("max = 7", "max = 8")).unwrap();
    let changed = steadfast(away.path(), &verify);
    assert_eq!(changed.code, 6, "{}{}", changed.stdout, changed.stderr);
    assert!(changed.stdout.contains("input changed: definitions/one.toml"), "{}", changed.stdout);
    std::fs::remove_file(&place).unwrap();
    let gone = steadfast(away.path(), &verify);
    assert_eq!(gone.code, 6, "{}{}", gone.stdout, gone.stderr);
    assert!(gone.stdout.contains("input not there: definitions/one.toml"), "{}", gone.stdout);
}

#[test]
fn the_same_plan_gives_the_same_results_byte_for_byte() {
    let folder = TempDir::new().unwrap();
    trial(&folder);
    for out in ["one", "two"] {
        assert_eq!(steadfast(folder.path(), &["run", "plan.toml", "--out", out]).code, 0);
    }
    let results = |out: &str| std::fs::read(folder.path().join(out).join("results.json")).unwrap();
    assert_eq!(results("one"), results("two"));
}
