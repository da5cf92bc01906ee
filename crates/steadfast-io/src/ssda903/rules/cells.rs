//! Single cells: codes and identifiers.

use steadfast_core::episodes::CollectionYear;
use steadfast_core::findings::Severity;

use super::super::rows::{CODES, EpisodeRow, PLACE, PROVIDER, REASON, REC};
use super::{Context, Report, Rule};
use crate::interner::NONE;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "missing_child",
        severity: Severity::Error,
        official: &[],
        about: "a row names no child",
        check: missing_child,
    },
    Rule {
        code: "missing_code",
        severity: Severity::Error,
        official: &["526"],
        about: "RNE, LS, CIN or PLACE is blank, or PLACE_PROVIDER where the type of placement has one",
        check: missing_code,
    },
    Rule {
        code: "unknown_code",
        severity: Severity::Error,
        official: &["143", "144", "145", "146", "178", "1006", "1009"],
        about: "a code is in no list of its column",
        check: unknown_code,
    },
    Rule {
        code: "code_not_in_year",
        severity: Severity::Error,
        official: &[],
        about: "a code is known, but not in the collection year in which the episode was last reported",
        check: code_not_in_year,
    },
];

fn missing_child(context: &Context<'_>, report: &mut Report<'_>) {
    let returns = context.returns;
    for row in returns.episodes.iter().filter(|row| row.child == NONE) {
        report.at(row.place, "CHILD", "the child is not named");
    }
    let tables = [&returns.headers, &returns.adoptions, &returns.outcomes, &returns.absences];
    for row in tables.into_iter().flatten().filter(|row| row.child == NONE) {
        report.at(row.place, "CHILD", "the child is not named");
    }
}

fn missing_code(context: &Context<'_>, report: &mut Report<'_>) {
    let returns = context.returns;
    // A file without the column has a finding of its own.
    let absent = |row: &EpisodeRow, column: &str| {
        let file = &returns.files[row.place.file as usize].0;
        let mut whole = returns.of_files.iter();
        whole.any(|finding| finding.file.as_ref() == Some(file) && finding.column.as_deref() == Some(column))
    };
    for row in &returns.episodes {
        for (at, column) in CODES.into_iter().enumerate() {
            let place = returns.texts[PLACE].text(row.codes[PLACE]);
            let needless = match at {
                REC | REASON => true,
                PROVIDER => place.is_empty() || place.starts_with("Z1") || returns.scheme.is_temporary(place),
                _ => false,
            };
            if row.codes[at] == NONE && !needless && !absent(row, column) {
                report.at(row.place, column, "the code is blank");
            }
        }
    }
}

fn unknown_code(context: &Context<'_>, report: &mut Report<'_>) {
    let returns = context.returns;
    for (at, column) in CODES.into_iter().enumerate() {
        let known: Vec<bool> = (0..returns.texts[at].len() as u32)
            .map(|code| returns.scheme.code(column, returns.texts[at].text(code)).is_some())
            .collect();
        for row in returns.episodes.iter().filter(|row| known.get(row.codes[at] as usize) == Some(&false)) {
            report.at(row.place, column, "the code is in no list; codes are written in capitals");
        }
    }
    let known = |code: u32| returns.scheme.code("MISSING", returns.absence_codes.text(code)).is_some();
    for row in returns.absences.iter().filter(|row| row.code != NONE && !known(row.code)) {
        report.at(row.place, "MISSING", "the code is in no list");
    }
}

fn code_not_in_year(context: &Context<'_>, report: &mut Report<'_>) {
    let returns = context.returns;
    for (at, column) in CODES.into_iter().enumerate() {
        let codes: Vec<_> = (0..returns.texts[at].len() as u32)
            .map(|code| returns.scheme.code(column, returns.texts[at].text(code)))
            .collect();
        for row in &returns.episodes {
            let (Some(Some(code)), Some(start)) = (codes.get(row.codes[at] as usize), row.start.date()) else {
                continue;
            };
            let last_reported = row.end.date().map_or(row.year, |end| CollectionYear::of(end).0).min(row.year);
            if !code.is_valid(last_reported, start) {
                report.at(row.place, column, "the code is not valid in the collection year of the episode");
            }
        }
    }
}
