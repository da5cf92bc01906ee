//! What is done before a model is fitted, through the program alone: looking, making up, comparing, choosing who is analysed.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{root, steadfast};

/// The plan and dictionary of a sample trial in a folder of its own, beside made-up data.
fn made_up(trial: &str, more: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in ["dictionary.toml", "plan.toml"] {
        fs::copy(root().join("data-fixtures").join(trial).join(name), folder.path().join(name)).unwrap();
    }
    let fixed = ["mock", "dictionary.toml", "--plan", "plan.toml", "--out", "data.csv"];
    let ran = steadfast(folder.path(), &[&fixed, more].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    folder
}

fn json(folder: &Path, arguments: &[&str], code: i32) -> Value {
    let ran = steadfast(folder, arguments);
    assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn the_plans_of_the_sample_trials_run_on_made_up_data() {
    for (trial, n) in [("antidepressant", "200"), ("best-trial", "300")] {
        let folder = made_up(trial, &["--n", n, "--missing", "0.05"]);
        let ran = steadfast(folder.path(), &["run", "plan.toml", "--out", "bundle"]);
        assert_eq!(ran.code, 0, "{trial}: {}", ran.stderr);
        let verified = steadfast(folder.path(), &["verify", "bundle"]);
        assert_eq!(verified.code, 0, "{trial}: {}{}", verified.stdout, verified.stderr);
        let checked = json(folder.path(), &["check", "data.csv", "--dictionary", "dictionary.toml", "--json"], 0);
        assert_eq!(checked["valid"], true);
        assert_eq!(checked["subjects"]["count"].as_u64(), n.parse().ok());
    }
}

#[test]
fn made_up_answers_are_checked_and_scored() {
    let folder = TempDir::new().unwrap();
    let dictionary = root().join("data-fixtures/instruments/dictionary.toml");
    fs::copy(dictionary, folder.path().join("dictionary.toml")).unwrap();
    let mock = ["mock", "dictionary.toml", "--n", "60", "--out", "data.csv"];
    assert_eq!(steadfast(folder.path(), &mock).code, 0);
    let checked = json(folder.path(), &["check", "data.csv", "--dictionary", "dictionary.toml", "--json"], 0);
    let columns = checked["columns"].as_array().unwrap();
    assert!(columns.iter().any(|column| column["name"] == "sdq_total.band"));
    let score = ["score", "data.csv", "--dictionary", "dictionary.toml", "--out", "s.parquet", "--json"];
    let scored = json(folder.path(), &score, 0);
    let total = &scored["instruments"][0]["scales"].as_array().unwrap().last().unwrap()["n_scored"];
    assert!(total.as_u64() > Some(0), "{total}");
}

/// What `check` says of the SDQ at `visit`: each class with its children and, in parentheses, families.
fn sdq_at(checked: &Value, visit: &str) -> Vec<String> {
    let rows = checked["schedule"].as_array().unwrap();
    let row = rows.iter().find(|row| row["instrument"] == "sdq" && row["visit"] == visit).unwrap();
    let text = |class: &Value, of: &str| class[of]["shown"].as_str().unwrap().to_owned();
    let classes = row["classes"].as_array().unwrap().iter();
    classes.map(|class| format!("{} ({})", text(class, "subjects"), text(class, "clusters"))).collect()
}

#[test]
fn check_shows_what_became_of_every_observation_expected() {
    // Counted by a script of its own from the dates and cells of data.csv, children and families apart, in this order: expected,
    // due, observed, partly observed, missing, withdrawn, not yet due, not applicable; in window, early, late, undated.
    let none = "0 (0)";
    let baseline = [
        "276 (243)",
        "276 (243)",
        "265 (233)",
        none,
        "11 (11)",
        none,
        none,
        "163 (160)",
        "265 (233)",
        none,
        none,
        none,
    ];
    let months_15 =
        ["375 (316)", "375 (316)", "302 (259)", none, "73 (60)", none, none, "64 (64)", "302 (259)", none, none, none];
    let months_30 = [
        "439 (360)",
        "439 (360)",
        "331 (278)",
        none,
        "108 (85)",
        none,
        none,
        none,
        "328 (276)",
        "2 (1)",
        "1 (1)",
        none,
    ];
    let place = root().join("data-fixtures/best-trial");
    let check = ["check", "data.csv", "--dictionary", "dictionary.toml", "--json"];
    let full = json(&place, &[&check[..], &["--full"]].concat(), 0);
    assert_eq!(sdq_at(&full, "baseline"), baseline);
    assert_eq!(sdq_at(&full, "15 months"), months_15);
    assert_eq!(sdq_at(&full, "30 months"), months_30);
    // Three visits outside their windows are too few to be told: everything of that visit is rounded to tens.
    let shown = sdq_at(&json(&place, &check, 0), "30 months");
    let rounded = ["≈440 (≈360)", "≈330 (≈280)", "≈110 (≈90)", "<10 (<10)"];
    assert_eq!([&shown[0], &shown[2], &shown[4], &shown[9]], rounded);
}

#[test]
fn made_up_data_have_the_bytes_of_their_seed() {
    let bytes =
        |seed: &str| fs::read(made_up("best-trial", &["--n", "40", "--seed", seed]).path().join("data.csv")).unwrap();
    assert_eq!(bytes("7"), bytes("7"));
    assert_ne!(bytes("7"), bytes("8"));
}

#[test]
fn a_report_is_written_whether_or_not_the_data_keep_their_rules() {
    let folder = made_up("best-trial", &["--n", "60"]);
    let arguments = ["check", "data.csv", "--dictionary", "dictionary.toml", "--html", "report.html"];
    let ran = steadfast(folder.path(), &arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(page.contains("Completeness") && page.contains("<svg") && page.contains("shown as &lt;10"));
    let data = fs::read_to_string(folder.path().join("data.csv")).unwrap();
    let row = data.lines().nth(1).unwrap();
    fs::write(folder.path().join("data.csv"), format!("{data}{row}\n")).unwrap();
    let answer = json(folder.path(), &[&arguments[..], &["--json"]].concat(), 3);
    assert_eq!(answer["findings"][0]["code"], "duplicate_key");
    assert_eq!(answer["findings"][0]["rows"][0].as_u64(), Some(181));
    assert!(fs::read_to_string(folder.path().join("report.html")).unwrap().contains("duplicate_key"));
}

#[test]
fn a_report_never_takes_the_place_of_the_data() {
    let folder = made_up("best-trial", &["--n", "10"]);
    let arguments = ["check", "data.csv", "--dictionary", "dictionary.toml", "--html", "data.csv"];
    assert_eq!(steadfast(folder.path(), &arguments).code, 2);
    let empty = folder.path().join("empty.csv");
    fs::write(&empty, "").unwrap();
    let ran = steadfast(folder.path(), &["check", "empty.csv"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_eq!(steadfast(folder.path(), &["check", "none.csv"]).code, 2);
    assert_eq!(steadfast(folder.path(), &["mock", "dictionary.toml", "--out", "a.parquet"]).code, 2);
}

#[test]
fn two_cuts_are_compared_by_key_and_a_frozen_column_that_changed_is_a_mismatch() {
    let folder = made_up("best-trial", &["--n", "30", "--missing", "0"]);
    let old = fs::read_to_string(folder.path().join("data.csv")).unwrap();
    let mut lines: Vec<String> = old.lines().map(str::to_owned).collect();
    let header: Vec<String> = lines[0].split(',').map(str::to_owned).collect();
    let at = header.iter().position(|name| name == "attended").unwrap();
    let mut cells: Vec<String> = lines[5].split(',').map(str::to_owned).collect();
    cells[at] = if cells[at] == "yes" { "no".to_owned() } else { "yes".to_owned() };
    lines[5] = cells.join(",");
    lines.remove(90);
    lines[1..].reverse();
    fs::write(folder.path().join("new.csv"), lines.join("\n")).unwrap();
    let arguments = ["cuts", "data.csv", "new.csv", "--dictionary", "dictionary.toml", "--json"];
    let answer = json(folder.path(), &arguments, 0);
    let count = |key: &str| answer[key]["count"].as_u64().unwrap();
    assert_eq!((count("added"), count("removed"), count("changed")), (0, 1, 1));
    assert_eq!(answer["unchanged"].as_u64(), Some(88));
    // The fifth row of the old cut is the fifth from the end of the new one, which has one row less: 89 − 4.
    assert_eq!(answer["columns"][0]["changed_rows"][0].as_u64(), Some(85));
    let frozen = [&arguments[..], &["--fail-on-change", "attended"]].concat();
    assert_eq!(json(folder.path(), &frozen, 6)["frozen_changed"][0]["cells"].as_u64(), Some(1));
    let itself = ["cuts", "data.csv", "data.csv", "--dictionary", "dictionary.toml", "--fail-on-change", "arm,sdq"];
    assert_eq!(steadfast(folder.path(), &itself).code, 0);
}

/// The sample plan with sets: everybody, those who received what they were allocated, and everybody by what was received.
fn with_sets(folder: &Path) {
    let plan = fs::read_to_string(folder.join("plan.toml")).unwrap();
    let sets = r#"
[[analysis_sets]]
name = "itt"
label = "Intention to treat"

[[analysis_sets]]
name = "pp"
label = "Per protocol"
steps = [
  { where = "arm == 'SAU' | received", reason = "did not receive the service allocated" },
  { where = "visit == 'baseline' | observed(sdq)", reason = "no questionnaire" },
]

[baseline]"#;
    let start = plan.find("[population]").unwrap();
    let end = plan.find("[baseline]").unwrap();
    let plan = format!("{}{sets}{}", &plan[..start], &plan[end + "[baseline]".len()..]);
    let plan = plan.replacen("id = \"unadjusted\"", "id = \"unadjusted\"\nset = \"pp\"", 1);
    fs::write(folder.join("plan.toml"), plan).unwrap();
}

#[test]
fn analysis_sets_are_counted_analysed_and_verified() {
    let folder = TempDir::new().unwrap();
    for name in ["data.csv", "dictionary.toml", "plan.toml"] {
        fs::copy(root().join("data-fixtures/best-trial").join(name), folder.path().join(name)).unwrap();
    }
    with_sets(folder.path());
    let ran = steadfast(folder.path(), &["run", "plan.toml", "--out", "bundle"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let results: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("bundle/results.json")).unwrap()).unwrap();
    let sets = &results["analysis_sets"];
    assert_eq!((sets[0]["total"]["clusters"].as_u64(), sets[0]["total"]["subjects"].as_u64()), (Some(360), Some(439)));
    // The fixture's README: 119 of the 180 NIM families received the service, so that 61 families are lost.
    let first = &sets[1]["steps"][0];
    assert_eq!(first["lost"]["total"]["clusters"].as_u64(), Some(61));
    assert_eq!(first["lost"]["arms"][0]["clusters"].as_u64(), Some(0));
    assert_eq!(first["remaining"]["arms"][1]["clusters"].as_u64(), Some(119));
    let analyses = results["analyses"].as_array().unwrap();
    let set = |id: &str| analyses.iter().find(|analysis| analysis["id"] == id).unwrap()["set"].as_str().unwrap();
    assert_eq!((set("adjusted"), set("unadjusted")), ("itt", "pp"));
    let table = fs::read_to_string(folder.path().join("bundle/tables/analysis_sets.csv")).unwrap();
    assert!(table.contains("pp,Per protocol,1,"), "{table}");
    let page = fs::read_to_string(folder.path().join("bundle/report.html")).unwrap();
    assert!(page.contains("lost: did not receive the service allocated"));
    let verified = steadfast(folder.path(), &["verify", "bundle"]);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
}

#[test]
fn scores_conversions_and_histories_come_with_a_page_that_names_no_child() {
    let folder = TempDir::new().unwrap();
    let fixture = |name: &str| root().join("data-fixtures").join(name).display().to_string();
    let (data, dictionary) = (fixture("instruments/data.csv"), fixture("instruments/dictionary.toml"));
    let returns = fixture("ssda903/returns");
    let requests: [&[&str]; 3] = [
        &["score", &data, "--dictionary", &dictionary, "--out", "scored.csv", "--html", "page.html"],
        &["convert", &data, "data.dta", "--dictionary", &dictionary, "--html", "page.html"],
        &["episodes", &returns, "--repair", "spanning-returns", "--html", "page.html"],
    ];
    let shown = ["sdq_total", "sdq_1", "days_in_care"];
    for (request, column) in requests.into_iter().zip(shown) {
        let ran = steadfast(folder.path(), request);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
        assert!(page.contains(column) && page.contains("values are not listed: they may name people"), "{column}");
        fs::remove_file(folder.path().join("page.html")).unwrap();
    }
    let same = ["episodes", &returns, "--repair", "spanning-returns", "--out", "out", "--html", "out/children.csv"];
    let ran = steadfast(folder.path(), &same);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(!folder.path().join("out").exists());
}
