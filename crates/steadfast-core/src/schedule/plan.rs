//! What a study plans: visits counted from its time origins, and the instruments that each visit asks for.

use super::span::Span;
use crate::frame::Date;

/// The schedule of a study. A specification is plain data: [`Schedule::contradictions`] says what is wrong with it,
/// [`Schedule::classify`] holds a frame against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// The column of the person measured.
    pub subject: String,
    /// The column of the visit.
    pub visit: String,
    /// The time origins: a name, and the column of its days.
    pub origins: Vec<(String, String)>,
    /// The visits in their order.
    pub visits: Vec<PlannedVisit>,
    /// The instruments in the order of tables.
    pub instruments: Vec<PlannedInstrument>,
    /// The column of the day of the visit.
    pub visit_date: Option<String>,
    /// How old a person is.
    pub age: AgeSource,
    /// The column of the day of withdrawal.
    pub withdrawal_date: Option<String>,
    /// The day up to which the data are complete.
    pub data_cut: DataCut,
}

/// How the age at a visit is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgeSource {
    /// It is not.
    Unknown,
    /// From the column of the day of birth.
    BirthDate(String),
    /// It stands in a column of the visit's row, in years.
    Years(String),
    /// It stands in a column of the visit's row, in months.
    Months(String),
}

/// The last day that the data cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataCut {
    /// Follow-up is over: every visit is due.
    Over,
    /// This day, for all.
    Day(Date),
    /// The day in a column, which may differ between persons.
    Column(String),
}

/// A visit as it is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedVisit {
    /// The level of the visit's column.
    pub visit: String,
    /// The name of the origin from which it counts.
    pub origin: String,
    /// When it is meant to be, after the origin.
    pub target: Span,
    /// The first day of its window, after the origin.
    pub from: Span,
    /// The last day of its window, which belongs to it.
    pub to: Span,
}

/// An instrument as it is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedInstrument {
    /// A short name: the frame gains the column `NAME.status`.
    pub name: String,
    /// What tables call it.
    pub label: Option<String>,
    /// The columns that must all have a value where it was observed: its items, or its score.
    pub columns: Vec<String>,
    /// Further columns that are absent for the same reason, such as scores of its items.
    pub scores: Vec<String>,
    /// The ages for which it is made.
    pub age: AgeRange,
    /// Who answers it, where each of several persons does.
    pub informants: Option<Informants>,
    /// The visits at which it is planned; all, where none are named.
    pub visits: Vec<String>,
}

impl PlannedInstrument {
    /// Its label, or its name.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }

    /// The name of the column that the frame gains.
    pub fn status_column(&self) -> String {
        format!("{}.status", self.name)
    }

    /// Whether it is planned at `visit`.
    pub fn is_planned_at(&self, visit: &str) -> bool {
        self.visits.is_empty() || self.visits.iter().any(|planned| planned == visit)
    }

    /// Whether `column` is one of its items or scores.
    pub fn has_column(&self, column: &str) -> bool {
        self.columns.iter().chain(&self.scores).any(|name| name == column)
    }
}

/// The ages for which an instrument is made: from the day on which the lower is reached, until the day before the
/// upper one is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AgeRange {
    /// The youngest age, which belongs to it.
    pub from: Option<Span>,
    /// The age that is too old.
    pub below: Option<Span>,
}

impl AgeRange {
    /// Whether it excludes anybody.
    pub fn is_bounded(&self) -> bool {
        self.from.is_some() || self.below.is_some()
    }

    /// Whether it holds who was born on `birth`, on `day`.
    pub fn holds_on(&self, birth: Date, day: Date) -> bool {
        let reached = |age: Span| age.after(birth).is_some_and(|reached| reached <= day);
        self.from.is_none_or(reached) && !self.below.is_some_and(reached)
    }

    /// Whether it holds an age of `months`, which need not be whole.
    pub fn holds_months(&self, months: f64) -> bool {
        let reached = |age: Span| age.in_months().is_some_and(|age| f64::from(age) <= months);
        self.from.is_none_or(reached) && !self.below.is_some_and(reached)
    }
}

/// The persons who each answer an instrument, one a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Informants {
    /// The column that says who answered in a row.
    pub column: String,
    /// The levels from whom an answer is expected.
    pub expected: Vec<String>,
}
