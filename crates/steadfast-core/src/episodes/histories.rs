//! The care histories of all children up to a cut of the data.

use super::care::{Exit, Period};
use super::episode::{Absence, Began, Child, Ended, Episode, Register};
use super::placements::{legal, placements};
use super::state::State;
use crate::error::Result;
use crate::frame::Date;

/// Periods of care of all children, right-censored at a cut.
#[derive(Debug, Clone)]
pub struct Histories {
    pub(super) cut: Date,
    pub(super) states: Vec<State>,
    pub(super) children: Vec<Child>,
    pub(super) periods: Vec<Period>,
    pub(super) absences: Vec<Absence>,
    pub(super) placement_names: Vec<String>,
    pub(super) legal_names: Vec<String>,
    pub(super) exit_names: Vec<String>,
}

impl Histories {
    /// The histories in `register` as they were known on `cut`: what began later is left out, what ended later is open.
    ///
    /// A period of care runs from an episode that started to be looked after (`S`) to the first that did not continue.
    /// Series of short breaks (legal statuses V3 and V4) are no care and are left out; a period of nothing else
    /// disappears. The episodes must obey the rules of the return: what is made of overlapping ones has no meaning.
    ///
    /// Operations: a sort of the episodes, O(n log n), and one pass.
    ///
    /// # Errors
    /// `inconsistent_register` when an episode, an absence or a code names something that is not in the lists of `register`.
    pub fn from_episodes(register: &Register, cut: Date) -> Result<Self> {
        register.check()?;
        let mut episodes: Vec<Episode> = register.episodes.iter().filter_map(|episode| known(episode, cut)).collect();
        episodes.sort_by_key(order);
        let mut periods = Vec::new();
        for of_child in episodes.chunk_by(|a, b| a.child == b.child) {
            let mut from = 0;
            for at in 0..of_child.len() {
                let is_last = at + 1 == of_child.len() || begins(&of_child[at], &of_child[at + 1]);
                if is_last {
                    periods.extend(period(register, &of_child[from..=at]));
                    from = at + 1;
                }
            }
        }
        let names = |list: &[(String, u32)]| list.iter().map(|(code, _)| code.clone()).collect();
        Ok(Self {
            cut,
            states: register.states.clone(),
            children: register.children.clone(),
            periods,
            absences: absences(&register.absences, cut),
            placement_names: names(&register.placements),
            legal_names: register.legal.iter().map(|(code, _)| code.clone()).collect(),
            exit_names: names(&register.exits),
        })
    }

    /// The day on which observation ends.
    pub fn cut(&self) -> Date {
        self.cut
    }

    /// The states.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// The children.
    pub fn children(&self) -> &[Child] {
        &self.children
    }

    /// The periods of care, by child and day.
    pub fn periods(&self) -> &[Period] {
        &self.periods
    }

    /// The absences, by child and day.
    pub fn absences(&self) -> &[Absence] {
        &self.absences
    }

    /// The periods of each child that has one.
    pub(super) fn by_child(&self) -> impl Iterator<Item = &[Period]> {
        self.periods.chunk_by(|a, b| a.child == b.child)
    }
}

/// The order of episodes: child, start, open ones last; equal ones by their content, so that no order of rows matters.
fn order(episode: &Episode) -> (u32, Date, Date, u32, u32) {
    let end = episode.ended.map_or(Date(i32::MAX), |(day, _)| day);
    (episode.child, episode.start, end, episode.placement, episode.legal)
}

/// The episode as it was known on `cut`, if it had begun.
fn known(episode: &Episode, cut: Date) -> Option<Episode> {
    let ended = episode.ended.filter(|(day, _)| *day <= cut);
    (episode.start <= cut).then_some(Episode { ended, ..*episode })
}

pub(super) fn absences(absences: &[Absence], cut: Date) -> Vec<Absence> {
    let known = absences.iter().filter(|absence| absence.start <= cut);
    let mut known: Vec<Absence> =
        known.map(|absence| Absence { stop: absence.stop.filter(|stop| *stop <= cut), ..*absence }).collect();
    known.sort_by_key(|absence| (absence.child, absence.start, absence.stop.unwrap_or(Date(i32::MAX))));
    known
}

/// Whether `next` begins another period of care.
fn begins(before: &Episode, next: &Episode) -> bool {
    next.began == Began::Started || !matches!(before.ended, Some((_, Ended::Continues)))
}

fn period(register: &Register, episodes: &[Episode]) -> Option<Period> {
    let kept: Vec<Episode> =
        episodes.iter().filter(|episode| !register.legal[episode.legal as usize].1).copied().collect();
    let (first, last) = (kept.first()?, kept.last()?);
    let exit = last.ended.map(|(day, how)| match how {
        Ended::Exit(code) => Exit { day, state: Some(register.exits[code as usize].1), code: Some(code) },
        Ended::Continues => Exit { day, state: None, code: None },
    });
    Some(Period {
        child: first.child,
        start: first.start,
        truncated: episodes.first().is_some_and(|episode| episode.began != Began::Started),
        exit,
        placements: placements(register, &kept),
        legal: legal(&kept),
    })
}
