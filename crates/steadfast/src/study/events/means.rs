//! The mean number of moves of a child until a time, which exits for good end and do not censor.

use steadfast_core::event_history::{Columns, RecurrentHistory};
use steadfast_core::frame::{Factor, Frame};
use steadfast_core::report::Row;
use steadfast_core::survival::{MeanCounts, MeanCumulative, MeanWeight};

use super::asked::{Asked, distinct, numbers};
use super::drawn::{self, EventFigure};
use super::ratio::{difference, ratio};
use super::results::{ArmEstimate, EventResult, EventTest, Measure};
use crate::error::Result;
use crate::figures::events::{CurveFigure, CurveGroup, CurveScale, CurveStep, TableEntry, table_times};
use crate::plan::MoveGroup;
use crate::trial::placement::{CENSORED, EVENT, START, STOP, TERMINAL, observed_moves};

/// Adds the mean numbers of the moves of `group`, their differences and ratios, their test, and their figure.
///
/// # Errors
/// Those of a mean cumulative function.
pub(super) fn add(
    result: &mut EventResult,
    asked: &Asked<'_>,
    group: &MoveGroup,
    figures: &mut Vec<EventFigure>,
) -> Result<()> {
    let groups = std::slice::from_ref(group);
    let layout = observed_moves(asked.trial, asked.children, groups, &asked.analysis.censored, asked.end());
    let frame = asked.frame(&layout)?;
    let columns = Columns::new(STOP, EVENT).start(START).censored(CENSORED);
    let columns = columns.subject(&asked.design.subject).cluster(asked.design.unit());
    let history = RecurrentHistory::from_frame(&frame, &columns, &[TERMINAL])?;
    let arms = frame.select(history.observation().source()).column(&asked.design.arm)?.to_factor();
    let spec = MeanCumulative::new().kind(&group.name).level(asked.analysis.level);
    let means = spec.by_group(&history, &arms)?;
    for time in asked.analysis.times() {
        at(result, asked, &means, &group.name, time)?;
    }
    let test = spec.test(&history, &arms, MeanWeight::Constant)?.test;
    result.tests.push(EventTest {
        term: "mean numbers".to_owned(),
        event: group.name.clone(),
        adjusted: false,
        num_df: test.num_df,
        statistic: test.statistic,
        p_value: test.p_value,
    });
    figures.push(figure(asked, &means, &frame, &group.name)?);
    Ok(())
}

fn at(result: &mut EventResult, asked: &Asked<'_>, means: &MeanCounts, event: &str, time: f64) -> Result<()> {
    let at = means.at(time)?;
    let place = |arm: usize| means.groups().iter().position(|known| *known == asked.arms[arm]).unwrap_or(arm);
    for (number, arm) in asked.arms.iter().enumerate() {
        let row = at.mean(place(number))?;
        result.estimates.push(ArmEstimate {
            measure: Measure::MeanNumber,
            name: event.to_owned(),
            arm: arm.clone(),
            at: Some(time),
            estimate: row.estimate,
            std_error: row.std_error,
            conf_low: Some(row.conf_low),
            conf_high: Some(row.conf_high),
            n_at_risk: None,
        });
    }
    for (first, second) in asked.pairs() {
        let (one, other) = (&asked.arms[first], &asked.arms[second]);
        let row = at.difference(place(first), place(second))?;
        let row = Row { term: format!("{one} - {other}"), ..row };
        result.effects.push(difference(row, Measure::MeanNumber, event, false, Some(time)));
        let found = ratio(at.log_ratio(place(first), place(second))?, Measure::MeanRatio, event, false, (one, other));
        result.effects.push(super::results::Effect { at: Some(time), ..found });
    }
    Ok(())
}

/// The mean numbers over time, with the children under observation and their moves so far.
fn figure(asked: &Asked<'_>, means: &MeanCounts, frame: &Frame, event: &str) -> Result<EventFigure> {
    let horizon = numbers(frame, STOP)?.into_iter().fold(0.0, f64::max);
    let horizon = asked.analysis.horizon.map_or(horizon, |asked| asked.min(horizon));
    let observed = Observed::of(asked, frame)?;
    let mut groups = Vec::new();
    for (group, name) in means.groups().iter().enumerate() {
        let curve = means.curve(group)?;
        let mut steps = Vec::new();
        for (k, &time) in curve.times().iter().enumerate().take_while(|(_, time)| **time <= horizon) {
            let found = curve.mean(k)?;
            steps.push(CurveStep { time, estimate: found.estimate, limits: found.limits });
        }
        let entry = |time: f64| observed.until(name, event, time);
        let table = table_times(horizon).into_iter().map(entry).collect();
        groups.push(CurveGroup { name: name.clone(), start: 0.0, steps, table });
    }
    let drawn = CurveFigure {
        time: format!("Time {} ({})", asked.since, asked.unit.name()),
        value: format!("Mean number: {event}"),
        scale: CurveScale::Count,
        horizon,
        groups,
        counted: "Children observed (moves so far)".to_owned(),
    };
    Ok(EventFigure {
        analysis: asked.analysis.id.clone(),
        file: drawn::file(&asked.analysis.id, event),
        caption: format!(
            "{event}: the mean number a child, by arm. Exits after which nothing can follow end a child's moves and do not \
             censor them; time out of care counts as time without moves."
        ),
        svg: drawn.svg(),
    })
}

/// The rows of a frame as children who are observed and move.
struct Observed {
    arm: Factor,
    child: Factor,
    event: Factor,
    start: Vec<f64>,
    stop: Vec<f64>,
}

impl Observed {
    fn of(asked: &Asked<'_>, frame: &Frame) -> Result<Self> {
        let factor = |name: &str| Ok::<_, crate::error::Error>(frame.column(name)?.to_factor());
        let (arm, child, event) = (factor(&asked.design.arm)?, factor(&asked.design.subject)?, factor(EVENT)?);
        Ok(Self { arm, child, event, start: numbers(frame, START)?, stop: numbers(frame, STOP)? })
    }

    /// Children of `arm` under observation just before `time`, and their moves until then.
    fn until(&self, arm: &str, event: &str, time: f64) -> TableEntry {
        let rows = || (0..self.stop.len()).filter(|&row| self.arm.level(row) == Some(arm));
        let observed = |row: &usize| {
            self.stop[*row] >= time && (self.start[*row] < time || self.start[*row] <= 0.0 && time <= 0.0)
        };
        let at_risk = distinct(rows().filter(observed).map(|row| self.child.codes()[row]));
        let events = rows().filter(|&row| self.stop[row] <= time && self.event.level(row) == Some(event)).count();
        TableEntry { time, at_risk, events }
    }
}
