//! Rows of spells, and the rules that they obey.

use polars::prelude::Column as RawColumn;
use steadfast_core::episodes::{Child, MoveReason, State, StateKind, Stay};
use steadfast_core::findings::{Finding, Findings, Severity};
use steadfast_core::frame::Date;

use super::mapping::{Gaps, Mapping};
use crate::cells::{Cells, Notation};
use crate::error::Result;
use crate::interner::{Interner, NONE};
use crate::raw::RawTable;

/// A rule that a table of spells obeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpellRule {
    /// The stable identifier.
    pub code: &'static str,
    /// How much a violation matters.
    pub severity: Severity,
    /// When it is broken.
    pub about: &'static str,
}

const fn rule(code: &'static str, severity: Severity, about: &'static str) -> SpellRule {
    SpellRule { code, severity, about }
}

/// Every rule of a table of spells.
pub const RULES: &[SpellRule] = &[
    rule("empty_table", Severity::Error, "there are no rows"),
    rule("missing_column", Severity::Error, "a column that the mapping names is not in the file"),
    rule("missing_value", Severity::Error, "a row has no child, no first day or no state"),
    rule("date_invalid", Severity::Error, "a date is not written as the mapping says, or is no day"),
    rule("unknown_state", Severity::Error, "a state is none that the mapping declares"),
    rule("unknown_reason", Severity::Warning, "a reason is none that the mapping explains"),
    rule("birth_conflict", Severity::Error, "two rows of a child give it two days of birth"),
    rule("end_before_start", Severity::Error, "a spell ended before it began"),
    rule("zero_length", Severity::Warning, "a spell ended on the day it began"),
    rule("overlap", Severity::Error, "a spell began before the one before it ended"),
    rule("gap", Severity::Error, "time passed between two spells in care, and no reason says that the child left"),
    rule("open_not_last", Severity::Error, "a spell is open and another follows it"),
    rule("jump", Severity::Error, "a change of state is none that the mapping declares as possible"),
    rule("after_end", Severity::Error, "a spell follows one after which nothing can follow, such as an adoption"),
];

/// What was read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) states: Vec<State>,
    pub(super) children: Vec<Child>,
    pub(super) stays: Vec<Stay>,
    pub(super) last_day: Date,
}

/// A row with its place.
struct Row {
    at: usize,
    stay: Stay,
    placement: u32,
    end_known: bool,
}

struct Report<'a> {
    file: &'a str,
    findings: Findings,
}

impl Report<'_> {
    fn at(&mut self, code: &str, row: Option<usize>, column: Option<&str>, message: &str) {
        // The codes are those of the table above; the law of the tests holds it.
        let severity = RULES.iter().find(|rule| rule.code == code).map_or(Severity::Error, |rule| rule.severity);
        self.findings.push(Finding {
            severity,
            file: Some(self.file.to_owned()),
            row: row.map(|row| row as u64 + 1),
            column: column.map(str::to_owned),
            code: code.to_owned(),
            message: message.to_owned(),
        });
    }
}

/// Reads and checks a table.
pub(super) fn read(table: &RawTable, mapping: &Mapping) -> Result<(Read, Findings)> {
    let mut report = Report { file: table.file(), findings: Findings::new() };
    let mut children = Interner::default();
    let (mut rows, born) = rows(table, mapping, &mut children, &mut report)?;
    let new = children.sort();
    for row in &mut rows {
        row.stay.child = new[row.stay.child as usize];
    }
    let open = |stop: Option<Date>| stop.unwrap_or(Date(i32::MAX));
    rows.sort_by_key(|row| (row.stay.child, row.stay.start, open(row.stay.stop), row.stay.state, row.at));
    for of_child in rows.chunk_by_mut(|a, b| a.stay.child == b.stay.child) {
        succession(of_child, mapping, &mut report);
    }
    let days = rows.iter().map(|row| row.stay.stop.unwrap_or(row.stay.start));
    let last_day = days.max().unwrap_or(Date(0));
    let known = births(born, &new, mapping, &mut report);
    let child = |(born, at)| Child { id: children.text(at).to_owned(), born };
    let children = known.into_iter().zip(0..).map(child).collect();
    let stays = rows.into_iter().map(|row| row.stay).collect();
    Ok((Read { states: mapping.states.clone(), children, stays, last_day }, report.findings))
}

/// The columns that the mapping names, cell by cell.
struct Columns {
    child: Vec<u32>,
    state: Vec<u32>,
    states: Interner,
    reason: Vec<u32>,
    reasons: Interner,
    placement: Vec<u32>,
    start: Vec<Cell>,
    stop: Vec<Cell>,
    birth: Vec<Cell>,
}

