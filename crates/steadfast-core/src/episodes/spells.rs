//! Stays in states, one after the other, as multi-state models take them.

use super::care::Period;
use super::histories::Histories;
use super::state::StateKind;
use crate::frame::Date;

/// The day from which days are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// The child's first day in care that is known.
    #[default]
    FirstEntry,
    /// The same day for all children.
    Day(Date),
}

impl Origin {
    /// The origin of a child whose first period is `first`.
    pub(super) fn of(self, first: &Period) -> Date {
        match self {
            Self::FirstEntry => first.start,
            Self::Day(day) => day,
        }
    }
}

/// A stay in a state, `[start, stop)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spell {
    /// The child.
    pub child: u32,
    /// 1 for the child's first.
    pub number: u32,
    /// The first day.
    pub start: Date,
    /// The day on which the state, or observation, ended.
    pub stop: Date,
    /// The state.
    pub from: u32,
    /// The state entered at `stop`; `None` when the spell is censored there.
    pub to: Option<u32>,
}

/// A stay before it is known what follows.
struct Stretch {
    start: Date,
    stop: Date,
    state: u32,
    /// What follows when no stretch does.
    last: Option<u32>,
    /// Whether the next stretch begins where this one stops.
    joined: bool,
}

impl Histories {
    /// The spells of all children, in and out of care: placements in the same state are one spell, and a child who left
    /// care for a state from which children return is in that state until it enters care again or until the cut.
    ///
    /// A spell is censored at the cut, at a transfer, and where a period ends for an unknown state. Stays of no length
    /// (a placement that ended on its first day, an entry on the day of the cut) are no spells; what precedes them is
    /// followed by what comes after them.
    pub fn spells(&self) -> Vec<Spell> {
        let mut spells = Vec::new();
        for periods in self.by_child() {
            let stretches = self.stretches(periods);
            for (at, stretch) in stretches.iter().enumerate() {
                let next = stretches.get(at + 1).filter(|_| stretch.joined).map(|next| next.state);
                spells.push(Spell {
                    child: periods[0].child,
                    number: at as u32 + 1,
                    start: stretch.start,
                    stop: stretch.stop,
                    from: stretch.state,
                    to: next.or(stretch.last),
                });
            }
        }
        spells
    }

    fn stretches(&self, periods: &[Period]) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::new();
        for (at, period) in periods.iter().enumerate() {
            for placement in &period.placements {
                let stop = placement.stop.unwrap_or(self.cut);
                add(
                    &mut stretches,
                    Stretch { start: placement.start, stop, state: placement.state, last: None, joined: true },
                );
            }
            let next = periods.get(at + 1).map(|next| next.start);
            let Some(exit) = period.exit else { continue };
            let kind = exit.state.map_or(StateKind::Censored, |state| self.states[state as usize].kind());
            match exit.state {
                Some(state) if !kind.is_last() => {
                    let stop = next.unwrap_or(self.cut);
                    let out = Stretch { start: exit.day, stop, state, last: None, joined: true };
                    close(&mut stretches, Some(state).filter(|_| stop == exit.day && next.is_none()), true);
                    add(&mut stretches, out);
                }
                Some(state) if kind == StateKind::End => close(&mut stretches, Some(state), false),
                _ => close(&mut stretches, None, false),
            }
        }
        stretches
    }
}

/// Adds a stretch of some length, joined with the one before when the state is the same.
fn add(stretches: &mut Vec<Stretch>, next: Stretch) {
    if next.start >= next.stop {
        return;
    }
    match stretches.last_mut() {
        Some(last) if last.joined && last.state == next.state && last.stop == next.start => last.stop = next.stop,
        _ => stretches.push(next),
    }
}

/// Says what follows the last stretch.
fn close(stretches: &mut [Stretch], last: Option<u32>, joined: bool) {
    if let Some(stretch) = stretches.last_mut() {
        stretch.last = last;
        stretch.joined = joined;
    }
}
