//! How the episodes of a child follow each other.

use steadfast_core::episodes::{CollectionYear, StateKind};
use steadfast_core::findings::Severity;

use super::super::rows::{Day, EpisodeRow, LS, PLACE, PROVIDER, REC, RNE};
use super::{Context, Report, Rule, elsewhere};
use crate::interner::NONE;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "duplicate_episode",
        severity: Severity::Error,
        official: &[],
        about: "two rows of one return have the same child, DECOM and DEC",
        check: duplicate_episode,
    },
    Rule {
        code: "repeated_in_returns",
        severity: Severity::Error,
        official: &[],
        about: "an episode or absence stands in two returns; `spanning-returns` merges it when it was open in the earlier",
        check: repeated_in_returns,
    },
    Rule {
        code: "changed_between_returns",
        severity: Severity::Error,
        official: &["503"],
        about: "an episode open in one return has another RNE, LS, PLACE, provider, postcode or URN in the next",
        check: changed_between_returns,
    },
    Rule {
        code: "overlap",
        severity: Severity::Error,
        official: &["501"],
        about: "an episode began before the one before it ended",
        check: overlap,
    },
    Rule {
        code: "gap",
        severity: Severity::Error,
        official: &["433"],
        about: "a continuation began later than on the day on which the episode before ended",
        check: gap,
    },
    Rule {
        code: "open_not_last",
        severity: Severity::Error,
        official: &["142"],
        about: "an episode is open and another follows it",
        check: open_not_last,
    },
    Rule {
        code: "open_not_reported_again",
        severity: Severity::Error,
        official: &["502", "1010"],
        about: "a child's last episode is open, and a later return was read that does not have it",
        check: open_not_reported_again,
    },
    Rule {
        code: "first_not_started",
        severity: Severity::Error,
        official: &[],
        about: "a child's first episode began within the years of the returns, and its RNE is not S",
        check: first_not_started,
    },
    Rule {
        code: "care_began_earlier",
        severity: Severity::Note,
        official: &[],
        about: "a child's first episode is no S and began before the first year of the returns: earlier ones are not known",
        check: care_began_earlier,
    },
    Rule {
        code: "started_within_period",
        severity: Severity::Error,
        official: &["431"],
        about: "RNE is S although the episode before continues (X1), or ended on the same day",
        check: started_within_period,
    },
    Rule {
        code: "continued_after_exit",
        severity: Severity::Error,
        official: &["432"],
        about: "the episode before ended care, and RNE is not S",
        check: continued_after_exit,
    },
    Rule {
        code: "continues_without_next",
        severity: Severity::Error,
        official: &["388"],
        about: "REC is X1 and no episode follows",
        check: continues_without_next,
    },
    Rule {
        code: "after_end",
        severity: Severity::Error,
        official: &["437"],
        about: "an episode follows one that ended with an adoption, a death or the age of 18",
        check: after_end,
    },
];

/// Whether the episode says that another follows on the same day.
pub(super) fn continues(context: &Context<'_>, row: &EpisodeRow) -> bool {
    row.codes[REC] != NONE && context.returns.scheme.continues(rec(context, row))
}

/// The code by which the episode ended care; empty when it did not.
fn exit<'a>(context: &Context<'a>, row: &EpisodeRow) -> &'a str {
    if continues(context, row) { "" } else { rec(context, row) }
}

fn rec<'a>(context: &Context<'a>, row: &EpisodeRow) -> &'a str {
    context.returns.texts[REC].text(row.codes[REC])
}

fn rne<'a>(context: &Context<'a>, row: &EpisodeRow) -> &'a str {
    context.returns.texts[RNE].text(row.codes[RNE])
}

fn is_last_kind(context: &Context<'_>, code: &str) -> bool {
    let scheme = &context.returns.scheme;
    scheme.exit(code).is_some_and(|state| scheme.states()[state as usize].kind() == StateKind::End)
}

fn duplicate_episode(context: &Context<'_>, report: &mut Report<'_>) {
    for &at in &context.sequence.duplicates {
        let place = context.returns.episodes[at as usize].place;
        report.at(place, "DECOM", "another row of this return has the same child and the same days");
    }
}

/// Whether a row that was open in an earlier return has become another episode.
fn has_changed(older: &EpisodeRow, newer: &EpisodeRow) -> bool {
    let content = |row: &EpisodeRow| ([RNE, LS, PLACE, PROVIDER].map(|at| row.codes[at]), row.postcode, row.urn);
    older.end == Day::Blank && content(older) != content(newer)
}

fn repeated_in_returns(context: &Context<'_>, report: &mut Report<'_>) {
    let row = |at: u32| &context.returns.episodes[at as usize];
    for &(older, newer) in &context.sequence.repeated {
        let (older, newer) = (row(older), row(newer));
        if !has_changed(older, newer) {
            let there = elsewhere(context, older.place, newer.place);
            report.at(older.place, "DECOM", format!("the same episode stands in a later return: {there}"));
        }
    }
    let mut absences: Vec<_> = context.returns.absences.iter().filter(|row| row.child != NONE).collect();
    absences.sort_by_key(|row| (row.child, row.first.date(), row.year, row.place));
    for pair in absences.windows(2) {
        let same = pair[0].child == pair[1].child && pair[0].first == pair[1].first && pair[0].first.date().is_some();
        if same && pair[0].year != pair[1].year {
            let there = elsewhere(context, pair[0].place, pair[1].place);
            report.at(pair[0].place, "MIS_START", format!("the same absence stands in a later return: {there}"));
        }
    }
}

