//! Which columns of a frame tell an event history.

use super::{EventHistory, Spells};
use crate::error::{Error, Result};
use crate::findings::{Finding, Findings, Severity};
use crate::frame::{Column, ColumnData, Factor, Frame};

/// The name of the state in which everybody starts, where no column names it.
const START: &str = "(start)";

/// What follows from findings that are errors.
pub(super) const CONTRADICTION: &str = "the event history contradicts itself";

/// The columns of a table with one row a spell.
///
/// The event column is a factor whose levels are the states passed to, one of which says that nothing happened; or it is
/// yes/no, or 0 and 1, and then there is one event, called as the column is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    pub(super) stop: String,
    pub(super) event: String,
    pub(super) start: Option<String>,
    pub(super) from: Option<String>,
    pub(super) censored: Option<String>,
    pub(super) subject: Option<String>,
    cluster: Option<String>,
    weight: Option<String>,
}

impl Columns {
    /// Rows under observation from 0 to `stop`, when `event` happens or does not; every row is a person and a cluster.
    pub fn new(stop: impl Into<String>, event: impl Into<String>) -> Self {
        Self {
            stop: stop.into(),
            event: event.into(),
            start: None,
            from: None,
            censored: None,
            subject: None,
            cluster: None,
            weight: None,
        }
    }

    /// Rows are under observation after the time in `column` only: left truncation, or covariates that change.
    pub fn start(mut self, column: impl Into<String>) -> Self {
        self.start = Some(column.into());
        self
    }

    /// The state of the row is in `column`, a factor; without it everybody is in the state `(start)`.
    pub fn from(mut self, column: impl Into<String>) -> Self {
        self.from = Some(column.into());
        self
    }

    /// The level of the event column that says that observation ended; without it, the first level.
    pub fn censored(mut self, level: impl Into<String>) -> Self {
        self.censored = Some(level.into());
        self
    }

    /// Rows with the same value in `column` are one person.
    pub fn subject(mut self, column: impl Into<String>) -> Self {
        self.subject = Some(column.into());
        self
    }

    /// Rows with the same value in `column` depend on each other; without it, those of a person do.
    pub fn cluster(mut self, column: impl Into<String>) -> Self {
        self.cluster = Some(column.into());
        self
    }

    /// The weights are in `column`.
    pub fn weight(mut self, column: impl Into<String>) -> Self {
        self.weight = Some(column.into());
        self
    }

    /// The column in which a rule with this code is broken.
    fn of_rule(&self, code: &str) -> Option<&str> {
        match code {
            "bad_time" | "zero_length" | "negative_length" => Some(&self.stop),
            "bad_weight" => self.weight.as_deref(),
            "overlap" | "gap" => self.start.as_deref(),
            "jump" => self.from.as_deref(),
            "no_transition" => Some(&self.event),
            "subject_in_two_clusters" => self.cluster.as_deref(),
            _ => None,
        }
    }

    /// The findings with their columns named.
    fn named(&self, findings: &Findings) -> Findings {
        let mut named = Findings::new();
        for finding in findings {
            let column = self.of_rule(&finding.code).map(str::to_owned);
            named.push(Finding { column, ..finding.clone() });
        }
        named
    }

    /// `error` with the columns named of its findings.
    pub(super) fn named_in(&self, error: Error) -> Error {
        match error.as_findings() {
            Some(findings) if error.code() == "invalid_history" => {
                Error::findings("invalid_history", CONTRADICTION, self.named(findings))
            }
            _ => error,
        }
    }

    /// Every column named.
    pub(super) fn names(&self) -> Vec<&str> {
        let optional = [&self.start, &self.from, &self.subject, &self.cluster, &self.weight];
        let optional = optional.into_iter().filter_map(Option::as_deref);
        [self.stop.as_str(), self.event.as_str()].into_iter().chain(optional).collect()
    }
}

