//! Groups beside each other: differences at times, mean times until a time, tests.

use steadfast_core::report::Row;

use super::rank_tests::{Comparison, RankTest};
use super::result::{CurveResult, MeanRow};
use super::{Curves, Kind};
use crate::error::{Error, Result};
use crate::events::result::RatioRow;

/// Differences of probabilities at `times`, group − reference, where both are observed.
pub(super) fn differences(curves: &Curves, times: &[f64], result: &mut CurveResult) -> Result<()> {
    let reference = curves.groups.reference;
    for &time in times {
        let observed = |group: usize| time > curves.counts[group].origin && time <= curves.counts[group].end;
        let groups: Vec<usize> =
            (0..curves.counts.len()).filter(|&group| group != reference && observed(group)).collect();
        if groups.is_empty() || !observed(reference) {
            continue;
        }
        let at = curves.estimate.at(time)?;
        for &state in &curves.states {
            for &group in &groups {
                let mut row = at.difference(&curves.history.states()[state], group, reference)?;
                row.term = versus(curves, group);
                // Curves that have not moved, or have both ended, differ by nothing that could be tested.
                if row.std_error > 0.0 {
                    result.differences.push(MeanRow { state: curves.called(state), time, row });
                }
            }
        }
    }
    Ok(())
}

/// `NIM - SAU`.
fn versus(curves: &Curves, group: usize) -> String {
    let names = curves.groups.names();
    format!("{} - {}", names[group], names[curves.groups.reference])
}

/// Mean times in the states until the times that were asked for, their differences and ratios.
pub(super) fn means(curves: &Curves, result: &mut CurveResult) -> Result<()> {
    let (names, reference) = (curves.groups.names(), curves.groups.reference);
    for &time in &curves.spec.means_until {
        if let Some(group) = (0..names.len()).find(|&group| time > curves.counts[group].end) {
            let message = format!("nobody of `{}` is observed until the time of the restricted mean", names[group]);
            return Err(Error::data("beyond_observation", message));
        }
        let at = curves.estimate.at(time)?;
        for &state in &curves.states {
            let (known, called) = (curves.history.states()[state].as_str(), curves.called(state));
            let row = |row: Row| MeanRow { state: called.clone(), time, row };
            for (group, name) in names.iter().enumerate() {
                let mut mean = at.time_in(group, known)?;
                mean.term.clone_from(name);
                result.restricted_means.push(row(mean));
            }
            for group in (0..names.len()).filter(|group| *group != reference) {
                let mut difference = at.time_difference(known, group, reference)?;
                difference.term = versus(curves, group);
                result.mean_differences.push(row(difference));
                // Where no time is spent there is no ratio.
                if let Ok(mut ratio) = at.log_time_ratio(known, group, reference) {
                    ratio.term = format!("{} / {}", names[group], names[reference]);
                    let row = RatioRow::from(ratio);
                    result.mean_ratios.push(MeanRow { state: called.clone(), time, row });
                }
            }
        }
    }
    Ok(())
}

/// The tests that were asked for; where nobody chose, the log-rank test of hazards, and Gray's where incidences are estimated.
pub(super) fn tests(curves: &Curves, result: &mut CurveResult) -> Result<()> {
    let asked = &curves.spec.tests;
    if asked.is_empty() && (curves.groups.names().len() < 2 || curves.spec.kind == Kind::Occupation) {
        return Ok(());
    }
    if curves.spec.kind == Kind::Occupation {
        let message = "tests between groups are of hazards of events: --kind survival or incidence";
        return Err(Error::usage("no_test_of_occupation", message));
    }
    let comparison = Comparison {
        history: &curves.history,
        groups: &curves.groups.factor,
        strata: curves.strata.as_ref(),
        clustered: curves.response.cluster.is_some(),
    };
    let chosen = match (asked.as_slice(), curves.spec.kind) {
        ([], Kind::Incidence) => vec![RankTest::LOG_RANK, RankTest::Gray],
        ([], _) => vec![RankTest::LOG_RANK],
        _ => asked.clone(),
    };
    for event in events(curves) {
        for &test in &chosen {
            match comparison.test(test, &event) {
                Ok(row) => result.tests.push(row),
                Err(error) if asked.is_empty() => {
                    result.cautions.push(format!("no {} test of {event}: {error}", test.name()));
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// The events whose hazards are compared: those that happen.
fn events(curves: &Curves) -> Vec<String> {
    let states = curves.history.states();
    let asked = curves.spec.cause.as_deref();
    let happens = |state: usize| (0..curves.history.n_rows()).any(|row| curves.history.to(row) == Some(state as u32));
    let named = |state: &usize| asked.is_none_or(|cause| cause == states[*state]);
    (1..states.len()).filter(named).filter(|&state| happens(state)).map(|state| states[state].clone()).collect()
}
