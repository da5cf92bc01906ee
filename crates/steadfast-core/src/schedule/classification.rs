//! A frame held against a schedule: the class of every expected observation, with or without a row in the file.

use super::appointments::{Appointment, appointments};
use super::columns::{Answers, Columns};
use super::grid::{Grid, NOWHERE};
use super::people::People;
use super::plan::{PlannedInstrument, Schedule};
use super::remarks::Remarks;
use super::status::{Cell, Facts, Ineligible, Status, Tally, Timing};
use crate::error::Result;
use crate::findings::Findings;
use crate::frame::{Column, Frame, Presence};

/// Every cell of person × visit × instrument, classified. Persons are numbered in the order of the levels of their
/// column, visits and instruments in the order of the schedule.
#[derive(Debug, Clone)]
pub struct Classification {
    pub(super) schedule: Schedule,
    pub(super) grid: Grid,
    pub(super) slots: Vec<Slot>,
    timing: Vec<Timing>,
    findings: Findings,
}

/// An instrument, or the answers to it that one informant is expected to give.
#[derive(Debug, Clone)]
pub struct Slot {
    pub(super) instrument: usize,
    informant: Option<String>,
    /// For each row of the frame whether it may answer this; all may where there are no informants.
    pub(super) code: Option<u32>,
    n_visits: usize,
    cells: Vec<Cell>,
}

impl Slot {
    /// The place of the instrument in the schedule.
    pub fn instrument(&self) -> usize {
        self.instrument
    }

    /// The informant, where several are expected to answer.
    pub fn informant(&self) -> Option<&str> {
        self.informant.as_deref()
    }

    /// The cell of a person at a visit.
    pub fn cell(&self, subject: usize, visit: usize) -> Cell {
        self.cells[subject * self.n_visits + visit]
    }
}

impl Schedule {
    /// Holds `frame` against the schedule. One pass over rows sorted by counting; no result depends on their order.
    ///
    /// # Errors
    /// `schedule_columns` when a column is not there or holds no days, all of them in one message.
    pub fn classify(&self, frame: &Frame) -> Result<Classification> {
        let columns = Columns::of(self, frame)?;
        let grid = Grid::of(self, &columns);
        let mut remarks = Remarks::default();
        let people = People::of(self, &columns, &grid, &mut remarks);
        let appointments = appointments(self, &columns, &grid, &people, &mut remarks);
        let mut judge = Judge {
            columns: &columns,
            grid: &grid,
            people: &people,
            appointments: &appointments,
            undated: vec![false; appointments.len()],
            remarks: &mut remarks,
        };
        let mut slots = Vec::new();
        for (at, (planned, answers)) in self.instruments.iter().zip(&columns.answers).enumerate() {
            let planned_at: Vec<bool> = self.visits.iter().map(|visit| planned.is_planned_at(&visit.visit)).collect();
            let everybody = [None];
            let informants: Vec<Option<&String>> = match &planned.informants {
                None => everybody.to_vec(),
                Some(informants) => informants.expected.iter().map(Some).collect(),
            };
            for informant in informants {
                let code = informant.map(|level| code_of(answers, level));
                let instrument = Instrument { planned, planned_at: &planned_at, answers, code };
                let cells = judge.cells(&instrument);
                slots.push(Slot {
                    instrument: at,
                    informant: informant.cloned(),
                    code,
                    n_visits: grid.n_visits,
                    cells,
                });
            }
        }
        let timing = appointments.iter().map(|appointment| appointment.timing).collect();
        Ok(Classification { schedule: self.clone(), grid, slots, timing, findings: remarks.into_findings() })
    }
}

/// The code of an informant; a level that does not occur has one that no row has.
fn code_of(answers: &Answers<'_>, level: &str) -> u32 {
    let index = answers.informant.as_ref().and_then(|factor| factor.level_index(level));
    index.map_or(NOWHERE - 1, |index| index as u32)
}

/// An instrument as one kind of informant answers it.
struct Instrument<'a> {
    planned: &'a PlannedInstrument,
    planned_at: &'a [bool],
    answers: &'a Answers<'a>,
    code: Option<u32>,
}

/// What decides about cells.
struct Judge<'a> {
    columns: &'a Columns<'a>,
    grid: &'a Grid,
    people: &'a People,
    appointments: &'a [Appointment],
    /// Appointments of which a note says that something was observed without a day.
    undated: Vec<bool>,
    remarks: &'a mut Remarks,
}

