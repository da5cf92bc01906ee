//! Files read in pieces through the program: the numbers of a fit in memory, below a ceiling, and nothing left behind.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use steadfast_testkit::simulate::{TRIAL_DICTIONARY, trial};
use tempfile::TempDir;

use crate::support::{Ran, assert_relative, program, steadfast};

const MODEL: &str = "y ~ arm * visit + base + us(visit | subject)";

/// A folder with a trial of `n` subjects, its dictionary, and an empty folder for temporary files.
fn folder(n: usize) -> TempDir {
    let folder = TempDir::new().unwrap();
    let frame = trial(n, 4, 0.2, 7);
    steadfast_io::write_csv(&frame, folder.path().join("trial.csv")).unwrap();
    steadfast_io::write_parquet(&frame, folder.path().join("trial.parquet")).unwrap();
    fs::write(folder.path().join("dictionary.toml"), TRIAL_DICTIONARY).unwrap();
    fs::create_dir(folder.path().join("rows")).unwrap();
    folder
}

fn fit(folder: &TempDir, file: &str, more: &[&str]) -> Ran {
    let first = ["fit", MODEL, file, "--dictionary", "dictionary.toml"];
    steadfast(folder.path(), &[&first[..], more].concat())
}

fn pieces<'a>(memory: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["--max-memory", memory, "--temp-dir", "rows", "--json"], more].concat()
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

