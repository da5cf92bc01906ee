//! One row a child: how often it moved, how long it was where, how often it came back.

use super::care::{MoveReason, Period};
use super::episode::Absence;
use super::histories::Histories;
use super::state::StateKind;
use crate::frame::Date;

/// What a child's history comes to, up to the cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildSummary {
    /// The child.
    pub child: u32,
    /// The first day in care that is known.
    pub first_entry: Date,
    /// Whether care began before the data did.
    pub truncated: bool,
    /// Periods of care.
    pub periods: usize,
    /// Placements, temporary ones from which the child returned not counted.
    pub placements: usize,
    /// Moves: placements after the first of each period.
    pub moves: usize,
    /// Moves that were planned.
    pub planned: usize,
    /// Moves by disruption.
    pub disrupted: usize,
    /// Moves for another reason or for none that was given.
    pub other: usize,
    /// Changes of carer (RNE P and B).
    pub carer_changes: usize,
    /// Temporary placements that were bridged.
    pub bridged: usize,
    /// Changes of the legal status within periods.
    pub legal_changes: usize,
    /// Transitions between states that were observed, entries into care after the first included.
    pub transitions: usize,
    /// Entries into care after the first.
    pub re_entries: usize,
    /// Returns into care from home.
    pub oscillations: usize,
    /// Days in care.
    pub days_in_care: i64,
    /// Days in each state, in and out of care, in the order of [`Histories::states`].
    pub days: Vec<i64>,
    /// Days missing or away without authorisation while in care.
    pub days_missing: i64,
    /// The state at the cut, or the one that ended observation; `None` where it is not known.
    pub last_state: Option<u32>,
}

impl Histories {
    /// A summary of each child that was in care, in the order of children.
    pub fn summaries(&self) -> Vec<ChildSummary> {
        let spells = self.spells();
        let mut spells = spells.chunk_by(|a, b| a.child == b.child).peekable();
        let mut absences = self.absences.chunk_by(|a, b| a.child == b.child).peekable();
        let mut summaries = Vec::new();
        for periods in self.by_child() {
            let child = periods[0].child;
            // A child whose only day in care is the cut has no spell; absences may be of children never in care.
            let mine = spells.next_if(|spells| spells[0].child == child).unwrap_or(&[]);
            while absences.next_if(|absences| absences[0].child < child).is_some() {}
            let away = absences.next_if(|absences| absences[0].child == child).unwrap_or(&[]);
            let mut summary = self.counted(periods);
            for spell in mine {
                summary.days[spell.from as usize] += i64::from(spell.stop.0 - spell.start.0);
                summary.transitions += usize::from(spell.to.is_some());
            }
            summary.last_state = mine.last().map(|spell| spell.to.unwrap_or(spell.from));
            summary.days_missing = days_missing(away, periods, self.cut);
            summaries.push(summary);
        }
        summaries
    }

    fn counted(&self, periods: &[Period]) -> ChildSummary {
        let placements = || periods.iter().flat_map(|period| &period.placements);
        let moved = |reason: MoveReason| placements().filter(|placement| placement.moved == Some(reason)).count();
        let home = |period: &&Period| {
            let state = period.exit.and_then(|exit| exit.state);
            state.is_some_and(|state| self.states[state as usize].kind() == StateKind::Home)
        };
        ChildSummary {
            child: periods[0].child,
            first_entry: periods[0].start,
            truncated: periods[0].truncated,
            periods: periods.len(),
            placements: placements().count(),
            moves: periods.iter().map(Period::moves).sum(),
            planned: moved(MoveReason::Planned),
            disrupted: moved(MoveReason::Disrupted),
            other: moved(MoveReason::Other) + moved(MoveReason::Unknown),
            carer_changes: periods.iter().map(|period| period.carer_changes() as usize).sum(),
            bridged: placements().map(|placement| placement.bridged as usize).sum(),
            legal_changes: periods.iter().map(|period| period.legal.len().saturating_sub(1)).sum(),
            transitions: 0,
            re_entries: periods.len() - 1,
            oscillations: periods[..periods.len() - 1].iter().filter(home).count(),
            days_in_care: periods.iter().map(|period| i64::from(period.days(self.cut))).sum(),
            days: vec![0; self.states.len()],
            days_missing: 0,
            last_state: None,
        }
    }
}

/// Days of `absences` within `periods`, a day of two absences counted once. Both are of one child and sorted.
pub fn days_missing(absences: &[Absence], periods: &[Period], cut: Date) -> i64 {
    let (mut days, mut counted_to) = (0, Date(i32::MIN));
    for absence in absences {
        let (start, stop) = (absence.start.max(counted_to), absence.stop.unwrap_or(cut).min(cut));
        for period in periods {
            let within = period.stop(cut).min(stop).0 - period.start.max(start).0;
            days += i64::from(within.max(0));
        }
        counted_to = counted_to.max(stop);
    }
    days
}