impl EventHistory {
    /// The history that the `columns` of `frame` tell; rows with an absent value in one of them are left out, and
    /// [`EventHistory::source`] says which stayed.
    ///
    /// # Errors
    /// `unknown_column`; `not_numeric` with every row that is no number; `date_time` where a date stands alone; `bad_event` when the event column is neither factor nor 0 and 1; `no_rows`;
    /// `invalid_history`, with everything that [`EventHistory::new`] found; rows are called by their numbers in the frame.
    pub fn from_frame(frame: &Frame, columns: &Columns) -> Result<Self> {
        let used: Vec<&Column> = columns.names().into_iter().map(|name| frame.column(name)).collect::<Result<_>>()?;
        let complete = |row: &u32| used.iter().all(|column| column.is_observed(*row as usize));
        let rows: Vec<u32> = (0..frame.n_rows() as u32).filter(complete).collect();
        if rows.is_empty() {
            return Err(Error::data("no_rows", "no row has a value in every column of the event history"));
        }
        let spells = spells(frame, columns, &rows)?;
        let numbers: Vec<u64> = rows.iter().map(|&row| frame.row_number(row as usize)).collect();
        let history = Self::of_rows(spells, rows, &numbers)
            .map_err(|findings| Error::findings("invalid_history", CONTRADICTION, columns.named(&findings)))?;
        let findings = columns.named(&history.findings);
        Ok(Self { findings, ..history })
    }
}

/// The rows as plain data.
pub(super) fn spells(frame: &Frame, columns: &Columns, rows: &[u32]) -> Result<Spells> {
    let numbers = |name: &str| numbers(frame, name, rows);
    let codes = |name: &str| -> Result<Vec<u32>> {
        let factor = frame.column(name)?.to_factor();
        Ok(rows.iter().map(|&row| factor.codes()[row as usize]).collect())
    };
    refuse_lone_dates(frame, columns)?;
    let (states, from, to) = transitions(frame, columns, rows)?;
    let subject = match &columns.subject {
        Some(name) => codes(name)?,
        None => (0..rows.len() as u32).collect(),
    };
    Ok(Spells {
        states,
        cluster: columns.cluster.as_deref().map_or_else(|| Ok(subject.clone()), codes)?,
        subject,
        start: columns.start.as_deref().map_or_else(|| Ok(vec![0.0; rows.len()]), numbers)?,
        stop: numbers(&columns.stop)?,
        from,
        to,
        weight: columns.weight.as_deref().map_or_else(|| Ok(vec![1.0; rows.len()]), numbers)?,
    })
}

/// The numbers in the column called `name`.
fn numbers(frame: &Frame, name: &str, rows: &[u32]) -> Result<Vec<f64>> {
    let column = frame.column(name)?;
    if let Some(values) = column.to_numeric() {
        return Ok(rows.iter().map(|&row| values[row as usize]).collect());
    }
    // A single word makes texts of a whole column of numbers: the rows to look at are those that hold no number.
    let texts = column.to_factor();
    let number = |row: u32| texts.level(row as usize).is_some_and(|text| text.trim().parse::<f64>().is_ok());
    let mut findings = Findings::new();
    for &row in rows.iter().filter(|row| !number(**row)) {
        findings.push(Finding {
            severity: Severity::Error,
            file: None,
            row: Some(frame.row_number(row as usize)),
            column: Some(name.to_owned()),
            code: "not_numeric".to_owned(),
            message: "no number".to_owned(),
        });
    }
    let message = format!("column `{name}` is no number");
    Err(if findings.is_empty() {
        Error::usage("not_numeric", message)
    } else {
        Error::findings("not_numeric", message, findings)
    })
}

/// Refuses dates from which nothing is subtracted: the time since 1970 is nobody's.
fn refuse_lone_dates(frame: &Frame, columns: &Columns) -> Result<()> {
    let is_date = |name: &str| frame.column(name).map(|column| matches!(column.data(), ColumnData::Date(_)));
    let stop = is_date(&columns.stop)?;
    let start = columns.start.as_deref().map(is_date).transpose()?;
    let message = match (stop, start) {
        (true, None) => {
            "is a date, and a time is counted from a start: make a column of days since then, or name a start that is a date too"
        }
        (true, Some(false)) => "is a date, and the start is a number: both are dates, or both are times",
        (false, Some(true)) => "is a number, and the start is a date: both are dates, or both are times",
        _ => return Ok(()),
    };
    Err(Error::usage("date_time", format!("column `{}` {message}", columns.stop)))
}