/// The cells of each row on their own: the rows, and the days of birth that stand beside them.
fn rows(
    table: &RawTable,
    mapping: &Mapping,
    children: &mut Interner,
    report: &mut Report<'_>,
) -> Result<(Vec<Row>, Births)> {
    let names = &mapping.columns;
    if table.n_rows() == 0 {
        report.at("empty_table", None, None, "there are no rows");
    }
    let asked = [Some(&names.child), Some(&names.start), Some(&names.stop), Some(&names.state)];
    let asked = asked.into_iter().chain([names.reason.as_ref(), names.placement.as_ref(), names.birth.as_ref()]);
    for name in asked.flatten().filter(|name| column(table, name).is_none()) {
        report.at("missing_column", None, Some(name), "the column is not in the file");
    }
    if report.findings.has_errors() {
        return Ok((Vec::new(), Vec::new()));
    }
    let (mut states, mut reasons, mut placements) = (Interner::default(), Interner::default(), Interner::default());
    let columns = Columns {
        child: numbers(table, Some(&names.child), children)?,
        state: numbers(table, Some(&names.state), &mut states)?,
        reason: numbers(table, names.reason.as_deref(), &mut reasons)?,
        placement: numbers(table, names.placement.as_deref(), &mut placements)?,
        start: days(table, &names.start, mapping, report)?,
        stop: days(table, &names.stop, mapping, report)?,
        birth: names.birth.as_ref().map(|name| days(table, name, mapping, report)).transpose()?.unwrap_or_default(),
        states,
        reasons,
    };
    let rows: Vec<Row> = (0..table.n_rows()).filter_map(|at| columns.row(at, mapping, report)).collect();
    let birth = |row: &Row| Some((row.at, row.stay.child, columns.birth.get(row.at)?.day()?));
    let born = rows.iter().filter_map(birth).collect();
    Ok((rows, born))
}

/// Rows, children by the numbers that the table gave them, and days of birth.
type Births = Vec<(usize, u32, Date)>;

/// The day of birth of each child by its `new` number, where a row gives one.
fn births(born: Births, new: &[u32], mapping: &Mapping, report: &mut Report<'_>) -> Vec<Option<Date>> {
    let mut known: Vec<Option<Date>> = vec![None; new.len()];
    for (at, child, day) in born {
        let known = &mut known[new[child as usize] as usize];
        if known.is_some_and(|known| known != day) {
            report.at(
                "birth_conflict",
                Some(at),
                mapping.columns.birth.as_deref(),
                "another row gives another day of birth",
            );
        }
        *known = known.or(Some(day));
    }
    known
}

impl Columns {
    /// A row, unless it has no place in a history.
    fn row(&self, at: usize, mapping: &Mapping, report: &mut Report<'_>) -> Option<Row> {
        let names = &mapping.columns;
        for (missing, name) in [
            (self.child[at] == NONE, &names.child),
            (self.start[at] == Cell::Blank, &names.start),
            (self.state[at] == NONE, &names.state),
        ] {
            if missing {
                report.at("missing_value", Some(at), Some(name), "the cell is blank");
            }
        }
        let state = mapping.codes.get(self.states.text(self.state[at])).copied();
        if self.state[at] != NONE && state.is_none() {
            report.at("unknown_state", Some(at), Some(&names.state), "the mapping declares no such state");
        }
        let (reason, followed_by) = self.reason(at, mapping, report);
        let (state, start) = (state?, self.start[at].day()?);
        let stop = self.stop[at].day();
        if stop.is_some_and(|stop| stop < start) {
            report.at("end_before_start", Some(at), Some(&names.stop), "the spell ended before it began");
            return None;
        }
        if stop == Some(start) {
            report.at("zero_length", Some(at), Some(&names.stop), "the spell ended on the day it began");
        }
        let child = Some(self.child[at]).filter(|&child| child != NONE)?;
        let stay = Stay { child, start, stop, state, is_move: false, reason, followed_by };
        let placement = self.placement.get(at).copied().unwrap_or(NONE);
        Some(Row { at, stay, placement, end_known: self.stop[at] != Cell::Invalid })
    }

    /// Why the spell ended, and the state that the reason says to follow.
    fn reason(&self, at: usize, mapping: &Mapping, report: &mut Report<'_>) -> (MoveReason, Option<u32>) {
        let why = self.reasons.text(self.reason.get(at).copied().unwrap_or(NONE));
        let (meaning, followed_by) = (mapping.reasons.get(why).copied(), mapping.exits.get(why).copied());
        if !why.is_empty() && meaning.is_none() && followed_by.is_none() {
            let column = mapping.columns.reason.as_deref();
            report.at("unknown_reason", Some(at), column, "the mapping explains no such reason");
        }
        let given = if why.is_empty() { MoveReason::Unknown } else { MoveReason::Other };
        (meaning.unwrap_or(given), followed_by)
    }
}

