//! Dates: that they can be read, and stand in their order and year.

use steadfast_core::episodes::CollectionYear;
use steadfast_core::findings::Severity;

use super::super::rows::{Day, REC};
use super::{Context, Report, Rule};
use crate::interner::NONE;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "date_missing",
        severity: Severity::Error,
        official: &[],
        about: "DECOM or MIS_START is blank",
        check: date_missing,
    },
    Rule {
        code: "date_invalid",
        severity: Severity::Error,
        official: &[],
        about: "a date is no day of the calendar written as dd/mm/yyyy",
        check: date_invalid,
    },
    Rule {
        code: "end_before_start",
        severity: Severity::Error,
        official: &[],
        about: "DEC is before DECOM, or MIS_END before MIS_START",
        check: end_before_start,
    },
    Rule {
        code: "end_without_reason",
        severity: Severity::Error,
        official: &[],
        about: "an episode has DEC or REC, and not both",
        check: end_without_reason,
    },
    Rule {
        code: "zero_length",
        severity: Severity::Warning,
        official: &[],
        about: "an episode ended on the day it began",
        check: zero_length,
    },
    Rule {
        code: "starts_after_return",
        severity: Severity::Error,
        official: &[],
        about: "an episode began after the end of its return's collection year",
        check: starts_after_return,
    },
];

fn date_missing(context: &Context<'_>, report: &mut Report<'_>) {
    let absent = |column: &str, file: u32| {
        let name = &context.returns.files[file as usize].0;
        let mut whole = context.returns.of_files.iter();
        whole.any(|finding| finding.file.as_ref() == Some(name) && finding.column.as_deref() == Some(column))
    };
    for row in context.returns.episodes.iter().filter(|row| row.start == Day::Blank) {
        if !absent("DECOM", row.place.file) {
            report.at(row.place, "DECOM", "the episode has no first day");
        }
    }
    for row in context.returns.absences.iter().filter(|row| row.first == Day::Blank) {
        if !absent("MIS_START", row.place.file) {
            report.at(row.place, "MIS_START", "the absence has no first day");
        }
    }
}

fn date_invalid(context: &Context<'_>, report: &mut Report<'_>) {
    const MESSAGE: &str = "no day of the calendar written as dd/mm/yyyy";
    let returns = context.returns;
    for row in &returns.episodes {
        for (day, column) in [(row.start, "DECOM"), (row.end, "DEC")] {
            if day == Day::Invalid {
                report.at(row.place, column, MESSAGE);
            }
        }
    }
    for row in &returns.absences {
        for (day, column) in [(row.first, "MIS_START"), (row.second, "MIS_END")] {
            if day == Day::Invalid {
                report.at(row.place, column, MESSAGE);
            }
        }
    }
    let born = [&returns.headers, &returns.adoptions, &returns.outcomes];
    for row in born.into_iter().flatten().filter(|row| row.first == Day::Invalid) {
        report.at(row.place, "DOB", MESSAGE);
    }
}

fn end_before_start(context: &Context<'_>, report: &mut Report<'_>) {
    for row in &context.returns.episodes {
        if matches!((row.start, row.end), (Day::Is(start), Day::Is(end)) if end < start) {
            report.at(row.place, "DEC", "the episode ended before it began");
        }
    }
    for row in &context.returns.absences {
        if matches!((row.first, row.second), (Day::Is(start), Day::Is(end)) if end < start) {
            report.at(row.place, "MIS_END", "the absence ended before it began");
        }
    }
}

fn end_without_reason(context: &Context<'_>, report: &mut Report<'_>) {
    for row in &context.returns.episodes {
        match (row.end, row.codes[REC]) {
            (Day::Blank, NONE) | (Day::Invalid, _) => {}
            (Day::Blank, _) => report.at(row.place, "DEC", "the episode has a reason for its end and no last day"),
            (_, NONE) => report.at(row.place, "REC", "the episode has a last day and no reason for its end"),
            _ => {}
        }
    }
}

fn zero_length(context: &Context<'_>, report: &mut Report<'_>) {
    for row in context.returns.episodes.iter().filter(|row| row.end == row.start) {
        if matches!(row.end, Day::Is(_)) {
            report.at(row.place, "DEC", "the episode ended on the day it began");
        }
    }
}

fn starts_after_return(context: &Context<'_>, report: &mut Report<'_>) {
    for row in &context.returns.episodes {
        if row.start.date().is_some_and(|start| start > CollectionYear(row.year).last_day()) {
            report.at(row.place, "DECOM", "the episode began after the collection year of its return");
        }
    }
}
