//! Whether the reasons agree with what changed.

use steadfast_core::episodes::Began;
use steadfast_core::findings::Severity;

use super::super::rows::{EpisodeRow, LS, PLACE, REASON, RNE};
use super::succession::continues;
use super::{Context, Report, Rule, elsewhere};
use crate::interner::NONE;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "reason_contradicts_change",
        severity: Severity::Error,
        official: &["434", "435", "436"],
        about: "RNE says that legal status or placement changed, or did not, and the episodes say otherwise",
        check: reason_contradicts_change,
    },
    Rule {
        code: "move_without_reason",
        severity: Severity::Warning,
        official: &["225"],
        about: "the placement changes after the episode, and REASON_PLACE_CHANGE is blank",
        check: move_without_reason,
    },
    Rule {
        code: "reason_without_move",
        severity: Severity::Warning,
        official: &["226"],
        about: "REASON_PLACE_CHANGE is given, and the placement does not change after the episode, or for a time only",
        check: reason_without_move,
    },
    Rule {
        code: "temporary_without_return",
        severity: Severity::Warning,
        official: &["383"],
        about: "after a temporary placement the child went elsewhere than to the placement before it",
        check: temporary_without_return,
    },
];

/// The episodes that follow each other on the same day within a period of care.
fn joined<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (&'a EpisodeRow, &'a EpisodeRow)> {
    let pairs = context.sequence.pairs(context.returns);
    pairs.filter(|(before, next)| before.end == next.start && continues(context, before))
}

fn began(context: &Context<'_>, row: &EpisodeRow) -> Option<Began> {
    Began::from_code(context.returns.texts[RNE].text(row.codes[RNE]))
}

fn is_temporary(context: &Context<'_>, row: &EpisodeRow) -> bool {
    context.returns.scheme.is_temporary(context.returns.texts[PLACE].text(row.codes[PLACE]))
}

/// Whether the placement changed; `None` where the columns cannot tell: same type and provider, and neither a postcode
/// nor a URN.
fn placement_changed(before: &EpisodeRow, next: &EpisodeRow) -> Option<bool> {
    if before.address() != next.address() {
        return Some(true);
    }
    let told_apart = before.postcode != NONE || before.urn != NONE;
    told_apart.then_some(false)
}

fn reason_contradicts_change(context: &Context<'_>, report: &mut Report<'_>) {
    for (before, next) in joined(context) {
        let needed = [LS, PLACE].iter().all(|&at| before.codes[at] != NONE && next.codes[at] != NONE);
        let Some(began) = began(context, next).filter(|began| *began != Began::Started && needed) else { continue };
        let there = elsewhere(context, next.place, before.place);
        let legal = before.codes[LS] != next.codes[LS];
        if legal != began.changes_legal_status() {
            report.at(next.place, "RNE", format!("the reason does not agree with LS here and in {there}"));
        }
        let moved = placement_changed(before, next);
        if moved.is_some_and(|moved| moved != began.changes_placement()) {
            let message = format!("the reason does not agree with the placement here and in {there}");
            report.at(next.place, "RNE", message);
        }
    }
}

fn move_without_reason(context: &Context<'_>, report: &mut Report<'_>) {
    for (before, next) in joined(context) {
        let moves = began(context, next).is_some_and(Began::changes_placement);
        let temporary = is_temporary(context, before) || is_temporary(context, next);
        if moves && !temporary && before.codes[REASON] == NONE {
            report.at(before.place, "REASON_PLACE_CHANGE", "the placement changes and no reason is given");
        }
    }
}

fn reason_without_move(context: &Context<'_>, report: &mut Report<'_>) {
    for (row, next) in context.sequence.with_next(context.returns) {
        if row.codes[REASON] == NONE {
            continue;
        }
        let next = next.filter(|next| row.end == next.start && continues(context, row));
        let moves = next.is_some_and(|next| began(context, next).is_some_and(Began::changes_placement));
        let temporary = is_temporary(context, row) || next.is_some_and(|next| is_temporary(context, next));
        if !moves || temporary {
            report.at(row.place, "REASON_PLACE_CHANGE", "a reason is given, and none is needed");
        }
    }
}

fn temporary_without_return(context: &Context<'_>, report: &mut Report<'_>) {
    for episodes in context.sequence.by_child(context.returns) {
        let mut usual: Option<&EpisodeRow> = None;
        let mut away: Option<&EpisodeRow> = None;
        for (at, &row) in episodes.iter().enumerate() {
            let joined = at > 0 && episodes[at - 1].end == row.start && continues(context, episodes[at - 1]);
            if !joined {
                (usual, away) = (None, None);
            }
            if is_temporary(context, row) {
                away = usual.and(Some(row));
                continue;
            }
            if let (Some(usual), Some(temporary)) = (usual, away.take())
                && usual.address() != row.address()
            {
                report.at(temporary.place, "PLACE", "the child did not return to the placement before");
            }
            usual = Some(row);
        }
    }
}