impl Judge<'_> {
    fn cells(&mut self, instrument: &Instrument<'_>) -> Vec<Cell> {
        let mut cells = Vec::with_capacity(self.appointments.len());
        for subject in 0..self.grid.n_subjects() {
            for visit in 0..self.grid.n_visits {
                let at = self.grid.at(subject, visit);
                let appointment = &self.appointments[at];
                let facts = Facts {
                    tally: tally(instrument, self.grid.rows(at)),
                    is_planned: instrument.planned_at[visit],
                    in_age: self.in_age(instrument.planned, subject, at),
                    window_end: appointment.window.map(|window| window.last),
                    data_cut: self.people.cut(subject),
                    withdrawal: self.people.withdrawal(subject),
                };
                let cell = facts.cell();
                self.remark(instrument, at, &facts, &cell);
                cells.push(cell);
            }
        }
        cells
    }

    /// Whether the age is in range: by the day of birth on the day of the visit or else its target, or by the smallest
    /// age in the visit's rows.
    fn in_age(&self, planned: &PlannedInstrument, subject: usize, at: usize) -> Option<bool> {
        let range = planned.age;
        if !range.is_bounded() {
            return Some(true);
        }
        if let Some(birth) = &self.people.birth {
            return Some(range.holds_on(birth[subject]?, self.appointments[at].judged_on()?));
        }
        let ages = self.columns.ages.as_ref()?;
        let months = self.grid.rows(at).iter().filter_map(|&row| ages.months_at(row));
        months.min_by(f64::total_cmp).map(|months| range.holds_months(months))
    }

    fn remark(&mut self, instrument: &Instrument<'_>, at: usize, facts: &Facts, cell: &Cell) {
        let column = instrument.answers.columns.first().map_or("", |column| column.name());
        let Some(&first) = self.grid.rows(at).first() else { return };
        if facts.tally.any {
            if cell.ineligible.is_some() {
                let message = "a value was observed where the schedule says not applicable; it stays observed";
                self.remarks.warn(first, column, "observed_not_applicable", message);
            }
            if let (None, Some(days)) = (self.appointments[at].day, self.columns.visit_date)
                && !std::mem::replace(&mut self.undated[at], true)
            {
                let message = "something was observed at this visit, and its day is not known";
                self.remarks.note(first, days.column.name(), "visit_undated", message);
            }
            return;
        }
        let is_eligible = facts.is_planned && facts.in_age == Some(true);
        match facts.tally.recorded {
            Some(Presence::NotApplicable) if is_eligible => {
                let message = "the file says not applicable where the schedule expects a value; the file's word stands";
                self.remarks.warn(first, column, "recorded_not_applicable", message);
            }
            Some(Presence::NotYetDue) if is_eligible && facts.window_end.is_some() && !facts.is_open() => {
                let message = "the file says not yet due, and the window has closed; the file's word stands";
                self.remarks.warn(first, column, "recorded_not_yet_due", message);
            }
            _ => {}
        }
    }
}

/// What the rows of a cell hold of an instrument.
fn tally(instrument: &Instrument<'_>, rows: &[u32]) -> Tally {
    let informant = instrument.answers.informant.as_ref();
    let answers = |row: &&u32| match (instrument.code, informant) {
        (Some(code), Some(factor)) => factor.codes()[**row as usize] == code,
        _ => true,
    };
    rows.iter().filter(answers).fold(Tally::default(), |tally, &row| tally.with(&instrument.answers.columns, row))
}

impl Tally {
    /// The tally with one more row. A column that the file declares not applicable, beside others that are not, takes
    /// nothing from completeness: such as questions that follow upon an answer.
    pub(super) fn with(mut self, columns: &[&Column], row: u32) -> Self {
        let (mut any, mut lacks) = (false, false);
        for column in columns {
            let presence = column.presence(row as usize);
            match presence {
                Presence::Observed => any = true,
                Presence::NotApplicable => {}
                Presence::Missing | Presence::Withdrawn | Presence::NotYetDue => lacks = true,
            }
            let agrees = self.recorded.is_none_or(|known| known == presence);
            self.recorded = Some(if agrees { presence } else { Presence::Missing });
        }
        self.any |= any;
        self.complete |= any && !lacks;
        self
    }
}

impl Classification {
    /// The schedule.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// What is odd about the days, and where the file and the schedule contradict each other: warnings and notes.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The number of persons.
    pub fn n_subjects(&self) -> usize {
        self.grid.n_subjects()
    }

    /// The first row of each person, in which what is constant within persons can be read.
    pub fn first_rows(&self) -> &[u32] {
        &self.grid.first_rows
    }

    /// The person of a row, unless the row names none.
    pub fn subject_of(&self, row: u32) -> Option<usize> {
        self.grid.subject.get(row as usize).filter(|subject| **subject != NOWHERE).map(|&subject| subject as usize)
    }

    /// The instruments, each once for every informant expected.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The first slot that has `column` among its items or scores.
    pub fn slot_of(&self, column: &str) -> Option<&Slot> {
        self.slots.iter().find(|slot| self.schedule.instruments[slot.instrument].has_column(column))
    }

    /// Whether a person's visit took place in its window.
    pub fn timing(&self, subject: usize, visit: usize) -> Timing {
        self.timing[self.grid.at(subject, visit)]
    }

    /// The rows of a person's visit; empty where the file has none.
    pub fn rows(&self, subject: usize, visit: usize) -> &[u32] {
        self.grid.rows(self.grid.at(subject, visit))
    }

    /// The cells of `slot` that should hold a value and for which the file has no row, as person and visit: what an
    /// imputation of the frame's absent values ([`Column::is_imputable`]) would not reach.
    pub fn without_row<'a>(&'a self, slot: &'a Slot) -> impl Iterator<Item = (usize, usize)> + 'a {
        let places =
            (0..self.n_subjects()).flat_map(|subject| (0..self.grid.n_visits).map(move |visit| (subject, visit)));
        places.filter(|&(subject, visit)| {
            let should_exist = matches!(slot.cell(subject, visit).status, Status::Missing | Status::Withdrawn);
            should_exist && self.rows(subject, visit).is_empty()
        })
    }

    /// How many cells of `slot` at `visit` are of each class, in the order of [`Status::ALL`].
    pub fn counts(&self, slot: &Slot, visit: usize) -> [usize; 6] {
        let mut counts = [0; 6];
        (0..self.n_subjects()).for_each(|subject| counts[slot.cell(subject, visit).status as usize] += 1);
        counts
    }
}

impl Cell {
    /// The cell of a row whose visit, or informant, is not planned.
    pub(super) fn unplanned(tally: Tally) -> Self {
        let facts =
            Facts { tally, is_planned: false, in_age: None, window_end: None, data_cut: None, withdrawal: None };
        let cell = facts.cell();
        Self { ineligible: Some(Ineligible::NotPlanned), ..cell }
    }
}