fn json(ran: &Ran) -> Value {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// Every number of `a` is that of `b` to nine digits, and everything else is the same.
fn assert_alike(a: &Value, b: &Value, place: &str) {
    match (a, b) {
        // How the optimum was certified differs in rounding, and so does what is next to nothing.
        _ if place.contains("convergence") || place.ends_with("p_value") => {}
        (Value::Number(x), Value::Number(y)) => assert_relative(x.as_f64().unwrap(), y.as_f64().unwrap(), 1e-7, place),
        (Value::Array(x), Value::Array(y)) => {
            assert_eq!(x.len(), y.len(), "{place}");
            x.iter().zip(y).enumerate().for_each(|(i, (x, y))| assert_alike(x, y, &format!("{place}/{i}")));
        }
        (Value::Object(x), Value::Object(y)) => {
            assert_eq!(x.keys().collect::<Vec<_>>(), y.keys().collect::<Vec<_>>(), "{place}");
            x.iter().for_each(|(key, x)| assert_alike(x, &y[key], &format!("{place}/{key}")));
        }
        (x, y) => assert_eq!(x, y, "{place}"),
    }
}

#[test]
fn a_file_in_pieces_gives_the_answer_of_the_file_in_memory() {
    let folder = folder(300);
    for more in [&["--df", "kenward-roger", "--means", "arm | visit"][..], &["--ml", "--where", "visit != \"v4\""]] {
        let whole = json(&fit(&folder, "trial.csv", &[&["--json"], more].concat()));
        for file in ["trial.csv", "trial.parquet"] {
            assert_alike(&whole, &json(&fit(&folder, file, &pieces("64MB", more))), "");
        }
    }
    assert!(is_empty(&folder.path().join("rows")));
}

#[test]
fn neither_the_ceiling_nor_threads_nor_the_order_of_rows_change_a_byte() {
    let folder = folder(200);
    let one = fit(&folder, "trial.csv", &pieces("64MB", &["--threads", "1"])).stdout;
    assert_eq!(one, fit(&folder, "trial.csv", &pieces("2GiB", &["--threads", "4"])).stdout);
    let text = fs::read_to_string(folder.path().join("trial.csv")).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    fs::write(folder.path().join("reversed.csv"), lines.join("\r\n")).unwrap();
    assert_eq!(one, fit(&folder, "reversed.csv", &pieces("100MB", &[])).stdout);
}

#[test]
fn a_saved_fit_of_pieces_answers_like_any_other() {
    let folder = folder(100);
    assert_eq!(fit(&folder, "trial.csv", &pieces("64MB", &["--save", "fit.json"])).code, 0);
    let means = steadfast(folder.path(), &["means", "arm | visit", "fit.json"]);
    let means = if means.code == 0 { means } else { steadfast(folder.path(), &["means", "fit.json", "arm | visit"]) };
    assert_eq!(means.code, 0, "{}", means.stderr);
}

#[test]
fn what_cannot_be_done_in_pieces_is_said_before_anything_is_read() {
    let folder = folder(20);
    let codes = [
        (vec!["--max-memory", "64MB", "--residuals", "r.csv"], 2, "needs_rows"),
        (vec!["--max-memory", "64MB", "--vcov", "cr2"], 2, "needs_rows"),
        (vec!["--max-memory", "64MB", "--type", "1"], 2, "needs_rows"),
        (vec!["--max-memory", "1MB"], 2, "memory_ceiling"),
        (vec!["--max-memory", "64MB", "--temp-dir", "dictionary.toml"], 2, "temporary_file"),
        (vec!["--max-memory", "64MB", "--temp-dir", "nowhere"], 2, "temporary_file"),
        (vec!["--max-memory", "64MB", "--weights", "nothere"], 2, "unknown_column"),
    ];
    for (more, code, name) in codes {
        let ran = fit(&folder, "trial.csv", &more);
        assert_eq!(ran.code, code, "{more:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(&format!("error[{name}]")), "{more:?}: {}", ran.stderr);
    }
    for wrong in ["512", "many", "-1MB"] {
        assert_eq!(fit(&folder, "trial.csv", &["--max-memory", wrong]).code, 2);
    }
    let bare = steadfast(folder.path(), &["fit", MODEL, "trial.csv", "--max-memory", "64MB"]);
    assert_eq!(bare.code, 2, "{}", bare.stderr);
}

#[test]
fn bad_files_in_pieces_are_refused_with_the_row() {
    let folder = folder(50);
    let path = folder.path().join("bad.csv");
    let good = fs::read_to_string(folder.path().join("trial.csv")).unwrap();
    let rows = good.lines().count() - 1;
    for (end, code, message) in [
        ("s,v1\n".to_owned(), "malformed_table", format!("row {}", rows + 1)),
        ("s,v9,active,1,2\n".to_owned(), "invalid_data", format!("row {}", rows + 1)),
        ("s,v1,active,1,inf\n".to_owned(), "invalid_data", format!("row {}", rows + 1)),
        ("s,v1,active,1,\"2\n".to_owned(), "malformed_table", format!("row {}", rows + 1)),
        (good.lines().nth(1).unwrap().to_owned(), "invalid_data", "repeats the key of row 1".to_owned()),
    ] {
        fs::write(&path, format!("{good}{end}")).unwrap();
        let ran = fit(&folder, "bad.csv", &["--max-memory", "64MB", "--save", "fit.json"]);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert!(ran.stderr.contains(code) && ran.stderr.contains(&message), "{}", ran.stderr);
        assert!(!folder.path().join("fit.json").exists());
    }
    for (text, code) in [("", "empty_file"), ("subject,visit,arm,base,y\n", "invalid_data")] {
        fs::write(&path, text).unwrap();
        let ran = fit(&folder, "bad.csv", &["--max-memory", "64MB"]);
        assert!(ran.code == 3 && ran.stderr.contains(code), "{}", ran.stderr);
    }
}

#[test]
fn a_run_that_is_killed_leaves_neither_rows_nor_an_answer() {
    let folder = folder(20_000);
    let mut command = Command::new(program());
    command.args(["fit", MODEL, "trial.csv", "--dictionary", "dictionary.toml", "--save", "fit.json"]);
    command.args(pieces("64MB", &[])).current_dir(folder.path());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(150));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(is_empty(&folder.path().join("rows")));
    assert!(!folder.path().join("fit.json").exists());
}
