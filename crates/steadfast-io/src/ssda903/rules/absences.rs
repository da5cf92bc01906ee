//! Absences: missing, or away without authorisation. They lie within care and change no placement.

use steadfast_core::findings::Severity;
use steadfast_core::frame::Date;

use super::super::rows::{DatedRow, Day, EpisodeRow};
use super::{Context, Report, Rule};
use crate::interner::NONE;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "absence_outside_care",
        severity: Severity::Error,
        official: &[],
        about: "an absence began when the child was not looked after, or ended after care had ended",
        check: absence_outside_care,
    },
    Rule {
        code: "absence_open_after_exit",
        severity: Severity::Warning,
        official: &["575"],
        about: "an absence is open, and the period of care in which it began has ended",
        check: absence_open_after_exit,
    },
    Rule {
        code: "absences_overlap",
        severity: Severity::Warning,
        official: &[],
        about: "two absences of a child in one return overlap; a day is counted once",
        check: absences_overlap,
    },
];

/// The absences that can be placed, each with the end of the period of care in which it began: `Some(None)` when that is
/// open, `None` when there is no such period.
type Located<'a> = (&'a DatedRow, Date, Option<Option<Date>>);

fn located<'a>(context: &Context<'a>) -> Vec<Located<'a>> {
    let mut of_child: Vec<Vec<(Date, Option<Date>)>> = vec![Vec::new(); context.returns.children.len()];
    for episodes in context.sequence.by_child(context.returns) {
        for row in episodes {
            extend(&mut of_child[row.child as usize], row);
        }
    }
    let placed = context.returns.absences.iter().filter_map(|row| {
        let start = row.first.date().filter(|_| row.child != NONE && row.second != Day::Invalid)?;
        let periods = of_child.get(row.child as usize).filter(|periods| !periods.is_empty())?;
        let around = |&&(from, to): &&(Date, Option<Date>)| from <= start && to.is_none_or(|to| start <= to);
        // A day may end one period and begin the next; the later one is then meant.
        let period = periods.iter().rfind(around).map(|(_, to)| *to);
        Some((row, start, period)).filter(|_| !context.sequence.unordered[row.child as usize])
    });
    placed.collect()
}

/// Adds an episode to the times in care, joined with the time before where they touch.
fn extend(periods: &mut Vec<(Date, Option<Date>)>, row: &EpisodeRow) {
    let Some(start) = row.start.date() else { return };
    match periods.last_mut() {
        Some((_, to)) if to.is_some_and(|to| start <= to) => *to = row.end.date(),
        _ => periods.push((start, row.end.date())),
    }
}

fn absence_outside_care(context: &Context<'_>, report: &mut Report<'_>) {
    for (row, _, period) in located(context) {
        match (period, row.second.date()) {
            (None, _) => report.at(row.place, "MIS_START", "the child was not looked after on that day"),
            (Some(Some(to)), Some(end)) if end > to => {
                report.at(row.place, "MIS_END", "the child was no longer looked after on that day");
            }
            _ => {}
        }
    }
}

fn absence_open_after_exit(context: &Context<'_>, report: &mut Report<'_>) {
    for (row, _, period) in located(context) {
        if matches!(period, Some(Some(_))) && row.second == Day::Blank {
            report.at(row.place, "MIS_END", "the absence is open, and care has ended");
        }
    }
}

fn absences_overlap(context: &Context<'_>, report: &mut Report<'_>) {
    let mut rows = located(context);
    rows.sort_by_key(|(row, start, _)| (row.child, row.year, *start, row.place));
    for pair in rows.windows(2) {
        let ((before, _, _), (next, start, _)) = (&pair[0], &pair[1]);
        let same = (before.child, before.year) == (next.child, next.year);
        if same && before.second.date().is_none_or(|end| *start < end) {
            report.at(next.place, "MIS_START", "the absence before had not ended");
        }
    }
}