fn changed_between_returns(context: &Context<'_>, report: &mut Report<'_>) {
    let row = |at: u32| &context.returns.episodes[at as usize];
    for &(older, newer) in &context.sequence.repeated {
        let (older, newer) = (row(older), row(newer));
        if has_changed(older, newer) {
            let there = elsewhere(context, newer.place, older.place);
            report.at(newer.place, "RNE", format!("the episode was reported open, with other codes: {there}"));
        }
    }
}

fn overlap(context: &Context<'_>, report: &mut Report<'_>) {
    for (before, next) in context.sequence.pairs(context.returns) {
        if matches!((before.end, next.start), (Day::Is(end), Day::Is(start)) if start < end) {
            let there = elsewhere(context, next.place, before.place);
            report.at(next.place, "DECOM", format!("began before the episode in {there} ended"));
        }
    }
}

fn gap(context: &Context<'_>, report: &mut Report<'_>) {
    for (before, next) in context.sequence.pairs(context.returns) {
        let later = matches!((before.end, next.start), (Day::Is(end), Day::Is(start)) if start > end);
        if later && continues(context, before) && rne(context, next) != "S" {
            let there = elsewhere(context, next.place, before.place);
            report.at(next.place, "DECOM", format!("a continuation begins on the day on which {there} ended"));
        }
    }
}

fn open_not_last(context: &Context<'_>, report: &mut Report<'_>) {
    for (before, next) in context.sequence.pairs(context.returns) {
        if before.end == Day::Blank {
            let there = elsewhere(context, before.place, next.place);
            report.at(before.place, "DEC", format!("the episode is open and another follows: {there}"));
        }
    }
}

fn open_not_reported_again(context: &Context<'_>, report: &mut Report<'_>) {
    let last = context.returns.years.last().copied().unwrap_or_default();
    for (row, next) in context.sequence.with_next(context.returns) {
        if next.is_none() && row.end == Day::Blank && row.year < last {
            report.at(row.place, "DEC", "the episode is open, and a later return does not say what became of it");
        }
    }
}

/// The first episodes that are no S, with whether they began before the first year of the returns.
fn unstarted<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (&'a EpisodeRow, bool)> {
    let first_year = context.returns.years.first().copied().unwrap_or_default();
    let opening = CollectionYear(first_year).first_day();
    context.sequence.children.iter().filter_map(move |(_, range)| {
        let row = &context.returns.episodes[context.sequence.order[range.start] as usize];
        let before = row.start.date().is_some_and(|start| start < opening);
        (row.codes[RNE] != NONE && rne(context, row) != "S").then_some((row, before))
    })
}

fn first_not_started(context: &Context<'_>, report: &mut Report<'_>) {
    for (row, before) in unstarted(context) {
        if !before {
            report.at(row.place, "RNE", "the child's first episode did not start to be looked after");
        }
    }
}

fn care_began_earlier(context: &Context<'_>, report: &mut Report<'_>) {
    for (row, before) in unstarted(context) {
        if before {
            report.at(row.place, "RNE", "care began before the years of the returns: its length is not known");
        }
    }
}

fn started_within_period(context: &Context<'_>, report: &mut Report<'_>) {
    for (before, next) in context.sequence.pairs(context.returns) {
        let same_day = before.end == next.start && !exit(context, before).is_empty();
        let ended = is_last_kind(context, exit(context, before));
        if rne(context, next) == "S" && (continues(context, before) || (same_day && !ended)) {
            let there = elsewhere(context, next.place, before.place);
            report.at(next.place, "RNE", format!("the child was still looked after: {there}"));
        }
    }
}

fn continued_after_exit(context: &Context<'_>, report: &mut Report<'_>) {
    for (before, next) in context.sequence.pairs(context.returns) {
        let code = exit(context, before);
        if !code.is_empty() && !is_last_kind(context, code) && !matches!(rne(context, next), "S" | "") {
            let there = elsewhere(context, next.place, before.place);
            report.at(next.place, "RNE", format!("the child had left care: {there}"));
        }
    }
}

fn continues_without_next(context: &Context<'_>, report: &mut Report<'_>) {
    for (row, next) in context.sequence.with_next(context.returns) {
        if next.is_none() && continues(context, row) {
            report.at(row.place, "REC", "another episode should follow, and none does");
        }
    }
}

fn after_end(context: &Context<'_>, report: &mut Report<'_>) {
    for (before, next) in context.sequence.pairs(context.returns) {
        if is_last_kind(context, exit(context, before)) {
            let there = elsewhere(context, next.place, before.place);
            report.at(next.place, "DECOM", format!("nothing can follow what ended in {there}"));
        }
    }
}