/// The rows of one child in order: how they follow each other, and which are moves.
fn succession(rows: &mut [Row], mapping: &Mapping, report: &mut Report<'_>) {
    let kind = |row: &Row| mapping.states[row.stay.state as usize].kind();
    let names = &mapping.columns;
    for at in 1..rows.len() {
        let (before, next) = (&rows[at - 1], &rows[at]);
        let (in_care, follows) = (kind(before).is_care() && kind(next).is_care(), before.stay.followed_by);
        let ended = kind(before) == StateKind::End
            || follows.is_some_and(|state| mapping.states[state as usize].kind() == StateKind::End);
        if ended {
            report.at("after_end", Some(next.at), Some(&names.start), "nothing can follow the spell before");
        }
        match before.stay.stop {
            None if before.end_known => {
                report.at("open_not_last", Some(before.at), Some(&names.stop), "the spell is open and another follows");
            }
            Some(stop) if next.stay.start < stop => {
                report.at("overlap", Some(next.at), Some(&names.start), "began before the spell before ended");
            }
            Some(stop) if next.stay.start > stop && in_care && follows.is_none() && mapping.gaps == Gaps::Error => {
                report.at("gap", Some(next.at), Some(&names.start), "time passed since the spell before");
            }
            _ => {}
        }
        // A reason that names the state in between is the change that happened, when time passed in it.
        let between = follows.filter(|_| before.stay.stop.is_some_and(|stop| stop < next.stay.start));
        let pair = (between.unwrap_or(before.stay.state), next.stay.state);
        let jumps = mapping.possible.as_ref().is_some_and(|possible| pair.0 != pair.1 && !possible.contains(&pair));
        if jumps && !ended {
            report.at("jump", Some(next.at), Some(&names.state), "the mapping declares no such change of state");
        }
    }
    moves(rows, mapping);
}

/// Says which stays are moves: another state or another placement, but not a temporary stay and the return from it.
fn moves(rows: &mut [Row], mapping: &Mapping) {
    let temporary = |row: &Row| mapping.states[row.stay.state as usize].kind() == StateKind::Temporary;
    let same = |a: &Row, b: &Row| {
        (a.stay.state, a.placement) == (b.stay.state, b.placement) && (!mapping.same_state || a.placement != NONE)
    };
    for at in 1..rows.len() {
        let (before, next) = (&rows[at - 1], &rows[at]);
        let never = mapping.never.contains(&(before.stay.state, next.stay.state));
        rows[at].stay.is_move = !never && !same(before, next);
    }
    let mut usual: Option<usize> = None;
    for at in 0..rows.len() {
        let joined = at > 0 && rows[at - 1].stay.stop == Some(rows[at].stay.start);
        if !joined {
            usual = None;
        }
        if temporary(&rows[at]) {
            continue;
        }
        if let Some(usual) = usual.filter(|&usual| usual + 1 < at && is_return(&rows[usual], &rows[at])) {
            rows[usual + 1..=at].iter_mut().for_each(|row| row.stay.is_move = false);
        }
        usual = Some(at);
    }
}

fn is_return(usual: &Row, now: &Row) -> bool {
    (usual.stay.state, usual.placement) == (now.stay.state, now.placement)
}

/// A cell that should hold a day.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    Blank,
    Invalid,
    Is(Date),
}

impl Cell {
    fn day(self) -> Option<Date> {
        if let Self::Is(day) = self { Some(day) } else { None }
    }
}

fn column<'a>(table: &'a RawTable, name: &str) -> Option<&'a RawColumn> {
    table.as_polars().columns().iter().find(|column| column.name().as_str() == name)
}

fn cells<'a>(table: &'a RawTable, name: &str, mapping: Option<&Mapping>) -> Option<Cells<'a>> {
    let date_format = mapping.map(|mapping| mapping.date_format).unwrap_or_default();
    column(table, name).map(|column| Cells::of(column, Notation { decimal_mark: table.decimal_mark(), date_format }))
}

fn numbers(table: &RawTable, name: Option<&str>, interner: &mut Interner) -> Result<Vec<u32>> {
    name.and_then(|name| cells(table, name, None)).map_or_else(|| Ok(Vec::new()), |cells| interner.numbers(&cells))
}

fn days(table: &RawTable, name: &str, mapping: &Mapping, report: &mut Report<'_>) -> Result<Vec<Cell>> {
    let mut days = Vec::new();
    if let Some(cells) = cells(table, name, Some(mapping)) {
        let format = cells.notation().date_format;
        cells.for_each(|cell| {
            days.push(match cell.map(str::trim) {
                None | Some("") => Cell::Blank,
                Some(text) => format.parse(text).map_or(Cell::Invalid, Cell::Is),
            });
        })?;
    }
    for (row, _) in days.iter().enumerate().filter(|(_, day)| **day == Cell::Invalid) {
        report.at("date_invalid", Some(row), Some(name), "no day as the mapping writes it");
    }
    Ok(days)
}
