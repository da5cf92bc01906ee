//! What the program says about data that it cannot use: the message and the exit code, each in a snapshot.

use std::fmt::Write;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use insta::assert_snapshot;
use steadfast_core::frame::{Column, Frame};
use steadfast_core::lmm::Criterion;
use tempfile::TempDir;

use crate::support::{Ran, model, program, root, sleepstudy, steadfast};

const FORMULA: &str = "y ~ x + (1 | g)";

/// The exit code and the complaint of a fit to a file with these bytes.
fn complaint(name: &str, bytes: &[u8], formula: &str) -> String {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    said(&steadfast(folder.path(), &["fit", formula, name]))
}

fn said(ran: &Ran) -> String {
    format!("exit {}\n{}", ran.code, ran.stderr.trim())
}

/// Four groups of three, `y` as `value` makes it of group and place.
fn table(value: impl Fn(usize, usize) -> f64) -> String {
    let mut text = "g,x,y\n".to_owned();
    for g in 0..4 {
        for x in 0..3 {
            writeln!(text, "g{g},{x},{}", value(g, x)).unwrap();
        }
    }
    text
}

/// Numbers without a pattern.
fn uneven(g: usize, x: usize) -> f64 {
    [3.0, 1.5, 4.25, 1.0, 5.5, 9.0, 2.5, 6.0, 5.25, 3.5, 5.0, 8.0][g * 3 + x]
}

