//! Curves as a CSV file: every step of every group.

use super::Curves;
use crate::csv::{Csv, Field};
use crate::error::Result;

impl Curves {
    /// The whole step functions: for each group a line at its origin and at each of its event times and state, with persons at
    /// risk just before, events of the state then, persons whose observation ended since the line before without an event, and the
    /// probability after it with its limits.
    ///
    /// # Errors
    /// Those of the curves.
    pub fn steps(&self) -> Result<Vec<u8>> {
        let mut csv = Csv::new([
            "group",
            "state",
            "time",
            "n_at_risk",
            "n_events",
            "n_censored",
            "probability",
            "std_error",
            "conf_low",
            "conf_high",
        ]);
        for (group, name) in self.groups.names().iter().enumerate() {
            let (counts, curve) = (&self.counts[group], self.estimate.curve(group)?);
            let origin = self.estimate.at(counts.origin)?;
            let (mut censored, mut happened) = (0, vec![0; self.history.states().len()]);
            let times = counts.times();
            for time in std::iter::once(counts.origin).chain(times) {
                let at_risk: usize = counts.in_states(time).iter().sum();
                let until = counts.censored(time);
                for &state in &self.states {
                    let known = self.history.states()[state].as_str();
                    let found = match curve.times().partition_point(|known| *known <= time) {
                        0 => origin.occupation(group, known)?,
                        after => curve.occupation(after - 1, known)?,
                    };
                    let events = self.events_until(group, state, time);
                    csv.row([
                        Field::from(name.as_str()),
                        Field::from(self.called(state).as_str()),
                        Field::from(time),
                        Field::from(at_risk),
                        Field::from(events - happened[state]),
                        Field::from(until - censored),
                        Field::from(found.probability),
                        Field::from(found.std_error),
                        Field::from(found.limits.map(|limits| limits.0)),
                        Field::from(found.limits.map(|limits| limits.1)),
                    ]);
                    happened[state] = events;
                }
                censored = until;
            }
        }
        Ok(csv.into_bytes())
    }

    /// Events until `time` that end or begin the state: all of them, where the curve is of those to whom nothing has happened.
    pub(super) fn events_until(&self, group: usize, state: usize, time: f64) -> usize {
        let counts = &self.counts[group];
        match self.spec.kind {
            super::Kind::Survival => (1..self.history.states().len()).map(|any| counts.events(any, time)).sum(),
            _ => counts.events(state, time),
        }
    }
}
