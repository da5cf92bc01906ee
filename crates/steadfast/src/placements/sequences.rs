//! The histories of children as lines of colour.

use steadfast_core::episodes::{Histories, Origin, Spell, StateKind};
use steadfast_core::frame::Date;

use crate::figures::events::{SequenceFigure, SequenceGroup, SequenceSpell};

/// Days in a year of the calendar, over four years.
const YEAR: f64 = 365.25;

/// Every child a line of time in years from `origin`, coloured by state. A child whose last state is known to be one that none
/// leaves is in it until the end of observation.
pub(super) fn sequences(histories: &Histories, origin: Origin) -> SequenceFigure {
    let spells = histories.spells();
    let used = used(histories, &spells);
    let children: Vec<Vec<SequenceSpell>> = spells
        .chunk_by(|a, b| a.child == b.child)
        .map(|child| sequence(child, origin, histories.cut(), &used))
        .filter(|sequence| !sequence.is_empty())
        .collect();
    let longest = children.iter().flatten().map(|spell| spell.stop).fold(0.0, f64::max);
    let since = match origin {
        Origin::FirstEntry => "Years since the first day in care".to_owned(),
        Origin::Day(day) => format!("Years since {day}"),
    };
    SequenceFigure {
        time: since,
        horizon: longest.max(1.0 / YEAR),
        states: used.iter().map(|&state| histories.states()[state as usize].name().to_owned()).collect(),
        groups: vec![SequenceGroup { name: "Children".to_owned(), sequences: children }],
    }
}

/// The states that occur: those of care first, ends last.
fn used(histories: &Histories, spells: &[Spell]) -> Vec<u32> {
    let mut used: Vec<u32> = spells.iter().map(|spell| spell.from).chain(spells.iter().filter_map(|s| s.to)).collect();
    let kind = |state: u32| histories.states()[state as usize].kind();
    used.sort_by_key(|&state| (kind(state).is_last(), !kind(state).is_care(), state));
    used.dedup();
    used.retain(|&state| kind(state) != StateKind::Censored);
    used
}

fn sequence(child: &[Spell], origin: Origin, cut: Date, used: &[u32]) -> Vec<SequenceSpell> {
    let zero = match origin {
        Origin::FirstEntry => child[0].start,
        Origin::Day(day) => day,
    };
    let years = |day: Date| f64::from(day.0 - zero.0) / YEAR;
    let place = |state: u32| used.iter().position(|known| *known == state);
    let last = child[child.len() - 1];
    let end = last.to.map(|state| (last.stop, cut, state));
    let stretches = child.iter().map(|spell| (spell.start, spell.stop, spell.from)).chain(end);
    let spell = |(start, stop, state): (Date, Date, u32)| {
        let (start, stop) = (years(start).max(0.0), years(stop));
        (stop > start).then_some(SequenceSpell { start, stop, state: place(state)? })
    };
    stretches.filter_map(spell).collect()
}
