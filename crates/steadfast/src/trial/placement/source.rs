//! Lives as their source tells them, before anybody has asked whose they are.

use std::collections::BTreeMap;

use steadfast_core::episodes::{Histories, MoveReason, Origin, State};
use steadfast_core::frame::{Column, Date, Factor, Frame};

use super::{AtRisk, Stay};
use crate::error::{Error, Result};
use crate::plan::Reason;

/// The lives of all children of a source.
#[derive(Debug, Clone)]
pub(crate) struct Lives {
    pub(crate) states: Vec<State>,
    /// By the identifier of the child.
    pub(crate) children: BTreeMap<String, Life>,
    pub(crate) has_moves: bool,
    /// Whether days count from 1970-01-01, so that an origin is still to be chosen.
    pub(crate) dated: bool,
}

/// What is told of a child.
#[derive(Debug, Clone, Default)]
pub(crate) struct Life {
    pub(crate) stays: Vec<Stay>,
    pub(crate) at_risk: Vec<AtRisk>,
    pub(crate) truncated: bool,
}

impl Lives {
    /// The lives that `histories` tell, by the calendar.
    pub(crate) fn of_histories(histories: &Histories) -> Self {
        let mut children: BTreeMap<String, Life> = BTreeMap::new();
        let name = |child: u32| histories.children()[child as usize].id.clone();
        for period in histories.periods() {
            let life = children.entry(name(period.child)).or_default();
            life.truncated |= period.truncated;
        }
        for spell in histories.spells() {
            let (from, to) = (spell.from as usize, spell.to.map(|to| to as usize));
            let stay = Stay { start: spell.start.0, stop: spell.stop.0, from, to };
            children.entry(name(spell.child)).or_default().stays.push(stay);
        }
        for row in histories.moves(Origin::Day(Date(0))) {
            let moved = row.reason.map(reason);
            let at_risk = AtRisk { start: row.at_risk.start, stop: row.at_risk.stop, moved };
            children.entry(name(row.child)).or_default().at_risk.push(at_risk);
        }
        Self { states: histories.states().to_vec(), children, has_moves: true, dated: true }
    }

    /// The lives in tables that were written by `steadfast episodes`, whose days count from an origin already.
    ///
    /// # Errors
    /// `unknown_column`, `not_numeric`; `absent_value`; `unknown_state` and `unknown_reason`, with the row.
    pub(crate) fn of_tables(states: Vec<State>, spells: &Frame, moves: Option<&Frame>) -> Result<Self> {
        let mut children: BTreeMap<String, Life> = BTreeMap::new();
        let table = Table::of(spells)?;
        let (from, to) = (spells.column("state_from")?.to_factor(), spells.column("state_to")?.to_factor());
        for row in 0..spells.n_rows() {
            let from = table.state(&states, &from, row)?;
            let to = if to.level(row) == Some("censored") { None } else { Some(table.state(&states, &to, row)?) };
            let stay = Stay { start: table.day(&table.start, row)?, stop: table.day(&table.stop, row)?, from, to };
            children.entry(table.child(row)?).or_default().stays.push(stay);
        }
        if let Some(moves) = moves {
            let table = Table::of(moves)?;
            let reasons = moves.column("reason")?.to_factor();
            for row in 0..moves.n_rows() {
                let moved = table.reason(&reasons, row)?;
                let (start, stop) = (table.day(&table.start, row)?, table.day(&table.stop, row)?);
                children.entry(table.child(row)?).or_default().at_risk.push(AtRisk { start, stop, moved });
            }
        }
        for life in children.values_mut() {
            life.stays.sort_by_key(|stay| (stay.start, stay.stop));
            life.at_risk.sort_by_key(|time| (time.start, time.stop));
        }
        Ok(Self { states, children, has_moves: moves.is_some(), dated: false })
    }
}

fn reason(reason: MoveReason) -> Reason {
    match reason {
        MoveReason::Planned => Reason::Planned,
        MoveReason::Disrupted => Reason::Disrupted,
        MoveReason::Other => Reason::Other,
        MoveReason::Unknown => Reason::Unknown,
    }
}

/// The columns that both tables have.
struct Table<'a> {
    frame: &'a Frame,
    child: Factor,
    start: Column,
    stop: Column,
}

impl<'a> Table<'a> {
    fn of(frame: &'a Frame) -> Result<Self> {
        let column = |name: &str| frame.column(name);
        Ok(Self {
            frame,
            child: column("child")?.to_factor(),
            start: column("start")?.clone(),
            stop: column("stop")?.clone(),
        })
    }

    fn child(&self, row: usize) -> Result<String> {
        let missing = || Error::data("absent_value", format!("row {}: no child", self.frame.row_number(row)));
        self.child.level(row).map(str::to_owned).ok_or_else(missing)
    }

    fn day(&self, column: &Column, row: usize) -> Result<i32> {
        let value = column.to_numeric().filter(|_| column.is_observed(row)).map(|values| values[row]);
        let value = value.filter(|value| value.fract() == 0.0 && value.abs() < f64::from(i32::MAX));
        let bad = || {
            let message =
                format!("row {} column `{}`: no whole number of days", self.frame.row_number(row), column.name());
            Error::data("bad_day", message)
        };
        value.map(|value| value as i32).ok_or_else(bad)
    }

    fn state(&self, states: &[State], factor: &Factor, row: usize) -> Result<usize> {
        let found = factor.level(row).and_then(|name| states.iter().position(|state| state.name() == name));
        let unknown = || {
            let message =
                format!("row {}: a state is none that the mapping or the program knows", self.frame.row_number(row));
            Error::data("unknown_state", message)
        };
        found.ok_or_else(unknown)
    }

    fn reason(&self, factor: &Factor, row: usize) -> Result<Option<Reason>> {
        let level = factor.level(row);
        if level == Some("censored") {
            return Ok(None);
        }
        let found = Reason::ALL.into_iter().find(|reason| Some(reason.name()) == level);
        let unknown = || {
            let message = format!(
                "row {}: the reason is none of planned, disrupted, other, unknown, censored",
                self.frame.row_number(row)
            );
            Error::data("unknown_reason", message)
        };
        found.map(Some).ok_or_else(unknown)
    }
}
