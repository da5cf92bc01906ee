//! What is known of each person once: origins, birth, withdrawal, and the last day of the data.

use super::columns::{Columns, Days};
use super::grid::{Grid, NOWHERE};
use super::plan::{DataCut, Schedule};
use super::remarks::Remarks;
use crate::frame::Date;

/// The days of the persons.
pub(super) struct People {
    /// By origin, by person.
    pub(super) origins: Vec<Vec<Option<Date>>>,
    pub(super) birth: Option<Vec<Option<Date>>>,
    withdrawal: Option<Vec<Option<Date>>>,
    cut: Option<Vec<Option<Date>>>,
    cut_for_all: Option<Date>,
}

impl People {
    pub(super) fn of(schedule: &Schedule, columns: &Columns<'_>, grid: &Grid, remarks: &mut Remarks) -> Self {
        let mut of = |days: &Days<'_>| one_a_person(days, grid, remarks);
        let people = Self {
            origins: columns.origins.iter().map(&mut of).collect(),
            birth: columns.birth_date.as_ref().map(&mut of),
            withdrawal: columns.withdrawal_date.as_ref().map(&mut of),
            cut: columns.data_cut.as_ref().map(&mut of),
            cut_for_all: match &schedule.data_cut {
                DataCut::Day(day) => Some(*day),
                DataCut::Over | DataCut::Column(_) => None,
            },
        };
        for ((name, _), (days, found)) in schedule.origins.iter().zip(columns.origins.iter().zip(&people.origins)) {
            let is_used = schedule.visits.iter().any(|visit| visit.origin == *name);
            for &row in absent(found, grid).filter(|_| is_used) {
                remarks.warn(
                    row,
                    days.column.name(),
                    "origin_missing",
                    "visits that count from this day have no window",
                );
            }
        }
        let is_asked = schedule.instruments.iter().any(|instrument| instrument.age.is_bounded());
        if let (Some(days), Some(found), true) = (&columns.birth_date, &people.birth, is_asked) {
            for &row in absent(found, grid) {
                let message = "without it nothing is known to be not applicable by age";
                remarks.warn(row, days.column.name(), "birth_date_missing", message);
            }
        }
        people
    }

    pub(super) fn withdrawal(&self, subject: usize) -> Option<Date> {
        self.withdrawal.as_ref()?[subject]
    }

    pub(super) fn cut(&self, subject: usize) -> Option<Date> {
        self.cut_for_all.or_else(|| self.cut.as_ref()?[subject])
    }
}

/// The first rows of those who have no day.
fn absent<'a>(found: &'a [Option<Date>], grid: &'a Grid) -> impl Iterator<Item = &'a u32> {
    found.iter().zip(&grid.first_rows).filter(|(day, _)| day.is_none()).map(|(_, row)| row)
}

/// The earliest day of each person; rows that have another are a finding.
fn one_a_person(days: &Days<'_>, grid: &Grid, remarks: &mut Remarks) -> Vec<Option<Date>> {
    let mut earliest: Vec<Option<Date>> = vec![None; grid.n_subjects()];
    let known = || {
        let rows = grid.subject.iter().enumerate().filter(|(_, subject)| **subject != NOWHERE);
        rows.filter_map(|(row, &subject)| Some((row as u32, subject as usize, days.at(row as u32)?)))
    };
    for (_, subject, day) in known() {
        let first = earliest[subject].get_or_insert(day);
        *first = day.min(*first);
    }
    for (row, _, _) in known().filter(|(_, subject, day)| earliest[*subject] != Some(*day)) {
        remarks.warn(
            row,
            days.column.name(),
            "date_changes",
            "another row of this person has an earlier day, which counts",
        );
    }
    earliest
}
