//! How probable it is to be still under observation: the product-limit estimate that weighs those whom a competing event has taken.

use super::super::exact_sum::ExactSum;
use super::{Ending, SubdistributionRow};
use crate::error::{Error, Result};

/// Whether those who have an event at a time could have been censored at that very time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum CensoringTies {
    /// No: events come first, so that they are not at risk of censoring then. R's `survival::finegray`.
    #[default]
    AfterEvents,
    /// Yes: they are at risk of it. R's `cmprsk::crr`, SAS's PHREG.
    WithEvents,
}

/// A time at which somebody is censored, or comes under observation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Jump {
    pub(super) time: f64,
    pub(super) entry: bool,
    /// The weight of those who are censored, or enter.
    pub(super) count: f64,
    /// The weight of those who could have been.
    pub(super) at_risk: f64,
    /// at_risk − count, exactly 0 when nobody else was at risk.
    pub(super) rest: f64,
}

/// The probability of being under observation within one group, as a step function of time.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    /// Ascending by time.
    pub(super) jumps: Vec<Jump>,
    /// The value before each jump, and after all; it starts again from 1 where it has fallen to 0.
    level: Vec<f64>,
    /// The jumps at which it falls to 0.
    pub(super) zeros: Vec<usize>,
}

impl Curve {
    /// The curve of `rows`, all of one group.
    ///
    /// # Source
    /// Fine and Gray 1999, section 3; Geskus 2011, Biometrics 67:39, eq. 6, for entries.
    pub(super) fn new(rows: &[&SubdistributionRow], ties: CensoringTies) -> Result<Self> {
        let mut jumps = jumps(rows, ties);
        let competing = rows.iter().filter(|row| row.ending == Ending::Competing && row.at.weight > 0.0);
        let first = competing.map(|row| row.at.stop).fold(f64::INFINITY, f64::min);
        // Weights compare the time of a competing event with later ones: who entered before the first has no part in them.
        jumps.retain(|jump| !jump.entry || jump.time >= first);
        let (mut level, mut zeros, mut now) = (Vec::with_capacity(jumps.len() + 1), Vec::new(), 1.0);
        for (at, jump) in jumps.iter().enumerate() {
            level.push(now);
            if jump.entry && jump.rest <= 0.0 {
                return Err(Error::data(
                    "no_truncation_weights",
                    "at some time all under observation have just entered: nobody tells how many came too late to be seen",
                ));
            }
            now *= if jump.entry { jump.at_risk / jump.rest } else { jump.rest / jump.at_risk };
            if jump.rest <= 0.0 {
                zeros.push(at);
                now = 1.0;
            }
        }
        level.push(now);
        Ok(Self { jumps, level, zeros })
    }

    /// The number of jumps before `time`.
    pub(super) fn before(&self, time: f64) -> usize {
        self.jumps.partition_point(|jump| jump.time < time)
    }

    /// The number of jumps until `time`.
    pub(super) fn until(&self, time: f64) -> usize {
        self.jumps.partition_point(|jump| jump.time <= time)
    }

    /// The value just before `time`.
    pub(super) fn at(&self, time: f64) -> f64 {
        self.level[self.before(time)]
    }

    /// The time at which the weight of those who are there at `time` has become 0, if it does.
    pub(super) fn exhausted(&self, time: f64) -> Option<f64> {
        let place = self.before(time);
        self.zeros.iter().find(|zero| **zero >= place).map(|zero| self.jumps[*zero].time)
    }
}

/// What happens to the number under observation at one time.
#[derive(Default)]
struct Change {
    weight: ExactSum,
    number: i64,
}

impl Change {
    fn add(&mut self, weight: f64, sign: f64) {
        self.weight.add(sign * weight);
        self.number += sign as i64;
    }
}

fn jumps(rows: &[&SubdistributionRow], ties: CensoringTies) -> Vec<Jump> {
    let counts: Vec<&SubdistributionRow> = rows.iter().copied().filter(|row| row.at.weight > 0.0).collect();
    let ordered = |time: fn(&SubdistributionRow) -> f64| {
        let mut list = counts.clone();
        list.sort_by(|a, b| time(a).total_cmp(&time(b)).then(a.at.weight.total_cmp(&b.at.weight)));
        list
    };
    let (starts, stops) = (ordered(|row| row.at.start), ordered(|row| row.at.stop));
    let censored = counts.iter().filter(|row| row.ending == Ending::Censored).map(|row| row.at.stop);
    let entered = counts.iter().filter(|row| row.enters).map(|row| row.at.start);
    let mut times: Vec<f64> = censored.chain(entered).collect();
    times.sort_by(f64::total_cmp);
    times.dedup_by(|a, b| a.total_cmp(b).is_eq());
    let (mut started, mut stopped, mut open) = (0, 0, Change::default());
    let mut found = Vec::new();
    for time in times {
        while started < starts.len() && starts[started].at.start < time {
            open.add(starts[started].at.weight, 1.0);
            started += 1;
        }
        while stopped < stops.len() && stops[stopped].at.stop < time {
            open.add(stops[stopped].at.weight, -1.0);
            stopped += 1;
        }
        let (mut before, mut censored, mut events) = (open.number, Change::default(), Change::default());
        let at_risk = open.weight;
        while stopped < stops.len() && stops[stopped].at.stop <= time {
            let row = stops[stopped];
            match row.ending {
                Ending::Censored => censored.add(row.at.weight, 1.0),
                Ending::Event | Ending::Competing => events.add(row.at.weight, 1.0),
                Ending::Continues => {}
            }
            open.add(row.at.weight, -1.0);
            stopped += 1;
        }
        let mut at_risk = at_risk.value();
        if ties == CensoringTies::AfterEvents {
            before -= events.number;
            at_risk -= events.weight.value();
        }
        if censored.number > 0 {
            let (number, count) = (before - censored.number, censored.weight.value());
            found.push(jump(time, false, count, at_risk, number));
        }
        let mut entered = Change::default();
        while started < starts.len() && starts[started].at.start <= time {
            let row = starts[started];
            if row.enters {
                entered.add(row.at.weight, 1.0);
            }
            open.add(row.at.weight, 1.0);
            started += 1;
        }
        if entered.number > 0 {
            let (number, count) = (open.number - entered.number, entered.weight.value());
            found.push(jump(time, true, count, open.weight.value(), number));
        }
    }
    found
}

/// A jump of `count` out of `at_risk`, which leaves `number` rows.
fn jump(time: f64, entry: bool, count: f64, at_risk: f64, number: i64) -> Jump {
    // Nobody left is no weight, whatever rounding says.
    let rest = if number == 0 { 0.0 } else { at_risk - count };
    Jump { time, entry, count, at_risk, rest }
}
