//! Cumulative incidences, state probabilities and mean times by Aalen and Johansen's estimator, with clustered errors.

use steadfast_core::event_history::EventHistory;
use steadfast_core::frame::{Factor, Frame};
use steadfast_core::report::{FTest, Row};
use steadfast_core::survival::{AalenJohansen, Gray, LogRank, NullVariance, StateProbabilities};

use super::asked::Asked;
use super::ratio::difference;
use super::results::{ArmEstimate, EventResult, EventTest, Measure};
use crate::error::Result;

/// The probabilities of all states in each arm.
///
/// # Errors
/// As [`AalenJohansen::by_group`].
pub(super) fn estimate(asked: &Asked<'_>, history: &EventHistory, groups: &Factor) -> Result<StateProbabilities> {
    Ok(AalenJohansen::new().level(asked.analysis.level).by_group(history, groups)?)
}

/// Adds the probability of `state` at every time asked about, by arm, and the differences between arms.
///
/// # Errors
/// As [`StateProbabilities::at`].
pub(super) fn add(
    result: &mut EventResult,
    asked: &Asked<'_>,
    curves: &StateProbabilities,
    state: &str,
    measure: Measure,
) -> Result<()> {
    for time in asked.analysis.times() {
        let at = curves.at(time)?;
        for (group, arm) in asked.arms.iter().enumerate() {
            let found = at.occupation(group, state)?;
            // Those who have not had an event are at risk of all of them.
            let waiting = if measure == Measure::CumulativeIncidence { &curves.states()[0] } else { state };
            let n_at_risk = at.occupation(group, waiting)?.n_at_risk;
            result.estimates.push(ArmEstimate {
                measure,
                name: state.to_owned(),
                arm: arm.clone(),
                at: Some(time),
                estimate: found.probability,
                std_error: found.std_error,
                conf_low: found.limits.map(|limits| limits.0),
                conf_high: found.limits.map(|limits| limits.1),
                n_at_risk: Some(n_at_risk as usize),
            });
        }
        for (first, second) in asked.pairs() {
            let row = named(at.difference(state, first, second)?, asked, (first, second));
            result.effects.push(difference(row, measure, state, false, Some(time)));
        }
    }
    Ok(())
}

/// Adds the mean time in `state` up to the horizon, or, for an event, the mean time until it.
///
/// # Errors
/// As [`StateProbabilities::at`].
pub(super) fn add_times(
    result: &mut EventResult,
    asked: &Asked<'_>,
    curves: &StateProbabilities,
    state: &str,
    measure: Measure,
) -> Result<()> {
    let Some(horizon) = asked.analysis.horizon else { return Ok(()) };
    let until = measure == Measure::RestrictedMeanTime;
    let at = curves.at(horizon)?;
    for (group, arm) in asked.arms.iter().enumerate() {
        let row = at.time_in(group, state)?;
        let row = if until { complement(row, horizon) } else { row };
        result.estimates.push(ArmEstimate {
            measure,
            name: state.to_owned(),
            arm: arm.clone(),
            at: Some(horizon),
            estimate: row.estimate,
            std_error: row.std_error,
            conf_low: Some(row.conf_low),
            conf_high: Some(row.conf_high),
            n_at_risk: None,
        });
    }
    for (first, second) in asked.pairs() {
        let row = named(at.time_difference(state, first, second)?, asked, (first, second));
        let row = if until { complement(row, 0.0) } else { row };
        result.effects.push(difference(row, measure, state, false, Some(horizon)));
    }
    Ok(())
}

/// `total` less what `row` estimates: the time until an event is what is left of the horizon before the time since it.
pub(super) fn complement(row: Row, total: f64) -> Row {
    let (conf_low, conf_high) = (total - row.conf_high, total - row.conf_low);
    let statistic = if total == 0.0 { -row.statistic } else { row.statistic };
    Row { estimate: total - row.estimate, statistic, conf_low, conf_high, ..row }
}

fn named(row: Row, asked: &Asked<'_>, (first, second): (usize, usize)) -> Row {
    Row { term: format!("{} - {}", asked.arms[first], asked.arms[second]), ..row }
}

/// Adds the log-rank test of `event`, clustered; within strata too, where the plan has them.
///
/// # Errors
/// As [`LogRank::test`].
pub(super) fn add_log_rank(
    result: &mut EventResult,
    asked: &Asked<'_>,
    frame: &Frame,
    (history, groups): (&EventHistory, &Factor),
    event: &str,
) -> Result<()> {
    let test = LogRank::new(event).variance(NullVariance::Clustered);
    result.tests.push(tested(test.test(history, groups)?.test, event, false));
    if let Some(strata) = strata(asked, frame, history)? {
        result.tests.push(tested(test.strata(strata).test(history, groups)?.test, event, true));
    }
    Ok(())
}

/// Adds Gray's test of the cumulative incidence of `event`, clustered; within strata too, where the plan has them.
///
/// # Errors
/// As [`Gray::test`].
pub(super) fn add_gray(
    result: &mut EventResult,
    asked: &Asked<'_>,
    frame: &Frame,
    (history, groups): (&EventHistory, &Factor),
    event: &str,
) -> Result<()> {
    let test = Gray::new(event).variance(NullVariance::Clustered);
    result.tests.push(tested(test.test(history, groups)?.test, event, false));
    if let Some(strata) = strata(asked, frame, history)? {
        result.tests.push(tested(test.strata(strata).test(history, groups)?.test, event, true));
    }
    Ok(())
}

fn tested(found: FTest, event: &str, adjusted: bool) -> EventTest {
    let FTest { term, num_df, statistic, p_value, .. } = found;
    EventTest { term, event: event.to_owned(), adjusted, num_df, statistic, p_value }
}

/// The combination of strata of each row of the history.
fn strata(asked: &Asked<'_>, frame: &Frame, history: &EventHistory) -> Result<Option<Factor>> {
    if asked.strata().is_empty() {
        return Ok(None);
    }
    let frame = frame.select(history.source());
    let factors =
        asked.strata().iter().map(|name| Ok(frame.column(name)?.to_factor())).collect::<Result<Vec<Factor>>>()?;
    let of_row = |row: usize| {
        let levels = factors.iter().map(|factor| factor.level(row)).collect::<Option<Vec<&str>>>();
        levels.map(|levels| levels.join(" / "))
    };
    Ok(Some(Factor::from_values((0..frame.n_rows()).map(of_row))))
}
