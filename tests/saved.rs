//! A fit that went through a file answers with the bits of the fit itself, in the library and through the program.

use std::fs;
use std::path::Path;

use serde_json::Value;
use steadfast::data::{Input, sha256};
use steadfast::saved::{read, to_json};
use steadfast_core::frame::Frame;
use steadfast_core::inference::df_methods;
use steadfast_core::lmm::{Groups, LmmFit, Prediction, SavedFit};
use steadfast_core::reference_grid::{FixedEffects, ReferenceGrid, Weights, type_three};
use steadfast_testkit::models::{MODELS, sample};
use tempfile::TempDir;

use crate::support::{Ran, fixture, program, reml, root, steadfast};

fn parsed(name: &str, text: &str) -> steadfast::error::Result<SavedFit> {
    let bytes = text.as_bytes().to_vec();
    read(&Input { name: name.to_owned(), sha256: sha256(&bytes), bytes })
}

/// What comes back from the file of a fit.
fn through_a_file(fit: &LmmFit) -> SavedFit {
    let saved = fit.save(Groups::Kept);
    let restored = parsed("fit.json", &to_json(&saved).unwrap()).unwrap();
    assert_eq!(restored, saved, "{}", fit.formula());
    restored
}

/// The bits of every number that a fit gives under every df method, in whose place a refusal has its code.
fn answers(
    infer: impl Fn(
        &dyn steadfast_core::inference::DfMethod,
    ) -> steadfast_core::error::Result<steadfast_core::inference::Inference>,
    grid: &dyn FixedEffects,
) -> Vec<(String, Result<Vec<u64>, &'static str>)> {
    let of = |method: &dyn steadfast_core::inference::DfMethod| {
        let inference = infer(method)?;
        let mut rows = inference.coefficients()?;
        for weights in [Weights::Equal, Weights::Proportional, Weights::Joint, Weights::Cells] {
            for mean in ReferenceGrid::new(grid).weights(weights).means("arm")? {
                rows.push(mean.estimate(&inference)?);
            }
        }
        let mut bits: Vec<u64> = rows
            .iter()
            .flat_map(|row| [row.estimate, row.std_error, row.df.unwrap_or(0.0), row.conf_high].map(f64::to_bits))
            .collect();
        for hypothesis in type_three(grid.recipe())? {
            let test = hypothesis.test(&inference)?;
            bits.extend([test.den_df.unwrap_or(0.0), test.statistic].map(f64::to_bits));
        }
        Ok(bits)
    };
    let code = |error: steadfast_core::error::Error| error.code();
    df_methods().map(|method| (method.name().to_owned(), of(method.as_ref()).map_err(code))).collect()
}

#[test]
fn a_restored_fit_answers_with_the_bits_of_the_fit() {
    let frame = sample(20_261_122);
    let mut answered = 0;
    for model in MODELS {
        let fit = reml(model.formula, &frame);
        let restored = through_a_file(&fit);
        let own = answers(|method| fit.inference(method), &fit);
        assert_eq!(own, answers(|method| restored.inference(method), &restored), "{}", model.name);
        answered += own.iter().filter(|(_, answer)| answer.is_ok()).count();
        predictions_are_the_same(&fit, &restored, &frame);
    }
    // Every model with at least six methods: Satterthwaite's two, Kenward–Roger's two of W, residual and asymptotic.
    assert!(answered >= 6 * MODELS.len(), "{answered}");
}

fn predictions_are_the_same(fit: &LmmFit, restored: &SavedFit, frame: &Frame) {
    let method = steadfast_core::inference::Satterthwaite::default();
    let (own, other) = (fit.inference(&method).unwrap(), restored.inference(&method).unwrap());
    for prediction in [Prediction::population(), Prediction::conditional(), Prediction::of_groups()] {
        let (a, b) = (fit.predict(frame, &prediction, &own), restored.predict(frame, &prediction, &other));
        let bits = |all: Vec<steadfast_core::lmm::Predicted>| -> Vec<u64> {
            all.iter().flat_map(|one| [one.estimate, one.std_error, one.prediction_low].map(f64::to_bits)).collect()
        };
        assert_eq!(bits(a.unwrap()), bits(b.unwrap()), "{}: {prediction:?}", fit.formula());
    }
}

#[test]
fn no_row_of_the_data_is_in_the_file() {
    let frame = fixture("orthodont", &["Subject"]);
    let fit = reml("distance ~ age * Sex + (1 | Subject)", &frame);
    let text = to_json(&fit.save(Groups::LeftOut)).unwrap();
    let labels = frame.column("Subject").unwrap().to_factor();
    assert!(labels.levels().iter().all(|label| !text.contains(&format!("\"{label}\""))));
    // An outcome with a fraction would be seen as it is written.
    for value in frame.column("distance").unwrap().to_numeric().unwrap().iter().filter(|value| value.fract() > 0.0) {
        assert!(!text.split([',', '[', ']', '\n', ' ']).any(|word| word == value.to_string()), "{value}");
    }
}

