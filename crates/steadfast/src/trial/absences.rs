//! Why an outcome is not there at a visit: by the schedule where the trial follows one, by the file otherwise.

use steadfast_core::frame::Presence;
use steadfast_core::schedule::{Classification, Ineligible, Slot, Status};

use super::Trial;

/// Why somebody has no outcome at a visit, in the order of the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    NoRecord,
    Missing,
    Withdrawn,
    NotYetDue,
    TooYoungOrOld,
    NotPlanned,
    /// The file says so where the schedule does not.
    Recorded,
    NotApplicable,
}

impl Reason {
    const ALL: [Self; 8] = [
        Self::NoRecord,
        Self::Missing,
        Self::Withdrawn,
        Self::NotYetDue,
        Self::TooYoungOrOld,
        Self::NotPlanned,
        Self::Recorded,
        Self::NotApplicable,
    ];

    fn text(self, outcome: &str) -> String {
        match self {
            Self::NoRecord => "no record of the visit".to_owned(),
            Self::Missing => format!("{outcome} missing"),
            Self::Withdrawn => format!("{outcome} withdrawn"),
            Self::NotYetDue => format!("{outcome} not yet due"),
            Self::TooYoungOrOld => format!("{outcome} not applicable by age"),
            Self::NotPlanned => format!("{outcome} not planned at this visit"),
            Self::Recorded => format!("{outcome} not applicable by the file's own word"),
            Self::NotApplicable => format!("{outcome} not applicable"),
        }
    }
}

/// Those of `here` (the rows at a visit) without an observed outcome and those in `elsewhere` (rows of persons who have
/// none at the visit), by reason.
pub(super) fn absences(trial: &Trial<'_>, visit: usize, here: &[u32], elsewhere: &[u32]) -> Vec<(String, Vec<u32>)> {
    let planned = Planned::of(trial, visit);
    let mut by_reason = vec![Vec::new(); Reason::ALL.len()];
    for &row in elsewhere {
        let reason = planned.as_ref().and_then(|planned| planned.without_row(row)).unwrap_or(Reason::NoRecord);
        by_reason[reason as usize].push(row);
    }
    for &row in here {
        let reason = match trial.outcome.presence(row as usize) {
            Presence::Observed => continue,
            Presence::Missing => Reason::Missing,
            Presence::Withdrawn => Reason::Withdrawn,
            Presence::NotYetDue => Reason::NotYetDue,
            Presence::NotApplicable => {
                planned.as_ref().map_or(Reason::NotApplicable, |planned| planned.not_applicable(row))
            }
        };
        by_reason[reason as usize].push(row);
    }
    let texts = Reason::ALL.map(|reason| reason.text(trial.outcome.label()));
    texts.into_iter().zip(by_reason).collect()
}

/// The outcome's instrument at a visit of the schedule.
struct Planned<'a> {
    classification: &'a Classification,
    slot: &'a Slot,
    visit: usize,
}

impl<'a> Planned<'a> {
    fn of(trial: &Trial<'a>, visit: usize) -> Option<Self> {
        let classification = trial.classification?;
        let name = trial.visits().get(visit)?;
        let visit = classification.schedule().visits.iter().position(|planned| planned.visit == *name)?;
        Some(Self { classification, slot: classification.slot_of(trial.outcome.name())?, visit })
    }

    /// Why the person of `row`, who has no row at the visit, has no outcome there.
    fn without_row(&self, row: u32) -> Option<Reason> {
        let cell = self.slot.cell(self.classification.subject_of(row)?, self.visit);
        match cell.status {
            Status::Withdrawn => Some(Reason::Withdrawn),
            Status::NotYetDue => Some(Reason::NotYetDue),
            Status::NotApplicable => Some(self.not_applicable(row)),
            Status::Observed | Status::PartlyObserved | Status::Missing => None,
        }
    }

    fn not_applicable(&self, row: u32) -> Reason {
        let cell = self.classification.subject_of(row).map(|subject| self.slot.cell(subject, self.visit));
        match cell.and_then(|cell| cell.ineligible) {
            Some(Ineligible::Age) => Reason::TooYoungOrOld,
            Some(Ineligible::NotPlanned) => Reason::NotPlanned,
            Some(Ineligible::Recorded) => Reason::Recorded,
            None => Reason::NotApplicable,
        }
    }
}