#[test]
fn an_empty_file() {
    assert_snapshot!(complaint("empty.csv", b"", FORMULA), @r#"
    exit 3
    error[empty_file]: `empty.csv` is empty: it has not even a header
    "#);
}

#[test]
fn a_header_without_rows() {
    assert_snapshot!(complaint("header.csv", b"g,x,y\n", FORMULA), @r#"
    exit 3
    error[empty_table]: `header.csv` has a header and no rows
    "#);
}

#[test]
fn a_file_that_is_not_there() {
    let folder = TempDir::new().unwrap();
    assert_snapshot!(said(&steadfast(folder.path(), &["fit", FORMULA, "absent.csv"])), @r#"
    exit 2
    error[unreadable_file]: `absent.csv`: No such file or directory (os error 2)
    "#);
}

#[test]
fn one_cluster() {
    let text = table(uneven);
    let first: Vec<&str> = text.lines().take(4).collect();
    let text = first.join("\n") + "\n";
    assert_snapshot!(complaint("one.csv", text.as_bytes(), FORMULA), @r#"
    exit 3
    error[unidentified]: the data do not determine the parameters of `(1 | g)`: too few groups, effects that the fixed effects take up, or visits that are never seen together
    "#);
}

#[test]
fn a_group_for_every_row() {
    let mut text = "g,x,y\n".to_owned();
    for row in 0..6 {
        writeln!(text, "g{row},{},{}", row % 3, uneven(row / 3, row % 3)).unwrap();
    }
    assert_snapshot!(complaint("rows.csv", text.as_bytes(), FORMULA), @r#"
    exit 3
    error[unidentified]: the data cannot tell the covariance parameters of `(1 | g)` and `residual` apart: one contains the other, or its groups have one row each
    "#);
}

#[test]
fn a_constant_outcome() {
    assert_snapshot!(complaint("constant.csv", table(|_, _| 7.0).as_bytes(), FORMULA), @r#"
    exit 3
    error[constant_outcome]: the outcome is the same in every row that enters the model
    "#);
}

#[test]
fn two_rows_for_one_visit() {
    let text = table(uneven) + "g1,2,4.5\n";
    assert_snapshot!(complaint("twice.csv", text.as_bytes(), "y ~ x + us(x | g)"), @r#"
    exit 3
    error[duplicate_visit]: rows 6 and 13 are the same `g` at the same `x`
    "#);
}

#[test]
fn an_outcome_that_the_model_fits_exactly() {
    assert_snapshot!(complaint("exact.csv", table(|g, x| (10 * g + 2 * x) as f64).as_bytes(), FORMULA), @r#"
    exit 3
    error[perfect_fit]: the random effects fit the outcome exactly: no residual variance is left
    "#);
}

#[test]
fn an_infinite_outcome() {
    let text = table(uneven).replace("5.5", "inf");
    assert_snapshot!(complaint("infinite.csv", text.as_bytes(), FORMULA), @r#"
    exit 3
    error[not_finite]: `y` is not a finite number in row 5
    "#);
}

#[test]
fn a_word_among_the_numbers() {
    let text = table(uneven).replace("5.5", "five");
    assert_snapshot!(complaint("word.csv", text.as_bytes(), FORMULA), @r#"
    exit 2
    error[not_numeric]: this is a factor where a number is needed
      y ~ x + (1 | g)
      ^
    "#);
}

#[test]
fn more_coefficients_than_rows() {
    let text = "g,x,y\na,0,1\na,1,3\nb,0,2\n";
    assert_snapshot!(complaint("few.csv", text.as_bytes(), "y ~ x + I(x^2) + g + (1 | g)"), @r#"
    exit 3
    error[too_few_rows]: 3 complete rows cannot determine 3 fixed effects and a variance
    "#);
}

#[test]
fn a_column_that_does_not_exist() {
    assert_snapshot!(complaint("data.csv", table(uneven).as_bytes(), "y ~ z + (1 | g)"), @r#"
    exit 2
    error[unknown_column]: there is no column `z`; the columns are: g, x, y
      y ~ z + (1 | g)
          ^
    "#);
}

#[test]
fn a_formula_with_a_slip_of_the_pen() {
    assert_snapshot!(complaint("data.csv", table(uneven).as_bytes(), "y ~ x + (1 | g"), @r#"
    exit 2
    error[formula_syntax]: expected an operator or `)` here
      y ~ x + (1 | g
                    ^
    "#);
}

#[test]
fn a_ragged_table() {
    let text = table(uneven) + "g9,1\n";
    assert_snapshot!(complaint("ragged.csv", text.as_bytes(), FORMULA), @r#"
    exit 3
    error[malformed_table]: 1 finding
    error[ragged_row] ragged.csv row 13: number of fields: 2; the header has 3
    "#);
}

#[test]
fn a_truncated_parquet_file() {
    let folder = TempDir::new().unwrap();
    let whole = folder.path().join("whole.parquet");
    steadfast_io::write_parquet(&sleepstudy(), &whole).unwrap();
    let bytes = std::fs::read(&whole).unwrap();
    assert_snapshot!(complaint("cut.parquet", &bytes[..bytes.len() / 2], FORMULA), @r#"
    exit 3
    error[damaged_file]: `cut.parquet` is cut short: the mark at its end is missing
    "#);
    assert_snapshot!(complaint("noise.parquet", b"PAR1 this is no table PAR1", FORMULA), @r#"
    exit 3
    error[damaged_file]: `noise.parquet` cannot be read: parquet: File out of specification: The footer size must be smaller or equal to the file's size
    "#);
}

#[test]
fn a_missing_value_is_left_out_and_counted() {
    let text = table(uneven).replace("5.5", "NA");
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("holes.csv"), text).unwrap();
    let ran = steadfast(folder.path(), &["fit", FORMULA, "holes.csv", "--json"]);
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(answer["rows"]["missing"], 1);
    assert_eq!(answer["rows"]["used"], 11);
}

#[test]
fn a_column_that_others_determine_is_left_out_and_named() {
    let text: String = table(uneven)
        .lines()
        .enumerate()
        .map(|(at, line)| if at == 0 { format!("{line},twice\n") } else { format!("{line},{}\n", 2 * ((at - 1) % 3)) })
        .collect();
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("aliased.csv"), text).unwrap();
    let ran = steadfast(folder.path(), &["fit", "y ~ x + twice + (1 | g)", "aliased.csv", "--json"]);
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(answer["aliased"], serde_json::json!(["twice"]));
}

#[test]
fn rows_in_any_order_give_the_same_answer() {
    let sorted = table(uneven);
    let (header, rows) = sorted.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.rotate_left(5);
    rows.swap(0, 9);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("data.csv");
    let json = |text: &str| {
        std::fs::write(&path, text).unwrap();
        steadfast(folder.path(), &["fit", FORMULA, "data.csv", "--json"]).stdout
    };
    let (before, after) = (json(&sorted), json(&format!("{header}\n{}\n", rows.join("\n"))));
    let deviance = |text: &str| {
        let answer: serde_json::Value = serde_json::from_str(text).unwrap();
        answer["minus_two_log_likelihood"].as_f64().unwrap()
    };
    assert!((deviance(&before) - deviance(&after)).abs() < 1e-10);
}

#[test]
fn messages_name_places_and_never_values() {
    let secret = "918273.625";
    let files = [
        table(uneven).replace("5.5", &format!("{secret},")),
        table(uneven).replace("g1,1,5.5", &format!("g1,{secret}x,inf")),
        table(|_, _| 918_273.625),
    ];
    for text in files {
        let message = complaint("secret.csv", text.as_bytes(), FORMULA);
        assert!(!message.starts_with("exit 0"), "{message}");
        assert!(!message.contains("918273"), "{message}");
    }
}

#[test]
fn the_library_gives_the_same_answers_as_errors() {
    let frame = |y: Vec<f64>| {
        let g = (0..y.len()).map(|row| format!("g{}", row / 3));
        let x = (0..y.len()).map(|row| (row % 3) as f64).collect();
        Frame::new(vec![Column::float("y", y), Column::float("x", x), Column::factor("g", g)]).unwrap()
    };
    let code = |y: Vec<f64>| model(FORMULA, Criterion::Reml).fit(&frame(y)).map(|_| ()).unwrap_err().code();
    let mut infinite: Vec<f64> = (0..12).map(|row| uneven(row / 3, row % 3)).collect();
    infinite[4] = f64::INFINITY;
    let codes = [
        code(vec![f64::NAN; 12]),
        code(infinite),
        code(vec![7.0; 12]),
        code((0..12).map(|row| (10 * (row / 3) + 2 * (row % 3)) as f64).collect()),
    ];
    assert_snapshot!(codes.join(" "), @"no_rows not_finite constant_outcome perfect_fit");
}

/// The files of a folder, names only.
fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_killed_run_leaves_a_whole_bundle_or_none() {
    let source = root().join("data-fixtures/antidepressant");
    for delay in [0, 20, 60, 150, 400] {
        let folder = TempDir::new().unwrap();
        let out = folder.path().join("bundle");
        let plan = source.join("plan.toml");
        let mut child = Command::new(program())
            .args(["run".as_ref(), plan.as_os_str(), "--out".as_ref(), out.as_os_str()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        let _ = child.kill();
        let _ = child.wait();
        if out.exists() {
            let checked = Command::new(program()).arg("verify").arg(&out).output().unwrap();
            assert_eq!(
                checked.status.code(),
                Some(0),
                "after {delay} ms: {}",
                String::from_utf8_lossy(&checked.stderr)
            );
        }
        // What the next run makes is not disturbed by what the killed one left.
        let again = Command::new(program())
            .args(["run".as_ref(), plan.as_os_str(), "--out".as_ref(), out.as_os_str()])
            .output();
        assert_eq!(again.unwrap().status.code(), Some(0), "after {delay} ms; {:?}", listing(folder.path()));
    }
    std::io::stdout().flush().unwrap();
}
