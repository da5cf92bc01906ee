//! The reference table, as `steadfast self-test` prints it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use steadfast::reference::{self, NotRun};
use steadfast_core::parallel::Threads;

use crate::support::root;

/// What is known not to run, and why. A case enters this list by a decision, not by failing.
const NOT_SUPPORTED: &[(&str, &str)] =
    &[("pig_intercept_ml", "data"), ("pig_slope_ml", "data"), ("tlc_us_reml", "data")];

fn external() -> Option<PathBuf> {
    std::env::var_os(reference::EXTERNAL_DIR).map(PathBuf::from)
}

#[test]
fn every_expected_value_is_met_within_its_tolerance() {
    let report = reference::run(Threads::new(2), external().as_deref());
    println!("{report}");
    let mut failures = String::new();
    for row in report.failures() {
        let (digits, why) = (row.digits.unwrap_or_default(), row.failure.as_ref().unwrap_or(&row.reason));
        let line = format!(
            "{} {}: {:?} for {} ({digits:.1} digits; {why})\n",
            row.case, row.quantity, row.actual, row.expected
        );
        failures.push_str(&line);
    }
    assert!(report.passed(), "\n{failures}");
    assert!(report.cases_run() > 40, "only {} cases were run", report.cases_run());
}

#[test]
fn what_is_not_supported_is_exactly_what_is_listed() {
    let report = reference::run_some(Threads::ONE, None, |id| NOT_SUPPORTED.iter().any(|(case, _)| *case == id));
    let needs = report.not_run.iter().filter_map(|case| match case {
        NotRun::Needs { case, what } => Some((case.as_str(), what.as_str())),
        NotRun::External { .. } => None,
    });
    assert_eq!(needs.collect::<BTreeSet<_>>(), NOT_SUPPORTED.iter().copied().collect());
    let flagged = reference::cases_that_need_something();
    assert_eq!(flagged.len(), NOT_SUPPORTED.len(), "{flagged:?}");
}

#[test]
fn external_cases_run_where_their_data_are_and_are_skipped_by_name_elsewhere() {
    let report = reference::run_some(Threads::ONE, None, |id| id.starts_with("oxboys"));
    assert!(report.comparisons.is_empty() && !report.not_run.is_empty());
    assert!(report.to_string().contains("skipped: oxboys_slope_reml"));
    if let Some(folder) = external() {
        let report = reference::run_some(Threads::ONE, Some(&folder), |id| id.starts_with("oxboys"));
        assert!(report.external_cases > 0, "{} is set and no external case ran", reference::EXTERNAL_DIR);
    }
}

#[test]
fn every_case_file_is_embedded_under_its_own_name() {
    let folder = root().join("data-fixtures/reference");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = |path: PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    let files: BTreeSet<String> =
        files.filter(|path| path.extension().is_some_and(|e| e == "toml")).map(named).collect();
    let cases: BTreeSet<String> = reference::cases().into_iter().map(|(id, _)| id).collect();
    assert_eq!(files, cases);
}
