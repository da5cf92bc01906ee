//! The histories as frames, one table a question.

use super::care::Period;
use super::children::ChildSummary;
use super::histories::Histories;
use super::indicators::Indicator;
use super::spells::Origin;
use crate::error::Result;
use crate::frame::{Column, Date, Factor, Frame, Presence, Role};

/// What stands for a cause, a state or a reason that there is none of.
const CENSORED: &str = "censored";

impl Histories {
    /// The spells: `child, spell, start, stop, state_from, state_to, event`. Days count from `origin`; `state_to` is
    /// `censored` where nothing is known to follow, and `event` is then 0.
    ///
    /// # Errors
    /// None that histories can cause.
    pub fn spell_table(&self, origin: Origin) -> Result<Frame> {
        let spells = self.spells();
        let mut zeros = vec![Date(0); self.children.len()];
        for periods in self.by_child() {
            zeros[periods[0].child as usize] = origin.of(&periods[0]);
        }
        let since = |child: u32, day: Date| i64::from(day.0 - zeros[child as usize].0);
        Frame::new(vec![
            self.child_column(spells.iter().map(|spell| spell.child))?,
            Column::integer("spell", spells.iter().map(|spell| i64::from(spell.number)).collect()),
            Column::integer("start", spells.iter().map(|spell| since(spell.child, spell.start)).collect()),
            Column::integer("stop", spells.iter().map(|spell| since(spell.child, spell.stop)).collect()),
            self.state_column("state_from", spells.iter().map(|spell| Some(spell.from)))?,
            self.state_column("state_to", spells.iter().map(|spell| spell.to))?,
            Column::integer("event", spells.iter().map(|spell| i64::from(spell.to.is_some())).collect()),
        ])
    }

    /// The placements: `child, period, placement, start, stop, type, state, carer, days, bridged, ended_by`. `stop` is
    /// missing where the placement is open at the cut; `ended_by` is the reason of the move that ended it, `exit` where
    /// care ended with it, `censored` where it is open.
    ///
    /// # Errors
    /// None that histories can cause.
    pub fn placement_table(&self) -> Result<Frame> {
        let rows: Vec<_> = self
            .numbered()
            .flat_map(|(number, period)| period.placements.iter().enumerate().map(move |at| (number, period, at)))
            .collect();
        let integer = |name: &str, value: &dyn Fn(&(u32, &Period, (usize, &super::Placement))) -> i64| {
            Column::integer(name, rows.iter().map(value).collect())
        };
        let ended_by = rows.iter().map(|(_, _, (_, placement))| match (placement.moved, placement.stop) {
            (Some(reason), _) => reason.name(),
            (None, Some(_)) => "exit",
            (None, None) => CENSORED,
        });
        Frame::new(vec![
            self.child_column(rows.iter().map(|row| row.1.child))?,
            integer("period", &|row| i64::from(row.0)),
            integer("placement", &|row| row.2.0 as i64 + 1),
            Column::date("start", rows.iter().map(|row| row.2.1.start).collect()),
            dates("stop", rows.iter().map(|row| row.2.1.stop)),
            labelled("type", &self.placement_names, rows.iter().map(|row| Some(row.2.1.kind)))?,
            self.state_column("state", rows.iter().map(|row| Some(row.2.1.state)))?,
            integer("carer", &|row| i64::from(row.2.1.carer) + 1),
            integer("days", &|row| i64::from(row.2.1.stop.unwrap_or(self.cut).0 - row.2.1.start.0)),
            integer("bridged", &|row| i64::from(row.2.1.bridged)),
            Column::factor("ended_by", ended_by),
        ])
    }

