//! What the reference table says: a row for every expected value, and the cases that were not run.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::case::Tolerance;

/// The outcome of holding one actual value against one expected value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Within the tolerance.
    Agrees,
    /// Further apart than the tolerance.
    Differs,
    /// There is no actual value: the case could not be read or fitted, or the fit has no such quantity.
    Failed,
    /// Further apart, as it must be: the other engine is known to be wrong or to follow another convention.
    KnownDivergence,
    /// Within the tolerance although a divergence is recorded: the record is out of date.
    DivergenceGone,
}

impl Verdict {
    /// Whether the verdict is as it should be.
    pub fn is_good(self) -> bool {
        matches!(self, Self::Agrees | Self::KnownDivergence)
    }
}

/// One expected value and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// The case.
    pub case: String,
    /// The quantity, such as `std_error.kenward-roger.Days`.
    pub quantity: String,
    /// The engine that the expected value comes from, with its version.
    pub engine: String,
    /// The call that produced it.
    pub call: String,
    /// The expected value with all its digits.
    pub expected: String,
    /// The value computed here.
    pub actual: Option<f64>,
    /// The decimal digits to which the two agree, at most 16.
    pub digits: Option<f64>,
    /// How far apart they may be.
    pub tolerance: Tolerance,
    /// Why that far; or, for a known divergence, why they differ.
    pub reason: String,
    /// The outcome.
    pub verdict: Verdict,
    /// Why there is no actual value.
    pub failure: Option<String>,
}

/// A case that was not run, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum NotRun {
    /// Its data may not be redistributed, and no folder of external data was given.
    External {
        /// The case.
        case: String,
    },
    /// The engine, or this project, lacks something.
    Needs {
        /// The case.
        case: String,
        /// What is lacking, such as `ar1` or `data`.
        what: String,
    },
}

impl NotRun {
    pub(super) fn external(case: &str) -> Self {
        Self::External { case: case.to_owned() }
    }

    pub(super) fn needs(case: &str, what: &str) -> Self {
        Self::Needs { case: case.to_owned(), what: what.to_owned() }
    }

    /// The case.
    pub fn case(&self) -> &str {
        match self {
            Self::External { case } | Self::Needs { case, .. } => case,
        }
    }
}

/// The reference table.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// A row for every expected value of the cases that were run, in the order of the cases.
    pub comparisons: Vec<Comparison>,
    /// The cases that were not run.
    pub not_run: Vec<NotRun>,
    /// How many of the cases that were run took their data from the external folder.
    pub external_cases: usize,
}

impl Report {
    /// Whether every verdict is as it should be.
    pub fn passed(&self) -> bool {
        self.failures().next().is_none()
    }

    /// The rows whose verdict is not as it should be.
    pub fn failures(&self) -> impl Iterator<Item = &Comparison> {
        self.comparisons.iter().filter(|row| !row.verdict.is_good())
    }

    /// The number of cases that were run.
    pub fn cases_run(&self) -> usize {
        self.comparisons.chunk_by(|a, b| a.case == b.case).count()
    }
}

impl Report {
    /// A line a case: how many values, how many are as expected, and the fewest digits; then what is not as expected.
    pub fn summary(&self) -> String {
        let mut text = String::new();
        for rows in self.comparisons.chunk_by(|a, b| a.case == b.case) {
            let good = rows.iter().filter(|row| row.verdict.is_good()).count();
            let known = rows.iter().filter(|row| row.verdict == Verdict::KnownDivergence).count();
            let agreeing = rows.iter().filter(|row| row.verdict == Verdict::Agrees);
            let fewest = agreeing.filter_map(|row| row.digits).fold(16.0, f64::min);
            let known = if known > 0 { format!("; {known} known to differ") } else { String::new() };
            let _ = writeln!(
                text,
                "{:<36} {good:>5} of {:>5}  {fewest:>4.1} digits or more{known}",
                rows[0].case,
                rows.len()
            );
        }
        for row in self.failures() {
            let _ = writeln!(text, "{}, {}: {}", row.case, row.engine, row.call);
            let _ = write_row(&mut text, row);
        }
        text + &self.closing()
    }

    /// What was not run, and the sum.
    fn closing(&self) -> String {
        let mut text = String::new();
        for case in &self.not_run {
            let _ = match case {
                NotRun::External { case } => writeln!(text, "skipped: {case} (its data are not redistributed)"),
                NotRun::Needs { case, what } => writeln!(text, "not supported yet: {case} (needs {what})"),
            };
        }
        let bad = self.failures().count();
        let good = self.comparisons.len() - bad;
        let known = self.comparisons.iter().filter(|row| row.verdict == Verdict::KnownDivergence).count();
        let _ = writeln!(
            text,
            "{} values of {} cases: {good} as expected ({known} of them known to differ, with the reason), {bad} not; {} \
             cases not run",
            self.comparisons.len(),
            self.cases_run(),
            self.not_run.len()
        );
        text
    }
}

/// The table as text: a block a case, a line a value, then what was not run and the sum.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for rows in self.comparisons.chunk_by(|a, b| a.case == b.case) {
            writeln!(f, "{}", rows[0].case)?;
            for rows in rows.chunk_by(|a, b| a.engine == b.engine) {
                writeln!(f, "  {}: {}", rows[0].engine, rows[0].call)?;
                rows.iter().try_for_each(|row| write_row(f, row))?;
            }
        }
        f.write_str(&self.closing())
    }
}

fn write_row(f: &mut impl fmt::Write, row: &Comparison) -> fmt::Result {
    let mark = match row.verdict {
        Verdict::Agrees => "ok",
        Verdict::Differs => "DIFFERS",
        Verdict::Failed => "FAILED",
        Verdict::KnownDivergence => "known to differ",
        Verdict::DivergenceGone => "DIVERGENCE GONE",
    };
    let allowed = match row.tolerance {
        Tolerance::Relative(fraction) => format!("rel {fraction:.0e}"),
        Tolerance::Absolute(distance) => format!("abs {distance:.0e}"),
    };
    let actual = row.actual.map_or_else(|| "-".to_owned(), |value| value.to_string());
    let digits = row.digits.map_or_else(|| "-".to_owned(), |digits| format!("{digits:.1}"));
    writeln!(f, "    {:<48} {:>26} {actual:>24} {digits:>5} {allowed:>9}  {mark}", row.quantity, row.expected)?;
    match row.verdict {
        Verdict::Agrees => Ok(()),
        _ => writeln!(f, "      {}", row.failure.as_ref().unwrap_or(&row.reason)),
    }
}
