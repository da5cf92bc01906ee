//! Mean numbers of events that happen again and again, with what ends them for good.

use serde::Serialize;
use steadfast_core::event_history::RecurrentHistory;
use steadfast_core::findings::Findings;
use steadfast_core::formula::Formula;
use steadfast_core::frame::{Factor, Frame};
use steadfast_core::report::Row;
use steadfast_core::survival::{MeanCounts, MeanCumulative};

use super::at_risk::{AtRisk, Counts};
use super::estimated::{horizon, round_times};
use super::groups::Groups;
use super::{CurveSpec, GroupCount, Kind};
use crate::csv::{Csv, Field};
use crate::error::{Error, Result};
use crate::events::response::Response;
use crate::events::result::{GlobalTest, RatioRow};
use crate::events::rows::{EventCount, Observed, Reading, RowsUsed, assumed, complete, distinct};
use crate::figures::Figure;
use crate::figures::events::{CurveFigure, CurveGroup, CurveScale, CurveStep, TableEntry};

/// Mean numbers of events in each group.
#[derive(Debug)]
pub struct MeanNumbers {
    spec: CurveSpec,
    response: Response,
    frame: Frame,
    rows: RowsUsed,
    history: RecurrentHistory,
    groups: Groups,
    /// The group of each row of the observation.
    of_row: Vec<u32>,
    counts: Vec<Counts>,
    /// For each group, when events happen, ascending.
    times: Vec<Vec<f64>>,
    estimate: MeanCounts,
}

/// Mean numbers of events with everything that was asked about them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeanNumberResult {
    /// The name of the shape.
    pub schema: &'static str,
    /// The formula in its canonical form.
    pub formula: String,
    /// `mean-cumulative`.
    pub kind: &'static str,
    /// The events that are counted.
    pub events: Vec<String>,
    /// The events that end all others.
    pub terminal: Vec<String>,
    /// The groups, and what was observed in each.
    pub groups: Vec<GroupCount>,
    /// The group with which others are compared.
    pub reference: String,
    /// The confidence level of every interval.
    pub level: f64,
    /// The column of weights, where there is one.
    pub weights: Option<String>,
    /// The column of persons.
    pub subject: Option<String>,
    /// The column of clusters, where there is one.
    pub cluster: Option<String>,
    /// Rows used and left out.
    pub rows: RowsUsed,
    /// Persons under observation, and ends, at each time in each group.
    pub at_risk: Vec<AtRisk>,
    /// Mean numbers until each time; the term is the group.
    pub means: Vec<NumberRow>,
    /// Differences, group − reference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<NumberRow>,
    /// ln ratios, group / reference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub log_ratios: Vec<NumberRow<RatioRow>>,
    /// Whether the mean number until the last time is the same in all groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<GlobalTest>,
    /// What a reader of the numbers should know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cautions: Vec<String>,
    /// What was found in the data, row by row.
    #[serde(skip_serializing_if = "Findings::is_empty")]
    pub findings: Findings,
}

/// An estimate of a number of events until a time; a logarithm has its ratio beside it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NumberRow<R = Row> {
    /// The time.
    pub time: f64,
    /// The estimate.
    #[serde(flatten)]
    pub row: R,
}

impl MeanNumbers {
    pub(super) fn new(
        spec: CurveSpec,
        formula: &Formula,
        response: Response,
        groups: &[String],
        frame: &Frame,
    ) -> Result<Self> {
        let Some(subject) = spec.subject.as_deref() else {
            let message = "events that happen again need a column that says whose rows they are: --subject";
            return Err(Error::usage("needs_subject", message));
        };
        let reading = Reading {
            subject: Some(subject),
            weights: spec.weights.as_deref(),
            cluster: response.cluster.as_deref(),
            ..Reading::default()
        };
        let (frame, rows) = complete(formula, reading, frame)?;
        let columns = response.columns(Some(subject), spec.weights.as_deref(), spec.censored.as_deref());
        let terminal: Vec<&str> = spec.terminal.iter().map(String::as_str).collect();
        let history = RecurrentHistory::from_frame(&frame, &columns, &terminal)?;
        let groups = Groups::of(&frame, groups)?;
        let observation = history.observation();
        let of_row: Vec<u32> = observation.source().iter().map(|&row| groups.factor.codes()[row as usize]).collect();
        let n = groups.names().len();
        let codes = of_row.iter().map(|&code| Some(code)).collect();
        let factor = Factor::from_codes(groups.names().to_vec(), codes)?;
        let mut asked = MeanCumulative::new().level(spec.level);
        if let Some(kind) = &spec.cause {
            asked = asked.kind(kind);
        }
        let estimate = asked.by_group(&history, &factor)?;
        let counts = Counts::by(observation, &of_row, n);
        let times = times(&history, &of_row, n, spec.cause.as_deref());
        Ok(Self { spec, response, frame, rows, groups, of_row, counts, times, estimate, history })
    }