#[test]
fn other_files_and_other_versions_are_refused_and_no_text_of_theirs_is_repeated() {
    let saved = reml("Reaction ~ Days + (1 | Subject)", &fixture("sleepstudy", &["Subject"])).save(Groups::Kept);
    let text = to_json(&saved).unwrap();
    assert!(text.starts_with("{\n  \"format\": \"steadfast-fit\",\n  \"version\": 1,\n"), "{}", &text[..60]);
    let code = |text: &str| parsed("fit.json", text).unwrap_err().code();
    assert_eq!(code("{}"), "not_a_saved_fit");
    assert_eq!(code("no JSON"), "not_a_saved_fit");
    assert_eq!(code(&text.replacen("\"version\": 1", "\"version\": 2", 1)), "fit_version");
    assert_eq!(code(&text[..text.len() / 2]), "damaged_fit");
    let damaged = text.replacen("\"label\": \"308\"", "\"label\": [\"Anna\"]", 1);
    let error = parsed("fit.json", &damaged).unwrap_err();
    assert_eq!(error.code(), "damaged_fit");
    assert!(!error.to_string().contains("Anna"), "{error}");
    let shorter = text.replacen("\"(Intercept)\",\"Days\"", "\"(Intercept)\"", 1);
    assert_eq!(code(&shorter), "damaged_fit");
}

fn ok(ran: Ran) -> String {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&ok(steadfast(folder, &[arguments, &["--json"]].concat()))).unwrap()
}

