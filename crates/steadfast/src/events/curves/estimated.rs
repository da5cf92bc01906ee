//! Estimated curves, and the answers that are read off them.

use steadfast_core::event_history::{EventHistory, Spells};
use steadfast_core::frame::Factor;
use steadfast_core::survival::{AalenJohansen, StateProbabilities, Transformation};

use super::at_risk::Counts;
use super::compare;
use super::groups::Groups;
use super::result::{CurveResult, GroupCount, Probability, QuantileRow, SCHEMA};
use super::{CurveSpec, Kind, cautions};
use crate::error::{Error, Result};
use crate::events::fitted::crossed;
use crate::events::response::Response;
use crate::events::rows::{Observed, Rows};
use crate::figures::events::table_times;

/// Curves of every group, with what they were made from.
#[derive(Debug)]
pub struct Curves {
    pub(super) spec: CurveSpec,
    pub(super) response: Response,
    pub(super) rows: Rows,
    pub(super) groups: Groups,
    pub(super) strata: Option<Factor>,
    /// The history as it is estimated: with one cause, passing to others is the end of observation.
    pub(super) history: EventHistory,
    pub(super) counts: Vec<Counts>,
    /// The states whose probabilities are reported, by their places.
    pub(super) states: Vec<usize>,
    pub(super) estimate: StateProbabilities,
}

impl Curves {
    pub(super) fn new(spec: CurveSpec, response: Response, groups: &[String], rows: Rows) -> Result<Self> {
        let cause = spec.cause.as_deref().map(|name| rows.state(name)).transpose()?;
        let only = cause.filter(|_| spec.kind == Kind::Survival);
        let history = match only {
            Some(cause) => of_cause(&rows.history, cause)?,
            None => rows.history.clone(),
        };
        let groups = Groups::of(&rows.frame, groups)?;
        let strata = crossed(&rows.frame, &response.strata)?;
        let estimator = AalenJohansen::new().level(spec.level).transformation(spec.limits);
        let estimate = estimator.by_group(&history, &groups.factor)?;
        let counts = Counts::by(&history, groups.factor.codes(), groups.names().len());
        let states = match (spec.kind, cause) {
            (Kind::Survival, _) => vec![0],
            (Kind::Incidence, Some(cause)) => vec![cause as usize],
            (Kind::Incidence, None) => (1..history.states().len()).collect(),
            (Kind::Occupation | Kind::MeanCumulative, _) => (0..history.states().len()).collect(),
        };
        Ok(Self { spec, response, rows, groups, strata, history, counts, states, estimate })
    }

    /// The groups' names.
    pub fn groups(&self) -> &[String] {
        self.groups.names()
    }

    /// The estimates in all states.
    pub fn estimate(&self) -> &StateProbabilities {
        &self.estimate
    }

    /// The name of a state in a report: where everybody starts there, it is what nothing has happened to yet.
    pub(super) fn called(&self, state: usize) -> String {
        match (self.spec.kind, state) {
            (Kind::Survival, _) => "event-free".to_owned(),
            _ => self.history.states()[state].clone(),
        }
    }

    /// Everything that was asked about the curves.
    ///
    /// # Errors
    /// `beyond_observation` when a mean time is asked for until a time at which a group is no longer observed; those of the tests.
    pub fn result(&self) -> Result<CurveResult> {
        let (spec, history) = (&self.spec, &self.history);
        let names = self.groups.names();
        let times = if spec.at.is_empty() { round_times(&self.counts) } else { spec.at.clone() };
        let observed = Observed::by(&self.rows.history, &self.rows.persons, self.groups.factor.codes(), names.len());
        let observed = names.iter().cloned().zip(observed).map(|(group, observed)| GroupCount { group, observed });
        let at = |(group, counts): (&String, &Counts)| -> Vec<_> {
            times.iter().map(|&time| counts.at(group, history.states(), time)).collect()
        };
        let mut result = CurveResult {
            schema: SCHEMA,
            formula: spec.formula.parse::<steadfast_core::formula::Formula>()?.to_string(),
            kind: spec.kind.name(),
            states: self.states.iter().map(|&state| self.called(state)).collect(),
            cause: spec.cause.clone(),
            censored_events: self.censored_events(),
            groups: observed.collect(),
            reference: names[self.groups.reference].clone(),
            strata: self.response.strata.clone(),
            level: spec.level,
            limits: limits_name(spec.limits),
            weights: spec.weights.clone(),
            subject: spec.subject.clone(),
            cluster: self.response.cluster.clone(),
            rows: self.rows.counts,
            at_risk: names.iter().zip(&self.counts).flat_map(at).collect(),
            probabilities: self.probabilities(&times)?,
            differences: Vec::new(),
            restricted_means: Vec::new(),
            mean_differences: Vec::new(),
            mean_ratios: Vec::new(),
            quantiles: self.quantiles()?,
            tests: Vec::new(),
            cautions: Vec::new(),
            findings: self.rows.history.findings().clone(),
        };
        compare::differences(self, &times, &mut result)?;
        compare::means(self, &mut result)?;
        compare::tests(self, &mut result)?;
        cautions::add(&mut result, self);
        Ok(result)
    }