    /// Everything that was asked about the mean numbers.
    ///
    /// # Errors
    /// Those of the estimates.
    pub fn result(&self) -> Result<MeanNumberResult> {
        let (spec, names) = (&self.spec, self.groups.names());
        let times = if spec.at.is_empty() { round_times(&self.counts) } else { spec.at.clone() };
        let observation = self.history.observation();
        let at = |(group, counts): (&String, &Counts)| -> Vec<AtRisk> {
            times.iter().map(|&time| counts.at(group, observation.states(), time)).collect()
        };
        let mut result = MeanNumberResult {
            schema: "steadfast-mean-cumulative/1",
            formula: spec.formula.parse::<Formula>()?.to_string(),
            kind: Kind::MeanCumulative.name(),
            events: self.counted(),
            terminal: spec.terminal.clone(),
            groups: self.observed(),
            reference: names[self.groups.reference].clone(),
            level: spec.level,
            weights: spec.weights.clone(),
            subject: spec.subject.clone(),
            cluster: self.response.cluster.clone(),
            rows: self.rows,
            at_risk: names.iter().zip(&self.counts).flat_map(at).collect(),
            means: Vec::new(),
            differences: Vec::new(),
            log_ratios: Vec::new(),
            test: None,
            cautions: self.cautions(),
            findings: observation.findings().clone(),
        };
        for &time in &times {
            self.compare(time, &mut result)?;
        }
        Ok(result)
    }

    /// The mean numbers until `time` and their comparison, of groups that are observed until then.
    fn compare(&self, time: f64, result: &mut MeanNumberResult) -> Result<()> {
        let (names, reference) = (self.groups.names(), self.groups.reference);
        let observed = |group: &usize| time <= self.counts[*group].end && time >= self.counts[*group].origin;
        let groups: Vec<usize> = (0..names.len()).filter(observed).collect();
        let at = self.estimate.at(time)?;
        let named = |term: String, row: Row| NumberRow { time, row: Row { term, ..row } };
        for &group in &groups {
            result.means.push(named(names[group].clone(), at.mean(group)?));
        }
        if !groups.contains(&reference) {
            return Ok(());
        }
        for &group in groups.iter().filter(|group| **group != reference) {
            let difference = at.difference(group, reference)?;
            // Before the first event there is nothing to compare.
            if difference.std_error > 0.0 {
                result.differences.push(named(format!("{} - {}", names[group], names[reference]), difference));
            }
            if let Ok(ratio) = at.log_ratio(group, reference) {
                let term = format!("{} / {}", names[group], names[reference]);
                result.log_ratios.push(NumberRow { time, row: RatioRow::from(Row { term, ..ratio }) });
            }
        }
        if groups.len() == names.len() && names.len() > 1 {
            result.test =
                at.equal().ok().map(|test| GlobalTest::new("equal mean numbers", &test)).or(result.test.take());
        }
        Ok(())
    }

    /// The events that are counted.
    fn counted(&self) -> Vec<String> {
        let asked = self.spec.cause.as_ref();
        self.history.kinds().iter().filter(|kind| asked.is_none_or(|asked| asked == *kind)).cloned().collect()
    }

