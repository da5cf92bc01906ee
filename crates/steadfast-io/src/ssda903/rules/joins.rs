//! What the tables say of the same child.

use steadfast_core::findings::Severity;
use steadfast_core::frame::Date;

use super::super::files::TableKind;
use super::super::rows::{DatedRow, Day, REC};
use super::{Context, Report, Rule};
use crate::interner::NONE;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "no_header",
        severity: Severity::Error,
        official: &[],
        about: "a child has episodes and is in no header that was read",
        check: no_header,
    },
    Rule {
        code: "duplicate_header",
        severity: Severity::Error,
        official: &[],
        about: "a header has two rows of one child",
        check: duplicate_header,
    },
    Rule {
        code: "header_conflict",
        severity: Severity::Error,
        official: &[],
        about: "the headers of two returns give a child two days of birth",
        check: header_conflict,
    },
    Rule {
        code: "birth_missing",
        severity: Severity::Warning,
        official: &[],
        about: "the header does not say when a child was born",
        check: birth_missing,
    },
    Rule {
        code: "born_after_start",
        severity: Severity::Error,
        official: &["302"],
        about: "a child's first episode began before its birth",
        check: born_after_start,
    },
    Rule {
        code: "adoption_without_record",
        severity: Severity::Error,
        official: &["601"],
        about: "an episode ended with an adoption, and the child is in no table of adoptions that was read",
        check: adoption_without_record,
    },
    Rule {
        code: "record_without_adoption",
        severity: Severity::Warning,
        official: &["602"],
        about: "a child is in a table of adoptions, and no episode ended with one",
        check: record_without_adoption,
    },
    Rule {
        code: "record_without_episodes",
        severity: Severity::Warning,
        official: &["1012"],
        about: "a child is in AD1, OC2 or the absences, and has no episode",
        check: record_without_episodes,
    },
];

fn was_read(context: &Context<'_>, kind: TableKind) -> bool {
    context.returns.files.iter().any(|(_, found)| *found == kind)
}

/// For each child whether it is in `rows`.
fn present<'a>(context: &Context<'_>, rows: impl Iterator<Item = &'a DatedRow>) -> Vec<bool> {
    let mut present = vec![false; context.returns.children.len()];
    rows.filter(|row| row.child != NONE).for_each(|row| present[row.child as usize] = true);
    present
}

fn in_episodes(context: &Context<'_>) -> Vec<bool> {
    let mut present = vec![false; context.returns.children.len()];
    context.returns.episodes.iter().filter(|row| row.child != NONE).for_each(|row| present[row.child as usize] = true);
    present
}

fn no_header(context: &Context<'_>, report: &mut Report<'_>) {
    if !was_read(context, TableKind::Header) {
        return;
    }
    let mut known = present(context, context.returns.headers.iter());
    for row in context.returns.episodes.iter().filter(|row| row.child != NONE) {
        // Said once a child, at its first row.
        if !std::mem::replace(&mut known[row.child as usize], true) {
            report.at(row.place, "CHILD", "the child is in no header");
        }
    }
}

fn duplicate_header(context: &Context<'_>, report: &mut Report<'_>) {
    let mut rows: Vec<&DatedRow> = context.returns.headers.iter().filter(|row| row.child != NONE).collect();
    rows.sort_by_key(|row| (row.place.file, row.child, row.place.row));
    for pair in
        rows.windows(2).filter(|pair| (pair[0].place.file, pair[0].child) == (pair[1].place.file, pair[1].child))
    {
        report.at(pair[1].place, "CHILD", format!("the child stands in row {} already", pair[0].place.row + 1));
    }
}

fn header_conflict(context: &Context<'_>, report: &mut Report<'_>) {
    // A header without the day between two others hides nothing.
    let given = |row: &&DatedRow| row.child != NONE && row.first.date().is_some();
    let mut rows: Vec<&DatedRow> = context.returns.headers.iter().filter(given).collect();
    rows.sort_by_key(|row| (row.child, row.year, row.place));
    for pair in rows.windows(2).filter(|pair| pair[0].child == pair[1].child) {
        let differ = matches!((pair[0].first, pair[1].first), (Day::Is(a), Day::Is(b)) if a != b);
        if differ && pair[0].place.file != pair[1].place.file {
            report.at(pair[1].place, "DOB", "another return gives another day of birth");
        }
    }
}

fn birth_missing(context: &Context<'_>, report: &mut Report<'_>) {
    for row in context.returns.headers.iter().filter(|row| row.first == Day::Blank) {
        report.at(row.place, "DOB", "the day of birth is not given");
    }
}

fn born_after_start(context: &Context<'_>, report: &mut Report<'_>) {
    let mut born: Vec<Option<Date>> = vec![None; context.returns.children.len()];
    for row in context.returns.headers.iter().filter(|row| row.child != NONE) {
        let known = &mut born[row.child as usize];
        *known = known.or(row.first.date());
    }
    for (child, range) in &context.sequence.children {
        let first = &context.returns.episodes[context.sequence.order[range.start] as usize];
        if matches!((first.start, born[*child as usize]), (Day::Is(start), Some(born)) if start < born) {
            report.at(first.place, "DECOM", "the episode began before the child was born");
        }
    }
}

fn is_adoption(context: &Context<'_>, code: u32) -> bool {
    let scheme = &context.returns.scheme;
    let state = scheme.exit(context.returns.texts[REC].text(code));
    state.is_some_and(|state| scheme.states()[state as usize].name() == "adoption")
}

fn adoption_without_record(context: &Context<'_>, report: &mut Report<'_>) {
    if !was_read(context, TableKind::Adoptions) {
        return;
    }
    let recorded = present(context, context.returns.adoptions.iter());
    for row in context.returns.episodes.iter().filter(|row| row.child != NONE && is_adoption(context, row.codes[REC])) {
        if !recorded[row.child as usize] {
            report.at(row.place, "REC", "the child was adopted and is in no table of adoptions");
        }
    }
}

fn record_without_adoption(context: &Context<'_>, report: &mut Report<'_>) {
    let mut adopted = vec![false; context.returns.children.len()];
    for row in context.returns.episodes.iter().filter(|row| row.child != NONE && is_adoption(context, row.codes[REC])) {
        adopted[row.child as usize] = true;
    }
    let known = in_episodes(context);
    for row in context.returns.adoptions.iter().filter(|row| row.child != NONE && known[row.child as usize]) {
        if !adopted[row.child as usize] {
            report.at(row.place, "CHILD", "no episode of the child ended with an adoption");
        }
    }
}

fn record_without_episodes(context: &Context<'_>, report: &mut Report<'_>) {
    let known = in_episodes(context);
    let returns = context.returns;
    for row in [&returns.adoptions, &returns.outcomes, &returns.absences].into_iter().flatten() {
        if row.child != NONE && !known[row.child as usize] {
            report.at(row.place, "CHILD", "the child has no episode");
        }
    }
}