/// A folder with fits of the sleepstudy data under names.
fn fits(models: &[(&str, &str, &[&str])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::copy(root().join("data-fixtures/sleepstudy/data.csv"), folder.path().join("data.csv")).unwrap();
    for (name, formula, more) in models {
        ok(steadfast(folder.path(), &[&["fit", formula, "data.csv", "--save", name], *more].concat()));
    }
    folder
}

#[test]
fn means_of_a_saved_fit_are_those_of_fit() {
    let folder = TempDir::new().unwrap();
    let trial = root().join("data-fixtures/antidepressant");
    let file = |name: &str| trial.join(name).to_str().unwrap().to_owned();
    let (data, dictionary) = (file("data.csv"), file("dictionary.toml"));
    let model = "CHANGE ~ THERAPY * VISIT + BASVAL * VISIT + us(VISIT | PATIENT)";
    let asked = ["--df", "kenward-roger", "--compare", "versus", "--adjust", "dunnett", "--slices"];
    let start = ["fit", model, &data, "--dictionary", &dictionary, "--means", "THERAPY | VISIT", "--save", "fit.json"];
    let fitted = json(folder.path(), &[&start[..], &asked].concat());
    let saved = json(folder.path(), &[&["means", "fit.json", "THERAPY | VISIT"], &asked[..]].concat());
    for key in ["formula", "criterion", "df_method", "df_conventions", "means", "differences", "adjusted", "slices"] {
        assert!(saved[key] == fitted[key] && !saved[key].is_null(), "{key}");
    }
    let refused = steadfast(folder.path(), &["means", "fit.json", "THERAPY", "--mean-weights", "counterfactual"]);
    assert_eq!((refused.code, refused.stderr.contains("needs_rows")), (2, true), "{}", refused.stderr);
}

#[test]
fn new_rows_are_predicted_from_the_file_alone() {
    let folder = fits(&[("fit.json", "Reaction ~ Days + (Days | Subject)", &[])]);
    fs::remove_file(folder.path().join("data.csv")).unwrap();
    fs::write(folder.path().join("new.csv"), "Subject,Days\n308,10\n9999,10\n,10\n").unwrap();
    let predicted = json(folder.path(), &["predict", "fit.json", "new.csv"]);
    assert_eq!((predicted["n_incomplete"].as_u64(), predicted["given"].as_str()), (Some(1), Some("groups")));
    let number = |row: usize, key: &str| predicted["predictions"][row][key].as_f64().unwrap();
    // lme4 1.1-31: coef(fit)$Subject["308", ] is 253.6637 + 19.66626 a day, fixef(fit) 251.4051 + 10.46729 a day.
    assert!((number(0, "estimate") - (253.6637 + 196.6626)).abs() < 1e-3);
    assert!((number(1, "estimate") - (251.4051 + 104.6729)).abs() < 1e-3);
    assert!(number(0, "prediction_std_error") < number(1, "prediction_std_error"));
    let population = json(folder.path(), &["predict", "fit.json", "new.csv", "--given", "covariates"]);
    assert_eq!(population["n_incomplete"].as_u64(), Some(0));
    assert_eq!(population["predictions"][0]["estimate"], predicted["predictions"][1]["estimate"]);
    ok(steadfast(folder.path(), &["predict", "fit.json", "new.csv", "--out", "predicted.csv"]));
    assert_eq!(fs::read_to_string(folder.path().join("predicted.csv")).unwrap().lines().count(), 3);
}

#[test]
fn groups_that_were_left_out_are_not_needed_for_the_population() {
    let folder = fits(&[("fit.json", "Reaction ~ Days + (Days | Subject)", &["--without-groups"])]);
    fs::write(folder.path().join("new.csv"), "Subject,Days\n308,10\n").unwrap();
    let refused = steadfast(folder.path(), &["predict", "fit.json", "new.csv"]);
    assert_eq!((refused.code, refused.stderr.contains("left_out")), (2, true), "{}", refused.stderr);
    ok(steadfast(folder.path(), &["predict", "fit.json", "new.csv", "--given", "covariates"]));
}

#[test]
fn a_comparison_tests_what_is_nested_with_the_mixture_at_the_boundary() {
    let folder = fits(&[
        ("slope.json", "Reaction ~ Days + (Days | Subject)", &["--ml"]),
        ("intercept.json", "Reaction ~ Days + (1 | Subject)", &["--ml"]),
        ("independent.json", "Reaction ~ Days + (Days || Subject)", &["--ml"]),
    ]);
    let files = ["compare", "slope.json", "intercept.json", "independent.json", "--convention", "r"];
    let compared = json(folder.path(), &files);
    let models = compared["models"].as_array().unwrap();
    // lme4 1.1-31, anova() by ML.
    let expected = [
        ("intercept.json", 4, 1802.0786, None),
        ("independent.json", 5, 1762.0033, Some(42.075388)),
        ("slope.json", 6, 1763.9393, Some(0.063911)),
    ];
    for (model, (name, n, aic, statistic)) in models.iter().zip(expected) {
        assert_eq!((model["name"].as_str(), model["n_parameters"].as_u64()), (Some(name), Some(n)));
        assert!((model["aic"].as_f64().unwrap() - aic).abs() < 1e-3, "{name}");
        match statistic {
            None => assert!(model["test"].is_null()),
            Some(value) => assert!((model["test"]["statistic"].as_f64().unwrap() - value).abs() < 1e-5, "{name}"),
        }
    }
    assert_eq!(models[1]["test"]["reference"], "0.5 chi-squared(0) + 0.5 chi-squared(1)");
    assert_eq!(
        (&models[2]["test"]["null"], &models[2]["test"]["against"]),
        (&"interior".into(), &"independent.json".into())
    );
    let text = ok(steadfast(folder.path(), &files));
    assert!(text.contains("42.075") && text.contains("p by 0.5 chi-squared(0) + 0.5 chi-squared(1)"), "{text}");
}

#[test]
fn comparisons_that_do_not_hold_are_refused() {
    let model = "Reaction ~ Days + (1 | Subject)";
    let folder = fits(&[
        ("reml.json", model, &[]),
        ("ml.json", model, &["--ml"]),
        ("fewer.json", model, &["--where", "Days > 0"]),
        ("mean.json", "Reaction ~ 1 + (1 | Subject)", &[]),
        ("crossed.json", "Reaction ~ Days + (1 | Days)", &[]),
    ]);
    for (other, code) in
        [("ml.json", "different_criteria"), ("fewer.json", "different_rows"), ("mean.json", "different_fixed_effects")]
    {
        let refused = steadfast(folder.path(), &["compare", "reml.json", other, "--json"]);
        let answer: Value = serde_json::from_str(&refused.stdout).unwrap();
        assert_eq!((refused.code, answer["error"]["code"].as_str()), (2, Some(code)), "{}", refused.stdout);
        assert!(answer["error"]["message"].as_str().unwrap().contains("reml.json"));
    }
    let side_by_side = json(folder.path(), &["compare", "reml.json", "crossed.json"]);
    assert_eq!(side_by_side["models"][1]["test"]["code"], "not_nested");
}

#[test]
fn a_fit_is_saved_whole_or_not_at_all() {
    let folder = fits(&[]);
    let formula = "Reaction ~ Days + (1 | Subject)";
    let onto_data = steadfast(folder.path(), &["fit", formula, "data.csv", "--save", "data.csv"]);
    assert_eq!((onto_data.code, onto_data.stderr.contains("output_is_input")), (2, true), "{}", onto_data.stderr);
    let nowhere =
        steadfast(folder.path(), &["fit", formula, "data.csv", "--save", "no/fit.json", "--residuals", "r.csv"]);
    assert_eq!(nowhere.code, 2, "{}", nowhere.stderr);
    assert!(!folder.path().join("r.csv").exists());
}

#[test]
#[cfg(unix)]
fn the_example_of_the_readme_runs() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let block = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let block = block.into_iter().find(|block| block.contains("steadfast compare")).unwrap();
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data-fixtures/sleepstudy");
    fs::create_dir_all(&data).unwrap();
    fs::copy(root().join("data-fixtures/sleepstudy/data.csv"), data.join("data.csv")).unwrap();
    let script = format!("set -e\nsteadfast() {{ \"$PROGRAM\" \"$@\"; }}\n{block}");
    let mut shell = std::process::Command::new("sh");
    let ran = shell.args(["-c", &script]).env("PROGRAM", program()).current_dir(folder.path()).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(fs::read_to_string(folder.path().join("predicted.csv")).unwrap().lines().count(), 181);
}
