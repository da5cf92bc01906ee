//! The tables from which models of recurrent events are fitted.

use super::RecurrentHistory;
use crate::error::{Error, Result};
use crate::frame::{Column, Frame};

/// How the events of a person become rows at risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Layout {
    /// Andersen and Gill: from one event to the next, on the time since the start; all rows share a hazard. With a robust variance by
    /// person, the model of Lin, Wei, Yang and Ying.
    ///
    /// # Source
    /// Andersen and Gill 1982, Annals of Statistics 10:1100; Lin, Wei, Yang and Ying 2000, JRSS B 62:711.
    Counting,
    /// Prentice, Williams and Peterson on total time: the same rows, stratified by `order`.
    ///
    /// # Source
    /// Prentice, Williams and Peterson 1981, Biometrika 68:373, model 1.
    TotalTime,
    /// Prentice, Williams and Peterson on gap time: each row starts again from 0; stratified by `order`.
    ///
    /// # Source
    /// Prentice, Williams and Peterson 1981, Biometrika 68:373, model 2.
    GapTime,
    /// Wei, Lin and Weissfeld: everybody is at risk of the first, second, … event from the start; stratified by `order`.
    ///
    /// # Source
    /// Wei, Lin and Weissfeld 1989, JASA 84:1065.
    Marginal,
}

/// A row of a layout.
struct Risk {
    source: u32,
    start: f64,
    stop: f64,
    event: bool,
    ended: bool,
    /// When the event before happened, or else when the person came under observation.
    since: f64,
    order: i64,
}

impl RecurrentHistory {
    /// The rows at risk as `layout` has them: the columns of `frame`, from which the history was made, as they are in the row of the
    /// observation, with the columns `start`, `stop`, `event` (1 where the row ends with one), `order` (1 before the first event) and
    /// `ended` (1 where it ends in a state that ends all events); columns of these names give way. Rows after the event number
    /// `most` are left out; by default there are as many as anybody has, and no such limit where all rows share a hazard.
    ///
    /// Events of all kinds are alike. A state that ends all events ends observation: a model of such rows is one of the hazard while
    /// events can still happen, and needs one for the end beside it.
    ///
    /// # Errors
    /// `unequal_lengths` when the frame has not the rows from which the history was made; `simultaneous_events` when a person has two at one
    /// time, between which there is no row; `bad_order` when `most` is 0.
    pub fn layout(&self, frame: &Frame, layout: Layout, most: Option<u32>) -> Result<Frame> {
        if most == Some(0) {
            return Err(Error::usage("bad_order", "a layout without events has no row"));
        }
        if self.observation.source().iter().any(|&row| row as usize >= frame.n_rows()) {
            return Err(Error::data("unequal_lengths", "the frame has fewer rows than the history was made from"));
        }
        let times = self.times()?;
        // Where all rows share a hazard, those after the last event of whoever has most are at risk of one more.
        let all = most.map_or(i64::MAX as usize, |most| most as usize);
        let most = most.map_or_else(|| self.most(&times), |most| most as usize);
        let rows: Vec<Risk> = match layout {
            Layout::Counting => self.between(&times, all),
            Layout::TotalTime => self.between(&times, most),
            Layout::GapTime => {
                let again = |row: Risk| Risk { start: row.start - row.since, stop: row.stop - row.since, ..row };
                self.between(&times, most).into_iter().map(again).collect()
            }
            Layout::Marginal => self.marginal(&times, most),
        };
        let source: Vec<u32> = rows.iter().map(|row| row.source).collect();
        let flags = |of: fn(&Risk) -> bool| rows.iter().map(|row| i64::from(of(row))).collect();
        let own = [
            Column::float("start", rows.iter().map(|row| row.start).collect()),
            Column::float("stop", rows.iter().map(|row| row.stop).collect()),
            Column::integer("event", flags(|row| row.event)),
            Column::integer("order", rows.iter().map(|row| row.order).collect()),
            Column::integer("ended", flags(|row| row.ended)),
        ];
        let others = frame.select(&source);
        let others =
            others.columns().iter().filter(|column| own.iter().all(|own| own.name() != column.name())).cloned();
        let numbers = source.iter().map(|&row| frame.row_number(row as usize)).collect();
        Frame::new(others.chain(own.iter().cloned()).collect())?.with_row_numbers(numbers)
    }

    /// The times of the events within each row of the observation.
    fn times(&self) -> Result<Vec<Vec<f64>>> {
        let mut times: Vec<Vec<f64>> = vec![Vec::new(); self.observation.n_rows()];
        for event in &self.events {
            let own = &mut times[event.row as usize];
            if own.last().is_some_and(|last| last.total_cmp(&event.time).is_eq()) {
                let row = self.observation.source()[event.row as usize] + 1;
                let message = format!("row {row}: two events of a person at one time have no time between them");
                return Err(Error::data("simultaneous_events", message));
            }
            own.push(event.time);
        }
        Ok(times)
    }

    /// The rows of each person.
    fn people(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        let mut first = 0;
        self.observation.subject().chunk_by(|a, b| a == b).map(move |same| {
            first += same.len();
            first - same.len()..first
        })
    }

    /// The most events of anybody, and 1 where there is none.
    fn most(&self, times: &[Vec<f64>]) -> usize {
        let count = |rows: std::ops::Range<usize>| times[rows].iter().map(Vec::len).sum::<usize>();
        self.people().map(count).max().unwrap_or_default().max(1)
    }

    /// From one event to the next.
    fn between(&self, times: &[Vec<f64>], most: usize) -> Vec<Risk> {
        let (begins, stops) = (self.observation.start(), self.observation.stop());
        let mut rows = Vec::new();
        for person in self.people() {
            let (mut order, mut since) = (1, begins[person.start]);
            for row in person {
                let mut start = begins[row];
                let inner = times[row].iter().filter(|time| **time < stops[row]);
                for &stop in inner {
                    rows.push(Risk { since, order, ..self.risk(row, start, stop, true) });
                    (start, since, order) = (stop, stop, order + 1);
                }
                let event = times[row].last().is_some_and(|time| *time >= stops[row]);
                rows.push(Risk { since, order, ..self.risk(row, start, stops[row], event) });
                if event {
                    (since, order) = (stops[row], order + 1);
                }
            }
        }
        rows.retain(|row| row.order <= most as i64);
        rows
    }

    /// Everybody at risk of each event from the start.
    fn marginal(&self, times: &[Vec<f64>], most: usize) -> Vec<Risk> {
        let mut rows = Vec::new();
        for person in self.people() {
            let all: Vec<f64> = person.clone().flat_map(|row| times[row].iter().copied()).collect();
            for order in 1..=most {
                let time = all.get(order - 1).copied().unwrap_or(f64::INFINITY);
                for row in person.clone().filter(|&row| self.observation.start()[row] < time) {
                    let (start, end) = (self.observation.start()[row], self.observation.stop()[row]);
                    rows.push(Risk { order: order as i64, ..self.risk(row, start, end.min(time), time <= end) });
                }
            }
        }
        rows
    }

    /// A row at risk within a row of the observation.
    fn risk(&self, row: usize, start: f64, stop: f64, event: bool) -> Risk {
        let ended = self.observation.to(row).is_some() && stop >= self.observation.stop()[row];
        Risk { source: self.observation.source()[row], start, stop, event, ended, since: 0.0, order: 1 }
    }
}
