//! The window of each person's visit, the day on which it took place, and what is odd about that day.

use super::columns::Columns;
use super::grid::Grid;
use super::people::People;
use super::plan::Schedule;
use super::remarks::Remarks;
use super::status::Timing;
use crate::frame::Date;

/// A visit of one person: when it was planned and when it was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Appointment {
    pub(super) window: Option<Window>,
    /// The earliest day in its rows that lies in the window; the earliest of all, where none does.
    pub(super) day: Option<Date>,
    pub(super) timing: Timing,
}

impl Appointment {
    /// The day on which eligibility is judged: that of the visit, or else the one that was meant.
    pub(super) fn judged_on(&self) -> Option<Date> {
        self.day.or(self.window.map(|window| window.target))
    }
}

/// The days of a visit: the first and the last belong to its window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    origin: Date,
    first: Date,
    target: Date,
    pub(super) last: Date,
}

impl Window {
    fn timing(&self, day: Date) -> Timing {
        if day < self.first {
            Timing::Early
        } else if day > self.last {
            Timing::Late
        } else {
            Timing::InWindow
        }
    }
}

/// Every appointment, by person and visit.
pub(super) fn appointments(
    schedule: &Schedule,
    columns: &Columns<'_>,
    grid: &Grid,
    people: &People,
    remarks: &mut Remarks,
) -> Vec<Appointment> {
    let origin_of = |name: &str| schedule.origins.iter().position(|(origin, _)| origin == name);
    let origins: Vec<Option<usize>> = schedule.visits.iter().map(|visit| origin_of(&visit.origin)).collect();
    let mut made = Vec::with_capacity(grid.n_subjects() * grid.n_visits);
    for subject in 0..grid.n_subjects() {
        for (visit, (planned, origin)) in schedule.visits.iter().zip(&origins).enumerate() {
            let window = origin.and_then(|origin| people.origins[origin][subject]).and_then(|origin| {
                let (from, target, to) = (planned.from, planned.target, planned.to);
                Some(Window {
                    origin,
                    first: from.after(origin)?,
                    target: target.after(origin)?,
                    last: to.after(origin)?,
                })
            });
            let rows = grid.rows(grid.at(subject, visit));
            let days = rows.iter().filter_map(|&row| columns.visit_date?.at(row));
            // A day in the window counts before one outside it, an earlier before a later one.
            let is_outside = |day: &Date| window.is_some_and(|window| window.timing(*day) != Timing::InWindow);
            let day = days.min_by_key(|day| (is_outside(day), *day));
            let timing = match (rows.is_empty(), window, day) {
                (true, _, _) => Timing::NoRecord,
                (false, Some(window), Some(day)) => window.timing(day),
                _ => Timing::Undated,
            };
            made.push(Appointment { window, day, timing });
        }
        judge(columns, grid, people, &made[subject * grid.n_visits..], subject, remarks);
    }
    made
}

/// What is odd about the days of one person's visits.
fn judge(
    columns: &Columns<'_>,
    grid: &Grid,
    people: &People,
    appointments: &[Appointment],
    subject: usize,
    remarks: &mut Remarks,
) {
    let Some(days) = columns.visit_date else { return };
    let column = days.column.name();
    let (withdrawal, cut) = (people.withdrawal(subject), people.cut(subject));
    for (visit, appointment) in appointments.iter().enumerate() {
        for &row in grid.rows(grid.at(subject, visit)) {
            let Some(day) = days.at(row) else { continue };
            if let Some((code, message)) = appointment.window.and_then(|window| out_of_window(&window, day)) {
                remarks.warn(row, column, code, message);
            }
            if cut.is_some_and(|cut| day > cut) {
                remarks.warn(row, column, "visit_after_data_cut", "the visit is later than the last day of the data");
            }
            if withdrawal.is_some_and(|withdrawal| day > withdrawal) {
                remarks.warn(row, column, "visit_after_withdrawal", "the visit is later than the withdrawal");
            }
            if is_second(appointments, visit, day) {
                let message = "another visit of this person lies in the same window";
                remarks.warn(row, column, "two_visits_in_window", message);
            }
        }
    }
}

fn out_of_window(window: &Window, day: Date) -> Option<(&'static str, &'static str)> {
    if day < window.origin {
        return Some(("visit_before_origin", "the visit is earlier than the day from which it counts"));
    }
    match window.timing(day) {
        Timing::Early => Some(("visit_early", "the visit is early: before the first day of its window")),
        Timing::Late => Some(("visit_late", "the visit is late: after the last day of its window")),
        _ => None,
    }
}

/// Whether `day`, of the visit `of`, lies in a window in which another visit took place: in its own on a later day than
/// the one that counts, or, out of its own, in the window of another visit.
fn is_second(appointments: &[Appointment], of: usize, day: Date) -> bool {
    let is_within = |at: &Appointment| at.window.is_some_and(|window| window.timing(day) == Timing::InWindow);
    let own = &appointments[of];
    if is_within(own) {
        return own.day.is_some_and(|first| first < day);
    }
    let took_place = |other: &Appointment| is_within(other) && other.timing == Timing::InWindow;
    appointments.iter().enumerate().any(|(visit, other)| visit != of && took_place(other))
}