    /// What was observed in each group: of events that recur, how often and to how many persons; of ends, to how many.
    fn observed(&self) -> Vec<GroupCount> {
        let observation = self.history.observation();
        let mut observed = Observed::by(observation, observation.subject(), &self.of_row, self.groups.names().len());
        for (at, kind) in self.history.kinds().iter().enumerate() {
            let of_kind = self.history.events().iter().filter(|event| event.kind as usize == at);
            let mut persons = vec![Vec::new(); observed.len()];
            of_kind.for_each(|event| {
                persons[self.of_row[event.row as usize] as usize].push(observation.subject()[event.row as usize]);
            });
            for (group, persons) in observed.iter_mut().zip(persons) {
                let (count, persons) = (persons.len(), distinct(persons.into_iter()));
                group.events.push(EventCount { event: kind.clone(), count, persons });
            }
        }
        let named = self.groups.names().iter().cloned().zip(observed);
        named.map(|(group, observed)| GroupCount { group, observed }).collect()
    }

    /// Observation that ends with the last event says nothing of what ended it.
    fn cautions(&self) -> Vec<String> {
        let mut cautions: Vec<String> =
            assumed(&self.frame, &self.response.event, self.spec.censored.as_deref()).into_iter().collect();
        if self.spec.terminal.is_empty() {
            cautions.push(
                "no event ends all others: where adoption, a return home or death ends them, name it with --terminal, or its times \
                 count as mere ends of observation or as events"
                    .to_owned(),
            );
        }
        cautions
    }

    /// The whole step functions: for each group a line at each time of an event or an end.
    ///
    /// # Errors
    /// Those of the estimates.
    pub fn steps(&self) -> Result<Vec<u8>> {
        let mut csv =
            Csv::new(["group", "time", "n_at_risk", "n_events", "mean", "std_error", "conf_low", "conf_high"]);
        for (group, name) in self.groups.names().iter().enumerate() {
            let curve = self.estimate.curve(group)?;
            for k in 0..curve.times().len() {
                let one = curve.mean(k)?;
                csv.row([
                    Field::from(name.as_str()),
                    Field::from(one.time),
                    Field::from(one.n_at_risk as usize),
                    Field::from(one.events),
                    Field::from(one.estimate),
                    Field::from(one.std_error),
                    Field::from(one.limits.map(|limits| limits.0)),
                    Field::from(one.limits.map(|limits| limits.1)),
                ]);
            }
        }
        Ok(csv.into_bytes())
    }

    /// The curves as SVG.
    ///
    /// # Errors
    /// Those of the estimates.
    pub fn figures(&self) -> Result<Vec<Figure>> {
        let table = round_times(&self.counts);
        let mut groups = Vec::new();
        for (group, name) in self.groups.names().iter().enumerate() {
            let curve = self.estimate.curve(group)?;
            let steps = (0..curve.times().len()).map(|k| -> Result<CurveStep> {
                let one = curve.mean(k)?;
                Ok(CurveStep { time: one.time, estimate: one.estimate, limits: one.limits })
            });
            let (counts, times) = (&self.counts[group], &self.times[group]);
            let entry = |&time: &f64| TableEntry {
                time,
                at_risk: counts.in_states(time).iter().sum(),
                events: times.partition_point(|event| *event <= time),
            };
            let table = table.iter().map(entry).collect();
            groups.push(CurveGroup { name: name.clone(), start: 0.0, steps: steps.collect::<Result<_>>()?, table });
        }
        let figure = CurveFigure {
            time: super::figures::time_label(&self.frame, &self.response.stop),
            value: format!("Mean number of events ({})", self.counted().join(", ")),
            scale: CurveScale::Count,
            horizon: horizon(&self.counts),
            groups,
            counted: "Persons at risk (events so far)".to_owned(),
        };
        Ok(vec![Figure { file: "mean-cumulative.svg".to_owned(), svg: figure.svg() }])
    }
}

/// For each group when events happen, ascending; those of one kind, where it is asked for.
fn times(history: &RecurrentHistory, of_row: &[u32], n: usize, kind: Option<&str>) -> Vec<Vec<f64>> {
    let mut times = vec![Vec::new(); n];
    for event in history.events() {
        if kind.is_none_or(|kind| history.kinds()[event.kind as usize] == kind) {
            times[of_row[event.row as usize] as usize].push(event.time);
        }
    }
    times.iter_mut().for_each(|times| times.sort_by(f64::total_cmp));
    times
}
