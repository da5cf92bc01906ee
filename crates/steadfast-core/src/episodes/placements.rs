//! From the episodes of one period of care to its placements.

use super::care::{LegalSpell, MoveReason, Placement};
use super::episode::{Episode, Register};
use super::state::StateKind;
use crate::frame::Date;

/// A placement while its episodes are being read.
struct Open {
    placement: Placement,
    address: u32,
    carer_changed: bool,
    temporary: bool,
    /// The reason on the episode that ended it.
    reason: MoveReason,
}

/// The placements of `episodes`, which are one period of care in order and not empty.
///
/// A placement begins with the first episode and with every episode whose reason is P, T, B or U. A run of temporary
/// placements is part of the placement before it when the child returns there: same type, provider, postcode and URN.
/// A temporary placement that is open at the cut, that ends care, or after which the child goes elsewhere, counts as a
/// placement of its own: nothing says that the child returned.
pub(super) fn placements(register: &Register, episodes: &[Episode]) -> Vec<Placement> {
    let mut stack: Vec<Open> = Vec::new();
    for (at, episode) in episodes.iter().enumerate() {
        if at > 0 && !episode.began.changes_placement() {
            extend(&mut stack, episode);
        } else if let Some(back) = returned(&stack, episode) {
            let temporary = (stack.len() - 1 - back) as u32;
            stack.truncate(back + 1);
            if let Some(open) = stack.last_mut() {
                open.placement.bridged += temporary;
            }
            extend(&mut stack, episode);
        } else {
            stack.push(begun(register, episode, at > 0));
        }
    }
    number(stack)
}

/// The place in `stack` of the placement to which `episode` returns over temporary ones.
fn returned(stack: &[Open], episode: &Episode) -> Option<usize> {
    let back = stack.iter().rposition(|open| !open.temporary)?;
    (back + 1 < stack.len() && stack[back].address == episode.address).then_some(back)
}

fn begun(register: &Register, episode: &Episode, within: bool) -> Open {
    let state = register.placements[episode.placement as usize].1;
    Open {
        placement: Placement {
            start: episode.start,
            stop: episode.ended.map(|(day, _)| day),
            kind: episode.placement,
            state,
            carer: 0,
            bridged: 0,
            moved: None,
        },
        address: episode.address,
        carer_changed: within && episode.began.changes_carer(),
        temporary: register.states[state as usize].kind() == StateKind::Temporary,
        reason: episode.moved,
    }
}

fn extend(stack: &mut [Open], episode: &Episode) {
    if let Some(open) = stack.last_mut() {
        open.placement.stop = episode.ended.map(|(day, _)| day);
        open.reason = episode.moved;
    }
}

/// Numbers the carers, and says why each placement but the last ended.
fn number(stack: Vec<Open>) -> Vec<Placement> {
    let (mut carer, last) = (0, stack.len().saturating_sub(1));
    let mut placements = Vec::with_capacity(stack.len());
    for (at, open) in stack.into_iter().enumerate() {
        carer += u32::from(open.carer_changed);
        let moved = (at < last).then_some(open.reason);
        placements.push(Placement { carer, moved, ..open.placement });
    }
    placements
}

/// The legal statuses of one period in order; neighbours with the same status are one.
pub(super) fn legal(episodes: &[Episode]) -> Vec<LegalSpell> {
    let mut spells: Vec<LegalSpell> = Vec::new();
    for episode in episodes {
        let stop: Option<Date> = episode.ended.map(|(day, _)| day);
        match spells.last_mut() {
            Some(last) if last.status == episode.legal => last.stop = stop,
            _ => spells.push(LegalSpell { start: episode.start, stop, status: episode.legal }),
        }
    }
    spells
}
