//! Layouts for survival models: moves as a counting process, and the first exit with its cause.

use super::care::{MoveReason, Period};
use super::histories::Histories;
use super::spells::Origin;
use super::state::StateKind;
use crate::frame::Date;

/// A half-open interval in days since an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// Where it begins.
    pub start: i32,
    /// Where it stops.
    pub stop: i32,
}

/// An interval at risk of a move, as Andersen and Gill's model takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// The child.
    pub child: u32,
    /// 1 for the child's first period of care.
    pub period: u32,
    /// The time in one placement.
    pub at_risk: Interval,
    /// The reason of the move at the end; `None` when none ended the interval.
    pub reason: Option<MoveReason>,
    /// 1 until the child's first move, 2 until the second: the stratum of Prentice, Williams and Peterson.
    pub sequence: u32,
}

/// The end of a period of care: a time, and a cause or a censoring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// The child.
    pub child: u32,
    /// 1 for the child's first period of care.
    pub period: u32,
    /// Whether the period began before the data did, so that `days` is too short.
    pub truncated: bool,
    /// Days in care.
    pub days: i32,
    /// The state entered; `None` when the period is censored, by the cut or by a transfer.
    pub cause: Option<u32>,
}

impl Histories {
    /// The intervals at risk of a move: a row a placement, while the child is in care. Time out of care is in no row.
    ///
    /// Placements of no length have no row, so that moves on the same day are one event.
    pub fn moves(&self, origin: Origin) -> Vec<Move> {
        let mut rows = Vec::new();
        for periods in self.by_child() {
            let zero = origin.of(&periods[0]);
            let mut sequence = 1;
            for (number, period) in periods.iter().enumerate() {
                self.moves_of(period, number as u32 + 1, zero, &mut sequence, &mut rows);
            }
        }
        rows
    }

    fn moves_of(&self, period: &Period, number: u32, zero: Date, sequence: &mut u32, rows: &mut Vec<Move>) {
        for placement in &period.placements {
            let stop = placement.stop.unwrap_or(self.cut);
            let at_risk = Interval { start: placement.start.0 - zero.0, stop: stop.0 - zero.0 };
            if at_risk.start < at_risk.stop {
                let reason = placement.moved;
                rows.push(Move { child: period.child, period: number, at_risk, reason, sequence: *sequence });
            }
            *sequence += u32::from(placement.moved.is_some());
        }
    }

    /// How each period of care ended. Adoption, special guardianship, home and death are causes that compete; the cut
    /// and a transfer to another authority censor.
    pub fn exits(&self) -> Vec<Occurrence> {
        let mut rows = Vec::with_capacity(self.periods.len());
        for periods in self.by_child() {
            for (number, period) in periods.iter().enumerate() {
                let cause = period.exit.and_then(|exit| exit.state);
                let observed = cause.filter(|&state| self.states[state as usize].kind() != StateKind::Censored);
                rows.push(Occurrence {
                    child: period.child,
                    period: number as u32 + 1,
                    truncated: period.truncated,
                    days: period.days(self.cut),
                    cause: observed,
                });
            }
        }
        rows
    }
}
