//! Data sets of the repository, fits in one line, and comparisons that say by how much they fail.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use steadfast_core::frame::{Column, Frame};
use steadfast_core::inference::df_method;
use steadfast_core::lmm::{Criterion, Lmm, LmmFit};
use steadfast_core::report::Row;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The data set `name` of `data-fixtures`, with `factors` declared as such.
pub(crate) fn fixture(name: &str, factors: &[&str]) -> Frame {
    let path = root().join("data-fixtures").join(name).join("data.csv");
    let mut frame = steadfast_io::read(path).unwrap().infer().unwrap();
    for name in factors {
        let factor = frame.column(name).unwrap().to_factor();
        frame = frame.with_column(Column::from_factor(*name, factor)).unwrap();
    }
    frame
}

/// The sleepstudy data.
pub(crate) fn sleepstudy() -> Frame {
    fixture("sleepstudy", &["Subject"])
}

/// The model `formula`.
pub(crate) fn model(formula: &str, criterion: Criterion) -> Lmm {
    Lmm::new(formula.parse().unwrap()).criterion(criterion)
}

/// The REML fit of `formula` to `frame`.
pub(crate) fn reml(formula: &str, frame: &Frame) -> LmmFit {
    model(formula, Criterion::Reml).fit(frame).unwrap_or_else(|e| panic!("{formula}: {e}"))
}

/// The coefficients' table under a df method.
pub(crate) fn table(fit: &LmmFit, method: &str) -> Vec<Row> {
    fit.inference(df_method(method).unwrap().as_ref()).unwrap().coefficients().unwrap()
}

/// The row of `term`.
pub(crate) fn row(fit: &LmmFit, method: &str, term: &str) -> Row {
    table(fit, method).into_iter().find(|row| row.term == term).unwrap_or_else(|| panic!("no term {term}"))
}

/// The standard deviation of the residuals.
pub(crate) fn sigma(fit: &LmmFit) -> f64 {
    match &fit.covariance().residual {
        steadfast_core::lmm::ResidualCovariance::Independent { sigma } => *sigma,
        steadfast_core::lmm::ResidualCovariance::Structured { .. } => panic!("the residuals have no single sigma"),
    }
}

/// The numbers in a column.
pub(crate) fn numbers(frame: &Frame, name: &str) -> Vec<f64> {
    frame.column(name).unwrap().to_numeric().unwrap().to_vec()
}

/// The levels in a column, row by row.
pub(crate) fn labels(frame: &Frame, name: &str) -> Vec<String> {
    let factor = frame.column(name).unwrap().to_factor();
    (0..frame.n_rows()).map(|row| factor.level(row).unwrap().to_owned()).collect()
}

/// The frame with `name` computed anew from its numbers.
pub(crate) fn with_numbers(frame: &Frame, name: &str, change: impl Fn(f64) -> f64) -> Frame {
    let values = numbers(frame, name).into_iter().map(change).collect();
    frame.clone().with_column(Column::float(name, values)).unwrap()
}

/// The frame with `name` computed anew from its levels.
pub(crate) fn with_labels(frame: &Frame, name: &str, change: impl Fn(&str) -> String) -> Frame {
    let values: Vec<String> = labels(frame, name).iter().map(|label| change(label)).collect();
    frame.clone().with_column(Column::factor(name, values)).unwrap()
}

/// Asserts that `actual` is `expected` up to a fraction of the larger of `scale` and `expected`.
#[track_caller]
pub(crate) fn assert_close(actual: f64, expected: f64, fraction: f64, scale: f64, what: &str) {
    let error = (actual - expected).abs() / expected.abs().max(scale);
    assert!(error <= fraction, "{what}: {actual:e} where {expected:e} is expected, off by {error:.1e}");
}

/// Asserts that `actual` is `expected` up to a fraction of it.
#[track_caller]
pub(crate) fn assert_relative(actual: f64, expected: f64, fraction: f64, what: &str) {
    assert_close(actual, expected, fraction, f64::MIN_POSITIVE, what);
}

/// What became of a command.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; −1 when a signal ended the process.
    pub(crate) code: i32,
    /// What it printed.
    pub(crate) stdout: String,
    /// What it complained about.
    pub(crate) stderr: String,
}

/// The program, built with the profile of this test and standing beside it.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let folder = test.parent().unwrap().parent().unwrap();
        let program = folder.join("steadfast").with_extension(std::env::consts::EXE_EXTENSION);
        // `cargo test --workspace` builds it, since the package of the command has tests of its own. Building it from
        // here would take another set of features, and with it a second build of every dependency.
        assert!(program.exists(), "{} is missing: run `cargo test --workspace`", program.display());
        program
    })
}

/// Runs the program in `folder`.
pub(crate) fn steadfast(folder: &Path, arguments: &[&str]) -> Ran {
    let output = Command::new(program()).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}
