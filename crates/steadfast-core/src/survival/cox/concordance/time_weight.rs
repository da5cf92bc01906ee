//! What the pairs of one event time count for.

use super::Row;
use crate::error::{Error, Result};

/// The weight of the pairs that an event at time t makes with those who are at risk then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TimeWeight {
    /// 1: Harrell's C (`n` in R's `concordance`). What it estimates depends on the censoring.
    ///
    /// # Source
    /// Harrell et al. 1982, JAMA 247:2543.
    #[default]
    Harrell,
    /// 1 / G(t−)², G being the Kaplan–Meier curve of the censoring: Uno's C (`n/G2`).
    ///
    /// # Source
    /// Uno et al. 2011, Statistics in Medicine 30:1105, eq. 5.
    Uno,
    /// n S(t−) / Y(t), S being the Kaplan–Meier curve and Y those at risk (`S`): as Peto and Peto's log-rank test.
    Survival,
    /// n S(t−) / (G(t−) Y(t)) (`S/G`).
    ///
    /// # Source
    /// Schemper, Wakounig and Heinze 2009, Statistics in Medicine 28:2473.
    Schemper,
    /// 1 / Y(t) (`I`): each event counts alike.
    Events,
}

impl TimeWeight {
    /// The name by which R's `concordance` and a report know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Harrell => "n",
            Self::Uno => "n/G2",
            Self::Survival => "S",
            Self::Schemper => "S/G",
            Self::Events => "I",
        }
    }

    /// The weight of each of `times` (ascending), the event times of `rows`.
    ///
    /// # Errors
    /// `late_entry` when the censoring of rows that come under observation late is asked for.
    pub(super) fn of(self, rows: &[&Row], times: &[f64]) -> Result<Vec<f64>> {
        let first = rows.iter().map(|row| row.start).fold(f64::INFINITY, f64::min);
        if matches!(self, Self::Uno | Self::Schemper) && rows.iter().any(|row| row.start > first) {
            let message = format!("the weight {} needs rows that are observed from one origin on", self.name());
            return Err(Error::usage("late_entry", message));
        }
        let total: f64 = rows.iter().map(|row| row.weight).sum();
        // A single event has the same C whatever it weighs.
        let curves = Curves::new(rows, times);
        let weight = |k: usize| {
            let (s, g, y) = (curves.survival[k], curves.censoring[k], curves.at_risk[k]);
            match self {
                Self::Harrell => 1.0,
                Self::Uno => 1.0 / (g * g),
                Self::Survival => total * s / y,
                Self::Schemper => total * s / (g * y),
                Self::Events => 1.0 / y,
            }
        };
        Ok((0..times.len()).map(weight).collect())
    }
}

/// The Kaplan–Meier curves of events and of censoring before each event time, and the weight at risk.
struct Curves {
    survival: Vec<f64>,
    censoring: Vec<f64>,
    at_risk: Vec<f64>,
}

impl Curves {
    /// Events come before censoring at the same time.
    fn new(rows: &[&Row], times: &[f64]) -> Self {
        let mut stops: Vec<&Row> = rows.to_vec();
        stops.sort_by(|a, b| a.stop.total_cmp(&b.stop).then(b.event.cmp(&a.event)));
        let mut starts: Vec<&Row> = rows.to_vec();
        starts.sort_by(|a, b| a.start.total_cmp(&b.start));
        let mut entered = starts.into_iter().peekable();
        let mut found = Self { survival: Vec::new(), censoring: Vec::new(), at_risk: Vec::new() };
        let (mut s, mut g, mut y) = (1.0, 1.0, 0.0);
        let mut next = times.iter().peekable();
        for alike in stops.chunk_by(|a, b| a.stop.total_cmp(&b.stop).is_eq()) {
            let time = alike[0].stop;
            while let Some(row) = entered.next_if(|row| row.start < time) {
                y += row.weight;
            }
            if next.next_if(|known| known.total_cmp(&time).is_eq()).is_some() {
                found.survival.push(s);
                found.censoring.push(g);
                found.at_risk.push(y);
            }
            let gone = |event: bool| alike.iter().filter(|row| row.event == event).map(|row| row.weight).sum::<f64>();
            let (events, censored) = (gone(true), gone(false));
            if events > 0.0 {
                s *= (y - events) / y;
            }
            if censored > 0.0 {
                g *= (y - events - censored) / (y - events);
            }
            y -= events + censored;
        }
        found
    }
}