/// The states, the state of each row and the state it passes to.
type Transitions = (Vec<String>, Vec<u32>, Vec<Option<u32>>);

fn transitions(frame: &Frame, columns: &Columns, rows: &[u32]) -> Result<Transitions> {
    let (levels, event) = events(frame, columns, rows)?;
    let mut states: Vec<String> = Vec::new();
    let from = match &columns.from {
        None => {
            states.push(START.to_owned());
            vec![0; rows.len()]
        }
        Some(name) => {
            let factor = frame.column(name)?.to_factor();
            states.extend(factor.levels().iter().cloned());
            rows.iter().map(|&row| factor.codes()[row as usize]).collect()
        }
    };
    for level in &levels {
        if !states.contains(level) {
            states.push(level.clone());
        }
    }
    let place = |level: &String| states.iter().position(|state| state == level).map(|at| at as u32);
    let places: Vec<Option<u32>> = levels.iter().map(place).collect();
    let to = event.into_iter().map(|event| event.and_then(|event| places[event as usize])).collect();
    Ok((states, from, to))
}

/// The events' names, and the event of each row.
fn events(frame: &Frame, columns: &Columns, rows: &[u32]) -> Result<(Vec<String>, Vec<Option<u32>>)> {
    let column = frame.column(&columns.event)?;
    if let Some(factor) = column.as_factor() {
        return of_factor(factor, columns, rows);
    }
    if let Some(level) = &columns.censored {
        let factor = column.to_factor();
        let known = factor.levels().contains(level);
        return if known { of_factor(&factor, columns, rows) } else { Err(unknown_level(columns, level)) };
    }
    let values = column.to_numeric().unwrap_or_default();
    let event = |row: u32| match values[row as usize] {
        value if value.to_bits() == 0.0_f64.to_bits() => Some(None),
        value if value.to_bits() == 1.0_f64.to_bits() => Some(Some(0)),
        _ => None,
    };
    let found: Vec<Option<Option<u32>>> = rows.iter().map(|&row| event(row)).collect();
    let mut findings = Findings::new();
    for (&row, _) in rows.iter().zip(&found).filter(|(_, found)| found.is_none()) {
        findings.push(Finding {
            severity: Severity::Error,
            file: None,
            row: Some(frame.row_number(row as usize)),
            column: Some(columns.event.clone()),
            code: "bad_event".to_owned(),
            message: "neither 0 nor 1".to_owned(),
        });
    }
    if findings.is_empty() {
        Ok((vec![columns.event.clone()], found.into_iter().map(Option::flatten).collect()))
    } else {
        let message = "an event that is a number is 0 or 1; of other values, state the one that means censored";
        Err(Error::findings("bad_event", message, findings))
    }
}

fn of_factor(factor: &Factor, columns: &Columns, rows: &[u32]) -> Result<(Vec<String>, Vec<Option<u32>>)> {
    let censored = match &columns.censored {
        None => 0,
        Some(level) => {
            let at = factor.levels().iter().position(|known| known == level);
            at.ok_or_else(|| unknown_level(columns, level))?
        }
    } as u32;
    let names = factor.levels().iter().enumerate().filter(|(at, _)| *at as u32 != censored);
    let event = |&row: &u32| match factor.codes()[row as usize] {
        code if code == censored => None,
        code => Some(if code > censored { code - 1 } else { code }),
    };
    Ok((names.map(|(_, name)| name.clone()).collect(), rows.iter().map(event).collect()))
}

fn unknown_level(columns: &Columns, level: &str) -> Error {
    Error::usage("unknown_level", format!("column `{}` has no level `{level}`", columns.event))
}
