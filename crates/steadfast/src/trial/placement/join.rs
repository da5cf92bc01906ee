//! The children of the trial and the children of the placements: who is who, and from which day each is followed.

use std::collections::{BTreeMap, BTreeSet};

use steadfast_core::error as core;
use steadfast_core::findings::{Finding, Findings, Severity};
use steadfast_core::frame::{Column, ColumnData, Date, Frame};

use super::source::{Life, Lives};
use super::{AtRisk, ChildLife, Joined, PlacementTrial, Stay};
use crate::error::{Error, Result};
use crate::plan::DesignColumns;
use crate::trial::Trial;

/// The children of `frame` with the lives that `lives` tell of them, from the days of the column `origin`, or from their first
/// entry into care. `file` is what messages call the trial's data.
///
/// # Errors
/// `unknown_column`; `not_a_day` when the origin is no column of days; `no_children` when no child of the trial has placements;
/// `invalid_placements` with all findings when an origin is absent or changes within a child.
pub(crate) fn join(
    frame: &Frame,
    design: &DesignColumns,
    lives: &Lives,
    origin: Option<&str>,
    file: &str,
) -> Result<PlacementTrial> {
    let trial = Trial::new(frame, design)?;
    let rows = rows_of_children(frame, design)?;
    let mut report = Report { frame, file, findings: Findings::new() };
    let origin = origin.map(|name| days(frame, name)).transpose()?;
    let (mut children, mut chosen, mut known, mut unknown) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (name, rows) in &rows {
        let Some(life) = lives.children.get(name).filter(|life| !life.stays.is_empty()) else {
            report.add(Severity::Warning, rows[0], &design.subject, "no_placements", WITHOUT);
            unknown.extend_from_slice(rows);
            continue;
        };
        known.extend_from_slice(rows);
        let Some(zero) = report.zero(life, lives.dated, origin, rows) else { continue };
        let child = life.since(zero, rows);
        if child.stays.is_empty() {
            report.add(Severity::Warning, rows[0], &design.subject, "nothing_after_origin", NOTHING);
        } else if origin.is_none() && child.truncated {
            report.add(Severity::Warning, rows[0], &design.subject, "care_began_earlier", EARLIER);
        }
        chosen.push(baseline_row(frame, design, rows)?);
        children.push(child);
    }
    let others = lives.children.keys().filter(|name| !rows.contains_key(*name)).count();
    report.others(others);
    if report.findings.has_errors() {
        let summary = "the placements do not fit the trial's data";
        return Err(core::Error::findings("invalid_placements", summary, report.findings).into());
    }
    if children.is_empty() {
        return Err(Error::data(
            "no_children",
            "no child of the trial's data has placements: do the identifiers agree?",
        ));
    }
    let joined = Joined {
        in_trial: trial.count(trial.all_rows()),
        with_placements: trial.count(known),
        without_placements: trial.count(unknown),
        not_in_trial: others,
    };
    let (states, has_moves) = (lives.states.clone(), lives.has_moves);
    let findings = report.findings.sorted();
    Ok(PlacementTrial { states, frame: frame.select(&chosen), children, has_moves, findings, joined })
}

const WITHOUT: &str = "no placement of the child is known: it is in no analysis of events";
const NOTHING: &str = "nothing is known of the child after its origin: it is in no analysis of events";
const EARLIER: &str =
    "care began before the data did: the child's time to an exit is not known, and it is not in such an analysis";

/// The rows of each child, in the order of the file, by its identifier.
fn rows_of_children(frame: &Frame, design: &DesignColumns) -> Result<BTreeMap<String, Vec<u32>>> {
    let subject = frame.column(&design.subject)?.to_factor();
    let mut rows: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for row in 0..frame.n_rows() {
        if let Some(name) = subject.level(row) {
            rows.entry(name.to_owned()).or_default().push(row as u32);
        }
    }
    Ok(rows)
}

/// The row at the visit that is baseline, else the first.
fn baseline_row(frame: &Frame, design: &DesignColumns, rows: &[u32]) -> Result<u32> {
    let Some(visit) = &design.baseline_visit else { return Ok(rows[0]) };
    let visits = frame.column(&design.visit)?.to_factor();
    let at_baseline = rows.iter().copied().find(|&row| visits.level(row as usize) == Some(visit));
    Ok(at_baseline.unwrap_or(rows[0]))
}

fn days<'a>(frame: &'a Frame, name: &str) -> Result<(&'a Column, &'a [Date])> {
    let column = frame.column(name)?;
    match column.data() {
        ColumnData::Date(days) => Ok((column, days)),
        _ => Err(Error::usage("not_a_day", format!("placements, origin: the column `{name}` holds no days"))),
    }
}

impl Life {
    /// The life in days since `zero`; what lies before is cut off.
    fn since(&self, zero: i32, rows: &[u32]) -> ChildLife {
        let stays = self.stays.iter().filter(|stay| stay.stop > zero);
        let stays = stays.map(|stay| Stay { start: (stay.start - zero).max(0), stop: stay.stop - zero, ..*stay });
        let at_risk = self.at_risk.iter().filter(|time| time.stop > zero);
        let at_risk = at_risk.map(|time| AtRisk { start: (time.start - zero).max(0), stop: time.stop - zero, ..*time });
        let (stays, at_risk) = (stays.collect(), at_risk.collect());
        ChildLife { rows: rows.to_vec(), stays, at_risk, truncated: self.truncated }
    }
}

struct Report<'a> {
    frame: &'a Frame,
    file: &'a str,
    findings: Findings,
}

impl Report<'_> {
    fn add(&mut self, severity: Severity, row: u32, column: &str, code: &str, message: &str) {
        self.findings.push(Finding {
            severity,
            file: Some(self.file.to_owned()),
            row: Some(self.frame.row_number(row as usize)),
            column: Some(column.to_owned()),
            code: code.to_owned(),
            message: message.to_owned(),
        });
    }

    fn others(&mut self, others: usize) {
        if others > 0 {
            self.findings.push(Finding {
                severity: Severity::Note,
                file: None,
                row: None,
                column: None,
                code: "not_in_trial".to_owned(),
                message: format!("{others} children of the placements are not in the trial's data; they are left out"),
            });
        }
    }

    /// The day from which the child is followed; `None` when it is not known, which is said.
    fn zero(&mut self, life: &Life, dated: bool, origin: Option<(&Column, &[Date])>, rows: &[u32]) -> Option<i32> {
        if !dated {
            return Some(0);
        }
        let Some((column, days)) = origin else { return life.stays.first().map(|stay| stay.start) };
        let known: Vec<u32> = rows.iter().copied().filter(|&row| column.is_observed(row as usize)).collect();
        let values: BTreeSet<Date> = known.iter().map(|&row| days[row as usize]).collect();
        match (values.len(), values.first()) {
            (1, Some(day)) => return Some(day.0),
            (0, _) => {
                self.add(Severity::Error, rows[0], column.name(), "origin_missing", "the child's origin is absent")
            }
            _ => {
                let first = days[known[0] as usize];
                let other = known.iter().copied().find(|&row| days[row as usize] != first).unwrap_or(known[0]);
                let message = "the origin is another than in an earlier row of the same child";
                self.add(Severity::Error, other, column.name(), "origin_changes", message);
            }
        }
        None
    }
}
