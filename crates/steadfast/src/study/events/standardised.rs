//! Adjusted differences: what the probabilities and mean times would be if all children were in one arm, and in the other.
//!
//! Cox models of all transitions at once, with the covariates of the plan and baseline hazards of their own for each arm, predict every
//! child in each arm; means over the children are compared, and the errors are those of families, children and covariates being a
//! sample of them. Hazards of the arms need not be proportional, so that without covariates the answer is Aalen and Johansen's: adjusted
//! and unadjusted differences are about the same thing.

use steadfast_core::frame::Frame;
use steadfast_core::survival::{
    MultiState, MultiStateFit, OccupationVariance, Population, Quantity, Start, Steps, Transition,
};

use super::asked::Asked;
use super::ratio::difference;
use super::results::{EventResult, Measure};
use crate::error::Result;
use crate::events;
use crate::plan::quoted;
use crate::trial::placement::{CENSORED, EVENT, FROM, START, STOP};

/// A model with fewer events than this for each coefficient tells little of it (Peduzzi and others 1995, Journal of Clinical
/// Epidemiology 48:1503).
const EVENTS_A_COEFFICIENT: usize = 10;

/// The state in which everybody starts where a frame has no column of states.
const ORIGIN: &str = "(start)";

/// What is standardised.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The event or state.
    pub(super) state: &'a str,
    /// A probability at every time asked about, or the mean time up to the horizon.
    pub(super) measure: Measure,
}

/// The models of all transitions in `frame`, adjusted; `None` where the analysis does not adjust, or a caution says why there are none.
/// A transition with few events loses the strata, and with fewer the covariates, which a caution says; it keeps the arms' hazards.
///
/// # Errors
/// Those of the models, but for transitions that do not tell their coefficients.
pub(super) fn model(result: &mut EventResult, asked: &Asked<'_>, frame: &Frame) -> Result<Option<MultiStateFit>> {
    if !asked.adjusts() {
        return Ok(None);
    }
    let of_states = frame.get(FROM).is_some();
    let formula = |right_side: &str| format!("Surv({START}, {STOP}, {EVENT}) ~ {right_side}").parse();
    let (arm, cluster) = (quoted(&asked.design.arm), quoted(asked.design.unit()));
    let right_side = |terms: &[String]| {
        let own = [format!("strata({arm})"), format!("cluster({cluster})")];
        terms.iter().cloned().chain(own).collect::<Vec<String>>().join(" + ")
    };
    let (covariates, strata) = (asked.covariates().0, asked.strata());
    let full: Vec<String> = covariates.iter().cloned().chain(strata.iter().map(|name| quoted(name))).collect();
    let mut spec = MultiState::new(formula(&right_side(&full))?)
        .ties(events::ties(&asked.analysis.ties)?)
        .censored(CENSORED)
        .subject(&asked.design.subject)
        .steps(Steps::Exponential);
    if of_states {
        spec = spec.from(FROM);
    }
    let levels = |name: &String| frame.column(name).map(|column| column.to_factor().levels().len().saturating_sub(1));
    let of_strata = strata.iter().map(levels).sum::<std::result::Result<usize, _>>()?;
    for (transition, count) in transitions(frame, of_states)? {
        let enough = |coefficients: usize| count >= EVENTS_A_COEFFICIENT * coefficients;
        if enough(covariates.len() + of_strata) {
            continue;
        }
        let (kept, lost): (&[String], _) =
            if enough(covariates.len()) { (&covariates, "the strata") } else { (&[], "covariates and strata") };
        result.cautions.push(format!(
            "`{}`: {count} events are too few for {lost}; in the adjusted differences its hazards do without",
            transition.to
        ));
        spec = spec.formula_of(transition, formula(&right_side(kept))?);
    }
    match spec.fit(frame) {
        Ok(fit) => Ok(Some(fit)),
        Err(error) if matches!(error.code(), "infinite_coefficient" | "unidentified" | "not_converged") => {
            result.cautions.push(format!("no adjusted differences: {error}"));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// The transitions that occur, with how often.
fn transitions(frame: &Frame, of_states: bool) -> Result<Vec<(Transition, usize)>> {
    let event = frame.column(EVENT)?.to_factor();
    let from = of_states.then(|| frame.column(FROM).map(|column| column.to_factor())).transpose()?;
    let mut found: Vec<(Transition, usize)> = Vec::new();
    for row in 0..frame.n_rows() {
        let Some(to) = event.level(row).filter(|to| *to != CENSORED) else { continue };
        let from = from.as_ref().map_or(Some(ORIGIN), |from| from.level(row)).unwrap_or_default();
        let transition = Transition::new(from, to);
        match found.iter_mut().find(|(known, _)| *known == transition) {
            Some((_, count)) => *count += 1,
            None => found.push((transition, 1)),
        }
    }
    Ok(found)
}

/// Adds the adjusted differences of what is wanted, everybody starting in `start`.
///
/// # Errors
/// Those of a standardised probability.
pub(super) fn add(
    result: &mut EventResult,
    asked: &Asked<'_>,
    (fit, frame): (&MultiStateFit, &Frame),
    start: Option<&str>,
    wanted: Wanted<'_>,
) -> Result<()> {
    let probability = wanted.measure.is_probability();
    let (quantity, times) = match (probability, asked.analysis.horizon) {
        (true, _) => (Quantity::Probability, asked.analysis.times()),
        (false, Some(horizon)) => (Quantity::TimeIn, vec![horizon]),
        (false, None) => return Ok(()),
    };
    let start = Start::at(start.unwrap_or(ORIGIN), 0.0);
    let arm = asked.design.arm.as_str();
    let variance = OccupationVariance::Jackknife;
    let of = (wanted.state, quantity);
    let found = fit.standardise(Population::Fitted(frame), arm, of, &start, &times, variance)?;
    let found = found.with_level(asked.analysis.level)?;
    for (place, &time) in times.iter().enumerate() {
        for (first, second) in asked.pairs() {
            let row = found.difference(&asked.arms[first], &asked.arms[second], place)?;
            let row =
                steadfast_core::report::Row { term: format!("{} - {}", asked.arms[first], asked.arms[second]), ..row };
            // The mean time until an event is what is left of the horizon before the time since it.
            let row = if wanted.measure == Measure::RestrictedMeanTime {
                super::probabilities::complement(row, 0.0)
            } else {
                row
            };
            result.effects.push(difference(row, wanted.measure, wanted.state, true, Some(time)));
        }
    }
    Ok(())
}
