//! The columns of a frame that a schedule names, found and of the right type, or all that is wrong with them.

use std::sync::Arc;

use super::plan::{AgeSource, DataCut, Schedule};
use crate::error::{Error, Result};
use crate::frame::{Column, ColumnData, Date, Factor, Frame};

/// A column of days.
#[derive(Clone, Copy)]
pub(super) struct Days<'a> {
    pub(super) column: &'a Column,
    values: &'a [Date],
}

impl Days<'_> {
    pub(super) fn at(&self, row: u32) -> Option<Date> {
        self.column.is_observed(row as usize).then(|| self.values[row as usize])
    }
}

/// A column of ages and how many months one of its units has.
pub(super) struct Ages<'a> {
    column: &'a Column,
    values: Arc<Vec<f64>>,
    months: f64,
}

impl Ages<'_> {
    pub(super) fn months_at(&self, row: u32) -> Option<f64> {
        self.column.is_observed(row as usize).then(|| self.values[row as usize] * self.months)
    }
}

/// The columns of an instrument.
pub(super) struct Answers<'a> {
    pub(super) columns: Vec<&'a Column>,
    pub(super) informant: Option<Factor>,
}

/// Everything that a schedule reads of a frame.
pub(super) struct Columns<'a> {
    pub(super) subject: Factor,
    pub(super) visit: Factor,
    /// In the order of the schedule's origins.
    pub(super) origins: Vec<Days<'a>>,
    pub(super) visit_date: Option<Days<'a>>,
    pub(super) birth_date: Option<Days<'a>>,
    pub(super) ages: Option<Ages<'a>>,
    pub(super) withdrawal_date: Option<Days<'a>>,
    pub(super) data_cut: Option<Days<'a>>,
    /// In the order of the schedule's instruments.
    pub(super) answers: Vec<Answers<'a>>,
}

impl<'a> Columns<'a> {
    /// The columns of `frame` that `schedule` names.
    ///
    /// # Errors
    /// `schedule_columns`, with every column that is not there or of another type.
    pub(super) fn of(schedule: &Schedule, frame: &'a Frame) -> Result<Self> {
        let mut search = Search { frame, problems: Vec::new() };
        let origins = schedule.origins.iter().filter_map(|(_, column)| search.days(column)).collect();
        let optional = |name: &Option<String>, search: &mut Search<'a>| search.days(name.as_deref()?);
        let visit_date = optional(&schedule.visit_date, &mut search);
        let withdrawal_date = optional(&schedule.withdrawal_date, &mut search);
        let (mut birth_date, mut ages) = (None, None);
        match &schedule.age {
            AgeSource::Unknown => {}
            AgeSource::BirthDate(column) => birth_date = search.days(column),
            AgeSource::Years(column) => ages = search.ages(column, 12.0),
            AgeSource::Months(column) => ages = search.ages(column, 1.0),
        }
        let data_cut = match &schedule.data_cut {
            DataCut::Column(column) => search.days(column),
            DataCut::Over | DataCut::Day(_) => None,
        };
        let mut answers = Vec::new();
        for instrument in &schedule.instruments {
            let columns = instrument.columns.iter().filter_map(|name| search.column(name)).collect();
            for name in &instrument.scores {
                search.column(name);
            }
            let informant = instrument.informants.as_ref().and_then(|asked| search.factor(&asked.column));
            answers.push(Answers { columns, informant });
        }
        let (subject, visit) = (search.factor(&schedule.subject), search.factor(&schedule.visit));
        match (subject, visit, search.problems.is_empty()) {
            (Some(subject), Some(visit), true) => {
                Ok(Self { subject, visit, origins, visit_date, birth_date, ages, withdrawal_date, data_cut, answers })
            }
            _ => Err(Error::usage("schedule_columns", format!("the schedule: {}", search.problems.join("; ")))),
        }
    }
}

struct Search<'a> {
    frame: &'a Frame,
    problems: Vec<String>,
}

impl<'a> Search<'a> {
    fn column(&mut self, name: &str) -> Option<&'a Column> {
        let found = self.frame.get(name);
        if found.is_none() {
            self.problems.push(format!("there is no column `{name}`"));
        }
        found
    }

    fn factor(&mut self, name: &str) -> Option<Factor> {
        self.column(name).map(Column::to_factor)
    }

    fn days(&mut self, name: &str) -> Option<Days<'a>> {
        let column = self.column(name)?;
        match column.data() {
            ColumnData::Date(values) => Some(Days { column, values }),
            _ => {
                self.problems.push(format!("column `{name}` holds no days"));
                None
            }
        }
    }

    fn ages(&mut self, name: &str, months: f64) -> Option<Ages<'a>> {
        let column = self.column(name)?;
        match column.data() {
            ColumnData::Float(_) | ColumnData::Integer(_) => {
                Some(Ages { column, values: column.to_numeric()?, months })
            }
            _ => {
                self.problems.push(format!("column `{name}` holds no numbers"));
                None
            }
        }
    }
}