    /// The events that are taken for the end of observation, though they are events.
    fn censored_events(&self) -> Vec<String> {
        let states = self.rows.history.states();
        let happens =
            |state: &usize| (0..self.rows.history.n_rows()).any(|row| self.rows.history.to(row) == Some(*state as u32));
        match (self.spec.kind, &self.spec.cause) {
            (Kind::Survival, Some(cause)) => (1..states.len())
                .filter(|&at| states[at] != *cause)
                .filter(happens)
                .map(|at| states[at].clone())
                .collect(),
            _ => Vec::new(),
        }
    }

    fn probabilities(&self, times: &[f64]) -> Result<Vec<Probability>> {
        let mut found = Vec::new();
        for (group, name) in self.groups.names().iter().enumerate() {
            for &time in times {
                for &state in &self.states {
                    found.push(self.probability(group, name, state, time)?);
                }
            }
        }
        Ok(found)
    }

    fn probability(&self, group: usize, name: &str, state: usize, time: f64) -> Result<Probability> {
        let curve = self.estimate.curve(group)?;
        let known = self.history.states()[state].as_str();
        let mut row = Probability {
            group: name.to_owned(),
            state: self.called(state),
            time,
            probability: None,
            std_error: None,
            conf_low: None,
            conf_high: None,
        };
        if time > self.counts[group].end || time < self.counts[group].origin {
            return Ok(row);
        }
        let found = match curve.times().partition_point(|known| *known <= time) {
            0 => self.estimate.at(time)?.occupation(group, known)?,
            after => curve.occupation(after - 1, known)?,
        };
        (row.probability, row.std_error) = (Some(found.probability), Some(found.std_error));
        (row.conf_low, row.conf_high) = found.limits.unzip();
        Ok(row)
    }

    fn quantiles(&self) -> Result<Vec<QuantileRow>> {
        let mut found = Vec::new();
        // Of people who go back and forth there is no time by which a share has left.
        if self.spec.kind == Kind::Occupation {
            return Ok(found);
        }
        for (group, name) in self.groups.names().iter().enumerate() {
            let curve = self.estimate.curve(group)?;
            for &state in &self.states {
                for &share in &self.spec.quantiles {
                    let one = curve.quantile(&self.history.states()[state], share)?;
                    found.push(QuantileRow {
                        group: name.clone(),
                        state: self.called(state),
                        share,
                        estimate: one.estimate,
                        conf_low: one.conf_low,
                        conf_high: one.conf_high,
                    });
                }
            }
        }
        Ok(found)
    }
}

/// `history` with passing to another state than `cause` as the end of observation.
fn of_cause(history: &EventHistory, cause: u32) -> Result<EventHistory> {
    let spells = Spells {
        states: history.states().to_vec(),
        subject: history.subject().to_vec(),
        cluster: history.cluster().to_vec(),
        start: history.start().to_vec(),
        stop: history.stop().to_vec(),
        from: history.from().to_vec(),
        to: (0..history.n_rows()).map(|row| history.to(row).filter(|to| *to == cause)).collect(),
        weight: history.weight().to_vec(),
    };
    let message = "with one cause alone, the event history contradicts itself";
    EventHistory::new(spells)
        .map_err(|findings| steadfast_core::error::Error::findings("invalid_history", message, findings).into())
}

/// The round times of an axis until the end of observation.
pub(super) fn round_times(counts: &[Counts]) -> Vec<f64> {
    let low = counts.iter().map(|group| group.origin).fold(f64::INFINITY, f64::min);
    let high = horizon(counts);
    let times: Vec<f64> = if high > 0.0 { table_times(high) } else { Vec::new() };
    let times: Vec<f64> = times.into_iter().filter(|time| *time >= low).collect();
    if times.is_empty() { vec![low] } else { times }
}

/// The end of observation in any group.
pub(super) fn horizon(counts: &[Counts]) -> f64 {
    counts.iter().map(|group| group.end).fold(f64::NEG_INFINITY, f64::max)
}

/// The scale of limits by the name that is typed.
///
/// # Errors
/// `unknown_limits`.
pub fn limits(name: &str) -> Result<Transformation> {
    let found = SCALES.iter().find(|(known, _)| *known == name).map(|(_, scale)| *scale);
    found.ok_or_else(|| {
        let names: Vec<&str> = SCALES.iter().map(|(name, _)| *name).collect();
        Error::usage("unknown_limits", format!("there are no limits called `{name}`; there are: {}", names.join(", ")))
    })
}

const SCALES: [(&str, Transformation); 4] = [
    ("log-log", Transformation::LogLog),
    ("log", Transformation::Log),
    ("plain", Transformation::Plain),
    ("arcsine", Transformation::Arcsine),
];

fn limits_name(scale: Transformation) -> &'static str {
    SCALES.iter().find(|(_, known)| *known == scale).map_or("log-log", |(name, _)| name)
}