    /// The periods of care: `child, period, truncated, start, stop, exit_code, exit_state, days, placements, moves,
    /// carer_changes`. `stop` and the exit are missing where the period is open at the cut.
    ///
    /// # Errors
    /// None that histories can cause.
    pub fn period_table(&self) -> Result<Frame> {
        let rows: Vec<(u32, &Period)> = self.numbered().collect();
        let integer = |name: &str, value: &dyn Fn(&Period) -> i64| {
            Column::integer(name, rows.iter().map(|(_, period)| value(period)).collect())
        };
        let exits = || rows.iter().map(|(_, period)| period.exit);
        Frame::new(vec![
            self.child_column(rows.iter().map(|row| row.1.child))?,
            Column::integer("period", rows.iter().map(|row| i64::from(row.0)).collect()),
            Column::bool("truncated", rows.iter().map(|row| row.1.truncated).collect()),
            Column::date("start", rows.iter().map(|row| row.1.start).collect()),
            dates("stop", exits().map(|exit| exit.map(|exit| exit.day))),
            labelled("exit_code", &self.exit_names, exits().map(|exit| exit.and_then(|exit| exit.code)))?,
            labelled("exit_state", &self.state_names(), exits().map(|exit| exit.and_then(|exit| exit.state)))?,
            integer("days", &|period| i64::from(period.days(self.cut))),
            integer("placements", &|period| period.placements.len() as i64),
            integer("moves", &|period| period.moves() as i64),
            integer("carer_changes", &|period| i64::from(period.carer_changes())),
        ])
    }

    /// The legal statuses: `child, period, start, stop, status, days`.
    ///
    /// # Errors
    /// None that histories can cause.
    pub fn legal_table(&self) -> Result<Frame> {
        let rows: Vec<_> = self
            .numbered()
            .flat_map(|(number, period)| period.legal.iter().map(move |spell| (number, period.child, spell)))
            .collect();
        let days = |row: &(u32, u32, &super::LegalSpell)| i64::from(row.2.stop.unwrap_or(self.cut).0 - row.2.start.0);
        Frame::new(vec![
            self.child_column(rows.iter().map(|row| row.1))?,
            Column::integer("period", rows.iter().map(|row| i64::from(row.0)).collect()),
            Column::date("start", rows.iter().map(|row| row.2.start).collect()),
            dates("stop", rows.iter().map(|row| row.2.stop)),
            labelled("status", &self.legal_names, rows.iter().map(|row| Some(row.2.status)))?,
            Column::integer("days", rows.iter().map(days).collect()),
        ])
    }

    /// The intervals at risk of a move: `child, period, start, stop, status, reason, sequence`, days from `origin`, for
    /// the models of Andersen and Gill and of Prentice, Williams and Peterson.
    ///
    /// # Errors
    /// None that histories can cause.
    pub fn move_table(&self, origin: Origin) -> Result<Frame> {
        let rows = self.moves(origin);
        let integer = |name: &str, value: fn(&super::Move) -> i64| {
            Column::integer(name, rows.iter().map(value).collect::<Vec<i64>>())
        };
        Frame::new(vec![
            self.child_column(rows.iter().map(|row| row.child))?,
            integer("period", |row| i64::from(row.period)),
            integer("start", |row| i64::from(row.at_risk.start)),
            integer("stop", |row| i64::from(row.at_risk.stop)),
            integer("status", |row| i64::from(row.reason.is_some())),
            Column::factor("reason", rows.iter().map(|row| row.reason.map_or(CENSORED, |reason| reason.name()))),
            integer("sequence", |row| i64::from(row.sequence)),
        ])
    }

    /// How periods of care ended: `child, period, truncated, time, status, cause`, for competing risks. Time is in days
    /// from the start of the period; the first event of a child is the row with period 1.
    ///
    /// # Errors
    /// None that histories can cause.
    pub fn exit_table(&self) -> Result<Frame> {
        let rows = self.exits();
        Frame::new(vec![
            self.child_column(rows.iter().map(|row| row.child))?,
            Column::integer("period", rows.iter().map(|row| i64::from(row.period)).collect()),
            Column::bool("truncated", rows.iter().map(|row| row.truncated).collect()),
            Column::integer("time", rows.iter().map(|row| i64::from(row.days)).collect()),
            Column::integer("status", rows.iter().map(|row| i64::from(row.cause.is_some())).collect()),
            self.state_column("cause", rows.iter().map(|row| row.cause))?,
        ])
    }

