//! The scales of time along which a hazard ratio may change.

use crate::error::{Error, Result};
use crate::survival::cox::process::Process;
use crate::survival::risk_data::RiskData;

/// The scale of time along which a coefficient is taken to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TimeTransform {
    /// 1 − S(t−), S being the Kaplan–Meier curve of all rows, unweighted and whatever their strata: R's default. Outliers of
    /// time do not matter.
    #[default]
    KaplanMeier,
    /// The rank of t among the times at which rows stop, ties sharing their mean.
    Rank,
    /// t itself.
    Identity,
    /// ln t.
    Log,
}

impl TimeTransform {
    /// The name by which a report knows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::KaplanMeier => "km",
            Self::Rank => "rank",
            Self::Identity => "identity",
            Self::Log => "log",
        }
    }

    /// The transformed event times of each stratum.
    pub(super) fn of(self, data: &RiskData, process: &Process) -> Result<Vec<Vec<f64>>> {
        let map: Box<dyn Fn(f64) -> f64> = match self {
            Self::Identity => Box::new(|time| time),
            Self::Log => {
                if process.strata.iter().flat_map(|stratum| &stratum.times).any(|time| *time <= 0.0) {
                    return Err(Error::usage(
                        "bad_time",
                        "an event at or before 0 has no place on a logarithmic scale",
                    ));
                }
                Box::new(libm::log)
            }
            Self::Rank => {
                let mut stops: Vec<f64> = data.rows.iter().map(|row| row.stop).collect();
                stops.sort_by(f64::total_cmp);
                Box::new(move |time| {
                    let (below, until) =
                        (stops.partition_point(|stop| *stop < time), stops.partition_point(|stop| *stop <= time));
                    0.5 * (below + until + 1) as f64
                })
            }
            Self::KaplanMeier => {
                let (times, survival) = kaplan_meier(data);
                Box::new(move |time| 1.0 - survival[times.partition_point(|known| *known < time)])
            }
        };
        Ok(process.strata.iter().map(|stratum| stratum.times.iter().map(|time| map(*time)).collect()).collect())
    }
}

/// The event times of all rows, and the Kaplan–Meier curve before the first and after each.
fn kaplan_meier(data: &RiskData) -> (Vec<f64>, Vec<f64>) {
    let sorted = |values: Vec<f64>| {
        let mut values = values;
        values.sort_by(f64::total_cmp);
        values
    };
    let starts = sorted(data.rows.iter().map(|row| row.start).collect());
    let stops = sorted(data.rows.iter().map(|row| row.stop).collect());
    let events = sorted(data.rows.iter().filter(|row| row.event).map(|row| row.stop).collect());
    let (mut times, mut survival) = (Vec::new(), vec![1.0]);
    let mut now = 1.0;
    for alike in events.chunk_by(|a, b| a.total_cmp(b).is_eq()) {
        let entered = starts.partition_point(|start| *start < alike[0]);
        let left = stops.partition_point(|stop| *stop < alike[0]);
        now *= 1.0 - alike.len() as f64 / (entered - left) as f64;
        times.push(alike[0]);
        survival.push(now);
    }
    (times, survival)
}
