//! Curves as figures.

use steadfast_core::frame::Frame;

use super::at_risk::Counts;
use super::estimated::{horizon, round_times};
use super::{Curves, Kind};
use crate::error::Result;
use crate::figures::Figure;
use crate::figures::events::{
    CurveFigure, CurveGroup, CurveScale, CurveStep, OccupationFigure, OccupationPanel, TableEntry, table_times,
};

/// More steps than this cannot be told apart on a page.
const STEPS: usize = 2000;

impl Curves {
    /// The curves as SVG: one figure for each state, or one of all states one above the other. Numbers at risk are of persons.
    ///
    /// # Errors
    /// Those of the curves.
    pub fn figures(&self) -> Result<Vec<Figure>> {
        self.figures_until("Persons", f64::INFINITY)
    }

    /// The same up to the time `until`, `people` being what the table of numbers calls those at risk.
    ///
    /// # Errors
    /// As [`Curves::figures`].
    pub fn figures_until(&self, people: &str, until: f64) -> Result<Vec<Figure>> {
        if self.spec.kind == Kind::Occupation {
            return Ok(vec![Figure { file: "occupation.svg".to_owned(), svg: self.occupation(until)?.svg() }]);
        }
        let several = self.states.len() > 1;
        let figure = |&state: &usize| -> Result<Figure> {
            let file = match several {
                true => format!("{}-{}.svg", self.spec.kind.name(), file_name(&self.called(state))),
                false => format!("{}.svg", self.spec.kind.name()),
            };
            Ok(Figure { file, svg: self.of_state(state, people, until)?.svg() })
        };
        self.states.iter().map(figure).collect()
    }

    fn of_state(&self, state: usize, people: &str, until: f64) -> Result<CurveFigure> {
        let all = horizon(&self.counts);
        let table = if until < all { table_times(until) } else { round_times(&self.counts) };
        let groups = self.groups.names().iter().enumerate().map(|(group, name)| -> Result<CurveGroup> {
            let counts = &self.counts[group];
            let entry = |&time: &f64| TableEntry {
                time,
                at_risk: counts.in_states(time).iter().sum(),
                events: self.events_until(group, state, time),
            };
            Ok(CurveGroup {
                name: name.clone(),
                start: if self.spec.kind == Kind::Survival { 1.0 } else { 0.0 },
                steps: self.drawn(group, state)?.into_iter().filter(|step| step.time <= until).collect(),
                table: table.iter().map(entry).collect(),
            })
        });
        let value = match self.spec.kind {
            Kind::Survival => "Probability that nothing has happened".to_owned(),
            _ => format!("Probability of {}", self.called(state)),
        };
        Ok(CurveFigure {
            time: time_label(&self.rows.frame, &self.response.stop),
            value,
            scale: CurveScale::Probability,
            horizon: all.min(until),
            groups: groups.collect::<Result<_>>()?,
            counted: format!("{people} at risk (events so far)"),
        })
    }

    /// The steps of `state` in `group`.
    fn drawn(&self, group: usize, state: usize) -> Result<Vec<CurveStep>> {
        let curve = self.estimate.curve(group)?;
        let known = self.history.states()[state].as_str();
        let step = |time: f64| -> Result<Option<CurveStep>> {
            let Some(at) = curve.times().partition_point(|known| *known <= time).checked_sub(1) else {
                return Ok(None);
            };
            let found = curve.occupation(at, known)?;
            Ok(Some(CurveStep { time, estimate: found.probability, limits: found.limits }))
        };
        let steps = thinned(&self.counts[group]).into_iter().map(step).collect::<Result<Vec<_>>>()?;
        Ok(steps.into_iter().flatten().collect())
    }

    fn occupation(&self, until: f64) -> Result<OccupationFigure> {
        let mut panels = Vec::new();
        for (group, name) in self.groups.names().iter().enumerate() {
            let (counts, curve) = (&self.counts[group], self.estimate.curve(group)?);
            let origin = self.estimate.at(counts.origin)?;
            let mut steps = Vec::new();
            for time in std::iter::once(counts.origin).chain(thinned(counts)).filter(|time| *time <= until) {
                let at = curve.times().partition_point(|known| *known <= time).checked_sub(1);
                let probability = |state: &String| -> Result<f64> {
                    Ok(match at {
                        None => origin.occupation(group, state)?.probability,
                        Some(at) => curve.occupation(at, state)?.probability,
                    })
                };
                steps.push((time, self.history.states().iter().map(probability).collect::<Result<Vec<_>>>()?));
            }
            let persons = counts.in_states(counts.origin).iter().sum();
            panels.push(OccupationPanel { name: name.clone(), n: persons, steps });
        }
        let states = self.history.states().to_vec();
        Ok(OccupationFigure {
            time: time_label(&self.rows.frame, &self.response.stop),
            horizon: horizon(&self.counts).min(until),
            states,
            panels,
        })
    }
}

/// The label of the column of times, with its unit.
pub(super) fn time_label(frame: &Frame, stop: &str) -> String {
    let Some(column) = frame.get(stop) else { return stop.to_owned() };
    match column.unit() {
        Some(unit) if !column.label().contains(unit) => format!("{} ({unit})", column.label()),
        _ => column.label().to_owned(),
    }
}

/// The event times of a group; of very many the last of each of so many equal parts of the axis.
fn thinned(counts: &Counts) -> Vec<f64> {
    let times = counts.times();
    if times.len() <= STEPS {
        return times;
    }
    let width = (counts.end - counts.origin) / STEPS as f64;
    let part = |time: f64| ((time - counts.origin) / width).floor();
    let last = |pair: &[f64]| part(pair[0]) < part(pair[1]);
    let kept: Vec<f64> = times.windows(2).filter(|pair| last(pair)).map(|pair| pair[0]).collect();
    kept.into_iter().chain(times.last().copied()).collect()
}

/// A state as part of a file's name.
fn file_name(state: &str) -> String {
    state.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect()
}
