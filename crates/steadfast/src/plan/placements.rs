//! Where a plan finds out what happened to children between visits.

use serde::{Deserialize, Serialize};
use steadfast_core::frame::Date;

/// The second source of data: placement episodes, joined with the trial's data by the subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacementSource {
    /// Files of SSDA903 returns, or folders of them; with a mapping of columns, one table of spells.
    #[serde(default)]
    pub files: Vec<String>,
    /// Tables that `steadfast episodes` wrote, in the place of files.
    pub tables: Option<PlacementTables>,
    /// Other codes and states, or the layout of a table of spells.
    pub mapping: Option<String>,
    /// The repairs to make.
    #[serde(default)]
    pub repairs: Vec<RepairName>,
    /// The day on which observation ends, yyyy-mm-dd; the end of the last return where none is named.
    pub cut: Option<String>,
    /// The column of the day from which time is counted; the first entry into care where none is named.
    pub origin: Option<String>,
    /// The unit of every time in the plan and the results.
    #[serde(default)]
    pub unit: TimeUnit,
}

/// Tables in days since an origin, as `steadfast episodes --out` writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacementTables {
    /// `spells.csv`.
    pub spells: String,
    /// `moves.csv`; without it no analysis of moves.
    pub moves: Option<String>,
}

/// A repair by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RepairName {
    /// What is open in one return and stands again in a later one is one.
    SpanningReturns,
}

/// The unit of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeUnit {
    /// Days.
    #[default]
    Days,
    /// Months of 365.25/12 days.
    Months,
    /// Years of 365.25 days.
    Years,
}

/// Days in a year, on average.
const YEAR: f64 = 365.25;

impl TimeUnit {
    /// Days in the unit.
    pub fn days(self) -> f64 {
        match self {
            Self::Days => 1.0,
            Self::Months => YEAR / 12.0,
            Self::Years => YEAR,
        }
    }

    /// Units in a year, by which rates become rates a year.
    pub fn per_year(self) -> f64 {
        YEAR / self.days()
    }

    /// The unit in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Months => "months",
            Self::Years => "years",
        }
    }
}

impl PlacementSource {
    /// The cut as a day; `None` where none is named, or the text is no day, which `PlacementSource::problems` says.
    pub fn cut_day(&self) -> Option<Date> {
        self.cut.as_deref().and_then(day)
    }

    /// What is wrong with the source before any file is read.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        match (&self.tables, self.files.is_empty()) {
            (None, true) => problems.push("placements: neither `files` nor `tables` are named".to_owned()),
            (Some(_), false) => problems.push("placements: both `files` and `tables` are named".to_owned()),
            _ => {}
        }
        if self.cut.as_deref().is_some_and(|cut| day(cut).is_none()) {
            problems.push("placements, cut: no day of the calendar as yyyy-mm-dd".to_owned());
        }
        if self.tables.is_some() {
            let of_files =
                [("cut", self.cut.is_some()), ("origin", self.origin.is_some()), ("repairs", !self.repairs.is_empty())];
            for (key, _) in of_files.into_iter().filter(|(_, stated)| *stated) {
                problems.push(format!("placements, {key}: tables were made with it; it belongs to `files`"));
            }
        }
        problems
    }
}

fn day(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    if year.len() != 4 {
        return None;
    }
    Date::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}
