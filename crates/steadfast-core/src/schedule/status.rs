//! The class of an expected observation, and the order in which the reasons count.

use crate::frame::{Date, Presence};

/// What became of an instrument that a visit asks of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Everything that should exist was observed.
    Observed,
    /// Something was observed, and something that should exist is absent.
    PartlyObserved,
    /// Nothing was observed, although it was due and the person had not withdrawn.
    Missing,
    /// Nothing was observed, and the person withdrew before the window had closed.
    Withdrawn,
    /// Nothing was observed, and the window is open beyond the last day of the data.
    NotYetDue,
    /// By design nothing can exist.
    NotApplicable,
}

impl Status {
    /// All of them, in the order of tables.
    pub const ALL: [Self; 6] =
        [Self::Observed, Self::PartlyObserved, Self::Missing, Self::Withdrawn, Self::NotYetDue, Self::NotApplicable];

    /// The word for tables, and the level of the column `NAME.status`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::PartlyObserved => "partly observed",
            Self::Missing => "missing",
            Self::Withdrawn => "withdrawn",
            Self::NotYetDue => "not yet due",
            Self::NotApplicable => "not applicable",
        }
    }

    /// Why an absent value of the instrument is absent.
    pub fn of_absent(self) -> Presence {
        match self {
            Self::Observed | Self::PartlyObserved | Self::Missing => Presence::Missing,
            Self::Withdrawn => Presence::Withdrawn,
            Self::NotYetDue => Presence::NotYetDue,
            Self::NotApplicable => Presence::NotApplicable,
        }
    }
}

/// Why nothing can exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ineligible {
    /// The instrument is not planned at the visit.
    NotPlanned,
    /// The person's age is outside the instrument's range.
    Age,
    /// The file says so.
    Recorded,
}

/// A cell of person × visit × instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// What became of it.
    pub status: Status,
    /// Why it is not applicable; for one that was observed nonetheless, why it should not have been.
    pub ineligible: Option<Ineligible>,
}

/// What the rows of a cell hold.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    /// Whether some row has a value.
    pub(super) any: bool,
    /// Whether some row has every value that should exist.
    pub(super) complete: bool,
    /// The reason that the file gives, when it is the same in every column of every row.
    pub(super) recorded: Option<Presence>,
}

/// All that decides about a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    pub(super) tally: Tally,
    pub(super) is_planned: bool,
    /// Whether the age is in the instrument's range; `None` where it is not known.
    pub(super) in_age: Option<bool>,
    pub(super) window_end: Option<Date>,
    pub(super) data_cut: Option<Date>,
    pub(super) withdrawal: Option<Date>,
}

impl Facts {
    /// The class. What was observed stays observed; else the first reason that holds counts: not applicable, not yet
    /// due, withdrawn, missing.
    pub(super) fn cell(&self) -> Cell {
        let recorded = self.tally.recorded.unwrap_or(Presence::Missing);
        let ineligible = match (self.is_planned, self.in_age) {
            (false, _) => Some(Ineligible::NotPlanned),
            (true, Some(false)) => Some(Ineligible::Age),
            _ => (!self.tally.any && recorded == Presence::NotApplicable).then_some(Ineligible::Recorded),
        };
        let status = if self.tally.complete {
            Status::Observed
        } else if self.tally.any {
            Status::PartlyObserved
        } else if ineligible.is_some() {
            Status::NotApplicable
        } else if self.is_open() || recorded == Presence::NotYetDue {
            Status::NotYetDue
        } else if self.has_withdrawn() || recorded == Presence::Withdrawn {
            Status::Withdrawn
        } else {
            Status::Missing
        };
        Cell { status, ineligible }
    }

    /// Whether the window's last day lies after the last day of the data.
    pub(super) fn is_open(&self) -> bool {
        matches!((self.window_end, self.data_cut), (Some(end), Some(cut)) if end > cut)
    }

    /// Whether the person withdrew on the window's last day or before; ever, where the window is not known.
    fn has_withdrawn(&self) -> bool {
        self.withdrawal.is_some_and(|day| self.window_end.is_none_or(|end| day <= end))
    }
}

/// Whether a visit took place in its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timing {
    /// The file has no row of the visit.
    NoRecord,
    /// Its rows have no day, or its window is not known.
    Undated,
    /// On one of the window's days, of which the first and the last are two.
    InWindow,
    /// Before the window.
    Early,
    /// After the window.
    Late,
}
