//! The reference table: models on known data whose answers other engines, certified values and high-precision
//! arithmetic agree on, run on the user's own machine.
//!
//! The cases are the files of `data-fixtures/reference`, embedded in the program together with the data that may be
//! redistributed. Cases on other data read them from a folder that the caller names.

mod case;
mod covariance;
mod criteria;
mod grid;
mod quantity;
mod registry;
mod report;
mod rows;
mod runner;
mod table;

use std::path::Path;

use steadfast_core::parallel::Threads;

pub use case::Tolerance;
pub use report::{Comparison, NotRun, Report, Verdict};

/// The environment variable that names the folder of external data, for those who run the cases.
pub const EXTERNAL_DIR: &str = "STEADFAST_REFERENCE_DIR";

/// The result of every case, on `threads` threads; cases on external data read `external_dir/data/*.csv`.
///
/// A case that cannot be read is a failed row of the report, as is one that cannot be fitted.
pub fn run(threads: Threads, external_dir: Option<&Path>) -> Report {
    run_some(threads, external_dir, |_| true)
}

/// The result of the cases whose identifier `wanted` accepts.
pub fn run_some(threads: Threads, external_dir: Option<&Path>, wanted: impl Fn(&str) -> bool) -> Report {
    let mut report = Report::default();
    for (id, text) in registry::CASES.iter().filter(|(id, _)| wanted(id)) {
        match toml::from_str::<case::Case>(text) {
            Ok(case) => runner::run(&case, threads, external_dir, &mut report),
            Err(error) => report.comparisons.push(runner::unreadable(id, &error)),
        }
    }
    report
}

/// The identifiers of the cases, with one sentence on each.
pub fn cases() -> Vec<(String, String)> {
    let about = |text| toml::from_str::<case::Case>(text).map(|case| case.about).unwrap_or_default();
    registry::CASES.iter().map(|(id, text)| ((*id).to_owned(), about(text))).collect()
}

/// The cases that are not run because the engine, or this project, lacks something: identifier and what is lacking.
pub fn cases_that_need_something() -> Vec<(String, String)> {
    let read = |text| toml::from_str::<case::Case>(text).ok();
    let flagged = |case: case::Case| case.needs.map(|needs| (case.id, needs));
    registry::CASES.iter().filter_map(|(_, text)| read(text).and_then(flagged)).collect()
}