    /// One row a child: counts, days in care, days missing, and `days_…` for each state.
    ///
    /// # Errors
    /// `duplicate_column` when two states share a name.
    pub fn child_table(&self) -> Result<Frame> {
        let rows = self.summaries();
        let count = |name: &str, value: fn(&ChildSummary) -> usize| {
            Column::integer(name, rows.iter().map(|row| value(row) as i64).collect())
        };
        let mut columns = vec![
            self.child_column(rows.iter().map(|row| row.child))?,
            Column::date("first_entry", rows.iter().map(|row| row.first_entry).collect()),
            Column::bool("truncated", rows.iter().map(|row| row.truncated).collect()),
            count("periods", |row| row.periods),
            count("placements", |row| row.placements),
            count("moves", |row| row.moves),
            count("moves_planned", |row| row.planned),
            count("moves_disrupted", |row| row.disrupted),
            count("moves_other", |row| row.other),
            count("carer_changes", |row| row.carer_changes),
            count("bridged", |row| row.bridged),
            count("legal_changes", |row| row.legal_changes),
            count("transitions", |row| row.transitions),
            count("re_entries", |row| row.re_entries),
            count("oscillations", |row| row.oscillations),
            Column::integer("days_in_care", rows.iter().map(|row| row.days_in_care).collect()),
            Column::integer("days_missing", rows.iter().map(|row| row.days_missing).collect()),
            labelled("last_state", &self.state_names(), rows.iter().map(|row| row.last_state))?,
        ];
        for (at, state) in self.states.iter().enumerate() {
            let days = rows.iter().map(|row| row.days[at]).collect();
            columns.push(Column::integer(format!("days_{}", state.name()), days));
        }
        Frame::new(columns)
    }

    /// The periods with their number within the child.
    fn numbered(&self) -> impl Iterator<Item = (u32, &Period)> {
        self.by_child().flat_map(|periods| (1..).zip(periods))
    }

    fn child_column(&self, children: impl Iterator<Item = u32>) -> Result<Column> {
        let names = self.children.iter().map(|child| child.id.clone()).collect();
        Ok(Column::from_factor("child", Factor::from_raw(names, children.collect())?).with_role(Role::Subject))
    }

    fn state_names(&self) -> Vec<String> {
        self.states.iter().map(|state| state.name().to_owned()).collect()
    }

    /// A state, or `censored` as the first level.
    fn state_column(&self, name: &str, states: impl Iterator<Item = Option<u32>>) -> Result<Column> {
        let levels = std::iter::once(CENSORED.to_owned()).chain(self.state_names()).collect();
        let codes = states.map(|state| state.map_or(0, |state| state + 1)).collect();
        Ok(Column::from_factor(name, Factor::from_raw(levels, codes)?))
    }
}

/// Indicators as a table: `indicator, year, numerator, denominator, undetermined, share, rule`.
///
/// # Errors
/// None that indicators can cause.
pub fn indicator_table(indicators: &[Indicator]) -> Result<Frame> {
    let count = |name: &str, value: fn(&Indicator) -> usize| {
        Column::integer(name, indicators.iter().map(|row| value(row) as i64).collect())
    };
    Frame::new(vec![
        Column::factor("indicator", indicators.iter().map(|row| row.rule.name())),
        Column::integer("year", indicators.iter().map(|row| i64::from(row.year.0)).collect()),
        count("numerator", |row| row.numerator),
        count("denominator", |row| row.denominator),
        count("undetermined", |row| row.undetermined),
        Column::float("share", indicators.iter().map(|row| row.share().unwrap_or(f64::NAN)).collect()),
        Column::factor("rule", indicators.iter().map(|row| row.rule.text())),
    ])
}

fn dates(name: &str, days: impl Iterator<Item = Option<Date>>) -> Column {
    let (days, presence) = days.map(|day| (day.unwrap_or(Date(0)), present(day.is_some()))).unzip();
    Column::date(name, days).with_presence(presence)
}

fn labelled(name: &str, labels: &[String], codes: impl Iterator<Item = Option<u32>>) -> Result<Column> {
    Ok(Column::from_factor(name, Factor::from_codes(labels.to_vec(), codes.collect())?))
}

fn present(observed: bool) -> Presence {
    if observed { Presence::Observed } else { Presence::Missing }
}
